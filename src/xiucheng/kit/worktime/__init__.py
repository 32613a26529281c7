"""Duty time: limits, calendars and the deadlines that follow from them. Pure; no Django, no clock, no I/O."""

from .calendar import STANDARD_DAY, STANDARD_WEEK, Calendar, Slot
from .clock import Pause, due_after, remaining, share_spent
from .limits import Limit, Mode, Unit
from .reckon import Due, after, due, due_in_turn, is_on_duty, next_slot_start, spent

__all__ = [
    "STANDARD_DAY",
    "STANDARD_WEEK",
    "Calendar",
    "Due",
    "Limit",
    "Mode",
    "Pause",
    "Slot",
    "Unit",
    "after",
    "due",
    "due_after",
    "due_in_turn",
    "is_on_duty",
    "next_slot_start",
    "remaining",
    "share_spent",
    "spent",
]
