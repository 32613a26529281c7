"""What readers get of a case: frozen values with the moves that are allowed to the reader now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.kit.moves import Move

from .rules import CaseFacts


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A decision asked for and not yet made; `mine` tells whether the reader may make it. step: of the case's story,
    with which it was asked."""

    id: UUID
    what: str
    asked_by: str
    asked_at: datetime
    mine: bool
    step: UUID | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case as a reader may see it. Words are not in here: `queries.words` and `queries.story` bring them."""

    facts: CaseFacts
    number: str
    channel: str
    severity: str
    condition_assumed: bool
    catalogue_version: int
    unit_grid: str
    component: str
    lon: float | None
    lat: float | None
    provisional: bool
    quality: tuple[str, ...]
    handle_task: UUID | None
    check_task: UUID | None
    moves: tuple[Move, ...]
    requests: tuple[PendingRequest, ...]
    undo_until: datetime | None

    @property
    def id(self) -> UUID:
        return self.facts.id

    @property
    def state(self) -> str:
        return self.facts.state

    @property
    def version(self) -> int:
        return self.facts.version


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One sentence of a case's story: what happened, when, by whom, the words and pictures that came with it.

    content_id: of the words, where there are any that can go alone; `commands.redact_words` takes it.
    """

    step_id: UUID
    verb: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    imported: bool
    payload: dict[str, Any]
    reason: str | None
    erased: bool
    content_id: UUID | None
    media: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class WordsLeft:
    """Words of staff on a case that can still be read: which case, which words, the move they were said with."""

    case_id: UUID
    content_id: UUID
    step_id: UUID
