"""`bench`: measures the figures of speed on this machine; the measuring itself lies in the folder `bench`."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from .frame import DataOption, JsonOption, err, out, print_json, progress, with_site
from .words import _


def bench(
    figures: Annotated[
        list[str] | None, typer.Argument(metavar="[FIGURE]...", help=_("只测这些指标；不写则全测"))
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help=_("较少的数据与轮次"))] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    from .bench import FIGURES, SITE
    from .bench import run as measure

    unknown = [name for name in figures or () if name not in FIGURES]
    if unknown:
        text = _("没有指标 {names}；可选：{known}")
        raise typer.BadParameter(text.format(names=", ".join(unknown), known=", ".join(FIGURES)))
    with _room_for(data) as folder, with_site(folder, site=SITE, make=True), progress(_("测速")) as tick:
        results = measure(figures or list(FIGURES), quick=quick, progress=tick, measured=_tell)
    if as_json:
        print_json(results)
        return
    table = Table(_("指标"), _("数值"), _("单位"), _("底线"), _("比值"))
    for row in results:
        table.add_row(*(_shown(row[name]) for name in ("figure", "value", "unit", "floor", "ratio")))
    out.print(table)
    for row in results:
        if row.get("note"):
            out.print(f"{row['figure']}: {row['note']}", style="dim", markup=False)


@contextmanager
def _room_for(data: Path | None) -> Iterator[Path | None]:
    """The folder given; else that of the server in the environment; else one that is removed afterwards."""
    if data is not None or os.environ.get("DATABASE_URL"):
        yield data
        return
    folder = Path(tempfile.mkdtemp(prefix="xiucheng-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tell(row: dict[str, Any]) -> None:
    parts = (_shown(row["value"]), row["unit"], _("底线"), _shown(row["floor"]), _("比值"), _shown(row["ratio"]))
    err.print(f"{row['figure']}: {' '.join(parts)}", markup=False)


def _shown(value: object) -> str:
    return "–" if value is None else f"{value:,.2f}" if isinstance(value, float) else str(value)
