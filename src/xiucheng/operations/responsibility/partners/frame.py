"""What the verbs of partnerships and needs share: steps without words, who may, refusals in words, undoing in time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.neighbourhood import neighbours
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.refused import Refused

from ..models import Partnership
from . import rules

NO_NEED = _("没有这件可认领的事。")
NO_PARTNERSHIP = _("没有这条记录。")

_SAID: Mapping[str, tuple[Any, str, int]] = {
    # code → sentence, the field it belongs beside, the status
    "not_yours": (_("您的岗位没有这项权限。如确需办理，请联系有权限的同事。"), "", 403),
    "unknown_move": (_("没有这个动作。"), "", 422),
    "illegal_move": (_("现在的状态不能这样办，请看最新的情况。"), "", 409),
    "reason_needed": (_("请选原因。"), "reason", 422),
    "result_needed": (_("请选结果。"), "result", 422),
    "bad_term": (_("起止日期不对：止在起之后，最长五年，一年之内开始。"), "ends_on", 422),
    "unknown_topic": (_("请从列表里选合作的事项。"), "topics", 422),
    "closed_organisation": (_("这个单位已经停用。"), "organisation", 422),
    "left": (_("此人已经离岗。"), "person", 422),
    "other_community": (_("此人不是这个社区的居民。"), "person", 422),
    "erased": (_("资料已经清除。"), "", 410),
    "who_needed": (_("请说明是哪个单位或哪个人，只能一个。"), "organisation", 422),
    "overlaps": (_("这段时间已经登记过，起止日期不能重叠。"), "starts_on", 422),
    "lives_elsewhere": (_("此人在这段时间已经向一个社区报到。"), "person", 422),
    "already_taken": (_("这段时间已经有人认领。"), "starts_on", 409),
    "too_late": (_("只有刚办的人能在 10 秒内撤销。"), "", 409),
}

# Constraint → the refusal it stands for.
OVERLAPS = {
    "responsibility_once_organisation": "overlaps",
    "responsibility_once_person": "lives_elsewhere",
    "responsibility_once_neighbour": "lives_elsewhere",
    "responsibility_once_need": "already_taken",
}


def refusal(code: str) -> Refused:
    """The refusal of a code, with its sentence and field."""
    text, field, status = _SAID[code]
    return Refused(code, text, fields={field: text} if field else None, status=status)


def overlaps() -> dict[str, Refused]:
    """For kit.rows.refusing: terms that overlap, as the database finds them."""
    return {name: refusal(code) for name, code in OVERLAPS.items()}


def demand(by: Standing, act: str, *, area: str, agency_id: UUID | None = None, person_id: UUID | None = None) -> None:
    """Refused `not_yours` (403) unless the table rules.MAY lets this standing."""
    if not rules.may(by, act, area=area, agency_id=agency_id, person_id=person_id):
        raise refusal("not_yours")


def whose(row: Partnership) -> str:
    """ "person" where it is somebody's own, else "organisation"."""
    return "person" if row.person_id or row.neighbour_id else "organisation"


def demand_move(by: Standing, row: Partnership, name: str) -> None:
    """Refused `not_yours` (403) unless this standing may make this move of the table."""
    personal = whose(row) == "person"
    demand(
        by, rules.act_of(name, whose(row)), area=row.area,
        agency_id=None if personal else row.organisation_id, person_id=row.person_id,
    )  # fmt: skip


def checked_organisation(organisation_id: UUID | None) -> None:
    """Refused: not_found (404), closed_organisation."""
    if organisation_id is not None and not people.agency(organisation_id).is_active:
        raise refusal("closed_organisation")


def checked_person(by: Standing, area: str, person_id: UUID | None, neighbour_id: UUID | None) -> None:
    """One of the staff who has not left, or a neighbour of this community. Refused: left, other_community, erased."""
    if person_id is not None and people.left_of([person_id]):
        raise refusal("left")
    if neighbour_id is not None:
        known = neighbours.known([neighbour_id], by).get(neighbour_id)
        if known is None or known.area != area:
            raise refusal("other_community")
        if known.erased:
            raise refusal("erased")


def record(verb: str, row: Partnership, by: Standing, now: datetime, **more: Any) -> None:
    """One step. Of a person it says neither who nor where: the row does, to those who may see it."""
    public = {} if whose(row) == "person" else {"agency": row.organisation_id, "area": row.area}
    journal.record(
        room="responsibility", subject=row.id, verb=verb, actor=by.actor, occurred_at=now,
        payload={"kind": row.kind, "state": row.state, **public, **more},
    )  # fmt: skip


def undoable(row: Partnership, by: Standing, now: datetime) -> bool:
    """May this standing take the last move back now?"""
    return row.before is not None and row.changed_by == str(by.actor) and now - row.changed_at <= UNDO_WINDOW
