"""Stewards: chosen, published, in office, ended; moves by the table, the last one taken back within ten seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiucheng.kit.days import local_day
from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.kit.words import legible

from .. import queries
from ..commands.frame import locked, record, refusing
from ..models import Neighbour, Steward
from ..rules import Standing
from . import stewardship
from .neighbours import NOBODY, Kept, keep_neighbour
from .stewardship import KINDS, MOVES, SELECTIONS, Asked

UNKNOWN = _("没有这位中心户或楼长。")
_DATES = ("published_on", "objections_until", "starts_on", "ends_on", "ended_on")

_SAID: Mapping[str, Any] = {
    "illegal_move": _("现在的状态不能这样办，请看最新的情况。"),
    "reason_needed": _("请选原因。"),
    "notice_too_short": _("公示至少 %(days)s 天，请改截止日期。"),
    "still_published": _("公示还没有结束，期满没有异议才能就任。"),
    "bad_term": _("任期要写明起止，止在起之后，最长五年。"),
}
_FIELDS = {"reason_needed": "reason", "notice_too_short": "until", "bad_term": "ends_on"}


@dataclass(frozen=True, slots=True)
class StewardRow:
    """A steward as a list shows one; the name is looked up with `neighbours.known`, or opened from `kept`."""

    id: UUID
    neighbour_id: UUID
    kind: str
    area: str
    covers: str
    households: int | None
    state: str
    selection: str
    chosen_on: date
    published_on: date | None
    objections_until: date | None
    starts_on: date | None
    ends_on: date | None
    ended_on: date | None
    reason: str
    changed_at: datetime
    changed_by: str
    subject_id: UUID
    key: UUID
    sealed: bytes | None

    @property
    def kept(self) -> Kept:
        """For `neighbours.opened`."""
        return self.neighbour_id, self.subject_id, self.area, self.key, self.sealed


_COLUMNS = (
    "id", "neighbour_id", "kind", "area", "covers", "households", "state", "selection", "chosen_on", "published_on",
    "objections_until", "starts_on", "ends_on", "ended_on", "reason", "changed_at", "changed_by",
    "neighbour__subject_id", "neighbour__subject__key", "neighbour__subject__sealed",
)  # fmt: skip


@verb
def choose_steward(
    *,
    by: Standing,
    now: datetime,
    neighbour_id: UUID,
    kind: str,
    covers: str,
    selection: str,
    chosen_on: date,
    households: int | None = None,
) -> UUID:
    """A neighbour is chosen for a building, stairwell, alley or group of households; what follows is publication.

    Refused: not_found, not_yours, unknown_kind, unknown_selection, covers_missing, bad_day, erased (410),
    already_holds.
    """
    who = locked(Neighbour, neighbour_id, NOBODY)
    queries.demand(by, "people.stewards", area=who.area)
    plain = " ".join(legible(covers).split())
    _check(kind, plain, selection, chosen_on, now)
    if who.subject.sealed is None:
        raise Refused("erased", _("此人的资料已经清除。"), status=410)
    text = _("此人已经是这里的同一种骨干。")
    row = Steward(
        neighbour=who, kind=kind, area=who.area, covers=plain, households=households, selection=selection,
        chosen_on=chosen_on, changed_at=now, changed_by=str(by.actor),
    )  # fmt: skip
    with refusing({"people_steward_once": Refused("already_holds", text, fields={"covers": text})}):
        row.save(force_insert=True)
    record("choose_steward", row.id, by, now, kind=kind, area=row.area, selection=selection, chosen_on=chosen_on)
    return row.id


@verb
def choose_new_steward(
    *,
    by: Standing,
    now: datetime,
    area: str,
    name: str,
    phone: str = "",
    home: str = "",
    kind: str,
    covers: str,
    selection: str,
    chosen_on: date,
    households: int | None = None,
) -> UUID:
    """Somebody who may not be kept yet is chosen: kept in the vault and entered, both or neither.

    Refused: as keep_neighbour and choose_steward.
    """
    neighbour = keep_neighbour(by=by, now=now, area=area, name=name, phone=phone, home=home)
    return choose_steward(
        by=by, now=now, neighbour_id=neighbour, kind=kind, covers=covers, selection=selection, chosen_on=chosen_on,
        households=households,
    )  # fmt: skip


def _check(kind: str, covers: str, selection: str, chosen_on: date, now: datetime) -> None:
    wrong: dict[str, tuple[str, Any]] = {}
    if kind not in KINDS:
        wrong["kind"] = ("unknown_kind", _("请选是哪一种。"))
    if selection not in SELECTIONS:
        wrong["selection"] = ("unknown_selection", _("请选怎样产生的。"))
    if not 0 < len(covers) <= 40 or not covers.isprintable():
        wrong["covers"] = ("covers_missing", _("请写明管哪里，如“3 号楼 1 单元”，40 个字以内。"))
    if chosen_on > local_day(now):
        wrong["chosen_on"] = ("bad_day", _("产生的日期还没到。"))
    if wrong:
        code, text = next(iter(wrong.values()))
        raise Refused(code, text, fields={field: said for field, (_code, said) in wrong.items()})


@verb
def move_steward(*, by: Standing, now: datetime, steward_id: UUID, move: str, asked: Asked) -> str:
    """One move of the table stewardship.MOVES; returns the new state.

    Refused: not_found, not_yours, unknown_move, illegal_move (409), reason_needed, notice_too_short, still_published
    (409), bad_term.
    """
    row = locked(Steward, steward_id, UNKNOWN)
    queries.demand(by, "people.stewards", area=row.area)
    if move not in MOVES:
        raise Refused("unknown_move", _("没有这个动作。"))
    today = local_day(now)
    code = stewardship.fault(move, row.state, asked, today=today, objections_until=row.objections_until)
    if code:
        # In the language of whoever asks, so not before somebody does.
        text = _SAID[code] % {"days": stewardship.NOTICE_DAYS}
        fields = {_FIELDS[code]: text} if code in _FIELDS else None
        raise Refused(code, text, fields=fields, status=422 if fields else 409)
    row.before = kept_before(row)
    row.state = MOVES[move][1]
    _date(row, move, asked, today)
    row.changed_at, row.changed_by = now, str(by.actor)
    row.save()
    record("move_steward", row.id, by, now, move=move, state=row.state, area=row.area, reason=row.reason)
    return row.state


def kept_before(row: Steward) -> dict[str, Any]:
    """What stands before a move or correction, by which `undo_steward` takes it back."""
    dates = {name: _plain(getattr(row, name)) for name in _DATES}
    return {"state": row.state, "reason": row.reason, "households": row.households} | dates


def _date(row: Steward, move: str, asked: Asked, today: date) -> None:
    if move == "publish":
        row.published_on, row.objections_until = today, asked.until
    elif move == "take_office":
        row.starts_on, row.ends_on = asked.starts_on, asked.ends_on
    else:
        row.ended_on, row.reason = today, asked.reason


def _plain(day: date | None) -> str | None:
    return day.isoformat() if day else None


@verb
def undo_steward(*, by: Standing, now: datetime, steward_id: UUID) -> str:
    """Take the last move back, by whoever made it, within ten seconds; returns the state that stands again.

    Refused: not_found, not_yours, too_late (409).
    """
    row = locked(Steward, steward_id, UNKNOWN)
    queries.demand(by, "people.stewards", area=row.area)
    if row.before is None or undo_until(row, by=by, now=now) is None:
        raise Refused("too_late", _("只有刚办的人能在 10 秒内撤销。"), status=409)
    undone = row.state
    for name, value in row.before.items():
        setattr(row, name, date.fromisoformat(value) if name in _DATES and value else value)
    row.before = None
    row.save()
    record("undo_steward", row.id, by, now, undone=undone, state=row.state, area=row.area)
    return row.state


def undo_until(one: StewardRow | Steward, *, by: Standing, now: datetime) -> datetime | None:
    """Until when this one may take the last move back; None where it was another's, or too long ago. No statement."""
    until = one.changed_at + UNDO_WINDOW
    return until if one.changed_by == str(by.actor) and now < until else None


