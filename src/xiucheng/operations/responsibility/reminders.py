"""Terms of stewards, pairings and take-ons that are about to end: each told once to those who can go on with it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from xiucheng.foundation.notices import commands as notices
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.neighbourhood import terms
from xiucheng.foundation.people.neighbourhood.responsibilities import Answerable
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.days import local_day
from xiucheng.kit.verbs import verb

from . import configuration
from .partners import commands, queries
from .partners.queries import Row

AHEAD = timedelta(days=30)
"""So long before the end the community begins to choose anew (D)."""
EVENT, PARTNERS_EVENT = "term_ending", "partnership_ending"
ROOM, PARTNERS = "stewards", "partners"
_BY = Standing.for_system("responsibility")


_Answering = Mapping[tuple[str, str], Sequence[Answerable]]
"""(Level, area) → who answers for it."""


@verb
def remind(*, now: datetime) -> int:
    """Put the ends of terms within thirty days into the inboxes of those who answer for the community, and of pairings
    and take-ons also into those of the organisation's clerks, or of whoever took it on; returns of how many somebody
    was told. Where there is nobody to tell yet it is told once there is.

    By the clock, each hour; safe in several workers.
    """
    stewards, partners = terms.ending(now=now, within=AHEAD), queries.ending(local_day(now))
    if not stewards and not partners:
        return 0
    _rows, held = configuration.covered(configuration.required(now), now)
    tells = [
        notices.Tell(to, EVENT, ROOM, one.id, {"kind": one.kind, "ends_on": one.ends_on.isoformat()})
        for one in stewards
        if (to := _answering(held, one.area))
        and terms.note_reminded(by=_BY, now=now, steward_id=one.id, ends_on=one.ends_on)
    ]
    tells += [
        notices.Tell(to, PARTNERS_EVENT, PARTNERS, one.id, {"kind": one.kind, "ends_on": one.ends_on.isoformat()})
        for one in partners
        if one.ends_on is not None
        and (to := _once([*_answering(held, one.area), *_side(one, now)]))
        and commands.note_reminded(by=_BY, now=now, partnership_id=one.id, ends_on=one.ends_on)
    ]
    notices.tell_many(actor=_BY.actor, now=now, tells=tells)
    return len(tells)


def _answering(held: _Answering, area: str) -> tuple[UUID, ...]:
    return _once(each.person_id for each in held.get(("community", area), ()))


def _side(one: Row, now: datetime) -> Sequence[UUID]:
    """The other side: whoever keeps the organisation's affairs, or the person themselves where they are staff."""
    if one.whose == "person":
        return (one.person_id,) if one.person_id else ()
    return people.holders("agency_clerk", agency_id=one.organisation_id, at=now)


def _once(persons: Iterable[UUID]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(persons))
