"""Reports: handing in, following by the tracking key, the queue that waits, and what staff do with a report."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Header, Query, Router, Status

from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.intake import commands, queries
from xiucheng.operations.intake.rules import REPORT_MOVES
from xiucheng.operations.intake.rules.submission import Contact

from . import schemas, shown
from .answers import answers, of_change, of_move, of_one
from .callers import ANYBODY, GOOD_KEY, REPORTS, SOME, Caller, caller, staff
from .versions import version_of

router = Router(tags=["reports 上报"])


@router.post(
    "", response=of_change(schemas.Submitted, 201), auth=ANYBODY, throttle=REPORTS, summary="提交上报 Hand in a report"
)
def submit(
    request: HttpRequest,
    payload: schemas.ReportIn,
    idempotency_key: str = Header(
        ...,
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="同一份内容用同一个键，重发不会重复。没有令牌时须为随机的 UUID（第 4 版），他人猜不到。"
        " The same content, the same key: nothing is doubled. Without a token it is a random UUID (version 4,"
        " 122 random bits): who cannot guess it cannot get your answer; any other is refused as `weak_key`, with"
        f" whatever else is wrong. 例如 For example `{GOOD_KEY}`; make a fresh one for every report.",
        examples=[GOOD_KEY],
    ),
) -> Status[schemas.Submitted]:
    """提交一条上报，不用身份。同一个键重发得到同样的回答；内容不同则 422 `key_reused`，并指出哪几项不同。

    Hand in a report. The same key and content: the same answer; other content: 422 `key_reused` with what differs.
    """
    who = caller(request)
    who.demand("reports")
    contact = payload.contact
    submitted = commands.submit_report(
        by=who.standing,
        now=who.moment,
        channel=queries.channel_by(who.standing, payload.channel),
        once=who.once(idempotency_key),
        contact=Contact(name=contact.name, phone=contact.phone) if contact else None,
        **payload.model_dump(exclude={"contact", "channel"}),
    )
    return Status(
        201,
        schemas.Submitted(
            report=submitted.report_id,
            tracking_key=submitted.tracking_key,
            case=submitted.case_id,
            nearby=shown.nearby(submitted.nearby),
        ),
    )


@router.post("/self-handled", response=of_change(schemas.SelfHandledOut, 201), summary="自处置上报 Settled on the spot")
def self_handled(
    request: HttpRequest,
    payload: schemas.SelfHandledIn,
    idempotency_key: str | None = Header(
        None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="同一份内容用同一个键，没收到回答时重发不会立两件。 The same content, the same key: whoever got no"
        " answer sends it again, and it is one case.",
        examples=[GOOD_KEY],
    ),
) -> Status[schemas.SelfHandledOut]:
    """网格员当场处置的小事，处置前后各附图片，待受理员审核。同一个键重发得到同样的回答；内容不同则 422 `key_reused`。

    A small thing that the finder settled on the spot, with pictures before and after; an acceptor reviews it. The same
    key and content: the same answer; other content: 422 `key_reused`.
    """
    who = staff(request, "reports")
    once = who.once(idempotency_key) if idempotency_key is not None else None
    submitted, filed = commands.report_self_handled(by=who.standing, now=who.moment, once=once, **payload.model_dump())
    return Status(
        201,
        schemas.SelfHandledOut(
            report=submitted.report_id, tracking_key=submitted.tracking_key, case=filed.case_id, number=filed.number
        ),
    )


@router.get(
    "/nearby",
    response=answers(list[schemas.Nearby]),
    auth=ANYBODY,
    throttle=SOME,
    summary="附近的同类案卷 Is it this one?",
)
def nearby(
    request: HttpRequest,
    lon: schemas.Lon,
    lat: schemas.Lat,
    datum: schemas.Datum = "wgs84",
    category: str = Query(..., max_length=20),
) -> list[schemas.Nearby]:
    """五十米内、一日内的同类在办案卷，提交前先看是不是同一件。

    Open cases of the category within 50 m and 24 h, to be offered before sending.
    """
    moment = caller(request).moment
    configuration.catalogue(moment).category(category)
    return shown.nearby(queries.nearby(category=category, lon=lon, lat=lat, datum=datum, now=moment))


@router.get(
    "/track/{tracking_key}",
    response=of_one(schemas.Tracked),
    auth=ANYBODY,
    throttle=SOME,
    summary="凭查询码查看 Follow a report",
)
def track(request: HttpRequest, tracking_key: str) -> schemas.Tracked:
    """凭查询码看办到哪一步，不含任何个人信息。

    How a report stands, for whoever has its tracking key; nothing personal.
    """
    found: schemas.Tracked = shown.fields_of(queries.track(tracking_key, caller(request).moment), schemas.Tracked)
    return found


@router.get("", response=answers(schemas.ReportPage), summary="待处理的上报 Reports that wait")
def queue(
    request: HttpRequest,
    filters: Query[schemas.ReportFilters],
    cursor: schemas.Cursor = None,
    limit: schemas.Limit = 50,
) -> schemas.ReportPage:
    """等候受理的上报，先到的在前，只列可见范围内的。

    Reports that wait for a decision, the oldest first, of those the caller may see.
    """
    who = staff(request, "read")
    page = queries.queue(who.standing, state=filters.state, channel=filters.channel, cursor=cursor, limit=limit)
    rows = [shown.fields_of(row, schemas.ReportRow) for row in page.rows]
    result: schemas.ReportPage = shown.page(page, schemas.ReportPage, rows)
    return result


@router.get("/{uuid:report_id}", response=of_one(schemas.ReportOut), summary="一条上报 One report")
def report(request: HttpRequest, report_id: UUID, response: HttpResponse) -> schemas.ReportOut:
    """一条上报及可做的动作，联系方式已遮盖；ETag 是它的版本。

    One report with the moves that the caller may make, its contact masked; the ETag is its version.
    """
    who = staff(request, "read")
    view = queries.report(report_id, who.standing)
    response["ETag"] = f'"{view.version}"'
    return shown.report(view)


@router.post("/{uuid:report_id}/moves", response=of_move(schemas.CaseReference), summary="办理上报 Move a report")
def move(
    request: HttpRequest,
    report_id: UUID,
    payload: schemas.MoveIn,
    if_match: str | None = Header(None, alias="If-Match", description='上报的版本 Its version, e.g. "1"'),
) -> schemas.CaseReference:
    """办理上报：立案、并入案卷、不予受理、请求核实、核实完毕。

    Make one move on a report: file, attach, reject, ask_pre_verify, pre_verified.
    """
    who = staff(request, "moves")
    version = version_of(if_match)
    # Who may not see a report is not told by a refusal that it is there.
    queries.report(report_id, who.standing)
    declared, args = REPORT_MOVES.get(payload.move), payload.args()
    action = _ACTIONS.get(declared.name)
    if action is None:
        raise Refused("unknown_move", _("这个动作不能由人直接做。"))
    REPORT_MOVES.known(declared, args)
    case_id = action(who, report_id, version, args)
    view = queries.report(report_id, who.standing)
    numbers = cases.numbers([case_id]) if case_id else {}
    return schemas.CaseReference(
        report=report_id, state=view.state, case=case_id, number=numbers.get(case_id) if case_id else None
    )


Action = Callable[[Caller, UUID, int, Mapping[str, Any]], UUID | None]


def _text(args: Mapping[str, Any], name: str) -> str:
    return str(args.get(name) or "")


def _file(who: Caller, report_id: UUID, version: int, args: Mapping[str, Any]) -> UUID:
    given = {name: _text(args, name) or None for name in ("category", "condition", "area", "component")}
    return commands.file_report(by=who.standing, now=who.moment, report_id=report_id, version=version, **given).case_id


def _attach(who: Caller, report_id: UUID, version: int, args: Mapping[str, Any]) -> UUID:
    return commands.attach_report(
        by=who.standing, now=who.moment, report_id=report_id, version=version, case=_text(args, "case")
    )


def _reject(who: Caller, report_id: UUID, version: int, args: Mapping[str, Any]) -> None:
    commands.reject_report(
        by=who.standing, now=who.moment, report_id=report_id, version=version, reason=_text(args, "reason")
    )


def _ask(who: Caller, report_id: UUID, version: int, args: Mapping[str, Any]) -> None:
    commands.ask_pre_verify(
        by=who.standing, now=who.moment, report_id=report_id, version=version, reason=_text(args, "reason")
    )


def _answered(who: Caller, report_id: UUID, version: int, args: Mapping[str, Any]) -> None:
    found = cast(Literal["yes", "no"], _text(args, "found"))  # anything else is the verb's to refuse
    commands.answer_pre_verify(
        by=who.standing,
        now=who.moment,
        report_id=report_id,
        version=version,
        found=found,
        reason=_text(args, "reason"),
    )


_ACTIONS: Mapping[str, Action] = {
    "file": _file,
    "attach": _attach,
    "reject": _reject,
    "ask_pre_verify": _ask,
    "pre_verified": _answered,
}
