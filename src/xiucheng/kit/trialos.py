"""What the trial asks of the operating system: another account to run as, an end with the parent, an orderly end."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# When root starts it, the server runs as this account: PostgreSQL refuses to run as root.
UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Owner:
    """The operating-system account that runs the server; `switch` is false when that is already ours."""

    name: str
    uid: int
    gid: int
    switch: bool

    @property
    def popen(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def give(self, path: Path) -> None:
        if self.switch:
            os.chown(path, self.uid, self.gid)


def owner() -> Owner:
    uid = os.geteuid()
    if uid != 0:
        return Owner("", uid, os.getegid(), switch=False)
    account = pwd.getpwnam(UNPRIVILEGED)
    return Owner(account.pw_name, account.pw_uid, account.pw_gid, switch=True)


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def die_with_parent(sig: int, parent: int | None = None) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends `sig` to the child when the thread that started it ends, however it ends.

    Start from the main thread. Between fork and this call the parent may already be gone; then the child ends itself.
    parent: its process id, by default that of who calls now (a child that arms itself names its parent).
    """
    pr_set_pdeathsig = 1
    prctl, expected = _libc().prctl, parent or os.getpid()

    def arm() -> None:
        # What ignores the signal of its parent's end, because whoever started that one did, would outlive it.
        if sig != signal.SIGKILL:
            signal.signal(sig, signal.SIG_DFL)
        prctl(pr_set_pdeathsig, sig, 0, 0, 0)
        if os.getppid() != expected:
            os.kill(os.getpid(), sig)

    return arm


def enterable(owner: Owner, path: Path, *, want_file: bool = False) -> bool:
    """Whether the server's account can really get there (modes, ACLs and mounts all count, so it is tried)."""
    test = "-x" if want_file else "-d"
    script = f'[ {test} "$1" ] && cd "$(dirname "$1")"'
    done = subprocess.run(["/bin/sh", "-c", script, "sh", str(path)], cwd="/", stderr=subprocess.DEVNULL, **owner.popen)
    return done.returncode == 0


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def end(process: subprocess.Popen[bytes], timeout: float) -> None:
    """SIGINT (fast: sessions are ended, a checkpoint is written), then SIGQUIT, then SIGKILL."""
    for sig, patience in ((signal.SIGINT, timeout), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if process.poll() is not None:
            return
        process.send_signal(sig)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
