"""What every command stands in: a site with its database, a terminal, refusals as sentences, progress, exit codes."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from xiucheng.kit.refused import Refused
from xiucheng.kit.trialsite import TrialSite, default_data
from xiucheng.kit.unready import Unready

from .words import _, language

# What a command answers goes to stdout, everything about how it is going to stderr.
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help=_("试用数据目录；其中的数据库没有运行时自动启动，用完停止")),
]
JsonOption = Annotated[bool, typer.Option("--json", help=_("以 JSON 输出"))]


def fail(text: str, code: int = 1) -> typer.Exit:
    """Says what is wrong on stderr; to be raised."""
    err.print(f"[red]{escape(text)}[/red]", soft_wrap=True)
    return typer.Exit(code)


def sentence(error: Exception) -> str:
    """A refusal in the terminal's language, with its fields and its code."""
    if isinstance(error, Unready):
        return f"{_(error.text).format(**error.details)} ({error.code})"
    if isinstance(error, Refused):
        fields = "".join(f"\n  {name}: {text}" for name, text in error.fields.items())
        return f"{error.text} ({error.code}){fields}"
    return str(error)


def print_json(value: Any) -> None:
    """One JSON document on stdout, plain also when stdout is a terminal."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


# -- the site ---------------------------------------------------------------------------------------------------------


@contextmanager
def with_site(
    data: Path | None, *, site: str | None = None, zone: str | None = None, migrate: bool = True, make: bool = False
) -> Iterator[None]:
    """The settings loaded and the site's databases ready, for the time of the block.

    Without --data and with DATABASE_URL in the environment it is that site as it stands: never migrated by itself.
    Else it is the trial site in the data folder (XIUCHENG_SITE, else `sample`): its database is started when it does
    not run and stopped again, and what is not migrated yet is migrated. A folder or a site that is not there is
    refused (`no_site`), unless the command is one that makes it (`make`).
    """
    signal.signal(signal.SIGTERM, _exit_on_signal)
    if data is None and os.environ.get("DATABASE_URL"):
        load_settings()
        yield
        return
    name = site or os.environ.get("XIUCHENG_SITE") or "sample"
    trial = TrialSite(data or default_data(), name, zone or os.environ.get("XIUCHENG_ZONE") or "Asia/Shanghai")
    trial.open(lambda step: err.print(f"[dim]{STEPS[step]}…[/dim]"), make=make)
    try:
        os.environ.update(trial.environment())
        load_settings()
        if migrate:
            apply_migrations()
        yield
    finally:
        release_connections()
        trial.close()


STEPS = {"database": _("启动试用数据库"), "site": _("建立站点")}


def _exit_on_signal(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


def load_settings() -> None:
    """Django, in the terminal's language. Refused: `wrong_site` unless the connections stand in the site's schema."""
    import django
    from django.utils import translation

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiucheng.config.settings")
    django.setup()
    translation.activate(language())
    from xiucheng.kit.site import assert_site

    assert_site()


def release_connections() -> None:
    """Closes every connection and pool of this process."""
    from django.conf import settings
    from django.db import connections

    if settings.configured:
        for connection in connections.all(initialized_only=True):
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]


def apply_migrations() -> int:
    """Migrates both databases, showing each step; returns how many migrations were applied."""
    from xiucheng.kit import migrating

    total = migrating.waiting()
    if not total:
        return 0
    with progress(_("更新数据库结构")) as tick:
        done = migrating.migrate(lambda done, name: tick(done, total))
    return done


# -- progress ---------------------------------------------------------------------------------------------------------


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int | None], None]]:
    """How far long work has come, on stderr: call with (done, total); total None while it is not known.

    A bar on a terminal; a line every ten seconds and one at the end where nobody watches.
    """
    if not err.is_terminal:
        lines = _Lines(title)
        yield lines.tick
        lines.end()
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=err) as bar:
        task = bar.add_task(title, total=None)

        def tick(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total)

        yield tick


class _Lines:
    """Progress for a log."""

    _EVERY = 10.0

    def __init__(self, title: str) -> None:
        self._title = title
        self._begun = self._said = time.monotonic()
        self._done: tuple[int, int | None] = (0, None)

    def tick(self, done: int, total: int | None = None) -> None:
        self._done = (done, total)
        if time.monotonic() - self._said >= self._EVERY:
            self._said = time.monotonic()
            self._print()

    def end(self) -> None:
        self._print()

    def _print(self) -> None:
        done, total = self._done
        count = f"{done}/{total}" if total else f"{done}"
        err.print(f"{self._title}: {count} ({time.monotonic() - self._begun:.0f} s)", markup=False)


@contextmanager
def stages(title: str) -> Iterator[Callable[[str], None]]:
    """Work in named stages, on stderr: call with the name of each as it begins."""
    if not err.is_terminal:
        err.print(f"{title}…", markup=False)
        yield lambda stage: err.print(f"  {stage}…", markup=False)
        return
    with err.status(title) as status:
        yield lambda stage: status.update(f"{title}: {stage}")
