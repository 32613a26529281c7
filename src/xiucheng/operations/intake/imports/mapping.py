"""The mapping file: what a source means, written in TOML by a person, checked as a whole before a row is read.

It names the source profile (site, time zone, channel, strict or historical), which column is what, how a cell becomes
a value, and which value of theirs is which code of ours. README.md of this folder describes every key.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .transforms import TRANSFORMS

FOLDER = Path(__file__).resolve().parents[1] / "mappings"

# What a column may fill, and how its cells are read unless the file says otherwise.
TARGETS: Map[str, str] = {
    "external_id": "code",
    "text": "text",
    "title": "line",
    "category": "code",
    "channel": "code",
    "area": "code",
    "address": "line",
    "lon": "number",
    "lat": "number",
    "created": "datetime",
    "due": "datetime",
    "replied": "datetime",
    "replied_after": "days",
    "closed": "datetime",
    "closed_after": "days",
    "closing": "code",
    "agency": "code",
    "reply": "text",
    "name": "line",
    "phone": "code",
    "redispatched": "whole",
}
REQUIRED = ("external_id", "text", "category", "created")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_AGENCY = re.compile(r"[a-z0-9._-]{1,40}")
_AREA = re.compile(r"\d{6}(\d{3}(\d{3})?)?")


class BadMapping(Exception):
    """The mapping file is wrong; `problems` are (where in the file, code, detail)."""

    def __init__(self, problems: list[tuple[str, str, str]]) -> None:
        super().__init__("; ".join(f"{where}: {code} {detail}".strip() for where, code, detail in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Column:
    """Where a value comes from: a column (several are joined by a line break) or one constant, and how it is read."""

    names: tuple[str, ...]
    transform: str
    constant: str = ""
    values: Map[str, str] | None = None
    otherwise: str | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class OwnCategory:
    """A category of the source's own, published as its site's catalogue; the limit serves rows that state no due."""

    key: str
    major_code: str
    major_name: str
    minor_code: str
    minor_name: str
    limit_value: int
    limit_unit: str


@dataclass(frozen=True, slots=True)
class Named:
    """A code of ours and the name people read: an area or an agency that the source's site is founded with."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping that has been read and found whole."""

    name: str
    title: str
    version: int
    historical: bool
    site: str | None
    zone: str
    channel: str
    datum: str
    place_optional: bool
    date_only: bool
    encoding: str | None
    delimiter: str
    district: str | None
    columns: Map[str, Column]
    digest: str
    own_categories: tuple[OwnCategory, ...] = ()
    own_areas: tuple[Named, ...] = ()
    own_agencies: tuple[Named, ...] = ()
    values: Map[str, Map[str, str]] = field(default_factory=dict)

    @property
    def tz(self) -> ZoneInfo:
        """The zone in which the source tells the time."""
        return ZoneInfo(self.zone)

    @property
    def required(self) -> tuple[str, ...]:
        """What every row must have; a case of the past lay with somebody."""
        return (*REQUIRED, "agency") if self.historical else REQUIRED

    def needed_columns(self) -> set[str]:
        """Every column of the file that the mapping reads."""
        return {name for column in self.columns.values() for name in column.names}


