"""`./xiucheng bundle`: one file that installs and runs without a network, for x86_64 or aarch64.

In it: an interpreter with its own C library, every locked package, our wheel with its pages, the trial database (one
of the packages), time zones, a Chinese font. The file is a shell script with an archive behind it (bundle.sh).
docs/adr/0013-bundle.md says where the parts come from and why.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import shutil
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

import debian
from setup_steps import Setup, working

VERSION = "3.11"
# Of the interpreter only what runs: a site draws no windows, compiles no C and installs nothing.
_LEFT_OUT = ("test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "__pycache__")
# Debian's word for the folders of libraries → how the loader is called there.
_LOADERS = {"x86_64": "ld-linux-x86-64.so.2", "aarch64": "ld-linux-aarch64.so.1"}
# What starts a program of the bundle: its own loader with its own libraries, so that the machine's C library may be
# older or another one. Programs of the machine that are started from it see none of this but a few settings, of Python
# and of the C library's tables of encodings.
_PROGRAM = """#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
export PYTHONHOME="$here/python" PYTHONNOUSERSITE=1
export PYTHONTZPATH="$here/share/zoneinfo" GCONV_PATH="$here/python/lib/gconv"
exec "$here/python/lib/{loader}" --inhibit-cache --library-path "$here/python/lib" --argv0 "$here/bin/python" \\
    "$here/python/bin/python{version}" {words} "$@"
"""


def main(words: Sequence[str], setup: Setup) -> int:
    parser = argparse.ArgumentParser(prog="xiucheng bundle", description=__doc__)
    parser.add_argument("folder", nargs="?", default="dist", type=Path, help="dist")
    parser.add_argument("--arch", choices=sorted(_LOADERS), default=platform.machine())
    parser.add_argument("--newest", action="store_true", help="Debian's newest packages instead of the locked ones")
    parser.add_argument("--quick", action="store_true", help="compressed less: for trying")
    given = parser.parse_args(words)
    print(build(setup, given.folder.absolute(), given.arch, newest=given.newest, quick=given.quick))
    return 0


def build(setup: Setup, folder: Path, arch: str, *, newest: bool = False, quick: bool = False) -> Path:
    """The bundle's path. Raises Problem where a package for that architecture is not to be had."""
    store = debian.Store(setup, debian.ARCHITECTURES[arch])
    with working("取解释器", "Fetching the interpreter"):
        packages = store.offered(debian.names(setup)) if newest else debian.locked(setup, debian.ARCHITECTURES[arch])
        files = store.fetch(packages)
    with tempfile.TemporaryDirectory(prefix="xc-bundle-") as place:
        wheel = setup.build_wheel(Path(place))
        version = wheel.name.split("-")[1]
        whole = Path(place) / "whole"
        with working("放入解释器", "Adding the interpreter"):
            _add_interpreter(setup, files, Path(place) / "debian", whole, arch)
        with working("放入依赖", "Adding the packages"):
            _add_packages(setup, whole, arch, wheel)
        _add_programs(whole, arch)
        _add_papers(setup, whole, Path(place) / "debian", [package.line() for package in packages])
        (whole / "xiucheng.bundle").write_text(f"{version} {arch}\n")
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"xiucheng-{version}-{arch}.run"
        with working("写出安装文件", "Writing the file"):
            _write(setup, whole, target, {"VERSION": version, "ARCH": arch}, level=1 if quick else 6)
    return target


def _add_interpreter(setup: Setup, files: Sequence[Path], unpacked: Path, whole: Path, arch: str) -> None:
    """Debian's files in a shape that can lie anywhere: all shared libraries in one folder beside the program's."""
    for file in files:
        debian.unpack(setup, file, unpacked)
    python = whole / "python"
    left_out = shutil.ignore_patterns(*_LEFT_OUT)
    standard = f"lib/python{VERSION}"
    shutil.copytree(unpacked / "usr" / standard, python / standard, ignore=left_out, symlinks=False)
    (python / "bin").mkdir()
    shutil.copy(unpacked / f"usr/bin/python{VERSION}", python / "bin")
    for folder in ("lib", "usr/lib"):
        for library in (unpacked / folder / f"{arch}-linux-gnu").glob("*.so*"):
            # By the name that others ask for; what a link points to lies in the same package.
            shutil.copy(_real(library, unpacked), python / "lib" / library.name)
    shutil.copytree(unpacked / f"usr/lib/{arch}-linux-gnu/gconv", python / "lib" / "gconv")
    shutil.copytree(unpacked / "usr/share/zoneinfo", whole / "share/zoneinfo", symlinks=False)
    shutil.copytree(unpacked / "usr/share/fonts", whole / "share/fonts")


