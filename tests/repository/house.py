"""The house as tests see it: rooms bottom to top, and the files in them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from xiucheng.config.rooms import FOUNDATION, INTERFACES, OPERATIONS

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "xiucheng"

STOREYS = (("foundation", FOUNDATION), ("operations", OPERATIONS), ("interfaces", INTERFACES))
ROOMS: dict[str, str] = {room: storey for storey, rooms in STOREYS for room in rooms}
# Height by label; the kit is the ground, the key store belongs to people.
HEIGHT: dict[str, int] = {"kit": 0, **{room: number + 1 for number, room in enumerate(ROOMS)}}
HEIGHT["keystore"] = HEIGHT["people"]


def sources(*, migrations: bool = False) -> Iterator[tuple[Path, ast.Module]]:
    """Every Python file of the package with its syntax tree."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "node_modules" in path.parts or ("migrations" in path.parts and not migrations):
            continue
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def room_of(path: Path) -> str:
    """The room a file lies in, or its storey where it lies in none."""
    parts = path.relative_to(PACKAGE).parts
    return parts[1] if parts[0] in dict(STOREYS) and len(parts) > 2 else parts[0].removesuffix(".py")


def module_of(path: Path) -> str:
    """The dotted name of a file."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
