"""Every sentence that people read has its English, and no part of the catalogue translates what nobody says."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tools import translations

from tests.repository.house import PACKAGE, sources

MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


Message = tuple[str, str]
"""Context ("" for none) and text."""


def _marked_in_python() -> Iterator[tuple[Message, str]]:
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS and node.args:
                where = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                words = node.args[:2] if node.func.id.startswith("pgettext") else [ast.Constant(""), node.args[0]]
                match words:
                    case [ast.Constant(str(context)), ast.Constant(str(text))]:
                        yield (context, text), where


def _marked_in_templates() -> Iterator[tuple[Message, str]]:
    from django.utils.translation.template import templatize

    quoted = r"""u?((?:'(?:[^'\\]|\\.)*')|(?:\"(?:[^\"\\]|\\.)*\"))"""
    call = re.compile(rf"\b(?:(?:gettext|_|ngettext)\(|pgettext\(\s*{quoted}\s*,)\s*{quoted}")
    for path in sorted(PACKAGE.glob("interfaces/*/templates/**/*.html")):
        for match in call.finditer(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
            context = ast.literal_eval(match[1]) if match[1] else ""
            yield (context, ast.literal_eval(match[2])), str(path.relative_to(PACKAGE))


@cache
def _known() -> frozenset[Message]:
    entries, problems = translations.merge(PACKAGE / "locale")
    assert not problems, problems
    return frozenset((entry.context, entry.msgid) for entry in entries.values())


def test_every_marked_string_has_its_english():
    marked = [*_marked_in_python(), *_marked_in_templates()]
    assert len(marked) > 300, "the search itself must find something"
    missing = sorted({f"{where}: {one}" for one, where in marked if one[1] and one not in _known()})
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
    marked = {one for one, _ in (*_marked_in_python(), *_marked_in_templates())}
    for path in sorted((PACKAGE / "locale" / "parts").glob("*.po")):
        read = [entry for entry in translations.read(path) if entry.msgid]
        unused = [entry.msgid for entry in read if (entry.context, entry.msgid) not in marked]
        assert not unused, f"{path.name} translates what nobody says: {unused[:5]}"
