"""What the shared templates show: plain values, filled by the pages of console and mobile from the rooms' queries."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Source:
    """How often a matter was reported by one way in: an icon with a count."""

    icon: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of a list of cases. href: its page; peek: the piece that shows it at the list's side."""

    id: str
    version: int
    href: str
    number: str
    title: str
    category: str
    place: str
    state: str
    since: datetime
    agency: str = ""
    due: datetime | None = None
    warn: datetime | None = None
    start: datetime | None = None
    ended: datetime | None = None
    paused: bool = False
    sources: tuple[Source, ...] = ()
    marks: tuple[str, ...] = ()
    selected: bool = False
    peek: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its small copy; `href` opens it in full."""

    href: str
    thumb: str
    caption: str
    kind: str = ""
    id: str = ""
    released: bool = False


@dataclass(frozen=True, slots=True)
class StoryItem:
    """One sentence of a story. tone: decided · against · quiet · plain. words_id: of words that may be erased alone."""

    at: datetime
    sentence: str
    tone: str = "plain"
    words: str = ""
    erased: bool = False
    pictures: tuple[Picture, ...] = field(default=())
    words_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Dot:
    """One of the five dots of a resident's line. stage: past · now · ahead."""

    label: str
    stage: str
    at: datetime | None = None
