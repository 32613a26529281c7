"""The journal: every change of every room as one step, in one order, unalterable and free of words.

record → (trigger) pending → sequencer → position + hash chain → projections and reactions read by position.
"""

from .naming import Naming, first_naming
from .readers import hold, projection, reaction
from .record import open_buffer, record
from .steps import DayHead, Step, audited, day_heads, head, of_subject, read

__all__ = [
    "DayHead",
    "Naming",
    "Step",
    "audited",
    "day_heads",
    "first_naming",
    "head",
    "hold",
    "of_subject",
    "open_buffer",
    "projection",
    "reaction",
    "read",
    "record",
]
