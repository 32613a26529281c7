"""The one way by which a case moves: look, judge, change, record, and let its tasks and its people know.

1. Lock the row and compare its version with the one the mover saw.
2. Ask the matrix who, the table whence, the rule what.
3. Change the row, record the step, seal the words.
4. Start, stop or hand on the clocks.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Manager, QuerySet
from django.utils.translation import gettext as _

from xiucheng.foundation.media import commands as media_commands
from xiucheng.foundation.media import queries as media
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import calendars
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.kit import journal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.moves import Move
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.kit.words import legible

from .. import configuration
from ..facts import facts_of
from ..models import Case, Picture
from ..queries import view_of
from ..rules import (
    CLOSINGS,
    MOST_PICTURES,
    MOST_REPLY_DAYS,
    MOST_WORDS,
    MOVES,
    CaseFacts,
    Mover,
    Outcome,
    Request,
    apply,
    may_decide,
    may_move,
    parse_number,
)
from ..views import CaseView
from . import effects, telling, undoing, words

_ASKS = frozenset(move.name for move in MOVES if move.asks)


@verb
def move(
    *, by: Standing, now: datetime, case_id: UUID, version: int | None, name: str, args: Mapping[str, Any]
) -> CaseView:
    """Make one move on one case; the one door for API, pages and verbs.

    args: the move's fields as the doors give them (text, ids as strings, lists of ids). version: the version the
    mover saw; None only for rules and the system. Refused: `not_found` (404), `stale` (409), `not_yours` (403),
    `unknown_move`, `illegal_move`, `incomplete`, `unknown_field`, `too_long`, `too_many_pictures`, and the rule's own
    codes. Step: cases.<name>.
    """
    if name == "merge":
        # Judged before the other case is looked for: who may not merge learns nothing of it and makes nobody wait.
        _judge(_found(Case.objects, case_id), by, version, name, args)
        _lock_with_master(case_id, args)
    row = lock(case_id)
    case, declared = _judge(row, by, version, name, args)
    if name == "undo":
        return undoing.undo(by=by, now=now, row=row)
    resolved = _resolve(name, case, args, by, now)
    step_id = make(row, name, resolved, by=by, now=now)
    _keep_words(row, step_id, declared, resolved, now)
    return view_of(row, by, now)


def _judge(row: Case, by: Standing, version: int | None, name: str, args: Mapping[str, Any]) -> tuple[CaseFacts, Move]:
    """Is it the version that the mover saw, may they make this move, does the state permit it, is all given?"""
    case = facts_of(row)
    if version is not None and version != case.version:
        raise Refused(
            "stale",
            _("这一页打开以后，案卷又有了变动，这一步没有办。"),
            fields={"version": str(case.version)},
            status=409,
        )
    declared = MOVES.get(name)
    if not may_move(name, case, by):
        if name == "undo" and by.actor.kind == "person":
            raise undoing.not_for(row.undo)
        raise Refused("not_yours", _("您的岗位不能对这件案卷“%(move)s”。") % {"move": declared.label}, status=403)
    MOVES.check(name, case.state)
    MOVES.demand(declared, args)
    return case, declared


def make(row: Case, name: str, args: Mapping[str, Any], *, by: Standing, now: datetime) -> UUID:
    """Make a move on a locked case that this one may make: rule, row, tasks, step, notices. Returns the step.

    args: as `rules.apply` takes them. Refused: what the table and the rule refuse.
    """
    mover = Mover(str(by.actor), by.actor.person_id)
    outcome = apply(name, facts_of(row), args, by=mover, now=now, clocks=configuration.clocks(now))
    step_id = uuid7()
    _write(row, name, outcome, args, by=by, now=now, step_id=step_id)
    telling.tell(row, name, args, by=by, now=now)
    return step_id


def lock(case_id: UUID) -> Case:
    """The case's row, locked until the verb ends; refused `not_found`."""
    return _found(Case.objects.select_for_update(no_key=True), case_id)


def _found(cases: Manager[Case] | QuerySet[Case], case_id: UUID) -> Case:
    row = cases.filter(id=case_id).first()
    if row is None:
        raise Refused("not_found", _("没有这件案卷。"), status=404)
    return row


