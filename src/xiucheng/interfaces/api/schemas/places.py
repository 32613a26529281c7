"""Catalogue, agencies, channels, areas, and why a case goes where it goes."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from .common import Strict


class LimitOut(Schema):
    """时限。So many of a unit: urgent_hour, work_hour, work_day, natural_day."""

    value: int | str
    unit: str
    mode: str


class ConditionOut(Schema):
    key: str
    text: str
    severity: str
    limit: LimitOut
    closing: str
    after_photo: bool
    default: bool


class CategoryOut(Schema):
    """小类及其立案条件。A minor category with its filing conditions."""

    key: str
    kind: str
    scheme: str
    version: str
    major_code: str
    major_name: str
    minor_code: str
    minor_name: str
    conditions: list[ConditionOut]


class AgencyTieOut(Schema):
    """relation: competent, guide, cooperate, caretake: what the other is to the agency."""

    relation: str
    id: UUID
    name: str


class AgencyOut(Schema):
    id: UUID
    code: str
    name: str
    kind: str
    ties: list[AgencyTieOut]


class PersonOut(Schema):
    id: UUID
    name: str


class ChannelOut(Schema):
    """上报渠道。A channel; required: of category, place, contact; mine: the caller may use it."""

    name: str
    title: str
    required: list[str]
    elements: bool
    mine: bool


class AreaOut(Schema):
    code: str
    name: str
    level: str
    parent: str | None


class LocatedOut(Schema):
    outside: bool
    district: str | None
    street: str | None
    community: str | None
    unit_grid: str | None
    duty_grid: str | None


class NearOut(Schema):
    """A component near by, WGS84."""

    code: str
    kind: str
    name: str
    lon: float
    lat: float
    metres: float


class FeatureCollection(Schema):
    """GeoJSON, WGS84."""

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]


class VerdictOut(Schema):
    """一条规则的判定。One rule and why it matched or not."""

    rule: int
    verdict: str
    text: str
    target: str
    note: str


class ExplanationOut(Schema):
    """会派给谁，为什么。Where a case would go, and why; version null: no rules are published."""

    version: int | None
    area: str
    component: str
    on_duty: bool = Field(description="此刻是否在工作时间。On duty at that moment.")
    rule: int | None
    agency: UUID | None
    agency_name: str | None
    verdicts: list[VerdictOut]


class FigureOut(Schema):
    """底数。A dated number about a place; mark: "" exact, over 余, many 多, near 近, about 约."""

    id: UUID
    place_kind: str = Field(description="area, duty_grid, facility")
    place: str
    place_name: str
    area: str
    kind: str
    title: str
    value: float
    mark: str
    unit: str
    as_of: date
    source: str
    recorded_at: datetime
    withdrawn_at: datetime | None


class AnswerableOut(Schema):
    """谁负责。by: named (包保人), a role, or walker; phone only where the caller's posts cover the place."""

    person: UUID
    name: str
    by: str
    since: datetime | None
    until: datetime | None
    phone: str


class ResponsibleLevelOut(Schema):
    """一级。A street, community or duty grid with its people; least: how many must answer, missing: how many lack."""

    level: str
    code: str
    name: str
    least: int
    missing: int
    people: list[AnswerableOut]


class ThingNearOut(Schema):
    """附近的部件或设施。A component of the category or a facility close by; parties: relation → organisation."""

    kind: str
    code: str
    type: str
    name: str
    state: str
    metres: float
    parties: dict[str, str]


class HereOut(Schema):
    """这里谁负责。Who is responsible at a place; exact: found by a point on the map."""

    area: str
    exact: bool
    unit_grid: str
    levels: list[ResponsibleLevelOut]
    explanation: ExplanationOut | None
    things: list[ThingNearOut]


class FigureIn(Strict):
    """记一个数。place: code or name; amount: as people write it, 12000, 1.2万, 3000余, 近3000."""

    place: str = Field(max_length=60)
    kind: str = Field(max_length=40)
    title: str = Field("", max_length=20)
    amount: str = Field(max_length=20)
    as_of: date
    source: str = Field(max_length=60)
