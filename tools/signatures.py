"""Writes docs/signatures.md from the code: `python -m tools.signatures`; a test fails when the page is stale.

What a room offers to the rooms above: the public functions and dataclasses of its commands, queries and registries.
Read from the source alone, so that neither settings nor a database are needed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "xiucheng"
PAGE = ROOT / "docs" / "signatures.md"
WIDTH = 110

# What of each room is meant for others, bottom to top; the order of the page.
SHOWN: dict[str, tuple[str, ...]] = {
    "kit": (
        "journal",
        "verbs",
        "rows",
        "idempotency",
        "paging",
        "jobs",
        "remembered",
        "refused",
        "actor",
        "ids",
        "now",
    ),
    "foundation/places": ("rules", "queries", "commands", "amounts", "figures"),
    "foundation/people": (
        "rules",
        "queries",
        "commands",
        "vault",
        "neighbourhood/responsibilities",
        "neighbourhood/neighbours",
        "neighbourhood/stewards",
        "neighbourhood/chains",
    ),
    "foundation/packs": ("queries", "commands", "registry"),
    "foundation/media": ("queries", "commands", "registry"),
    "foundation/notices": ("queries", "commands", "registry"),
    "foundation/tasks": ("queries", "commands", "calendars", "timers"),
    "operations/cases": ("rules", "queries", "commands", "history", "timers"),
    "operations/intake": ("queries", "commands", "imports"),
    "operations/dispatch": ("rules", "queries", "commands"),
    "operations/board": ("queries", "commands"),
    "operations/responsibility": (
        "rules",
        "configuration",
        "queries",
        "partners/rules",
        "partners/commands",
        "partners/needs",
        "partners/queries",
    ),
    "operations/founding": ("queries", "commands", "beginning", "gaps"),
}

Public = ast.FunctionDef | ast.ClassDef


def text() -> str:
    """The page: a block per room, a line or a few per function."""
    lines = [
        "# Signatures",
        "",
        "What rooms offer to the rooms above them. Made from the code by `python -m tools.signatures`; not edited by"
        " hand. What a thing means, refuses and records stands in its docstring.",
        "",
    ]
    for room, modules in SHOWN.items():
        lines += [f"## {room.rpartition('/')[2]}", ""]
        for module in modules:
            shown = [line for name, node in sorted(public(room, module)) for line in written(name, node)]
            if shown:
                lines += ["```python", f"# {room.replace('/', '.')}.{module}", *shown, "```", ""]
    return "\n".join(lines)


def public(room: str, module: str) -> Iterator[tuple[str, Public]]:
    """The public functions and classes of a module or package by name; of a package those in its __all__."""
    folder = PACKAGE / room / module
    path = folder.with_suffix(".py")
    if path.exists():
        yield from ((name, node) for name, node in _defined(path).items() if not name.startswith("_"))
    elif (folder / "__init__.py").exists():
        yield from _offered(folder / "__init__.py")


def _offered(path: Path) -> Iterator[tuple[str, Public]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    here = _defined(path)
    for name, origin in _imports(tree, path).items():
        found = _defined(origin[0]).get(origin[1])
        if found is not None:
            here[name] = found
    wanted = _all(tree)
    yield from ((name, node) for name, node in here.items() if name in wanted)


def _all(tree: ast.Module) -> set[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return set(ast.literal_eval(node.value))
    return {node.name for node in tree.body if isinstance(node, Public) and not node.name.startswith("_")}


def _imports(tree: ast.Module, path: Path) -> dict[str, tuple[Path, str]]:
    """Name here → (file, name there), for what a package takes from its own modules."""
    found: dict[str, tuple[Path, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            origin = path.parent.joinpath(*node.module.split(".")).with_suffix(".py")
            if origin.exists():
                found |= {alias.asname or alias.name: (origin, alias.name) for alias in node.names}
    return found


def _defined(path: Path) -> dict[str, Public]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, Public)}


def written(name: str, node: Public) -> list[str]:
    """A function as it is called; a dataclass as it is made; another class by its name alone."""
    if isinstance(node, ast.FunctionDef):
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        return _folded(name, _given(node), returns)
    fields = [_field(item) for item in node.body if isinstance(item, ast.AnnAssign) and not _hidden(item.target)]
    is_data = any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)
    return _folded(f"class {name}", fields, "") if is_data and fields else [f"class {name}"]


def _field(item: ast.AnnAssign) -> str:
    said = f"{ast.unparse(item.target)}: {ast.unparse(item.annotation)}"
    if item.value is None:
        return said
    if not isinstance(item.value, ast.Call):
        return f"{said} = {ast.unparse(item.value)}"
    made = any(word.arg in {"default", "default_factory"} for word in item.value.keywords)
    return f"{said} = …" if made else said


def _hidden(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id.startswith("_")


def _given(node: ast.FunctionDef) -> list[str]:
    """The parameters one by one, as they stand in the source."""
    arguments = node.args
    places = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(places) - len(arguments.defaults)) + list(arguments.defaults)
    given = [_parameter(one, default) for one, default in zip(places, defaults, strict=True)]
    if arguments.vararg:
        given.append(f"*{ast.unparse(arguments.vararg)}")
    elif arguments.kwonlyargs:
        given.append("*")
    given += [
        _parameter(one, default) for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    return given + ([f"**{ast.unparse(arguments.kwarg)}"] if arguments.kwarg else [])


def _parameter(one: ast.arg, default: ast.expr | None) -> str:
    said = ast.unparse(one)
    if default is None:
        return said
    return f"{said} = {ast.unparse(default)}" if one.annotation else f"{said}={ast.unparse(default)}"


def _folded(name: str, given: list[str], after: str) -> list[str]:
    """One line where it fits, else as many as it takes, indented."""
    whole = f"{name}({', '.join(given)}){after}"
    if len(whole) <= WIDTH:
        return [whole]
    parts = [f"{one}, " for one in given[:-1]] + [f"{one})" for one in given[-1:]]
    if after:
        parts.append(after)
    lines, line = [], f"{name}("
    for part in parts:
        if len(line) + len(part.rstrip()) > WIDTH and line.strip():
            lines.append(line.rstrip())
            line, part = "    ", part.lstrip()
        line += part
    return [*lines, line.rstrip()]


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
