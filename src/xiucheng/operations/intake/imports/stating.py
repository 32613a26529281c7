"""What a mapping file may say, key by key; whatever is wrong with one is told with its place in the file."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal, LiteralString
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from xiucheng.foundation.places.rules import DATUMS

from ..channels import CHANNELS
from .transforms import TRANSFORMS

# What a column may fill, and how its cells are read unless the file says otherwise.
TARGETS: Mapping[str, str] = {
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
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

Problem = tuple[str, str, str]
"""Where in the file, code (not_toml, unknown_mapping, unknown_key, missing_key, bad_value), detail."""


class BadMapping(Exception):
    """The mapping file is wrong; `problems` are (where in the file, code, detail)."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{where}: {code} {detail}".strip() for where, code, detail in problems))
        self.problems = problems


def _one_of(allowed: Collection[str], code: LiteralString = "bad_value") -> AfterValidator:
    def look(value: str) -> str:
        if value not in allowed:
            raise PydanticCustomError(code, "{said}", {"said": " | ".join(allowed)})
        return value

    return AfterValidator(look)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(value) from error
    return value


def _encoding(value: str) -> str:
    try:
        " ".encode(value)
    except LookupError as error:
        raise ValueError(value) from error
    return value


def _plain(value: object) -> object:
    return str(value) if isinstance(value, int | float) else value


def _is_list(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _column(value: object) -> object:
    """`"name"` and `["name", "name"]` are short for a table."""
    if isinstance(value, str):
        return {"column": value}
    return {"columns": value} if isinstance(value, list) else value


Word = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
AreaCode = Annotated[str, Field(pattern="^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")]
AgencyCode = Annotated[str, Field(pattern="^[a-z0-9._-]{1,40}$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ColumnSaid(_Table):
    """Where a value comes from: exactly one of column, columns, constant."""

    column: Word | None = None
    columns: Annotated[tuple[Word, ...], BeforeValidator(_is_list)] = ()
    constant: Annotated[str | None, BeforeValidator(_plain)] = None
    transform: Annotated[str, _one_of(TRANSFORMS)] | None = Field(None, alias="as")
    values: str | None = None
    otherwise: str | None = None
    pattern: str | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the file."""
        return self.columns or ((self.column,) if self.column else ())

    @model_validator(mode="after")
    def _one_source(self) -> "ColumnSaid":
        if sum((bool(self.columns), self.column is not None, self.constant is not None)) != 1:
            raise ValueError("column | columns | constant")
        return self


class CategorySaid(_Table):
    """A category of the source's own."""

    key: Word
    major_code: Word
    major_name: Word
    minor_code: Word
    minor_name: Word
    limit_value: Annotated[int, Field(ge=1)]
    limit_unit: Word


class AreaSaid(_Table):
    """An area that the source's site is founded with."""

    code: AreaCode
    name: Word


class AgencySaid(_Table):
    """An agency that the source's site is founded with."""

    code: AgencyCode
    name: Word


class Said(_Table):
    """A whole mapping file."""

    name: Name
    title: str = ""
    version: Annotated[int, Field(ge=1)] = 1
    mode: Literal["strict", "historical"]
    site: Name | None = None
    zone: Annotated[str, AfterValidator(_zone)]
    channel: Annotated[str, _one_of(CHANNELS)]
    datum: Annotated[str, _one_of(DATUMS)] = "wgs84"
    place: Literal["required", "optional"] = "required"
    date_only: bool = False
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    district: AreaCode | None = None
    columns: dict[Annotated[str, _one_of(TARGETS, "unknown_key")], Annotated[ColumnSaid, BeforeValidator(_column)]]
    values: dict[str, dict[str, str]] = {}
    categories: list[CategorySaid] = []
    areas: list[AreaSaid] = []
    agencies: list[AgencySaid] = []

    @property
    def historical(self) -> bool:
        """Are its rows over?"""
        return self.mode == "historical"


def read(body: Mapping[str, Any]) -> Said:
    """What a mapping file says, once everything in it is right. BadMapping with every problem found."""
    try:
        said = Said.model_validate(body)
    except ValidationError as error:
        raise BadMapping([_problem(one) for one in error.errors()]) from None
    problems = list(_across(said))
    if problems:
        raise BadMapping(problems)
    return said


def _across(said: Said) -> Iterator[Problem]:
    """What only two keys together say."""
    # A case of the past lay with somebody.
    for target in (*REQUIRED, "agency") if said.historical else REQUIRED:
        if target not in said.columns:
            yield "columns", "missing_key", target
    for target, one in said.columns.items():
        if one.values is not None and one.values not in said.values:
            yield f"columns.{target}", "bad_value", one.values


_CODES = {"extra_forbidden": "unknown_key", "missing": "missing_key", "unknown_key": "unknown_key"}


def _problem(error: ErrorDetails) -> Problem:
    where = ""
    for part in error["loc"]:
        if isinstance(part, int):
            where += f"[{part}]"
        elif part != "[key]":
            where += f".{part}" if where else part
    code = _CODES.get(error["type"], "bad_value")
    return where, code, "" if code != "bad_value" else _detail(error)


def _detail(error: ErrorDetails) -> str:
    """What would be right where that is a list, else what was said."""
    expected = error.get("ctx", {}).get("expected") or error.get("ctx", {}).get("said")
    if error["type"] == "value_error":
        expected = str(error["ctx"]["error"])
    return str(expected or error["input"])[:200]
