"""What goes in and out of the API, as JSON; the OpenAPI is made from it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AfterValidator, ConfigDict

Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, description="经度，度")]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, description="纬度，度")]
Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("须带时区，例如 2026-03-02T09:00:00+08:00")
    return value


Moment = Annotated[datetime, AfterValidator(_aware)]


class Strict(Schema):
    """Unknown keys are refused: a misspelt one would otherwise be lost in silence."""

    model_config = ConfigDict(extra="forbid")


class Error(Schema):
    """A refusal: a stable code, a sentence, and a sentence per field."""

    code: str = Field(examples=["illegal_move"])
    text: str
    fields: dict[str, str] = {}


class ContactIn(Strict):
    name: str | None = None
    phone: str | None = None


class ReportIn(Strict):
    """A report. Only `text` is needed; with a category chosen by a person it may be filed at once by a rule."""

    text: str = Field(description="说什么，1 至 2000 字", examples=["路灯不亮"])
    category: str | None = Field(None, description="立案目录的小类代码", examples=["C0137"])
    lon: Lon | None = None
    lat: Lat | None = None
    datum: Datum = "wgs84"
    address: str | None = None
    area: str | None = Field(None, description="区划代码，6、9 或 12 位", examples=["990101001001"])
    occurred_at: Moment | None = None
    contact: ContactIn | None = None
    media: list[UUID] = []
    elements: dict[str, str] | None = Field(None, description="来电五要素：time place cause course demand")
    same_as: UUID | None = Field(None, description="与这件在办案卷是同一个问题")


class Nearby(Schema):
    """An open case of the same category close by."""

    id: UUID
    number: str
    state: str
    metres: float
    filed_at: datetime


class Submitted(Schema):
    report: UUID
    tracking_key: str = Field(description="查询码，只显示这一次；系统不保存")
    case: UUID | None = None
    nearby: list[Nearby] = []


class Tracked(Schema):
    """How a report stands: nothing personal, none of the reporter's words."""

    state: str
    stage: int = Field(description="1 已收到 2 已受理 3 已派单 4 已处置 5 已结束")
    category: str
    received_at: datetime
    case_state: str
    number: str
    due_at: datetime | None
    closed_at: datetime | None
    closing: str
    reason: str | None


class MoveField(Schema):
    name: str
    kind: str
    label: str
    required: bool
    choices: list[tuple[str, str]] = []


class MoveOut(Schema):
    """A move that the caller may make now, with what it asks for."""

    move: str
    label: str
    asks: bool
    fields: list[MoveField]


class RequestOut(Schema):
    id: UUID
    what: str
    asked_at: datetime
    mine: bool = Field(description="由我批复")


class ReportRow(Schema):
    id: UUID
    state: str
    version: int
    channel: str
    category: str
    area: str
    received_at: datetime
    title: str | None
    pictures: int


class ReportOut(Schema):
    """A report as staff see it; the contact is masked, revealing it is an act of its own."""

    id: UUID
    state: str
    version: int
    channel: str
    source: str
    category: str
    area: str
    unit_grid: str
    lon: float | None
    lat: float | None
    occurred_at: datetime | None
    received_at: datetime
    case_id: UUID | None
    quality: list[str]
    title: str | None
    text: str | None
    address: str | None
    elements: dict[str, str]
    erased: bool
    media: list[UUID]
    moves: list[MoveOut]


class CaseRow(Schema):
    """One row of the hall list."""

    id: UUID
    number: str
    title: str | None
    state: str
    due_at: datetime | None
    handle_due_at: datetime | None
    category: str
    severity: str
    area: str
    agency: UUID | None
    channel: str
    sources: dict[str, int]
    supervised: bool
    filed_at: datetime
    closed_at: datetime | None


class CaseFilters(Schema):
    """What narrows the hall list; each as in the hall's address."""

    queue: str = Field("open", description="队列：open to_dispatch to_sign handling to_check soon overdue …")
    state: str | None = None
    category: str | None = Field(None, description="小类代码，或大类代码")
    area: str | None = Field(None, description="区划代码")
    agency: UUID | None = None
    severity: str | None = None
    channel: str | None = None
    overdue: bool = False
    supervised: bool = False
    sort: str | None = None
    q: str | None = Field(None, description="案卷编号或文字")


