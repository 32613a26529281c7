"""The set-up behind ./xiucheng: checks the machine, makes the environment, builds the pages, hands over to the package.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))  # isolated mode leaves the script's own folder out

from setup_steps import Problem, Setup, say  # noqa: E402

# What a command needs before the package can take over; the rest need the runtime set.
_DEV = frozenset({"test", "lint"})
_HELP = frozenset({"-h", "--help", "help"})
# Commands of the set-up itself; they answer --help without doing anything.
_OWN = {
    "bundle": "./xiucheng bundle [FOLDER] [--arch x86_64|aarch64] [--newest] [--quick]\n\n"
    "做成一个文件，拷到没有网络的服务器上就能安装：sh xiucheng-….run --to /opt/xiucheng\n"
    "Make one file that installs on a server without a network: sh xiucheng-….run --to /opt/xiucheng",
    "setup": "./xiucheng setup [--dev]\n\n建好环境，编译页面和译文；--dev 连同测试工具。\n"
    "Make the environment, build pages and translations; --dev with the tools for tests.",
    "wheel": "./xiucheng wheel [FOLDER]\n\n做成一个 wheel，带着网页和译文（dist）。\n"
    "Make a wheel with its pages and translations (dist).",
    "lock": "./xiucheng lock\n\n按 requirements/*.in 重新锁定依赖（版本与散列，不含地址）。\n"
    "Lock requirements/*.in anew: versions and hashes, no addresses.",
}


def _own(command: str, setup: Setup, words: list[str]) -> int:
    """A command of the set-up itself."""
    if command == "lock":
        setup.lock()
        return 0
    setup.run(dev="--dev" in words)
    if command == "setup":
        say("环境已就绪。", "The environment is ready.")
        return 0
    if command == "bundle":
        import bundle

        return bundle.main(words, setup)
    print(setup.build_wheel(Path(words[0] if words else "dist")))
    return 0


def main(words: list[str]) -> int:
    command = words[0] if words else "--help"
    if command in _OWN and _HELP & set(words[1:]):
        print(_OWN[command])
        return 0
    # The demo tells how long everything took, the set-up before it included; the clock is the machine's.
    begun = time.monotonic()
    setup = Setup(ROOT)
    try:
        if command in _OWN:
            return _own(command, setup, words[1:])
        setup.run(dev=command in _DEV and not _HELP & set(words[1:]))
    except Problem as problem:
        print(f"xiucheng: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if command in _DEV:
        target = [str(ROOT / "tools" / "check.py"), command, *words[1:]]
    else:
        target = ["-m", "xiucheng", *words]
    python = str(setup.python)
    environment = {**os.environ, **setup.environment(), "XIUCHENG_BEGUN": f"{begun:.3f}"}
    sys.stdout.flush()
    os.execve(python, [python, *target], environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
