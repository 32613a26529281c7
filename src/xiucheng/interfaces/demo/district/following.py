"""Reading the journal behind a long load, in a process of its own: positions, chain, board and search keep up with it.

Run as `python -m xiucheng.interfaces.demo.district.following` with the site's environment; ends at SIGTERM. Reactions
are left to the worker: nothing of a history reacts.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PAUSE = 0.2
_AT_ONCE = 5_000


@contextmanager
def following() -> Iterator[None]:
    """Let the follower run beside the block; it has ended, by itself or by force, when the block ends."""
    process = subprocess.Popen([sys.executable, "-m", __name__], env=dict(os.environ))
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def follow(stop: threading.Event) -> None:
    """Sequence and read what is committed, batch by batch, until told to stop."""
    from xiucheng.kit.journal import readers, sequencer

    readers.ensure_rows()
    projections = [name for name, reader in readers.registry.items() if not reader.reacts]
    while not stop.is_set():
        moved = sequencer.run_once(_AT_ONCE)
        for name in projections:
            moved += readers.run(name, _AT_ONCE)
        if not moved:
            stop.wait(_PAUSE)


def main() -> None:
    """The process."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiucheng.config.settings")
    import django

    django.setup()
    follow(stop)


if __name__ == "__main__":
    main()
