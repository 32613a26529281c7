"""Double registration, pairings and take-ons, and what communities ask to be taken on, as JSON."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Schema


class PartnershipOut(Schema):
    """共建关系。name: the organisation, or a person where the caller may know; what: the words of a take-on.

    state: registered confirmed declined paired taken done released ended; phase: running ending over coming past.
    """

    id: UUID
    kind: str = Field(description="registration 双报到, pairing 结对, take_on 认领")
    whose: str = Field(description="organisation 单位, person 个人")
    name: str
    organisation: UUID | None
    area: str
    need: UUID | None
    need_kind: str | None
    place: str | None
    what: str
    topics: list[str]
    state: str
    phase: str
    starts_on: date
    ends_on: date | None
    ended_on: date | None
    reason: str
    result: str
    renews: UUID | None
    moves: list[str] = Field(description="此刻可办的动作。What the caller may do now.")


class PartnershipIn(Schema):
    """登记。A registration (organisation, or one of the staff: person), a pairing, or taking on a need."""

    kind: Literal["registration", "pairing", "take_on"]
    area: str = Field("", max_length=60, description="社区代码或名称；认领不填。Community; not of a take-on.")
    organisation: UUID | None = None
    person: UUID | None = None
    need: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    topics: list[Annotated[str, Field(max_length=20)]] = Field(default_factory=list, max_length=10)


class PartnershipMoveIn(Schema):
    """办一步。confirm, decline, end_registration, end_pairing, report, release; renew (ends_on); undo."""

    move: str = Field(max_length=20)
    reason: str = Field("", max_length=20)
    result: str = Field("", max_length=12)
    words: str = Field("", max_length=400)
    ends_on: date | None = None


class UndoneOut(Schema):
    """撤销之后。state: what stands again; "" where what was undone had just begun and is gone."""

    id: UUID
    state: str


class CommunityOut(Schema):
    """社区。A community by code and name."""

    code: str
    name: str


class NeedOut(Schema):
    """待认领的事。open: nobody has taken it on; words: "" where they were erased."""

    id: UUID
    area: str
    kind: str = Field(description="task duty wish unit_grid facility")
    place: str
    words: str
    offered_at: datetime
    withdrawn_at: datetime | None
    open: bool


class NeedIn(Schema):
    """请人认领。place: the code of a unit grid, the code or name of a facility; no names of people in words."""

    area: str = Field(max_length=60)
    kind: str = Field(max_length=12)
    words: str = Field("", max_length=400)
    place: str = Field("", max_length=60)
