"""What an uploaded map file is, by its content; zip archives unpacked with limits, under names of our own.

Nothing of the archive's names reaches the file system: a part is written as `layer1.shp`, `layer1.dbf` … in a folder
made for it. Sizes are counted while unpacking, because a header may lie.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

# Own defaults (D): a district's whole survey stays below 200 MB; a shapefile packs to a tenth, not to a thousandth.
MAX_BYTES = 200 * 1024 * 1024
MAX_UNPACKED = 1024 * 1024 * 1024
MAX_ENTRIES = 2000
MAX_RATIO = 250
_SMALL = 16 * 1024 * 1024
_BLOCK = 1 << 20

SHAPE_PARTS = ("shp", "shx", "dbf", "prj", "cpg")
FORMATS = {"shp": "shapefile", "gpkg": "geopackage", "kml": "kml", "geojson": "geojson", "xlsx": "xlsx", "csv": "csv"}


class BadFile(Exception):
    """A file that is not read; `code` as in refusals.TEXTS, `about` what the sentence names."""

    def __init__(self, code: str, about: str = "", **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.about = about
        self.values = values


@dataclass(slots=True)
class Unpacked:
    """One set of data on disk: its format, its main file, and the name a person gave it."""

    format: str
    path: Path
    title: str
    parts: dict[str, Path] = field(default_factory=dict)


def unpack(upload: Path, name: str, folder: Path) -> list[Unpacked]:
    """The sets of data in an upload, in the order of their names. Raises BadFile.

    upload: the bytes as they came; name: what the person called the file, only for its ending and for sentences;
    folder: empty, ours.
    """
    size = upload.stat().st_size
    if size == 0:
        raise BadFile("empty_file", name)
    if size > MAX_BYTES:
        raise BadFile("too_large", name, megabytes=str(MAX_BYTES >> 20))
    kind = sniff(upload)
    if kind == "zip":
        return _archive(upload, name, folder)
    if kind is None:
        lone = name.rsplit(".", 1)[-1].lower() in SHAPE_PARTS
        raise BadFile("lone_shapefile" if lone else "unknown_format", name)
    if kind == "shp":
        raise BadFile("lone_shapefile", name)
    path = folder / f"layer1.{kind}"
    path.symlink_to(upload.resolve())
    return [Unpacked(FORMATS[kind], path, PurePosixPath(name).stem, {kind: path})]


def sniff(path: Path) -> str | None:
    """The ending that a file's content deserves: zip, xlsx, shp, gpkg, kml, geojson, csv; None for anything else."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head[:4] == b"PK\x03\x04":
        return "xlsx" if _is_workbook(path) else "zip"
    if head[:16] == b"SQLite format 3\x00":
        return "gpkg"
    if head[:4] == b"\x00\x00\x27\x0a":
        return "shp"
    return _text_kind(head)


def _text_kind(head: bytes) -> str | None:
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if plain[:1] == b"{":
        return "geojson"
    # Only a KML root: GDAL would take other XML for descriptions of files elsewhere.
    if plain[:1] == b"<":
        return "kml" if b"<kml" in plain and b"<OGRVRT" not in plain else None
    if b"\x00" in head or not plain:
        return None
    first = plain.splitlines()[0]
    return "csv" if any(mark in first for mark in (b",", b"\t", b";")) else None


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _archive(upload: Path, name: str, folder: Path) -> list[Unpacked]:
    try:
        with zipfile.ZipFile(upload) as archive:
            return _members(archive, name, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise BadFile("zip_broken", name) from error


def _members(archive: zipfile.ZipFile, name: str, folder: Path) -> list[Unpacked]:
    entries = [one for one in archive.infolist() if not one.is_dir()]
    if len(entries) > MAX_ENTRIES:
        raise BadFile("zip_too_many", name, most=str(MAX_ENTRIES))
    if any(one.flag_bits & 1 for one in entries):
        raise BadFile("zip_locked", name)
    groups: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for entry in entries:
        shown = PurePosixPath(_readable(entry))
        ending = shown.suffix.lower().lstrip(".")
        if ending == "json":
            ending = "geojson"
        if (ending in SHAPE_PARTS or ending in FORMATS) and not shown.name.startswith((".", "._")):
            groups.setdefault(str(shown.with_suffix("")), {})[ending] = entry
    room = _Room(name)
    found: list[Unpacked] = []
    for stem, parts in sorted(groups.items()):
        made = _one(archive, stem, parts, folder, len(found) + 1, room)
        found.extend(made)
    if not found:
        raise BadFile("nothing_inside", name)
    return found


def _readable(entry: zipfile.ZipInfo) -> str:
    """The entry's name for people: Windows packs GBK names without saying so, and zipfile reads them as cp437."""
    name = entry.filename.replace("\\", "/")
    if entry.flag_bits & 0x800:
        return name
    try:
        return name.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return name


class _Room:
    """How much may still be unpacked, over all parts of one archive."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.left = MAX_UNPACKED

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise BadFile("zip_bomb", self.name)


def _one(
    archive: zipfile.ZipFile,
    stem: str,
    parts: Mapping[str, zipfile.ZipInfo],
    folder: Path,
    number: int,
    room: _Room,
) -> list[Unpacked]:
    title = PurePosixPath(stem).name
    shape = "shp" in parts
    if shape and "dbf" not in parts:
        raise BadFile("part_missing", f"{title}.shp", part=f"{title}.dbf")
    wanted = [one for one in SHAPE_PARTS if one in parts] if shape else [one for one in FORMATS if one in parts]
    if not wanted:
        return []
    written = {}
    for ending in wanted:
        target = folder / f"layer{number}.{ending}"
        with archive.open(parts[ending]) as source, target.open("wb") as out:
            _copy(source, out, parts[ending], room)
        written[ending] = target
    main = wanted[0]
    if sniff(written[main]) != main:
        raise BadFile("not_what_it_says", f"{title}.{main}")
    return [Unpacked(FORMATS[main], written[main], title, written)]


def _copy(source: IO[bytes], out: IO[bytes], entry: zipfile.ZipInfo, room: _Room) -> None:
    done = 0
    while block := source.read(_BLOCK):
        done += len(block)
        room.take(len(block))
        if done > _SMALL and done > MAX_RATIO * max(1, entry.compress_size):
            raise BadFile("zip_bomb", room.name)
        out.write(block)
