"""What tests of real processes share: who is still there, and waiting for something to become true."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path


def mentioning(text: str) -> dict[int, str]:
    """Processes (pid → command line) whose command line or environment holds `text`; zombies do not count."""
    found = {}
    wanted = os.fsencode(text)
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            command = (folder / "cmdline").read_bytes()
            environment = (folder / "environ").read_bytes()
        except (OSError, IndexError):
            continue
        if state not in "ZX" and (wanted in command or wanted in environment):
            found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace").strip()
    return found


def until(true: Callable[[], object], seconds: float, what: str = "") -> None:
    """Waits until it is true; fails with what was waited for."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain: {what}"
        time.sleep(0.05)


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
