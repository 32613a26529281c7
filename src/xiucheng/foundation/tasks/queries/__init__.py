"""Every read that others may make of tasks; each function says how many statements it takes."""

from .desk import DeskCounts, desk_counts, my_desk
from .requests import answered, pending_requests, requests_for
from .tasks import (
    deadlines,
    left,
    of_subject,
    open_of_agency,
    open_of_subject,
    segments,
    standing_of,
    still_running,
    task,
)

__all__ = [
    "DeskCounts",
    "answered",
    "deadlines",
    "desk_counts",
    "left",
    "my_desk",
    "of_subject",
    "open_of_agency",
    "open_of_subject",
    "pending_requests",
    "requests_for",
    "segments",
    "standing_of",
    "still_running",
    "task",
]
