"""The mapping file: what a source means, written in TOML by a person, checked as a whole before a row is read.

It names the source profile (site, time zone, channel, strict or historical), which column is what, how a cell becomes
a value, and which value of theirs is which code of ours. README.md of this folder describes every key.
"""

import hashlib
import tomllib
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from .stating import NAME, REQUIRED, TARGETS, BadMapping, ColumnSaid, read

__all__ = ["REQUIRED", "TARGETS", "BadMapping", "Column", "Mapping", "Named", "OwnCategory", "load", "names", "parse"]

FOLDER = Path(__file__).resolve().parents[1] / "mappings"


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
    if NAME.fullmatch(str(name_or_path)) and (FOLDER / f"{name_or_path}.toml").is_file():
        path = FOLDER / f"{name_or_path}.toml"
    try:
        content = path.read_bytes()
    except OSError:
        raise BadMapping([("", "unknown_mapping", str(name_or_path))]) from None
    return parse(content)


def parse(content: bytes) -> Mapping:
    """A mapping from the bytes of its file; its digest stands for exactly these bytes.

    BadMapping with every problem.
    """
    try:
        body = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping([("", "not_toml", str(error))]) from None
    said = read(body)
    return Mapping(
        name=said.name,
        title=said.title or said.name,
        version=said.version,
        historical=said.historical,
        site=said.site,
        zone=said.zone,
        channel=said.channel,
        datum=said.datum,
        place_optional=said.place == "optional",
        date_only=said.date_only,
        encoding=said.encoding,
        delimiter=said.delimiter,
        district=said.district,
        columns={target: _column(target, one, said.values) for target, one in said.columns.items()},
        digest=hashlib.sha256(content).hexdigest(),
        own_categories=tuple(OwnCategory(**one.model_dump()) for one in said.categories),
        own_areas=tuple(Named(one.code, one.name) for one in said.areas),
        own_agencies=tuple(Named(one.code, one.name) for one in said.agencies),
        values=said.values,
    )


def _column(target: str, said: ColumnSaid, tables: Map[str, Map[str, str]]) -> Column:
    return Column(
        names=said.sources,
        transform=said.transform or TARGETS[target],
        constant=said.constant or "",
        values=tables[said.values] if said.values is not None else None,
        otherwise=said.otherwise,
        pattern=said.pattern,
    )