def _real(path: Path, root: Path) -> Path:
    """The file at the end of links, the absolute ones read from `root`."""
    while path.is_symlink():
        target = path.readlink()
        path = root / target.relative_to("/") if target.is_absolute() else path.parent / target
    return path


def _add_packages(setup: Setup, whole: Path, arch: str, wheel: Path) -> None:
    """Every locked package by its hash, for that architecture; then ours."""
    # Where Debian's interpreter looks; what uv writes in bin/ names the building machine's interpreter.
    target = whole / "python/lib/python3/dist-packages"
    uv = [str(setup.venv / "bin" / "uv"), "pip", "install", "--quiet", "--target", str(target), "-p", str(setup.python)]
    foreign = ["--python-platform", f"{arch}-manylinux_2_28", "--python-version", VERSION, "--only-binary", ":all:"]
    # Traces too: on a server without a network nothing can be added later.
    locks = [word for name in ("runtime", "traces") for word in ("-r", str(setup.requirements / f"{name}.txt"))]
    setup.run_installer([*uv, *foreign, "--require-hashes", *locks])
    setup.run_installer([*uv, *foreign, "--no-deps", str(wheel)])
    shutil.rmtree(target / "bin", ignore_errors=True)


def _add_programs(whole: Path, arch: str) -> None:
    (whole / "bin").mkdir()
    for name, words in (("xiucheng", "-m xiucheng"), ("python", "")):
        path = whole / "bin" / name
        path.write_text(_PROGRAM.format(loader=_LOADERS[arch], version=VERSION, words=words))
        path.chmod(0o755)


def _add_papers(setup: Setup, whole: Path, unpacked: Path, packages: Sequence[str]) -> None:
    """How to run it, and everybody's licence; a Python package has its own beside it."""
    for folder in ("docs", "deploy"):
        shutil.copytree(setup.root / folder, whole / folder)
    for name in ("LICENSE", "NOTICE", "README.md", "README.zh-CN.md"):
        shutil.copy(setup.root / name, whole / name)
    licences = whole / "licences"
    licences.mkdir()
    for paper in (unpacked / "usr/share/doc").glob("*/copyright"):
        shutil.copy(_real(paper, unpacked), licences / f"{paper.parent.name}.txt")
    (licences / "debian-packages.txt").write_text("".join(f"{line}\n" for line in packages))


def _write(setup: Setup, whole: Path, target: Path, words: dict[str, str], *, level: int) -> None:
    """The script with the archive behind it; under its name only when it is whole."""
    archive = target.with_suffix(".half")
    with tarfile.open(archive, mode="w:gz", compresslevel=level) as packed:
        for path in sorted(whole.iterdir()):
            packed.add(path, path.name, filter=_for_everybody)
    with archive.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    script = (setup.root / "tools" / "bundle.sh").read_text(encoding="utf-8")
    lines = str(script.count("\n") + 1)
    for name, value in {**words, "NAME": target.name, "LINES": lines, "SHA256": sha256}.items():
        script = script.replace(f"@{name}@", value)
    whole_file = target.with_suffix(".new")
    with whole_file.open("wb") as out, archive.open("rb") as file:
        out.write(script.encode())
        shutil.copyfileobj(file, out)
    archive.unlink()
    whole_file.chmod(0o755)
    whole_file.replace(target)


def _for_everybody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    # The trial database runs as another account, which must get through to its programs.
    member.mode |= 0o555 if member.isdir() or member.mode & 0o100 else 0o444
    return member