def _lock_with_master(case_id: UUID, args: Mapping[str, Any]) -> None:
    """Lock a case and the one it is to follow in the order of their ids, so that two merges cannot wait in a ring."""
    both = {case_id, _case(args["case"])}
    list(Case.objects.select_for_update(no_key=True).filter(id__in=both).order_by("id").values_list("id"))


def _write(
    row: Case,
    name: str,
    outcome: Outcome,
    args: Mapping[str, Any],
    *,
    by: Standing,
    now: datetime,
    step_id: UUID,
) -> None:
    """Write the outcome: into the row in memory, to the tasks, into the table, and as a step."""
    before = row.state
    columns = {_COLUMN.get(key, key): _list(value) for key, value in outcome.changes.items()}
    columns["moved_at"] = now
    if columns["undo"]:
        # Whoever takes the move back takes its pictures back too.
        columns["undo"] |= undoing.keep(row) | ({"step": str(step_id)} if args.get("media") else {})
    if "due_at" in columns:
        columns["calendar_version"] = calendars.in_force(now)
    _set(row, columns)
    # The tasks know their own deadlines, so they come before the row is stored and the step recorded.
    made = effects.run(row, outcome.effects, args, by=by, now=now, step_id=step_id)
    if row.state != before or name == "redispatch":
        effects.lapse(row, name, now=now)
    Case.objects.filter(id=row.id).update(**{**columns, **made})
    if name == "merge":
        # Its last move is not undone any more: this one relies on it.
        Case.objects.filter(id=args["case"]).update(undo=None)
    payload = {"state": row.state, "version": row.version, "from": before, **outcome.told}
    if "handle_due_at" in made or "handle_due_at" in columns:
        payload["handle_due"] = row.handle_due_at
    if name in _ASKS:
        payload["what"] = name
    journal.record(
        room="cases", subject=row.id, verb=name, actor=by.actor, occurred_at=now, payload=payload, step_id=step_id
    )


def _set(row: Case, columns: Mapping[str, Any]) -> None:
    for key, value in columns.items():
        setattr(row, key, value)


_COLUMN = {"merged_into": "merged_into_id"}


