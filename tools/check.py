"""`./xiucheng test [pytest arguments]`: lint, types, import contracts, every test; says loudly what did not run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from setup_steps import Problem, problem, say, working

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
ASSETS = ROOT / "src/xiucheng/interfaces/assets"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")
SERVER_PACKAGE = "postgresql-15"
SERVERS = Path("/usr/lib/postgresql")
# Where SQL is closest to the server: the journal, bulk writes, constraints, search, the site's schema.
ON_EVERY_SERVER = (
    "tests/kit/journal/test_record.py",
    "tests/kit/test_site.py",
    "tests/kit/test_bulk.py",
    "tests/kit/test_prepared.py",
    "tests/kit/test_harness.py",
    "tests/foundation/places",
    "tests/foundation/packs",
    "tests/foundation/people",
    "tests/foundation/notices",
    "tests/interfaces/cli/test_safekeeping.py",
    "tests/operations/board",
    "tests/operations/dispatch",
)
USAGE = """./xiucheng test [--no-lint] [--no-browser] [pytest arguments]
./xiucheng test --distribution

Lint (ruff), types (mypy, tsc), import contracts (import-linter), then pytest with whatever arguments follow.
Real data are read from XIUCHENG_REAL_DATA (default ../shared/data); without them their tests do not run, and say so.
--distribution: the tests closest to the server once more, on Debian's PostgreSQL 15 instead of the packaged one.
"""


@dataclass(frozen=True)
class Step:
    """One check: what it is called and what is run."""

    name: str
    command: list[str]


def lint_steps() -> list[Step]:
    return [
        Step("ruff check", [str(BIN / "ruff"), "check", "."]),
        Step("ruff format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
        Step("mypy", [str(BIN / "mypy")]),
        Step("contracts up to date", [sys.executable, "tools/contracts.py", "--check"]),
        Step("tsc", ["npm", "--prefix", str(ASSETS), "run", "--silent", "check"]),
        Step("import contracts", [str(BIN / "lint-imports"), "--no-logo", "--show-timings"]),
    ]


def run(step: Step) -> bool:
    """Runs one check; its output is shown only when it fails."""
    begun = time.monotonic()
    done = subprocess.run(step.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    mark = "✓" if done.returncode == 0 else "✗"
    print(f"{mark} {step.name} ({time.monotonic() - begun:.0f} s)", file=sys.stderr, flush=True)
    if done.returncode:
        print(done.stdout, file=sys.stderr)
    return done.returncode == 0


# -- the browser ------------------------------------------------------------------------------------------------------


def find_chromium() -> str | None:
    """The distribution's Chromium, or the one that XIUCHENG_CHROMIUM names."""
    given = os.environ.get("XIUCHENG_CHROMIUM")
    return given or next((path for name in CHROMIUM if (path := shutil.which(name))), None)


def has_font() -> bool:
    """Whether a Chinese font is installed: without one, every screenshot is boxes and no width is right."""
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True)
    return bool(listed.stdout.strip())


def need_browser() -> None:
    """Chromium and a Chinese font, installed from the distribution when root may; else says exactly what is missing."""
    missing = [name for name, there in zip(PACKAGES, (find_chromium(), has_font()), strict=True) if not there]
    if not missing:
        return
    install = f"apt-get update && apt-get install -y {' '.join(missing)}"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with working(f"安装 {' '.join(missing)}", f"Installing {' '.join(missing)}"):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            done = subprocess.run(
                f"{install} --no-install-recommends",
                shell=True,  # a constant line, joined by &&
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        if done.returncode == 0 and find_chromium() and has_font():
            return
        say(done.stdout[-2000:], done.stdout[-2000:])
    raise problem(
        f"浏览器测试还缺：{', '.join(missing)}。请运行：{install}",
        f"The browser tests need: {', '.join(missing)}. Run: {install}",
    )


# -- the distribution's server ----------------------------------------------------------------------------------------


def find_server() -> Path | None:
    """The folder of the distribution's PostgreSQL programs, of the one version that is asked for."""
    folder = SERVERS / SERVER_PACKAGE.rpartition("-")[2] / "bin"
    return folder if (folder / "postgres").is_file() else None


def need_server() -> Path | None:
    """The distribution's server, installed when root may; None, and said loudly, where it cannot be had."""
    found = find_server()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        with working(f"安装 {SERVER_PACKAGE}", f"Installing {SERVER_PACKAGE}"):
            subprocess.run(
                f"apt-get update && apt-get install -y --no-install-recommends {SERVER_PACKAGE}",
                shell=True,  # a constant line, joined by &&
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        found = find_server()
    return found


def on_distribution() -> int:
    """The tests closest to the server, on the distribution's PostgreSQL; 1 where there is none: nothing was shown."""
    server = need_server()
    if server is None:
        line = "=" * 78
        print(f"\n{line}\nNOT RUN: no {SERVER_PACKAGE} here and none can be installed.\n{line}", file=sys.stderr)
        return 1
    os.environ.update(environment(), XIUCHENG_POSTGRES_BIN=str(server))
    together = ["-n", str(min(len(os.sched_getaffinity(0)), 4)), "--dist", "loadfile", "--no-loadscope-reorder"]
    return _pytest([*together, "-m", "not slow and not browser and not realdata", *ON_EVERY_SERVER])


# -- real data --------------------------------------------------------------------------------------------------------


def real_data() -> Path:
    """Where the real files lie, or would."""
    return Path(os.environ.get("XIUCHENG_REAL_DATA") or ROOT.parent / "shared" / "data").resolve()


def has_real_data() -> bool:
    folder = real_data()
    return folder.is_dir() and any(folder.iterdir())


# -- the whole --------------------------------------------------------------------------------------------------------


def environment() -> dict[str, str]:
    settings = {"XIUCHENG_REAL_DATA": str(real_data()), "PYTHONPATH": str(ROOT / "src")}
    chromium = find_chromium()
    if chromium:
        settings["XIUCHENG_CHROMIUM"] = chromium
    return settings


def tests(words: list[str]) -> int:
    """Everything runs side by side on all processors; a choice of one's own runs as pytest is told."""
    count = min(len(os.sched_getaffinity(0)), 8)
    together = [] if words or count < 2 else ["-n", str(count), "--dist", "loadfile", "--no-loadscope-reorder"]
    return _pytest([*together, *words])


def _pytest(words: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *words], cwd=ROOT).returncode


def main(words: list[str]) -> int:
    command, *rest = words or ["test"]
    if {"-h", "--help"} & set(rest):
        print(USAGE)
        return 0
    if "--distribution" in rest:
        return on_distribution()
    flags = {"--no-lint", "--no-browser"} & set(rest)
    rest = [word for word in rest if word not in flags]
    os.environ.update(environment())
    failed = [] if "--no-lint" in flags else [step.name for step in lint_steps() if not run(step)]
    if command == "lint":
        return 1 if failed else 0
    try:
        if "--no-browser" in flags:
            rest = ["-m", "not browser", *rest]
        else:
            need_browser()
            os.environ.update(environment())  # what was just installed has a path now
    except Problem as error:
        print(f"xiucheng test: {error}", file=sys.stderr)
        return 1
    status = tests(rest)
    return _verdict(failed, status)


def _verdict(failed: list[str], status: int) -> int:
    if not has_real_data():
        line = "=" * 78
        print(f"\n{line}\nNOT RUN: the tests on real data ({real_data()} is absent or empty).\n{line}", file=sys.stderr)
    for name in failed:
        print(f"✗ {name}", file=sys.stderr)
    return 1 if failed or status else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
