"""Components and facilities: what is told of them, what may be said of them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Field, Schema

from .common import Datum, Lat, Lon
from .places import AgencyTieOut


class PointOut(Schema):
    """部件或设施。type: 目录大小类编码或设施种类；parties: whose it is (owner, competent, maintainer)."""

    kind: str
    code: str
    type: str
    name: str
    state: str = Field(description="intact, broken, lost, abandoned, occupied")
    community: str
    unit_grid: str
    address: str
    lon: float
    lat: float
    note: str
    changed_on: date | None
    parties: list[AgencyTieOut]


class PointFieldOut(Schema):
    """一项内容。One field before and after."""

    name: str
    before: str | float | None
    after: str | float | None


class PointChangeOut(Schema):
    """一次改动。new: it was brought in then; no fields where it was undone."""

    change: UUID
    verb: str
    at: datetime
    undone_at: datetime | None
    new: bool
    fields: list[PointFieldOut]


class PointCorrectIn(Schema):
    """更正。What is left out stays; seen: the change last seen, refused `moved_on` (409) where it is another by now."""

    codes: list[Annotated[str, Field(max_length=40)]] = Field(min_length=1, max_length=20_000)
    state: str | None = Field(None, max_length=20)
    name: str | None = Field(None, max_length=200)
    note: str | None = Field(None, max_length=500)
    address: str | None = Field(None, max_length=500)
    lon: Lon | None = None
    lat: Lat | None = None
    datum: Datum = "wgs84"
    seen: UUID | None = None


class PointCorrected(Schema):
    """改好了。The change, by which it can be undone."""

    change: UUID


class PointPartiesIn(Schema):
    """登记单位。agency: null ends what holds now."""

    codes: list[Annotated[str, Field(max_length=40)]] = Field(min_length=1, max_length=20_000)
    relation: str = Field(max_length=20, description="competent, owner, maintainer")
    agency: UUID | None


class PointLinked(Schema):
    """登记了几个。How many links began or ended."""

    count: int


class PointUndone(Schema):
    """撤销了哪些。What is as it was before."""

    kind: str
    codes: list[str]
