"""Cases in lists and alone, their moves and their story."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict
from pydantic.config import JsonDict

from xiucheng.operations.board.queries import QUEUES, SORTS
from xiucheng.operations.cases.rules import MOST_PICTURES, MOST_REPLY_DAYS, MOST_WORDS, STATES

from .common import PageInfo, PictureOut, Strict

EXAMPLE: JsonDict = {"move": "dispatch", "agency": "01990000-0000-7000-8000-000000000001", "reason": None}


class MoveField(Schema):
    """动作需要的一项。What a move asks for; kind: text agency person category condition case media choice request …"""

    name: str
    kind: str
    label: str
    required: bool
    choices: list[tuple[str, str]]


class MoveOut(Schema):
    """现在可以做的动作。A move that the caller may make now; asks: somebody else decides."""

    move: str
    label: str
    asks: bool
    fields: list[MoveField]


class MoveIn(Strict):
    """动作及其各项。A move and what it asks for beside it; which fields, the case itself says under `moves`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    move: str = Field(max_length=40, examples=["dispatch"])
    reason: str | None = Field(None, max_length=MOST_WORDS, description="理由或说明。Reason or remark.")
    agency: str | None = Field(None, max_length=40, description="承办单位 id。")
    person: str | None = Field(None, max_length=40, description="经办人 id。")
    case: str | None = Field(None, max_length=40, description="主案卷的 id 或编号。Id or number of a case.")
    media: list[str] | None = Field(None, max_length=MOST_PICTURES, description="图片 id。Pictures.")
    closing: str | None = Field(None, max_length=20, description="handled 或 by_notice。")
    request: str | None = Field(None, max_length=40, description="待批复的申请 id。The request to decide.")
    granted: str | None = Field(None, max_length=10, description="yes 或 no。")
    reply_days: int | None = Field(
        None, description=f"督办几日内回复，1 至 {MOST_REPLY_DAYS}。Days until a reply is due."
    )
    category: str | None = Field(None, max_length=20, description="立案的小类（上报）。For a report.")
    condition: str | None = Field(None, max_length=20, description="立案条件（上报）。For a report.")
    area: str | None = Field(None, max_length=12, description="区划代码（上报）。For a report.")
    component: str | None = Field(None, max_length=16, description="部件编码（上报）。For a report.")
    found: str | None = Field(None, max_length=10, description="核实结果 yes 或 no（上报）。For a report.")

    def args(self) -> dict[str, Any]:
        """What was given besides the move; an empty field is as if not given."""
        given = self.model_dump(exclude={"move"})
        return {key: value for key, value in given.items() if value not in (None, "", [])}


class RequestOut(Schema):
    """等候批复的申请。A decision that is waited for; mine: the caller may make it."""

    id: UUID
    what: str
    asked_at: datetime
    mine: bool


class CaseFilters(Schema):
    """与大厅地址中的筛选相同。What narrows the list; each as in the hall's address."""

    queue: Literal[tuple(QUEUES)] = Field("open", description="队列。Queue.")  # type: ignore[valid-type]
    state: Literal[tuple(STATES)] | None = Field(None, description="案卷状态。State.")  # type: ignore[valid-type]
    category: str | None = Field(None, max_length=20, description="小类、大类代码，或 component event service。")
    area: str | None = Field(
        None,
        pattern=r"^([0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15})?$",
        description="区划或单元网格代码，6、9、12 或 15 位。Division code or unit grid.",
    )
    agency: UUID | None = None
    severity: Literal["H", "M", "L"] | None = None
    channel: str | None = Field(None, max_length=40)
    overdue: bool = False
    supervised: bool = False
    sort: Literal[tuple(SORTS)] | None = Field(  # type: ignore[valid-type]
        None, description="due 截止先后 · ended 办结先后 · filed 立案先后。"
    )
    q: str | None = Field(
        None,
        max_length=100,
        description="编号或其中几位、文字、街道社区、单位或类别的名称；空格隔开的各词都要有。"
        "Part of a number, words of the case, or names of its place, agency or category; all words count.",
    )


class CaseRow(Schema):
    """列表中的一行。One row; title null: its words are erased. sources: channel → reports."""

    id: UUID
    number: str
    title: str | None
    state: str
    version: int
    due_at: datetime | None
    handle_due_at: datetime | None
    clock_from: datetime
    category: str
    severity: str
    area: str
    agency: UUID | None
    person: UUID | None
    channel: str
    sources: dict[str, int]
    supervised: bool
    asked: list[str]
    rework_count: int
    reopen_count: int
    imported: bool
    filed_at: datetime
    closed_at: datetime | None


class CountsOut(Schema):
    """各队列的件数和一句话。How many open cases each queue holds, and the sentence a page begins with."""

    queues: dict[str, int]
    summary: str = Field(examples=["3 件将超期"])


class SourceOut(Schema):
    """案卷的一条上报，原话全文；不含上报人。A report of the case in full, not whose; text null: erased."""

    report: UUID
    channel: str
    received_at: datetime
    occurred_at: datetime | None
    text: str | None
    address: str | None
    elements: dict[str, str]
    media: list[UUID]


class CaseOut(Schema):
    """一件案卷，及我可以做的动作。A case with the moves that the caller may make now; `version` goes into If-Match."""

    id: UUID
    number: str
    title: str | None
    address: str | None
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
    provisional: bool = Field(description="期限跨入尚未公布节假日的年份，可能调整。May move: holidays unannounced.")
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
    media: list[PictureOut]
    sources: list[SourceOut]
    moves: list[MoveOut]
    requests: list[RequestOut]
    undo_until: datetime | None


class StoryLineOut(Schema):
    """经过中的一句。One step of a case's story; who: the person's name, null for a rule, the system or a channel.

    words: id of what was said, where it may be erased alone; POST /cases/{case}/words/{words}/erase takes it.
    """

    verb: str
    actor: str
    who: str | None
    occurred_at: datetime
    recorded_at: datetime
    imported: bool
    facts: dict[str, Any]
    reason: str | None
    words: UUID | None
    erased: bool
    media: list[PictureOut]


class CaseReference(Schema):
    """上报办成了什么。What was done to a report, and the case it now belongs to."""

    report: UUID
    state: str
    case: UUID | None
    number: str | None


class CasePage(PageInfo):
    rows: list[CaseRow]
