"""Terms of stewards that are about to end: told once per term to whoever answers for the community."""

from datetime import datetime, timedelta

from xiucheng.foundation.notices import commands as notices
from xiucheng.foundation.people.neighbourhood import terms
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.verbs import verb

from . import configuration

AHEAD = timedelta(days=30)
"""So long before the end the community begins to choose anew (D)."""
EVENT = "term_ending"
ROOM = "stewards"
_BY = Standing.for_system("responsibility")


@verb
def remind(*, now: datetime) -> int:
    """Put the ends of terms within thirty days into the inboxes of those who answer for the community; returns of how
    many terms somebody was told. Where nobody answers yet it is told once somebody does.

    By the clock, each hour; safe in several workers.
    """
    due = terms.ending(now=now, within=AHEAD)
    if not due:
        return 0
    _rows, held = configuration.covered(configuration.required(now), now)
    tells = []
    for one in due:
        to = tuple(dict.fromkeys(each.person_id for each in held.get(("community", one.area), ())))
        if to and terms.note_reminded(by=_BY, now=now, steward_id=one.id, ends_on=one.ends_on):
            args = {"kind": one.kind, "ends_on": one.ends_on.isoformat()}
            tells.append(notices.Tell(to, EVENT, ROOM, one.id, args))
    notices.tell_many(actor=_BY.actor, now=now, tells=tells)
    return len(tells)
