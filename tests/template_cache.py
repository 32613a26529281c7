"""Keeps the migrated cluster between test runs, since migrating anew takes longer than most rooms' tests.

What is kept belongs to the digest of everything that shapes the tables; anything else leads to a new one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from xiucheng.kit import trialcluster

_ROOT = Path(__file__).resolve().parents[1]
_KEPT = _ROOT / ".pytest_cache" / "xiucheng-cluster"
_SHAPES = (
    "src/xiucheng/**/migrations/*.py",
    "src/xiucheng/**/models*.py",
    "src/xiucheng/**/models/*.py",
    "src/xiucheng/**/rules*.py",  # constraints and choices come from there
    "src/xiucheng/**/rules/*.py",
    "src/xiucheng/config/*.py",
    "src/xiucheng/kit/site.py",
    "src/xiucheng/kit/trialcluster.py",
    "requirements/*.txt",
    "tests/cluster.py",
)
_PARTS = ("postgres", "trial.secret")


def _digest() -> str:
    whole = hashlib.sha256(f"{os.geteuid()} {trialcluster.binaries()}".encode())
    for path in sorted({path for pattern in _SHAPES for path in _ROOT.glob(pattern)}):
        whole.update(str(path.relative_to(_ROOT)).encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:16]


def restore(folder: Path) -> str | None:
    """Copies the kept cluster into the empty folder; its digest, or None where there is none that fits."""
    digest = _digest()
    kept = _KEPT / digest
    if not kept.is_dir():
        return None
    for part in _PARTS:
        subprocess.run(["cp", "-a", "--reflink=auto", str(kept / part), str(folder / part)], check=True)
    return digest


def keep(folder: Path) -> None:
    """Keeps a stopped cluster for the next run, in place of older ones."""
    digest = _digest()
    half = _KEPT / f"half-{os.getpid()}"
    half.mkdir(parents=True)
    for part in _PARTS:
        subprocess.run(["cp", "-a", "--reflink=auto", str(folder / part), str(half / part)], check=True)
    for older in _KEPT.iterdir():
        if older != half and not older.name.startswith("half-"):
            shutil.rmtree(older, ignore_errors=True)
    try:
        half.rename(_KEPT / digest)
    except OSError:  # another run was faster
        shutil.rmtree(half)
