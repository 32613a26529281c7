"""Reports: handing in, following by the tracking key, the queue that waits, and what staff do with a report."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Header, Query, Router
from ninja.throttling import BaseThrottle

from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.intake import commands, queries
from xiucheng.operations.intake.commands.submitting import Once
from xiucheng.operations.intake.rules import REPORT_MOVES
from xiucheng.operations.intake.rules.submission import Contact

from . import schemas, shown
from .answers import answers
from .callers import ANYBODY, Caller, PerAddress, caller, staff
from .versions import version_of

router = Router(tags=["reports 上报"])

# D: one address may hand in twenty reports a minute without an account; programs have tokens.
_NEARBY = tuple(schemas.Nearby.model_fields)

_FEW: list[BaseThrottle] = [PerAddress("20/m")]
_SOME: list[BaseThrottle] = [PerAddress("120/m")]


@router.post(
    "",
    response=answers(schemas.Submitted, 201),
    auth=ANYBODY,
    throttle=_FEW,
    summary="提交上报 Hand in a report",
    openapi_extra={"parameters": []},
)
def submit(
    request: HttpRequest,
    payload: schemas.ReportIn,
    idempotency_key: str = Header(..., alias="Idempotency-Key", description="同一份内容用同一个键，重发不会重复"),
) -> tuple[int, schemas.Submitted]:
    """Hand in a report. The same key and content: the same answer; other content: 422 `key_reused`."""
    who = caller(request)
    who.demand("reports")
    contact = payload.contact
    submitted = commands.submit_report(
        by=who.standing,
        now=who.moment,
        channel=who.channel,
        once=Once(scope=who.keys, key=idempotency_key),
        contact=Contact(name=contact.name, phone=contact.phone) if contact else None,
        **payload.model_dump(exclude={"contact"}),
    )
    return 201, schemas.Submitted(
        report=submitted.report_id,
        tracking_key=submitted.tracking_key,
        case=submitted.case_id,
        nearby=[
            schemas.Nearby(**{name: row[name] for name in schemas.Nearby.model_fields}) for row in submitted.nearby
        ],
    )


@router.get(
    "/track/{tracking_key}",
    response=answers(schemas.Tracked),
    auth=ANYBODY,
    throttle=_SOME,
    summary="凭查询码查看 Follow a report",
)
def track(request: HttpRequest, tracking_key: str) -> schemas.Tracked:
    """How a report stands, for whoever has its tracking key."""
    found: schemas.Tracked = shown.fields_of(queries.track(tracking_key, caller(request).moment), schemas.Tracked)
    return found


@router.get("", response=answers(schemas.ReportPage), summary="待处理的上报 Reports that wait")
def queue(
    request: HttpRequest,
    state: str | None = None,
    channel: str | None = None,
    cursor: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> schemas.ReportPage:
    """Reports that wait for a decision, the oldest first, of those the caller may see."""
    who = staff(request, "read")
    page = queries.queue(who.standing, state=state, channel=channel, cursor=cursor, limit=limit)
    rows = [shown.fields_of(row, schemas.ReportRow) for row in page.rows]
    result: schemas.ReportPage = shown.page(page, schemas.ReportPage, rows)
    return result


@router.get("/{uuid:report_id}", response=answers(schemas.ReportOut), summary="一条上报 One report")
def report(request: HttpRequest, report_id: UUID, response: HttpResponse) -> schemas.ReportOut:
    """One report with the moves that the caller may make."""
    who = staff(request, "read")
    view = queries.report(report_id, who.standing)
    response["ETag"] = f'"{view.version}"'
    found: schemas.ReportOut = shown.fields_of(view, schemas.ReportOut, moves=[shown.move(one) for one in view.moves])
    return found


@router.post("/{uuid:report_id}/moves", response=answers(schemas.CaseReference), summary="办理上报 Move a report")
def move(
    request: HttpRequest,
    report_id: UUID,
    payload: schemas.MoveIn,
    if_match: str | None = Header(None, alias="If-Match", description='上报的版本，如 "1"'),
) -> schemas.CaseReference:
    """Make one move on a report: file, attach, reject, ask_pre_verify, pre_verified."""
    who = staff(request, "moves")
    version = version_of(if_match)
    REPORT_MOVES.get(payload.move)
    action = _ACTIONS.get(payload.move)
    if action is None:
        raise Refused("unknown_move", _("这个动作不能由人直接做。"))
    case_id = action(who, report_id, version, payload.args())
    view = queries.report(report_id, who.standing)
    numbers = cases.numbers([case_id]) if case_id else {}
    return schemas.CaseReference(
        report=report_id, state=view.state, case=case_id, number=numbers.get(case_id) if case_id else None
    )


Action = Callable[[Caller, UUID, int, Mapping[str, Any]], UUID | None]


def _text(args: Mapping[str, Any], name: str) -> str:
    value = args.get(name) or ""
    return value if isinstance(value, str) else str(value)


def _file(who: Caller, report_id: UUID, version: int, args: Mapping[str, Any]) -> UUID:
    given = {name: _text(args, name) or None for name in ("category", "condition", "area")}
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
    found = _text(args, "found")
    if found not in {"yes", "no"}:
        text = _("请说明现场是否属实。")
        raise Refused("incomplete", text, fields={"found": text})
    commands.answer_pre_verify(
        by=who.standing,
        now=who.moment,
        report_id=report_id,
        version=version,
        found="yes" if found == "yes" else "no",
        reason=_text(args, "reason"),
    )


_ACTIONS: Mapping[str, Action] = {
    "file": _file,
    "attach": _attach,
    "reject": _reject,
    "ask_pre_verify": _ask,
    "pre_verified": _answered,
}
