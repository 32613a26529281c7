"""What time does to cases: a reply that nobody took back goes to its check, announced holidays move deadlines."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import calendars
from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.outage import is_away
from xiucheng.kit.refused import Refused

from . import commands, queries

log = logging.getLogger(__name__)

CHECKS = Standing.for_system("checks")
CLOCK = Standing.for_system("timer")


def start_checks(now: datetime, limit: int = 200) -> int:
    """Ask inspectors to look at what was replied; returns how many checks began. Safe in several workers."""
    return _each(commands.start_check, CHECKS, now, queries.open_and_replied(now, UNDO_WINDOW, limit))


def recalculate(now: datetime, limit: int = 200) -> int:
    """Reckon provisional deadlines of open cases anew where another calendar is in force; returns how many were looked
    at. A batch a round, each case in a transaction of its own; safe in several workers."""
    return _each(commands.recalculate, CLOCK, now, queries.provisional(calendars.in_force(now), limit))


def _each(do: Callable[..., Any], by: Standing, now: datetime, case_ids: Iterable[UUID]) -> int:
    """Do it to each; one that cannot be dealt with keeps no other waiting."""
    done = 0
    for case_id in case_ids:
        try:
            do(by=by, now=now, case_id=case_id)
            done += 1
        except Refused as refusal:
            # Somebody moved it meanwhile; that is their answer.
            log.info("the timer leaves case %s: %s", case_id, refusal.code)
        except Exception as error:
            if is_away(error):
                raise
            log.exception("the timer cannot do its work on case %s", case_id)
    return done
