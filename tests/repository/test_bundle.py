"""The bundle, installed and run where there is no network at all: a namespace without a single route."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import bundle
import debian
from setup_steps import Problem, Setup
from tests.processes import free_port, mentioning

pytestmark = [pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
# As root a namespace is made outright; anybody else keeps their own name in a user namespace of theirs.
NAMESPACE = ["unshare", *([] if os.geteuid() == 0 else ["--map-current-user", "--keep-caps"]), "-n"]


def _may_unshare() -> bool:
    try:
        return subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode == 0
    except OSError:
        return False


needs_debian = pytest.mark.skipif(
    not (shutil.which("apt-get") and shutil.which("dpkg-deb")), reason="NOT RUN: the bundle (no apt-get here)"
)
needs_namespace = pytest.mark.skipif(not _may_unshare(), reason="NOT RUN: the bundle (no network namespaces here)")


@pytest.fixture(scope="module")
def far() -> Iterator[Path]:
    """A folder that the trial database's account may enter, outside of the checkout."""
    folder = Path(tempfile.mkdtemp(prefix="xc-bundled-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def made(far: Path) -> Path:
    """This machine's bundle, of the locked packages; of Debian's newest, and loudly so, once the lock has grown old."""
    setup = Setup(ROOT)
    try:
        return bundle.build(setup, far / "dist", platform.machine(), quick=True)
    except Problem as problem:
        warnings.warn(f"the lock of the interpreter is old, run ./xiucheng lock: {problem}", stacklevel=1)
        return bundle.build(setup, far / "dist", platform.machine(), newest=True, quick=True)


_BARE = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "XIUCHENG_LANG": "en"}


def _install(made: Path, to: Path, *, alone: bool = True) -> subprocess.CompletedProcess[str]:
    command = [*(NAMESPACE if alone else []), "sh", str(made), "--to", str(to)]
    return subprocess.run(command, cwd="/", env=_BARE, capture_output=True, text=True)


@needs_debian
@needs_namespace
def test_it_installs_and_lives_without_a_network_or_anything_of_the_machine(made: Path, far: Path) -> None:
    earlier = far / "xiucheng" / "xiucheng.bundle"
    earlier.parent.mkdir()
    earlier.write_text("0.0.1\n")
    installed = _install(made, far / "xiucheng")
    assert installed.returncode == 0, installed.stderr
    assert (far / "xiucheng.before" / "xiucheng.bundle").read_text() == "0.0.1\n", "the way back"
    command = [far / "xiucheng/bin/python", ROOT / "tests/repository/alone.py", far / "xiucheng", far / "data"]
    done = subprocess.run(
        [*NAMESPACE, *map(str, command), str(free_port())], cwd="/", env=_BARE, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    log = (far / "data.log").read_text()[-4000:]
    assert said["routes"] == []
    assert said["executable"] == str(far / "xiucheng/bin/python")
    assert [name for name in said["foreign"] if ".so" in name] == [], "it runs on libraries of this machine"
    assert said["zone"] == "Asia/Shanghai"
    assert said["drivers"] == ["ESRI Shapefile", "GPKG", "GeoJSON"]
    assert [round(number) for number in said["datum"]] == [500000, 3320113]
    assert said["healthz"] == 200, log
    assert 'href="/static/' in said["page"]
    assert said["ended"] == 0, log
    assert not mentioning(str(far / "data"))


@needs_debian
def test_half_a_file_and_a_folder_of_somebody_else_change_nothing(made: Path, far: Path) -> None:
    whole = made.read_bytes()
    half = far / "half.run"
    half.write_bytes(whole[: len(whole) // 2])
    refused = _install(half, far / "half", alone=False)
    assert refused.returncode == 1
    assert "not whole" in refused.stderr
    assert not (far / "half").exists()

    (far / "theirs").mkdir()
    (far / "theirs" / "letter").write_text("x")
    refused = _install(made, far / "theirs", alone=False)
    assert refused.returncode == 1
    assert "something else" in refused.stderr
    assert [path.name for path in (far / "theirs").iterdir()] == ["letter"]


@needs_debian
def test_another_architecture_is_refused_in_words(made: Path, far: Path) -> None:
    strange = far / "strange.run"
    head, _, _rest = made.read_bytes().partition(b"\nexit 0\n")
    strange.write_bytes(head.replace(platform.machine().encode(), b"riscv64") + b"\nexit 0\n")
    refused = _install(strange, far / "strange", alone=False)
    assert refused.returncode == 1
    assert "riscv64" in refused.stderr


def test_both_architectures_are_locked_alike() -> None:
    setup = Setup(ROOT)
    rows = {arch: debian.locked(setup, arch) for arch in debian.ARCHITECTURES.values()}
    assert [package.name for package in rows["amd64"]] == debian.names(setup)
    assert [(one.name, one.version) for one in rows["amd64"]] == [(one.name, one.version) for one in rows["arm64"]]


@needs_debian
def test_a_package_with_another_hash_is_not_taken(tmp_path: Path) -> None:
    setup = Setup(ROOT)
    true = next(package for package in debian.locked(setup, "amd64") if package.name == "libuuid1")
    store = debian.Store(setup, "amd64")
    with pytest.raises(Problem):
        store.fetch([replace(true, sha256="0" * 64)])
