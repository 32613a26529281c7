"""The compiled catalogue is what gettext reads; placeholders survive; parts that disagree or are broken are named."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest
from tools import translations

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "xiucheng"
LOCALE = PACKAGE / "locale"

EXAMPLE = r"""
msgid ""
msgstr "Language: en\n"

# remark
#, python-format
msgid "早上"
"好"
msgstr "Good "
"morning"

msgctxt "狗"
msgid "叫"
msgstr "bark"

msgid "%(n)s 件"
msgid_plural "%(n)s 件"
msgstr[0] "%(n)s case"
msgstr[1] "%(n)s cases"

msgid "还没译"
msgstr ""
"""
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_placeholders_survive_translation() -> None:
    named = re.compile(r"%\(\w+\)[sdf]|\{\w+(?::[^}]*)?\}")
    wrong = {
        entry.msgid: entry.value
        for entry in translations.merge(LOCALE)[0].values()
        if set(named.findall(entry.msgid + entry.plural)) != set(named.findall(entry.value))
    }
    assert wrong == {}


def test_english_holds_no_chinese() -> None:
    # A language's own name is written in that language.
    allowed = {"中文"}
    entries = translations.merge(LOCALE)[0].values()
    assert {e.msgid: e.value for e in entries if HAN.search(e.value) and e.msgid not in allowed} == {}


def _write(folder: Path, name: str, text: str) -> None:
    (folder / "parts").mkdir(exist_ok=True)
    (folder / "parts" / f"{name}.po").write_text(text)


def test_what_is_compiled_is_what_gettext_reads(tmp_path: Path) -> None:
    _write(tmp_path, "a", EXAMPLE)
    assert translations.compile_all(tmp_path) == 3
    read = gettext.translation("django", tmp_path, languages=["en"])
    assert read.gettext("早上好") == "Good morning"
    assert read.pgettext("狗", "叫") == "bark"
    assert [read.ngettext("%(n)s 件", "%(n)s 件", n) for n in (1, 2)] == ["%(n)s case", "%(n)s cases"]
    assert read.gettext("还没译") == "还没译"


def test_a_changed_part_is_compiled_again(tmp_path: Path) -> None:
    _write(tmp_path, "a", 'msgid "一"\nmsgstr "one"\n')
    assert not translations.current(tmp_path)
    translations.compile_all(tmp_path)
    assert translations.current(tmp_path)
    _write(tmp_path, "b", 'msgid "二"\nmsgstr "two"\n')
    assert not translations.current(tmp_path)


def test_parts_that_disagree_are_named(tmp_path: Path) -> None:
    _write(tmp_path, "a", 'msgid "岗位"\nmsgstr "Post"\n')
    _write(tmp_path, "b", '\nmsgid "岗位"\nmsgstr "Role"\n')
    merged, quarrels = translations.merge(tmp_path)
    assert merged["岗位"].value == "Post"
    assert len(quarrels) == 1
    assert "a.po:1" in quarrels[0]
    assert "b.po:2" in quarrels[0]


def test_a_broken_part_is_refused_with_its_line(tmp_path: Path) -> None:
    _write(tmp_path, "a", 'msgid "一"\nmsgstr one\n')
    with pytest.raises(translations.BadCatalogue, match=r"a\.po:2"):
        translations.merge(tmp_path)


def test_the_libraries_sentences_have_their_own_words_in_chinese(tmp_path: Path) -> None:
    entries, quarrels = translations.merge(LOCALE, "libraries")
    assert not quarrels
    assert len(entries) > 40
    assert {one.msgid for one in entries.values() if not HAN.search(one.value)} == set()
    folder = tmp_path / "libraries"
    folder.mkdir()
    for path in (LOCALE / "libraries").glob("*.po"):
        (folder / path.name).write_bytes(path.read_bytes())
    assert translations.compile_all(tmp_path) == len(entries)
    read = gettext.translation("django", tmp_path, languages=["zh_Hans"])
    one, many = (
        f"This password is too short. It must contain at least %d {word}." for word in ("character", "characters")
    )
    assert read.ngettext(one, many, 10) % 10 == "密码太短，至少要 10 个字符。"


def test_the_libraries_still_say_what_is_translated() -> None:
    """A sentence that a new release words otherwise would fall back to the library's own words unseen."""
    import allauth
    import django.contrib.auth

    said = "".join(
        path.read_text(encoding="utf-8")
        for package in (allauth, django.contrib.auth)
        for suffix in ("*.py", "*.html", "*.txt")
        for path in Path(package.__path__[0]).rglob(suffix)
    )
    said = re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", re.sub(r'"\s*\n\s*"', "", said))
    entries = translations.merge(LOCALE, "libraries")[0].values()
    assert [one.msgid for one in entries if one.msgid not in said] == []
