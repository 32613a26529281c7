"""What the rules know of a case and of who moves it: plain values, no words, no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.kit.worktime import Limit

from .moves import OPEN_STATES


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as the rules see it; times are aware, areas are division codes (6, 9 or 12 digits)."""

    id: UUID
    state: str
    version: int
    category: str
    condition: str
    area: str
    limit: Limit
    needs_check: bool
    after_photo: bool
    filed_at: datetime
    clock_from: datetime
    due_at: datetime | None
    provisional: bool = False
    handle_due_at: datetime | None = None
    agency_id: UUID | None = None
    person_id: UUID | None = None
    agencies: tuple[UUID, ...] = ()
    handlers: tuple[UUID, ...] = ()
    checked: str = ""
    rework_count: int = 0
    reopen_count: int = 0
    extend_count: int = 0
    supervised: bool = False
    answer_task: UUID | None = None
    self_handled: bool = False
    imported: bool = False
    merged_into: UUID | None = None
    state_before: str = ""
    closed_at: datetime | None = None
    closing: str = ""
    undo: dict[str, Any] | None = None

    @property
    def is_open(self) -> bool:
        """Is it still to be settled?"""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class Mover:
    """Who moves: a person's id (None for a rule, the system or a channel) and the stored form of the actor."""

    actor: str
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A decision that was asked for: what, by whom, when, with which arguments (codes)."""

    id: UUID
    what: str
    asked_by: str
    asked_at: datetime
    args: Mapping[str, Any]
