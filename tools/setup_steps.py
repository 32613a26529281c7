"""The steps of the set-up, each skipped when a stamp says that its inputs have not changed."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import translations
from locking import keep_hashes
from uv_settings import from_pip

NODE = (20, 19)
SOURCE_LINK = "xiucheng-source.pth"
LINUX_PACKAGES = {
    "venv": "python3-venv",
    "node": "nodejs (https://nodejs.org)",
    "npm": "npm",
    "git": "git",
}


class Problem(Exception):
    """Something that a person has to put right; the sentence says what."""


def chinese() -> bool:
    """Whether to speak Chinese: as the terminal's locale asks; where it names no language, if it can be printed.

    The same as `xiucheng.interfaces.cli.words.language`, which is not there yet when the set-up runs.
    """
    words = [os.environ.get(name, "") for name in ("XIUCHENG_LANG", "LC_ALL", "LC_MESSAGES", "LANG")]
    name = next((word for word in words if word), "").lower()
    if name.partition(".")[0] not in {"", "c", "posix"}:
        return name.startswith("zh")
    try:
        "绣城".encode(getattr(sys.stderr, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def say(zh: str, en: str) -> None:
    """One line to the person, on stderr: stdout belongs to the command."""
    print(zh if chinese() else en, file=sys.stderr, flush=True)


def problem(zh: str, en: str) -> Problem:
    return Problem(zh if chinese() else en)


def digest(folder: Path, files: Iterable[Path]) -> str:
    """One digest over contents and names below the folder, so that a moved checkout is not built again."""
    lines = sorted(f"{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@contextlib.contextmanager
def working(zh: str, en: str) -> Iterator[None]:
    """Says what is being done, every 15 s that it still is, and how long it took."""
    begun, over = time.monotonic(), threading.Event()

    def remind() -> None:
        while not over.wait(15):
            seconds = round(time.monotonic() - begun)
            say(f"  … {zh}（{seconds} 秒）", f"  … {en} ({seconds} s)")

    say(f"· {zh}", f"· {en}")
    thread = threading.Thread(target=remind, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    seconds = time.monotonic() - begun
    say(f"  {zh}：{seconds:.0f} 秒", f"  {en}: {seconds:.0f} s")


class Setup:
    """The checkout, its virtual environment and what has been built in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.requirements = root / "requirements"
        self.assets = root / "src" / "xiucheng" / "interfaces" / "assets"
        self.locale = root / "src" / "xiucheng" / "locale"
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self.stamp_file = self.venv / "xiucheng.json"
        self.log = self.venv / "xiucheng-setup.log"

    # -- the whole --------------------------------------------------------------------------------------------------

    def run(self, *, dev: bool) -> None:
        """Everything that is not yet as it should be. Raises Problem with a sentence for the person.

        dev: also what the checks need. An environment that has it keeps it: a demo between two tests changes nothing.
        """
        dev = dev or (self.venv / "bin" / "pytest").exists()
        todo = self._todo(dev)
        if not todo:
            return
        self._check_writable()
        self.check_machine()
        self.venv.mkdir(exist_ok=True)
        with (self.venv / "xiucheng.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            todo = self._todo(dev)  # somebody else may just have done it
            # Packages wait for the network, pages for the processor: side by side.
            with ThreadPoolExecutor(len(todo) or 1) as pool:
                for future in [pool.submit(step) for step in todo]:
                    future.result()

    def environment(self) -> dict[str, str]:
        """What the package is started with."""
        paths = [str(self.root / "src"), os.environ.get("PYTHONPATH", "")]
        return {
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
            "PATH": f"{self.venv / 'bin'}{os.pathsep}{os.environ.get('PATH', '/usr/bin:/bin')}",
            "VIRTUAL_ENV": str(self.venv),
            "XIUCHENG_HOME": str(self.root),
            # Half of a start is compiling, unless bytecode is kept.
            "PYTHONDONTWRITEBYTECODE": "",
        }

    def _todo(self, dev: bool) -> list[Callable[[], None]]:
        steps: list[Callable[[], None]] = []
        if not self._packages_current(dev):
            steps.append(lambda: self.install_packages(dev=dev))
        if not self._assets_current():
            steps.append(self.build_assets)
        if not translations.current(self.locale):
            steps.append(self.compile_translations)
        return steps

    def _check_writable(self) -> None:
        if os.access(self.root, os.W_OK) and (not self.venv.exists() or os.access(self.venv, os.W_OK)):
            return
        raise problem(
            f"环境还没有装好，而当前用户不能写入 {self.root}。"
            "请由目录的所有者先运行一次 ./xiucheng setup，或复制一份再运行。",
            f"The environment is not complete and you may not write to {self.root}. "
            "Let its owner run ./xiucheng setup once, or run a copy of your own.",
        )

    # -- the machine ------------------------------------------------------------------------------------------------

    def check_machine(self) -> None:
        """Names everything that is missing at once, with the package that has it."""
        missing = [*self._python_gaps(), *self._node_gaps()]
        if not shutil.which("git"):
            missing.append(("git", LINUX_PACKAGES["git"]))
        if missing:
            lines = "\n".join(f"  - {what}  ({where})" for what, where in missing)
            raise problem(f"这台机器上还缺：\n{lines}", f"This machine lacks:\n{lines}")

    def _python_gaps(self) -> list[tuple[str, str]]:
        try:
            import ensurepip  # noqa: F401
            import venv  # noqa: F401
        except ImportError:
            return [("Python venv, ensurepip", LINUX_PACKAGES["venv"])]
        return []

    def _node_gaps(self) -> list[tuple[str, str]]:
        wanted = "Node.js ≥ " + ".".join(map(str, NODE))
        if not shutil.which("node"):
            return [(wanted, LINUX_PACKAGES["node"])]
        gaps = []
        found = _output(["node", "--version"]).lstrip("v")
        if _version(found) < NODE:
            gaps.append((f"{wanted}, not {found}", LINUX_PACKAGES["node"]))
        if not shutil.which("npm"):
            gaps.append(("npm", LINUX_PACKAGES["npm"]))
        return gaps

    # -- packages ---------------------------------------------------------------------------------------------------

    def _lock_digest(self, name: str) -> str:
        return hashlib.sha256((self.requirements / f"{name}.txt").read_bytes()).hexdigest()

    def _packages_current(self, dev: bool) -> bool:
        try:
            stamp = json.loads(self.stamp_file.read_text())
        except (OSError, ValueError):
            return False
        wanted = {name: self._lock_digest(name) for name in (["runtime", "dev"] if dev else ["runtime"])}
        return _runs(self.python) and all(stamp.get(name) == value for name, value in wanted.items())

    def install_packages(self, *, dev: bool) -> None:
        """A fresh or updated environment holding exactly the locked packages, every file checked by its hash."""
        with working("安装 Python 依赖", "Installing Python packages"):
            if not _runs(self.python):
                for old in ("bin", "lib", "lib64", "include", "pyvenv.cfg"):
                    _remove(self.venv / old)
            pip = [str(self.python), "-m", "pip", "--disable-pip-version-check"]
            if not _runs(self.python) or _status([*pip, "--version"]):
                self._do([sys.executable, "-m", "venv", str(self.venv)])
            names = ["runtime", "dev"] if dev else ["runtime"]
            self.stamp_file.unlink(missing_ok=True)
            self._do([*pip, "install", "--quiet", "--require-hashes", "-r", str(self.requirements / "tools.txt")])
            files = [str(self.requirements / f"{name}.txt") for name in (names[-1], "tools")]
            self._install(pip, files)
            self.link_source()
            self.stamp_file.write_text(json.dumps({name: self._lock_digest(name) for name in names}))

    def link_source(self) -> None:
        """Lets the environment's own programs (lint-imports, a bare python) import the checkout without PYTHONPATH.

        The path is relative to the file's folder, so that a moved checkout still finds itself.
        """
        for folder in self.venv.glob("lib/python*/site-packages"):
            (folder / SOURCE_LINK).write_text("../../../../src\n", encoding="utf-8")

    def _install(self, pip: list[str], files: list[str]) -> None:
        """uv where it can (a quarter of pip's time, and it removes what is no longer locked), else pip."""
        uv = [
            str(self.venv / "bin" / "uv"),
            "pip",
            "sync",
            "--quiet",
            "--require-hashes",
            "-p",
            str(self.python),
            *files,
        ]
        with contextlib.suppress(Problem):
            self._do(uv, environment=uv_settings(pip))
            return
        self._do([*pip, "install", "--quiet", "--require-hashes", *(word for file in files for word in ("-r", file))])

    def lock(self) -> None:
        """Locks requirements/*.in anew: exact versions, hashes, no addresses; for every Python from 3.11 on."""
        import debian

        self.install_packages(dev=True)
        uv = str(self.venv / "bin" / "uv")
        options = ["--universal", "--generate-hashes", "--no-emit-index-url", "--no-header", "--python-version", "3.11"]
        pip = [str(self.python), "-m", "pip", "--disable-pip-version-check"]
        for name in ("tools", "runtime", "traces", "dev"):
            with working(f"锁定 {name}", f"Locking {name}"):
                constraint = ["-c", "requirements/runtime.txt"] if name in {"traces", "dev"} else []
                command = [
                    uv,
                    "pip",
                    "compile",
                    "--quiet",
                    "--upgrade",
                    *options,
                    *constraint,
                    f"requirements/{name}.in",
                ]
                target = self.root / "requirements" / f"{name}.txt"
                before = target.read_text(encoding="utf-8")
                self._do([*command, "-o", str(target)], environment=uv_settings(pip))
                target.write_text(keep_hashes(before, target.read_text(encoding="utf-8")), encoding="utf-8")
        debian.lock(self)

    # -- pages and words --------------------------------------------------------------------------------------------

    def _asset_sources(self) -> list[Path]:
        skipped = {"node_modules", "dist"}
        found: list[Path] = []
        for folder, folders, files in os.walk(self.assets):
            folders[:] = [name for name in folders if name not in skipped]
            found += [Path(folder) / name for name in files]
        return found

    def _assets_current(self) -> bool:
        if not (self.assets / "package.json").exists():
            return True
        stamp = self.assets / "dist" / ".stamp"
        return stamp.exists() and stamp.read_text() == self._assets_digest()

    def _assets_digest(self) -> str:
        return digest(self.assets, self._asset_sources())

    def build_assets(self) -> None:
        """`npm ci` when the lock changed, then the Vite build."""
        wanted = self._assets_digest()
        with working("构建网页资源", "Building the web assets"):
            modules = self.assets / "node_modules"
            lock = hashlib.sha256((self.assets / "package-lock.json").read_bytes()).hexdigest()
            stamp = modules / ".xiucheng-stamp"
            if not stamp.exists() or stamp.read_text() != lock:
                self._do(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], folder=self.assets)
                stamp.write_text(lock)
            self._do(["npm", "run", "build"], folder=self.assets)
            (self.assets / "dist" / ".stamp").write_text(wanted)

    def compile_translations(self) -> None:
        try:
            translations.compile_all(self.locale)
        except translations.BadCatalogue as error:
            raise Problem(str(error)) from error

    # -- the wheel --------------------------------------------------------------------------------------------------

    def build_wheel(self, folder: Path) -> Path:
        """The package with its built pages and its English as one wheel in `folder`; no index is asked."""
        folder.mkdir(parents=True, exist_ok=True)
        before = {path: path.stat().st_mtime_ns for path in folder.glob("xiucheng-*.whl")}
        uv = [str(self.venv / "bin" / "uv"), "build", "--wheel", "--no-build-isolation", "-p", str(self.python)]
        with working("打包", "Building the wheel"), (self.venv / "wheel.lock").open("a") as lock:
            # Two builds at once would take each other's build/ away.
            fcntl.flock(lock, fcntl.LOCK_EX)
            # The backend copies what is in build/ from an earlier time, also what has been deleted since.
            shutil.rmtree(self.root / "build", ignore_errors=True)
            self._do([*uv, "--quiet", "--out-dir", str(folder), str(self.root)])
            shutil.rmtree(self.root / "build", ignore_errors=True)
        return next(path for path in folder.glob("xiucheng-*.whl") if before.get(path) != path.stat().st_mtime_ns)

    def run_installer(self, command: list[str]) -> None:
        """An installer with the settings that pip has on this machine, else with its own: hashes decide what is taken,
        and a place that pip knows may hold another file of the same name. Raises Problem with its last words.
        """
        with contextlib.suppress(Problem):
            self._do(command, environment=uv_settings([str(self.python), "-m", "pip"]))
            return
        self._do(command)

    def run_program(self, command: list[str]) -> None:
        """A program of the machine. Raises Problem with its last words."""
        self._do(command)

    # -- running things ---------------------------------------------------------------------------------------------

    def _do(self, command: list[str], *, folder: Path | None = None, environment: dict[str, str] | None = None) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a") as log:
            log.write(f"\n$ {' '.join(command)}\n")
        try:
            done = subprocess.run(
                command,
                cwd=folder or self.root,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
        except FileNotFoundError as error:
            raise Problem(str(error)) from error
        with self.log.open("a") as log:
            log.write(done.stdout)
        if done.returncode:
            tail = "\n".join(done.stdout.strip().splitlines()[-25:])
            name = " ".join(Path(word).name for word in command[:4])
            raise problem(f"{name} 失败：\n{tail}\n全文见 {self.log}", f"{name} failed:\n{tail}\nMore in {self.log}")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    except (subprocess.SubprocessError, OSError) as error:
        raise Problem(str(error)) from error


def _runs(python: Path) -> bool:
    """Whether the environment's interpreter is still there: what it points to may be gone or replaced since."""
    try:
        found = _output([str(python), "-c", "import platform; print(platform.python_version())"])
    except Problem:
        return False
    return _version(found) >= (3, 11)


def _status(command: list[str]) -> int:
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:3] if part.isdigit())


def uv_settings(pip: list[str]) -> dict[str, str]:
    """uv's environment as pip is set up; without pip's answer what always holds."""
    try:
        return from_pip(_output([*pip, "config", "list"]))
    except Problem:
        return from_pip("")
