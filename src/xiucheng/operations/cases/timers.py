"""What time itself does to cases: a reply that nobody took back within the undo window goes to its check."""

import logging
from datetime import datetime

from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.refused import Refused

from . import commands, queries
from .rules.apply import UNDO_WINDOW

log = logging.getLogger(__name__)


def start_checks(now: datetime, limit: int = 200) -> int:
    """Ask inspectors to look at what was replied; returns how many checks began. Safe in several workers."""
    begun = 0
    for case_id in queries.open_and_replied(now, UNDO_WINDOW, limit):
        try:
            commands.start_check(by=Standing.for_system("checks"), now=now, case_id=case_id)
            begun += 1
        except Refused as refusal:
            # Somebody moved it meanwhile; that is their answer.
            log.info("no check for %s: %s", case_id, refusal.code)
    return begun
