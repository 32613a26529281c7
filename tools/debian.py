"""Debian's packages for a bundle: locked by version and hash, fetched by apt for either architecture, unpacked.

apt works in a folder of its own with the machine's sources and keys, so nothing is installed, no architecture is added
to the machine, and what an index says is believed only when Debian has signed it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from setup_steps import Setup, problem, working

# The architecture as the kernel calls it → as Debian does.
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
HEAD = "# Written by ./xiucheng lock from interpreter.in.\n"
_OFFER = re.compile(r"^'[^']+' (?P<file>\S+) \d+ SHA256:(?P<sha256>[0-9a-f]{64})$", re.M)


@dataclass(frozen=True)
class Package:
    """One package file. arch: Debian's word; one for every architecture stands in the list of each."""

    name: str
    arch: str
    version: str
    sha256: str

    def line(self) -> str:
        return f"{self.name} {self.arch} {self.version} sha256:{self.sha256}"


def names(setup: Setup) -> list[str]:
    """What a bundle asks for, without versions."""
    lines = (setup.requirements / "interpreter.in").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def locked(setup: Setup, arch: str) -> list[Package]:
    """The locked packages of one architecture (Debian's word)."""
    lines = (setup.requirements / "interpreter.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return [
        Package(name, of, version, hashed.removeprefix("sha256:")) for name, of, version, hashed in rows if of == arch
    ]


def lock(setup: Setup) -> None:
    """Writes interpreter.txt anew: the newest that the signed indexes offer, for both architectures."""
    with working("锁定解释器", "Locking the interpreter"):
        found = [package for arch in ARCHITECTURES.values() for package in Store(setup, arch).offered(names(setup))]
    text = HEAD + "".join(f"{package.line()}\n" for package in found)
    (setup.requirements / "interpreter.txt").write_text(text, encoding="utf-8")


class Store:
    """Package files of one architecture, kept by their hash below the environment; apt is asked for what is lacking."""

    def __init__(self, setup: Setup, arch: str) -> None:
        self._setup, self._arch = setup, arch
        self._files = setup.venv / "bundle"
        self._apt = self._files / f"apt-{arch}"

    def fetch(self, packages: Iterable[Package]) -> list[Path]:
        """The packages' files, each with the hash that it was asked for with.

        Raises Problem where one is not to be had: Debian keeps the newest of each release only, so a lock grows old.
        """
        wanted = {package: self._files / f"{package.sha256}.deb" for package in packages}
        lacking = [package for package, path in wanted.items() if not path.exists()]
        if lacking:
            self._need_apt()
            self._update()
            self._download(lacking)
        return list(wanted.values())

    def offered(self, asked: Sequence[str]) -> list[Package]:
        """The newest of each that Debian's signed index offers."""
        self._need_apt()
        self._update()
        done = subprocess.run(self._command("--print-uris", "download", *asked), capture_output=True, text=True)
        found = {}
        for match in _OFFER.finditer(done.stdout):
            name, version, _arch = match["file"].removesuffix(".deb").split("_")
            found[name] = Package(name, self._arch, version.replace("%3a", ":"), match["sha256"])
        missing = [name for name in asked if name not in found]
        if missing:
            raise problem(
                f"软件源里没有 {self._arch} 的 {', '.join(missing)}：需要 Debian 12 的源\n{done.stderr[-400:]}",
                f"The sources offer no {', '.join(missing)} for {self._arch}: Debian 12's are needed"
                f"\n{done.stderr[-400:]}",
            )
        return [found[name] for name in asked]

    def _need_apt(self) -> None:
        if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
            raise problem(
                "打包需要 apt-get 和 dpkg-deb（Debian 12 或同源的系统）",
                "A bundle is made on Debian 12 or a relative: apt-get and dpkg-deb are needed",
            )

    def _command(self, *words: str) -> list[str]:
        settings = {
            "APT::Architecture": self._arch,
            "APT::Architectures": self._arch,
            "Dir::State": self._apt,
            "Dir::State::Lists": self._apt / "lists",
            "Dir::State::status": self._apt / "status",
            "Dir::Cache": self._apt / "cache",
            "Acquire::Languages": "none",
            "APT::Sandbox::User": "root",
        }
        return ["apt-get", *(word for name, value in settings.items() for word in ("-o", f"{name}={value}")), *words]

    def _update(self) -> None:
        for folder in ("lists/partial", "cache/archives/partial"):
            (self._apt / folder).mkdir(parents=True, exist_ok=True)
        (self._apt / "status").touch()
        self._setup.run_program(self._command("update"))

    def _download(self, packages: Sequence[Package]) -> None:
        into = self._apt / "got"
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir()
        exact = [f"{package.name}={package.version}" for package in packages]
        done = subprocess.run(self._command("download", *exact), cwd=into, capture_output=True, text=True)
        got = {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in into.glob("*.deb")}
        lacking = [package.line() for package in packages if package.sha256 not in got]
        if done.returncode or lacking:
            raise problem(
                f"锁定的包已拿不到（Debian 只保留最新的）：请运行 ./xiucheng lock，或加 --newest\n{done.stderr[-400:]}",
                "What is locked is not to be had any more (Debian keeps the newest only): run ./xiucheng lock, or add"
                f" --newest\n{done.stderr[-400:]}" + "\n".join(lacking),
            )
        for sha256, file in got.items():
            file.replace(self._files / f"{sha256}.deb")


def unpack(setup: Setup, file: Path, target: Path) -> None:
    """The package's files below `target`; no script of it is run."""
    setup.run_program(["dpkg-deb", "--extract", str(file), str(target)])