def stewards(standing: Standing, *, within: str = "", kind: str = "", state: str = "", limit: int = 300
             ) -> list[StewardRow]:  # fmt: skip
    """Stewards of an area that the reader's posts see, those to act on first; one statement."""
    rows = Steward.objects.filter(_seen(standing))
    if within:
        rows = rows.filter(area__startswith=within)
    if kind:
        rows = rows.filter(kind=kind)
    rows = rows.filter(state=state) if state else rows.filter(state__in=("chosen", "published", "serving"))
    return [StewardRow(*row) for row in rows.order_by("area", "covers", "kind", "id").values_list(*_COLUMNS)[:limit]]


def _seen(standing: Standing) -> Q:
    """The areas where the reader sees neighbours, as one predicate."""
    areas = [post.area for post in standing.posts if queries.may(standing, "people.see_neighbours", area=post.area)]
    if standing.is_system or any(len(area) <= 6 for area in areas):
        return Q()
    found = Q(pk__isnull=True)
    for area in areas:
        found |= Q(area__startswith=area)
    return found


def steward(steward_id: UUID, standing: Standing) -> StewardRow:
    """One steward; one statement. Refused: not_found (404), also where the reader sees none there."""
    row = Steward.objects.filter(_seen(standing), id=steward_id).values_list(*_COLUMNS).first()
    if row is None:
        raise Refused("not_found", UNKNOWN, status=404)
    return StewardRow(*row)
