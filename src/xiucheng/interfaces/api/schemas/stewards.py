"""Centre households and stewards: what is told of them, and a row of a list."""

from datetime import date
from uuid import UUID

from ninja import Field, Schema

from .common import Error


class StewardOut(Schema):
    """中心户或楼长。The name is masked for who does not work with them, "" where it was erased."""

    id: UUID
    name: str
    kind: str = Field(description="centre_household, building_steward, stairwell_steward, alley_steward")
    area: str
    covers: str
    households: int | None
    state: str = Field(description="chosen, published, serving, ended, dropped")
    selection: str = Field(description="elected, invited, volunteered")
    chosen_on: date
    starts_on: date | None
    ends_on: date | None


class StewardIn(Schema):
    """名单的一行。area: code or name of a community; a term only for those in office."""

    area: str = Field(max_length=60)
    name: str = Field(max_length=60)
    kind: str = Field(max_length=20)
    covers: str = Field(max_length=40)
    selection: str = Field(max_length=12)
    chosen_on: date
    phone: str = Field("", max_length=20)
    home: str = Field("", max_length=80)
    households: int | None = Field(None, ge=0, le=99999)
    starts_on: date | None = None
    ends_on: date | None = None


class StewardsIn(Schema):
    """一份名单。Up to 200 rows at a time."""

    rows: list[StewardIn] = Field(min_length=1, max_length=200)


class StewardTaken(Schema):
    """一行的结果。became: created, changed, same, refused (then with the error)."""

    row: int
    id: UUID | None = None
    became: str
    error: Error | None = None