def _list(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _resolve(name: str, case: CaseFacts, args: Mapping[str, Any], by: Standing, now: datetime) -> dict[str, Any]:
    """Turn what a door gave into what the rules take: ids that exist, open requests, pictures that are there."""
    resolved: dict[str, Any] = {}
    for key, value in args.items():
        resolver = _RESOLVERS.get(key)
        resolved[key] = resolver(value, case, by, now) if resolver else value
    if name == "merge":
        resolved["master_open"] = facts_of(lock(resolved["case"])).is_open
        if Case.objects.filter(merged_into_id=case.id, state="merged").exists():
            raise Refused("has_members", _("已有案卷合并到这件案卷，请先取消那些合并。"))
    if name == "decide":
        resolved.update(_request(resolved["request"], case, by))
    if name in _ASKS:
        resolved["asked"] = name
    if name in _ASKS and any(request.what == name for request in tasks.pending_requests(case.id)):
        raise Refused("already_asked", _("同样的申请正在等候批复。"))
    if name == "reply":
        resolved["proof"] = _proof(case.id, resolved.get("media", ()))
    return resolved


def _proof(case_id: UUID, media_ids: Sequence[UUID]) -> str:
    """What the media of a reply prove: "new" where a picture is among them that the case has not seen, by its content;
    else why not, a key of the rule's refusals."""
    if not media_ids:
        return "none"
    seen = set(Picture.objects.filter(case_id=case_id).values_list("media_id", flat=True))
    known = media.describe([*media_ids, *seen])
    shown = {known[one].digest for one in seen if one in known}
    brought = [known[one] for one in media_ids if known[one].is_picture]
    if not brought:
        return "no_picture"
    return "new" if any(one.id not in seen and one.digest not in shown for one in brought) else "shown"


def _request(request_id: UUID, case: CaseFacts, by: Standing) -> dict[str, Any]:
    for request in tasks.pending_requests(case.id):
        if request.id == request_id:
            if not may_decide(request.what, case, by):
                raise Refused("not_yours", _("这项申请不由您的岗位批复。"), status=403)
            facts = Request(request.id, request.what, str(request.asked_by), request.asked_at, request.args)
            return {"request_facts": facts}
    raise Refused("no_such_request", _("没有这项待批复的申请，可能已经批复。"), fields={"request": _("请刷新。")})


def _agency(value: Any, case: CaseFacts, by: Standing, now: datetime) -> UUID:
    agency_id = _uuid(value, "agency", _("没有这个承办单位。"))
    agency = people.organisations().get(agency_id)
    if agency is None:
        text = _("没有这个承办单位。")
        raise Refused("no_such_agency", text, fields={"agency": text})
    if not agency.handles:
        raise Refused("no_agency", _("这个单位不承办案卷。"), fields={"agency": _("请选承办单位。")})
    if not agency.is_active:
        raise Refused("agency_closed", _("这个单位已停用，不再承办案卷。"), fields={"agency": _("请选承办单位。")})
    return agency_id


def _person(value: Any, case: CaseFacts, by: Standing, now: datetime) -> UUID:
    person_id = _uuid(value, "person", _("没有这个人。"))
    if case.agency_id is None or person_id not in people.members(case.agency_id, now):
        raise Refused("not_in_agency", _("只能派给本单位的人。"), fields={"person": _("请选本单位的人。")})
    return person_id


def _case(value: Any) -> UUID:
    number = parse_number(str(value))
    found = (
        Case.objects.filter(number=number)
        if number
        else Case.objects.filter(id=_uuid(value, "case", _("没有这件案卷。")))
    )
    case_id = found.values_list("id", flat=True).first()
    if case_id is None:
        text = _("没有这件案卷。")
        raise Refused("no_such_case", text, fields={"case": text})
    return case_id


def _media(value: Any, case: CaseFacts, by: Standing, now: datetime) -> tuple[UUID, ...]:
    given = value if isinstance(value, list | tuple) else [value]
    if len(given) > MOST_PICTURES:
        text = _("一次最多 %(n)d 张图片。") % {"n": MOST_PICTURES}
        raise Refused("too_many_pictures", text, fields={"media": text})
    ids = tuple(_uuid(item, "media", _("没有这张图片。")) for item in given)
    if media_commands.keep(ids) != set(ids):
        text = _("有图片不存在或已删除，请重新上传。")
        raise Refused("no_such_media", text, fields={"media": text})
    return ids


def _text(value: Any, case: CaseFacts, by: Standing, now: datetime) -> str:
    text = legible(str(value))
    if len(text) > MOST_WORDS or "\0" in text:
        raise Refused("too_long", _("文字请不超过 %(n)d 字。") % {"n": MOST_WORDS}, fields={"reason": _("请缩短。")})
    return text


def _closing(value: Any, case: CaseFacts, by: Standing, now: datetime) -> str:
    if value not in dict(CLOSINGS):
        raise Refused("bad_choice", _("结案方式不对。"), fields={"closing": _("请选处置完成或告知性结案。")})
    return str(value)


def _granted(value: Any, case: CaseFacts, by: Standing, now: datetime) -> str:
    if value not in {"yes", "no"}:
        raise Refused("bad_choice", _("请表明同意或不同意。"), fields={"granted": _("请选一项。")})
    return str(value)


def _reply_days(value: Any, case: CaseFacts, by: Standing, now: datetime) -> int:
    try:
        days = int(value)
    except (TypeError, ValueError):
        days = 0
    if not 1 <= days <= MOST_REPLY_DAYS:
        most = {"most": MOST_REPLY_DAYS}
        text = _("回复期限应为 1 至 %(most)d 天。") % most
        raise Refused("bad_days", text, fields={"reply_days": _("请填 1 至 %(most)d。") % most})
    return days


def _uuid(value: Any, field: str, text: str) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        raise Refused("bad_id", text, fields={field: text}) from None


_RESOLVERS: Mapping[str, Any] = {
    "agency": _agency,
    "person": _person,
    "case": lambda value, case, by, now: _case(value),
    "media": _media,
    "reason": _text,
    "closing": _closing,
    "granted": _granted,
    "reply_days": _reply_days,
    "request": lambda value, case, by, now: _uuid(value, "request", _("没有这项申请。")),
}


def _keep_words(row: Case, step_id: UUID, made: Move, resolved: Mapping[str, Any], now: datetime) -> None:
    if resolved.get("reason"):
        words.keep_reason(row, step_id, resolved["reason"])
    asked = made.field("media")
    if asked and resolved.get("media"):
        words.keep_pictures(row, step_id, resolved["media"], asked.purpose, now)
