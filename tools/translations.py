"""Gettext without GNU gettext: reads the .po files of `locale`, writes the compiled catalogues that Django loads.

`parts/` holds our own sentences in English, `libraries/` the sentences of libraries in our own Chinese words.
"""

from __future__ import annotations

import ast
import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

# Language as Django's folders call it → the folder of its .po files, and how many plurals it has.
CATALOGUES = {
    "en": ("parts", "nplurals=2; plural=(n != 1);"),
    "zh_Hans": ("libraries", "nplurals=1; plural=0;"),
}


class BadCatalogue(Exception):
    """A part cannot be read; the sentence names file and line."""


@dataclass
class Entry:
    """One message: its key in the compiled file (context and plural included) and its translation(s)."""

    context: str = ""
    msgid: str = ""
    plural: str = ""
    translations: dict[int, str] = field(default_factory=dict)
    where: str = ""

    @property
    def key(self) -> str:
        text = f"{self.context}\x04{self.msgid}" if self.context else self.msgid
        return f"{text}\0{self.plural}" if self.plural else text

    @property
    def value(self) -> str:
        return "\0".join(self.translations[number] for number in sorted(self.translations))


_FIELDS = {"msgctxt": "context", "msgid": "msgid", "msgid_plural": "plural"}


def read(path: Path) -> Iterator[Entry]:
    """The entries of one .po file; the header and what is not translated are left out."""
    entry, target = Entry(), ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            continue
        if word.startswith('"'):
            rest = line.strip()
        else:
            if _begins(entry, word):
                yield from _complete(entry)
                entry = Entry()
            entry.where = entry.where or f"{path.name}:{number}"
            target = word
        _append(entry, target, _text(rest, path, number), f"{path.name}:{number}")
    yield from _complete(entry)


def _begins(entry: Entry, word: str) -> bool:
    return word == "msgctxt" or (word == "msgid" and (bool(entry.translations) or bool(entry.msgid)))


def _complete(entry: Entry) -> Iterator[Entry]:
    if entry.msgid and all(entry.translations.values()) and entry.translations:
        yield entry


def _text(quoted: str, path: Path, number: int) -> str:
    try:
        return str(ast.literal_eval(quoted))
    except (ValueError, SyntaxError) as error:
        raise BadCatalogue(f"{path.name}:{number}: not a quoted string: {quoted}") from error


def _append(entry: Entry, target: str, text: str, where: str) -> None:
    if target in _FIELDS:
        setattr(entry, _FIELDS[target], getattr(entry, _FIELDS[target]) + text)
    elif target.startswith("msgstr"):
        number = int(target[7:-1] or 0) if target.startswith("msgstr[") else 0
        entry.translations[number] = entry.translations.get(number, "") + text
    else:
        raise BadCatalogue(f"{where}: unknown word {target}")


def merge(locale: Path, folder: str = "parts") -> tuple[dict[str, Entry], list[str]]:
    """All files of a folder in one, and a sentence for each message that two of them translate differently.

    The first one wins.
    """
    whole: dict[str, Entry] = {}
    quarrels = []
    for path in sorted((locale / folder).glob("*.po")):
        for entry in read(path):
            known = whole.setdefault(entry.key, entry)
            if known.value != entry.value:
                quarrels.append(f"{entry.msgid!r}: {known.where} and {entry.where} translate it differently")
    return whole, quarrels


def _binary(messages: dict[str, str]) -> bytes:
    """The .mo format: a table of sorted keys, a table of values, then the texts, each closed by a zero byte."""
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    start = 7 * 4 + 16 * len(pairs)
    keys = b"".join(key + b"\0" for key, _ in pairs)
    tables, offset = [], start
    for texts in ([key for key, _ in pairs], [value for _, value in pairs]):
        for text in texts:
            tables += [len(text), offset]
            offset += len(text) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + struct.pack(f"<{len(tables)}I", *tables) + keys + b"".join(value + b"\0" for _, value in pairs)


def _target(locale: Path, language: str) -> Path:
    return locale / language / "LC_MESSAGES" / "django.mo"


def _digest(locale: Path, folder: str) -> str:
    whole = hashlib.sha256()
    for path in sorted((locale / folder).glob("*.po")):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def current(locale: Path) -> bool:
    """Whether the compiled catalogues are those of the files as they are."""
    return all(_is_current(locale, language) for language in CATALOGUES)


def _is_current(locale: Path, language: str) -> bool:
    target = _target(locale, language)
    stamp = target.with_suffix(".mo.stamp")
    return target.exists() and stamp.exists() and stamp.read_text() == _digest(locale, CATALOGUES[language][0])


def compile_all(locale: Path) -> int:
    """Writes the compiled catalogues; returns how many messages they hold. Raises BadCatalogue."""
    return sum(_compile(locale, language) for language in CATALOGUES)


def _compile(locale: Path, language: str) -> int:
    folder, plurals = CATALOGUES[language]
    digest = _digest(locale, folder)
    entries, _ = merge(locale, folder)
    header = f"Content-Type: text/plain; charset=UTF-8\nLanguage: {language}\nPlural-Forms: {plurals}\n"
    target = _target(locale, language)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".mo.new")
    fresh.write_bytes(_binary({"": header, **{key: entry.value for key, entry in entries.items()}}))
    fresh.replace(target)
    target.with_suffix(".mo.stamp").write_text(digest)
    return len(entries)
