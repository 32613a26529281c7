"""Rosters: the weekly duty of a post in local time, and exceptions to it."""

from datetime import date, datetime, time
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from .. import queries
from ..models import DutyChange, Membership, Roster
from ..rules import EVERY_DAY, Standing
from .frame import checked_span, locked, record, refusing

_NO_POST = _("没有这条任职记录。")


def _demand(by: Standing, post: Membership) -> None:
    queries.demand(by, "people.roster", area=post.area, agency_id=post.agency_id)


@verb
def start_roster(
    *,
    by: Standing,
    now: datetime,
    membership_id: UUID,
    weekdays: int,
    starts: time,
    ends: time,
    since: date,
    until: date | None = None,
) -> UUID:
    """A weekly duty of a post. weekdays: bit 0 is Monday; times and dates are local, an end not after the start lies on
    the next day. Refused: not_yours, not_found, bad_weekdays, bad_span.
    """
    post = locked(Membership, membership_id, _NO_POST)
    _demand(by, post)
    if not 1 <= weekdays <= EVERY_DAY:
        text = _("请至少选一天。")
        raise Refused("bad_weekdays", text, fields={"weekdays": text})
    if until is not None and until < since:
        text = _("截止日期不能早于开始日期。")
        raise Refused("bad_span", text, fields={"until": text})
    row = Roster.objects.create(membership=post, weekdays=weekdays, starts=starts, ends=ends, since=since, until=until)
    record(
        "start_roster",
        post.person_id,
        by,
        now,
        roster=row.id,
        membership=post.id,
        weekdays=weekdays,
        starts=starts.isoformat(),
        ends=ends.isoformat(),
        since=since.isoformat(),
        until=until.isoformat() if until else None,
    )
    return row.id


@verb
def end_roster(*, by: Standing, now: datetime, roster_id: UUID, until: date) -> None:
    """The last local day on which this duty begins; before its first day it is taken back.

    Refused: not_yours, not_found.
    """
    row = locked(Roster, roster_id, _("没有这条排班。"))
    post = row.membership
    _demand(by, post)
    if until < row.since:
        row.delete()
    else:
        row.until = until
        row.save(update_fields=["until"])
    record("end_roster", post.person_id, by, now, roster=roster_id, until=until.isoformat())


@verb
def change_duty(
    *, by: Standing, now: datetime, membership_id: UUID, on_duty: bool, starts_at: datetime, ends_at: datetime
) -> UUID:
    """An exception to the roster: this post stands in (True) or is away (False) between two instants.

    One's own absence may be entered by oneself. Refused: not_yours, not_found, bad_span, duty_overlaps.
    """
    post = locked(Membership, membership_id, _NO_POST)
    queries.demand_change_duty(by, area=post.area, agency_id=post.agency_id, person_id=post.person_id)
    checked_span(starts_at, ends_at)
    text = _("这段时间已有一条替班或请假记录。")
    row = DutyChange(membership=post, on_duty=on_duty, starts_at=starts_at, ends_at=ends_at)
    with refusing({"people_duty_change_once": Refused("duty_overlaps", text, fields={"starts_at": text})}):
        row.save(force_insert=True)
    record(
        "change_duty",
        post.person_id,
        by,
        now,
        membership=post.id,
        on_duty=on_duty,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    return row.id


@verb
def end_duty_change(*, by: Standing, now: datetime, change_id: UUID) -> None:
    """The exception is over now; one that has not begun, or began at this very moment, is taken back.

    One's own absence may be ended by oneself. Refused: not_yours, not_found, already_ended.
    """
    row = locked(DutyChange, change_id, _("没有这条替班或请假记录。"))
    post = row.membership
    queries.demand_change_duty(by, area=post.area, agency_id=post.agency_id, person_id=post.person_id)
    if row.ends_at <= now:
        raise Refused("already_ended", _("这条替班或请假已经结束了。"))
    if row.starts_at >= now:
        row.delete()
    else:
        row.ends_at = now
        row.save(update_fields=["ends_at"])
    record("end_duty_change", post.person_id, by, now, membership=post.id, change=change_id)
