"""`python -m xiucheng.config.serving web|stream`: one granian server, whose workers end with it however it ends."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from . import environment

# No more than the process has database connections, nor than its processors can turn to.
THREADS = min(environment.number("XIUCHENG_POOL"), 2 * (os.cpu_count() or 1) + 1)

TARGETS = {
    "web": ("wsgi", "xiucheng.config.wsgi:application"),
    "stream": ("asgi", "xiucheng.interfaces.console.stream:application"),
}


def load(target: str) -> Callable[..., Any]:
    """The application, loaded in granian's worker process, which stands in its site or does not start."""
    from xiucheng.kit.trialos import die_with_parent

    parent = multiprocessing.parent_process()
    if parent is not None:
        die_with_parent(signal.SIGKILL, parent=parent.pid)()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiucheng.config.settings")
    from django.conf import settings

    # Named before anything counts: the library looks once, when it is first imported.
    from xiucheng.config.figures import share

    share(Path(settings.DATA))
    # The middleware of static files warns of every start at which nothing was collected yet.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    module, _, name = target.partition(":")
    application: Callable[..., Any] = getattr(import_module(module), name)
    from xiucheng.kit.site import assert_site

    assert_site()
    from .traces import begin

    begin(next(kind for kind, (_interface, name) in TARGETS.items() if name == target))
    if target == TARGETS["web"][1]:
        from .health import keep_beating

        keep_beating()
    return application


def serve(kind: str, host: str, port: int, workers: int, threads: int) -> None:
    """Serves until SIGTERM or SIGINT."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    interface, target = TARGETS[kind]
    options: dict[str, Any] = {"blocking_threads": threads} if interface == "wsgi" else {}
    server = Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces(interface),
        workers=workers,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        **options,
    )
    server.serve(target_loader=load, wrap_loader=True)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="xiucheng.config.serving", description=__doc__)
    parser.add_argument("kind", choices=sorted(TARGETS))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=THREADS)
    given = parser.parse_args(words)
    serve(given.kind, given.host, given.port, given.workers, given.threads)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
