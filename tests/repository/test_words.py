"""Every sentence that people read has its English, and no part of the catalogue translates what nobody says."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tools import translations

from tests.repository.house import PACKAGE, sources

MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _marked_in_python() -> Iterator[tuple[str, str]]:
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS and node.args:
                where = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                first = node.args[1] if node.func.id.startswith("pgettext") else node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, where


def _marked_in_templates() -> Iterator[tuple[str, str]]:
    from django.utils.translation.template import templatize

    call = re.compile(r"\b(?:p?gettext|_|ngettext)\(\s*u?((?:'(?:[^'\\]|\\.)*')|(?:\"(?:[^\"\\]|\\.)*\"))")
    for path in sorted(PACKAGE.glob("interfaces/*/templates/**/*.html")):
        for match in call.finditer(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
            yield ast.literal_eval(match[1]), str(path.relative_to(PACKAGE))


@cache
def _known() -> frozenset[str]:
    entries, problems = translations.merge(PACKAGE / "locale")
    assert not problems, problems
    return frozenset(entry.msgid for entry in entries.values())


def test_every_marked_string_has_its_english():
    marked = [*_marked_in_python(), *_marked_in_templates()]
    assert len(marked) > 300, "the search itself must find something"
    missing = sorted({f"{where}: {text!r}" for text, where in marked if text and text not in _known()})
    assert not missing, "\n".join(missing)


def test_no_chinese_sentence_of_a_page_is_left_unmarked():
    """In templates a Chinese character outside a translation tag would stay Chinese for an English reader."""
    tags = re.compile(
        r"{%\s*blocktrans(?:late)?.*?%}.*?{%\s*endblocktrans(?:late)?\s*%}|{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->", re.S
    )
    for path in sorted(PACKAGE.glob("interfaces/*/templates/**/*.html")):
        bare = tags.sub("", path.read_text(encoding="utf-8"))
        found = [line.strip() for line in bare.splitlines() if CHINESE.search(line) and "lang=" not in line]
        assert not found, f"{path.relative_to(PACKAGE)}: {found[:3]}"


def test_the_parts_say_nothing_twice_and_nothing_in_vain():
    marked = {text for text, _ in (*_marked_in_python(), *_marked_in_templates())}
    for path in sorted((PACKAGE / "locale" / "parts").glob("*.po")):
        unused = [entry.msgid for entry in translations.read(path) if entry.msgid and entry.msgid not in marked]
        assert not unused, f"{path.name} translates what nobody says: {unused[:5]}"
