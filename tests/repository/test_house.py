"""What the import linter cannot see: keys that point up, tables touched from outside, stray clocks, long files."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

from tests.repository.house import HEIGHT, PACKAGE, ROOMS, module_of, room_of, sources

OWN = [app for app in apps.get_app_configs() if app.label in HEIGHT]


def test_no_foreign_key_points_up():
    for app in OWN:
        for model in app.get_models():
            for field in model._meta.get_fields():
                if isinstance(field, models.ForeignKey):
                    target = field.related_model._meta.app_label
                    assert HEIGHT[target] <= HEIGHT[app.label], f"{app.label}.{model.__name__}.{field.name} → {target}"


def test_tables_bear_the_name_of_their_room():
    for app in OWN:
        for model in app.get_models():
            assert model._meta.db_table.startswith(f"{app.label}_"), model._meta.db_table


def _imports(path: Path, tree: ast.Module) -> list[str]:
    package = module_of(path) if path.name == "__init__.py" else module_of(path).rpartition(".")[0]
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*base, node.module] if node.module else base)
            found += [f"{module}.{name.name}" for name in node.names]
    return found


def test_nobody_imports_the_models_of_another_room():
    for path, tree in sources():
        for name in _imports(path, tree):
            match = re.match(r"xiucheng\.(?:foundation|operations|interfaces)\.(\w+)\.(?:vault\.)?models\b", name)
            assert not match or match[1] == room_of(path), f"{path.relative_to(PACKAGE)} imports {name}"


TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|COPY)\s+([a-z]+_[a-z_]+)")


def test_no_sql_touches_the_tables_of_another_room():
    """Tables in SQL texts are the room's own; the bench measures from outside and seeds tables set-wise."""
    tables = {model._meta.db_table: app.label for app in OWN for model in app.get_models()}
    for path, tree in sources():
        if "bench" in path.parts:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for table in TABLE.findall(node.value):
                    owner = tables.get(table)
                    own = room_of(path) in {owner, "people" if owner == "keystore" else owner}
                    assert owner is None or own, f"{path.relative_to(PACKAGE)} touches {table}"


def test_no_template_includes_another_interface_but_the_shared_one():
    for path in PACKAGE.glob("interfaces/*/templates/**/*.html"):
        room = path.relative_to(PACKAGE / "interfaces").parts[0]
        for name in re.findall(r"{%\s*(?:include|extends)\s+[\"']([^\"']+)", path.read_text(encoding="utf-8")):
            owner = name.split("/")[0]
            assert owner in {room, "web"} or owner not in ROOMS, f"{path.relative_to(PACKAGE)} uses {name}"


CLOCKS = {"datetime.now", "datetime.utcnow", "timezone.now", "date.today", "time.time"}


def test_only_doors_and_workers_read_the_clock():
    allowed = {"kit/now.py", "kit/ids.py"}
    for path, tree in sources():
        relative = path.relative_to(PACKAGE).as_posix()
        if relative in allowed or relative.startswith(("interfaces/", "config/")):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in CLOCKS, f"{relative}:{node.lineno} reads the clock"


ASKING = {"jobs.py", "timers.py", "reactions.py"}
"""Files of a room that begin by themselves, without a door that says when it is."""
ASK_THEMSELVES = {
    "foundation/people/signin.py": "what the sign-in library calls, without a time",
    "operations/dispatch/preview.py": "what packs calls to judge a draft: a kind's functions are given no time",
    "operations/founding/rehearsing/child.py": "a process of its own",
    "operations/founding/rehearsing/walking.py": "what goes from hand to hand in that process",
}


def test_only_what_begins_by_itself_asks_what_time_it_is():
    """A query or a verb that looks at the clock when nobody says the time cannot be tested or replayed."""
    found = set()
    for path, tree in sources():
        relative = path.relative_to(PACKAGE).as_posix()
        if relative.startswith(("interfaces/", "config/")) or path.name in ASKING:
            continue
        if any(name.startswith("xiucheng.kit.now") for name in _imports(path, tree)):
            found.add(relative)
    assert found == set(ASK_THEMSELVES)


def test_rules_are_pure():
    """rules.py knows Django only as the translator of its sentences."""
    for path, tree in sources():
        if path.name != "rules.py" and "rules" not in path.parts:
            continue
        for name in _imports(path, tree):
            assert not name.startswith("django") or name.startswith(
                ("django.utils.translation", "django.utils.functional")
            ), f"{path.relative_to(PACKAGE)} imports {name}"


def test_migrations_are_linear_and_complete(db):
    from django.core.management import call_command

    loader = MigrationLoader(None)
    for app in OWN:
        leaves = loader.graph.leaf_nodes(app.label)
        assert len(leaves) <= 1, f"{app.label} has several last migrations: {leaves}"
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_every_room_says_what_it_is_for(room):
    readme = PACKAGE / ROOMS[room] / room / "README.md"
    assert readme.is_file(), f"{room} has no README.md"
    assert len(readme.read_text(encoding="utf-8")) > 200


def test_files_open_with_a_sentence_and_stay_short():
    for path, tree in sources():
        relative = path.relative_to(PACKAGE).as_posix()
        text = path.read_text(encoding="utf-8")
        if path.name not in {"__init__.py", "apps.py"} and text.strip():
            assert ast.get_docstring(tree), f"{relative} does not say what it is for"
        assert text.count("\n") <= 400, f"{relative} has {text.count(chr(10))} lines: split it by meaning"


def test_nothing_unfinished_is_called_done():
    words = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    for path, _ in sources():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not words.search(line), f"{path.relative_to(PACKAGE)}:{number}: {line.strip()}"
