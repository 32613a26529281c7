"""Reports in and out, and pictures."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict
from pydantic.config import JsonDict

from .cases import MoveOut
from .common import Datum, Lat, Lon, Moment, PageInfo, Strict

EXAMPLE: JsonDict = {
    "text": "路灯不亮",
    "category": "C0137",
    "lon": 122.1,
    "lat": 37.5,
    "datum": "wgs84",
    "address": None,
    "occurred_at": None,
    "contact": {"name": None, "phone": "13900000000"},
    "media": [],
}


class ContactIn(Strict):
    """怎样联系上报人，封存于保险库。How to reach the reporter; sealed in the vault."""

    name: str | None = Field(None, max_length=50)
    phone: str | None = Field(None, max_length=40, examples=["13900000000"])


class _What(Strict):
    text: str = Field(min_length=1, max_length=2000, description="说什么。What is wrong.", examples=["路灯不亮"])
    lon: Lon | None = None
    lat: Lat | None = None
    datum: Datum = "wgs84"
    address: str | None = Field(None, max_length=200, description="地点，用文字。The place in words.")
    area: str | None = Field(
        None,
        max_length=12,
        description="区划代码，6、9 或 12 位；同时给了坐标时，以坐标所在的镇街、社区为准，地图认不出时才用它。"
        "Division code; the street or community of the point wins over it; it counts where the map knows none there.",
        examples=["990101001001"],
    )

    component: str | None = Field(
        None,
        pattern=r"^[0-9]{16}$",
        description="所报的部件，见 /places/components。The fixed thing it is about.",
        examples=["9901010137000001"],
    )


class ReportIn(_What):
    """一条上报，只有 text 必填。A report; only `text` is needed, and what its channel asks for besides.

    With a category chosen by a person it may be filed at once by a published rule.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    category: str | None = Field(
        None, max_length=20, description="立案目录的小类代码。A minor category.", examples=["C0137"]
    )
    occurred_at: Moment | None = Field(None, description="何时发生，须带时区。When, with a time zone.")
    contact: ContactIn | None = None
    media: list[UUID] = Field([], max_length=9, description="先用 POST /media 上传。Handed in by POST /media before.")
    elements: dict[str, str] | None = Field(
        None, description="来电五要素：time place cause course demand。The five elements of a call."
    )
    same_as: UUID | None = Field(None, description="与这件在办案卷是同一个问题。The open case that is the same.")
    channel: str | None = Field(
        None, max_length=40, description="岗位人员登记时的渠道，见 /channels。The channel, for staff who register."
    )


class SelfHandledIn(_What):
    """网格员当场处置的小事，处置前后各一图。Settled on the spot by the finder, with a picture before and after."""

    category: str = Field(max_length=20)
    condition: str | None = Field(None, max_length=20)
    before: list[UUID] = Field(max_length=9)
    after: list[UUID] = Field(max_length=9)


class SelfHandledOut(Schema):
    report: UUID
    tracking_key: str
    case: UUID
    number: str


class Nearby(Schema):
    """附近的同类在办案卷：是不是这一件？An open case of the same category close by."""

    id: UUID
    number: str
    state: str
    metres: float
    filed_at: datetime


class Submitted(Schema):
    """收到了。Received; the tracking key is shown here only, the site does not keep it. The same request again is
    answered the same: how the report stands by then is told under its tracking key."""

    report: UUID
    tracking_key: str = Field(description="查询码，只显示这一次。", examples=["7QK2-0M4X-9H1T-C3RD-VB8E"])
    case: UUID | None = Field(
        None, description="按 same_as 当即并入的案卷。The case that it joined at once, by `same_as`; null else."
    )
    nearby: list[Nearby] = []


class Tracked(Schema):
    """办到哪一步，不含个人信息。How a report stands: nothing personal, none of the reporter's words."""

    state: str
    stage: int = Field(description="1 已收到 2 已受理 3 已派单 4 已处置 5 已结束", ge=1, le=5)
    category: str
    received_at: datetime
    case_state: str
    number: str
    due_at: datetime | None
    closed_at: datetime | None
    closing: str
    reason: str | None = Field(description="不予受理的理由。Why it was not taken up.")
    reopen_until: datetime | None = Field(
        description="结案后，到此刻为止上报人可要求重新办理。Until when its reporter may have it opened again."
    )
    erased: bool = Field(description="上报人已删除其信息。The reporter has had their own erased.")
    erasable: bool = Field(description="可凭查询码删除。They may, by the key.")


class ReportFilters(Schema):
    state: Literal["received", "pre_verifying"] | None = None
    channel: str | None = Field(None, max_length=40)


class ReportRow(Schema):
    """待处理的一条上报。A report that waits; title null: its words are erased."""

    id: UUID
    state: str
    version: int
    channel: str
    category: str
    area: str
    received_at: datetime
    title: str | None
    pictures: int


class ContactOut(Schema):
    """Masked; revealing a contact is an act of its own, with a reason, and logged."""

    name: str | None
    phone: str | None


class ReportOut(Schema):
    """一条上报，及我可以做的动作。A report as staff see it, with the moves that the caller may make now."""

    id: UUID
    state: str
    version: int
    channel: str
    source: str
    category: str
    area: str
    unit_grid: str
    component: str
    lon: float | None
    lat: float | None
    occurred_at: datetime | None
    received_at: datetime
    found: str = Field(description="核实结果：空、yes、no。What the pre-verification found.")
    case_id: UUID | None
    quality: list[str]
    title: str | None
    text: str | None
    address: str | None
    elements: dict[str, str]
    erased: bool
    contact: ContactOut | None
    media: list[UUID]
    moves: list[MoveOut]


class ReportPage(PageInfo):
    rows: list[ReportRow]


class MediaOut(Schema):
    id: UUID
    kind: str
    width: int | None
    height: int | None
    taken_at: datetime | None
