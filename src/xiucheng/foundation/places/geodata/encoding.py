"""In which encoding a shapefile's attributes are written: what its .cpg says, held against the bytes themselves."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

# What .cpg files and the language byte of a DBF (offset 29) say, by the codec that reads it.
_STATED = (
    (re.compile(r"utf-?8|65001", re.I), "UTF-8"),
    (re.compile(r"gb|936|cp936|ansi.?936|chinese", re.I), "GB18030"),
    (re.compile(r"big5|950", re.I), "BIG5"),
)
_LANGUAGE_BYTE = {0x4D: "GB18030", 0x7A: "GB18030", 0x78: "BIG5", 0x79: "BIG5"}
_CODEC = {"UTF-8": "utf-8", "GB18030": "gb18030", "BIG5": "big5"}
_ROWS = 3000


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding to read with; source: cpg, header, bytes. wrong: what the file stated, where its bytes disagree."""

    name: str
    source: str
    wrong: str = ""


def of_shapefile(dbf: Path, cpg: Path | None) -> Encoding:
    """Decide for a .dbf and its .cpg, if any. ASCII only: whatever is stated, else UTF-8."""
    stated, source = _stated(dbf, cpg)
    values = _texts(dbf)
    if not values:
        return Encoding(stated or "UTF-8", source or "bytes")
    score = {name: _readable(values, codec) for name, codec in _CODEC.items()}
    # UTF-8 hardly ever fits by accident, GB18030 nearly always does: so it is asked first, and only all will do.
    if score["UTF-8"] == len(values):
        found = "UTF-8"
    elif stated == "BIG5" and score["BIG5"] >= score["GB18030"]:
        found = "BIG5"
    else:
        found = "GB18030"
    if stated == found:
        return Encoding(found, source)
    return Encoding(found, "bytes", stated or "")


def _stated(dbf: Path, cpg: Path | None) -> tuple[str | None, str]:
    if cpg is not None:
        text = cpg.read_bytes()[:64].decode("latin-1").strip()
        for pattern, name in _STATED:
            if pattern.search(text):
                return name, "cpg"
    with dbf.open("rb") as file:
        head = file.read(32)
    name_of = _LANGUAGE_BYTE.get(head[29]) if len(head) == 32 else None
    return (name_of, "header") if name_of else (None, "")


def _texts(dbf: Path) -> list[bytes]:
    """Field names and text values of the first rows that hold anything but ASCII."""
    with dbf.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            return []
        count, header, width = struct.unpack("<IHH", head[4:12])
        described = file.read(max(0, header - 32))
        fields = [described[at : at + 32] for at in range(0, len(described) - 31, 32) if described[at] != 0x0D]
        found = [name for field in fields if (name := field[:11].split(b"\x00")[0]) and not name.isascii()]
        file.seek(header)
        for _ in range(min(count, _ROWS)):
            record = file.read(width)
            found.extend(_of_record(record, fields))
            if len(found) > _ROWS:
                break
    return found


def _of_record(record: bytes, fields: list[bytes]) -> list[bytes]:
    found, at = [], 1
    for field in fields:
        length = field[16]
        value = record[at : at + length].rstrip(b" \x00")
        if field[11:12] == b"C" and value and not value.isascii():
            found.append(value)
        at += length
    return found


def _readable(values: list[bytes], codec: str) -> int:
    """How many of the values the codec reads; a last character that the field's width cut off is forgiven."""
    return sum(any(_decodes(value[: len(value) - cut], codec) for cut in range(4)) for value in values)


def _decodes(value: bytes, codec: str) -> bool:
    try:
        value.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
