"""Writes .importlinter from the list of rooms and the folders: who may import whom, and whose tables are whose.

`python tools/contracts.py` writes it, `--check` says whether it is up to date. The order is that of
`xiucheng/config/rooms.py`; docs/architecture.md explains it.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "xiucheng"
TARGET = ROOT / ".importlinter"

# Rooms that stand side by side: neither may import the other.
BESIDE = ({"board", "dispatch"}, {"mobile", "console", "api", "cli", "demo"})


class OutOfOrder(Exception):
    """A folder that nobody has given a place, or a place without a folder."""


def storeys() -> dict[str, list[str]]:
    """Storey → its rooms from bottom to top, as `config/rooms.py` lists them, checked against the folders."""
    listed = runpy.run_path(str(PACKAGE / "config" / "rooms.py"))
    found: dict[str, list[str]] = {}
    for storey in ("foundation", "operations", "interfaces"):
        rooms = list(listed[storey.upper()])
        folders = {path.parent.name for path in (PACKAGE / storey).glob("*/__init__.py")}
        if folders != set(rooms):
            strange = ", ".join(sorted(folders ^ set(rooms)))
            raise OutOfOrder(f"{storey}: {strange}: every folder needs its place in config/rooms.py")
        found[storey] = rooms
    return found


def lines(rooms: Iterable[str]) -> list[str]:
    """The layers of a storey from top to bottom; rooms beside each other share a line."""
    above: list[list[str]] = []
    for room in rooms:
        group = next((group for group in BESIDE if room in group), None)
        if above and group and set(above[-1]) <= group:
            above[-1].append(room)
        else:
            above.append([room])
    return [" | ".join(row) for row in reversed(above)]


def _contract(name: str, title: str, **entries: str | list[str]) -> str:
    rows = [f"[importlinter:contract:{name}]", f"name = {title}"]
    for key, value in entries.items():
        rows += [f"{key} = {value}"] if isinstance(value, str) else [f"{key} =", *(f"    {item}" for item in value)]
    return "\n".join(rows)


def _layers(name: str, title: str, container: str, layers: list[str]) -> str:
    return _contract(name, title, type="layers", containers=[container], layers=layers, exhaustive="True")


def _models(room: str) -> list[str]:
    """The modules (or packages) called `models`, wherever in the room they lie."""
    folder = PACKAGE.joinpath(*room.split(".")[1:])
    files = [*folder.rglob("models.py"), *(path.parent for path in folder.rglob("models/__init__.py"))]
    return sorted(".".join(["xiucheng", *path.relative_to(PACKAGE).with_suffix("").parts]) for path in files)


def text() -> str:
    """The whole file."""
    order = storeys()
    rooms = ["xiucheng.kit", *(f"xiucheng.{storey}.{room}" for storey, names in order.items() for room in names)]
    parts = [
        "; Written by tools/contracts.py; change config/rooms.py and run it again.",
        "[importlinter]\nroot_package = xiucheng\ninclude_external_packages = True",
        _layers(
            "storeys",
            "Storeys import downwards only",
            "xiucheng",
            ["__main__", "config", "interfaces", "operations", "foundation", "kit"],
        ),
        *(
            _layers(storey, f"Rooms of {storey} import downwards only", f"xiucheng.{storey}", lines(names))
            for storey, names in order.items()
        ),
        *_protected(rooms),
    ]
    return "\n\n".join(parts) + "\n"


def _protected(rooms: Iterable[str]) -> Iterable[str]:
    for room in rooms:
        for module in _models(room):
            owner = module.rpartition(".")[0]
            yield _contract(
                f"tables-{owner.removeprefix('xiucheng.').replace('.', '-')}",
                f"Tables of {owner} are touched by {room} alone",
                type="protected",
                protected_modules=[module],
                allowed_importers=[room],
                as_packages="True",
            )


def main(words: list[str]) -> int:
    try:
        wanted = text()
    except OutOfOrder as error:
        print(error, file=sys.stderr)
        return 1
    if "--check" not in words:
        TARGET.write_text(wanted)
        return 0
    if TARGET.exists() and TARGET.read_text() == wanted:
        return 0
    print(".importlinter is out of date: run python tools/contracts.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