def names() -> list[str]:
    """The mappings that come with the program."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name_or_path: str | Path) -> Mapping:
    """A mapping by its name (one of `names()`) or by the path of a file; BadMapping with every problem found."""
    path = Path(name_or_path)
    if _NAME.fullmatch(str(name_or_path)) and (FOLDER / f"{name_or_path}.toml").is_file():
        path = FOLDER / f"{name_or_path}.toml"
    try:
        content = path.read_bytes()
    except OSError:
        raise BadMapping([("", "unknown_mapping", str(name_or_path))]) from None
    return parse(content)


def parse(content: bytes) -> Mapping:
    """A mapping from the bytes of its file; its digest stands for exactly these bytes."""
    try:
        body = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping([("", "not_toml", str(error))]) from None
    problems: list[tuple[str, str, str]] = []
    columns = _columns(body, problems)
    _check_head(body, problems)
    _check_own(body, problems)
    if problems:
        raise BadMapping(problems)
    return _built(body, columns, hashlib.sha256(content).hexdigest())


def _built(body: dict[str, Any], columns: dict[str, Column], digest: str) -> Mapping:
    return Mapping(
        name=body["name"],
        title=str(body.get("title", body["name"])),
        version=int(body.get("version", 1)),
        historical=body["mode"] == "historical",
        site=body.get("site"),
        zone=body["zone"],
        channel=body["channel"],
        datum=body.get("datum", "wgs84"),
        place_optional=body.get("place", "required") == "optional",
        date_only=bool(body.get("date_only", False)),
        encoding=body.get("encoding"),
        delimiter=body.get("delimiter", ","),
        district=body.get("district"),
        columns=columns,
        digest=digest,
        own_categories=tuple(OwnCategory(**item) for item in body.get("categories", [])),
        own_areas=tuple(Named(**item) for item in body.get("areas", [])),
        own_agencies=tuple(Named(**item) for item in body.get("agencies", [])),
        values=body.get("values", {}),
    )


_HEAD_KEYS = frozenset(
    {
        "name",
        "title",
        "version",
        "mode",
        "site",
        "zone",
        "channel",
        "datum",
        "place",
        "date_only",
        "encoding",
        "delimiter",
        "district",
        "columns",
        "values",
        "categories",
        "areas",
        "agencies",
    }
)
_CHOICES = {"mode": ("strict", "historical"), "place": ("required", "optional")}


def _check_head(body: dict[str, Any], problems: list[tuple[str, str, str]]) -> None:
    problems += [(key, "unknown_key", "") for key in body if key not in _HEAD_KEYS]
    problems += [(key, "missing_key", "") for key in ("name", "mode", "zone", "channel") if key not in body]
    for key, choices in _CHOICES.items():
        if key in body and body[key] not in choices:
            problems.append((key, "bad_value", " | ".join(choices)))
    for key in ("name", "site"):
        if key in body and not _NAME.fullmatch(str(body[key])):
            problems.append((key, "bad_value", str(body[key])))
    if "district" in body and not _AREA.fullmatch(str(body["district"])):
        problems.append(("district", "bad_value", str(body["district"])))
    try:
        ZoneInfo(str(body.get("zone", "UTC")))
    except (ZoneInfoNotFoundError, ValueError):
        problems.append(("zone", "bad_value", str(body["zone"])))


def _check_own(body: dict[str, Any], problems: list[tuple[str, str, str]]) -> None:
    for key, kind in (("categories", OwnCategory), ("areas", Named), ("agencies", Named)):
        expected = set(kind.__dataclass_fields__)
        for index, item in enumerate(body.get(key, [])):
            wrong = sorted(expected.symmetric_difference(item))
            if wrong:
                problems.append((f"{key}[{index}]", "bad_value", ", ".join(wrong)))
    for key, form in (("areas", _AREA), ("agencies", _AGENCY)):
        codes = [str(item.get("code", "")) for item in body.get(key, [])]
        problems += [(key, "bad_value", code) for code in codes if not form.fullmatch(code)]


def _columns(body: dict[str, Any], problems: list[tuple[str, str, str]]) -> dict[str, Column]:
    given = body.get("columns", {})
    required = (*REQUIRED, "agency") if body.get("mode") == "historical" else REQUIRED
    problems += [("columns", "missing_key", target) for target in required if target not in given]
    columns = {}
    for target, item in given.items():
        if target not in TARGETS:
            problems.append((f"columns.{target}", "unknown_key", ""))
            continue
        try:
            columns[target] = _column(target, item, body.get("values", {}))
        except KeyError as error:
            problems.append((f"columns.{target}", "bad_value", str(error.args[0])))
    return columns


def _column(target: str, item: Any, tables: Map[str, Map[str, str]]) -> Column:
    """`"name"`, `["name", "name"]`, or a table with column | columns | constant, as, values, otherwise, pattern."""
    if not isinstance(item, dict):
        item = {"columns": item} if isinstance(item, list) else {"column": item}
    unknown = set(item) - {"column", "columns", "constant", "as", "values", "otherwise", "pattern"}
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    sources = tuple(item.get("columns", [item["column"]] if "column" in item else []))
    if bool(sources) == ("constant" in item):
        raise KeyError("column | columns | constant")
    transform = item.get("as", TARGETS[target])
    if transform not in TRANSFORMS:
        raise KeyError(transform)
    table = item.get("values")
    if table is not None and table not in tables:
        raise KeyError(table)
    return Column(
        names=sources,
        transform=transform,
        constant=str(item.get("constant", "")),
        values=tables[table] if table is not None else None,
        otherwise=item.get("otherwise"),
        pattern=item.get("pattern"),
    )
