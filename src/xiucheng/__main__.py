"""`python -m xiucheng`, `xiucheng`: the commands of the rooms' doors and of the processes, under one name."""

from xiucheng.config import commands
from xiucheng.interfaces.cli.main import app, run


def main() -> None:
    """The command line; exits with 0 (done), 1 (refused or failed), 2 (misused)."""
    commands.register(app)
    run(app)


if __name__ == "__main__":
    main()