class CaseOut(Schema):
    """A case with the moves that the caller may make now. `version` goes into If-Match."""

    id: UUID
    number: str
    title: str | None
    state: str
    version: int
    channel: str
    category: str
    condition: str
    severity: str
    area: str
    unit_grid: str
    component: str
    lon: float | None
    lat: float | None
    filed_at: datetime
    due_at: datetime | None
    handle_due_at: datetime | None
    provisional: bool
    agency: UUID | None
    person: UUID | None
    rework_count: int
    reopen_count: int
    extend_count: int
    supervised: bool
    self_handled: bool
    merged_into: UUID | None
    closed_at: datetime | None
    closing: str
    quality: list[str]
    moves: list[MoveOut]
    requests: list[RequestOut]
    undo_until: datetime | None


class StoryLineOut(Schema):
    """One step of a case's story."""

    verb: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    imported: bool
    facts: dict[str, Any]
    reason: str | None
    erased: bool
    media: list[tuple[UUID, str]]


class MoveIn(Strict):
    """A move and the fields it asks for beside it, e.g. {"move": "dispatch", "agency": "…", "reason": null}."""

    move: str = Field(examples=["dispatch"])
    reason: str | None = Field(None, description="理由或说明")
    agency: str | None = Field(None, description="承办单位 id")
    person: str | None = Field(None, description="经办人 id")
    case: str | None = Field(None, description="主案卷的 id 或编号")
    media: list[str] | None = Field(None, description="图片 id")
    closing: str | None = Field(None, description="handled 或 by_notice")
    request: str | None = Field(None, description="待批复的申请 id")
    granted: str | None = Field(None, description="yes 或 no")
    reply_days: int | None = Field(None, description="督办几日内回复")
    category: str | None = Field(None, description="立案的小类（上报）")
    condition: str | None = Field(None, description="立案条件（上报）")
    area: str | None = Field(None, description="区划代码（上报）")
    found: str | None = Field(None, description="核实结果 yes 或 no（上报）")

    def args(self) -> dict[str, Any]:
        """What was given besides the move; an empty field is as if not given."""
        given = self.model_dump(exclude={"move"})
        return {key: value for key, value in given.items() if value not in (None, "", [])}


class CaseReference(Schema):
    """What was done to a report, and the case it now belongs to."""

    report: UUID
    state: str
    case: UUID | None = None
    number: str | None = None


class TaskOut(Schema):
    id: UUID
    kind: str
    room: str
    subject: UUID
    state: str
    due_at: datetime | None
    agency: UUID | None
    person: UUID | None
    post: str
    area: str


class NoticeOut(Schema):
    id: UUID
    event: str
    text: str
    link: str | None
    told_at: datetime
    read: bool


class ConditionOut(Schema):
    key: str
    text: str
    severity: str
    limit: dict[str, Any]
    closing: str
    after_photo: bool
    default: bool


class CategoryOut(Schema):
    key: str
    kind: str
    scheme: str
    version: str
    major_code: str
    major_name: str
    minor_code: str
    minor_name: str
    conditions: list[ConditionOut]


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


class MediaOut(Schema):
    id: UUID
    kind: str
    width: int | None
    height: int | None
    taken_at: datetime | None


class MeOut(Schema):
    person: UUID | None
    name: str | None
    posts: list[dict[str, str | None]]
    unread: int


class AgencyOut(Schema):
    id: UUID
    code: str
    name: str


class PageInfo(Schema):
    """Cursors of the neighbouring pages; `last` jumps to the other end."""

    next: str | None
    previous: str | None
    last: str = "last"


class ReportPage(PageInfo):
    rows: list[ReportRow]


class CasePage(PageInfo):
    rows: list[CaseRow]


class TaskPage(PageInfo):
    rows: list[TaskOut]


class NoticePage(PageInfo):
    rows: list[NoticeOut]
