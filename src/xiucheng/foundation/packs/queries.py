"""Reading packs: what is in force, single versions, the history of a kind, and the preview of a draft."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any
from uuid import UUID

from xiucheng.foundation.people import vault

from . import line, registry, rules, shapes
from .models import Version
from .registry import Effect, Problem
from .rules import Change

_HELD = 32
"""Published versions whose bodies a process keeps; a catalogue takes about a megabyte as objects."""


@dataclass(frozen=True, slots=True)
class Pack:
    """One version with its body, which is shared between callers: read it, do not write into it."""

    id: UUID
    kind: str
    version: int
    body: dict[str, Any] = field(repr=False)
    digest: str
    effective_from: datetime | None
    state: str
    revision: int
    based_on: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One version without its body: who made, published and withdrew it, and in which span it applies.

    effective_until: where the next published version begins; None while none does. in_force: at the moment asked for.
    created_by, published_by, withdrawn_by: actors as the journal stores them. note: None where there is none or it is
    erased.
    """

    id: UUID
    kind: str
    version: int
    state: str
    digest: str
    revision: int
    based_on: int | None
    rolled_back_to: int | None
    effective_from: datetime | None
    effective_until: datetime | None
    in_force: bool
    note: str | None
    created_by: str
    created_at: datetime
    revised_at: datetime
    published_by: str | None
    published_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None


def open_draft(kind: str) -> Pack | None:
    """The latest draft of a kind that is neither published nor withdrawn; one statement."""
    row = Version.objects.filter(kind=kind, state=rules.DRAFT).order_by("-version").first()
    return pack_of(row) if row else None


def versions(kind: str) -> list[Pack]:
    """Every version of a kind with its body, the latest first; one statement."""
    return [pack_of(row) for row in Version.objects.filter(kind=kind).order_by("-version")]


@dataclass(frozen=True, slots=True)
class Overview:
    """A kind on the page of all kinds: what applies, what will, and how many drafts are open."""

    kind: str
    title: Any
    in_force: rules.Entry | None
    upcoming: tuple[rules.Entry, ...]
    drafts: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing a version from a date would do.

    against: the version it would take over from, if any. problems: what its kind finds wrong with it. obstacle: a code
    of rules.why_not_publish, or None. changes: row by row. told: the same in words. effect: what the rooms foresee;
    empty while there are problems, since a room is never asked about a body that it would not accept.
    """

    pack: Pack
    against: Pack | None
    effective_from: datetime
    problems: tuple[Problem, ...]
    obstacle: str | None
    changes: tuple[Change, ...]
    told: tuple[shapes.Told, ...]
    effect: tuple[Effect, ...]

    @property
    def publishable(self) -> bool:
        """May it be published from this date as it is?"""
        return not self.problems and self.obstacle is None


def current(kind: str, at: datetime) -> Pack | None:
    """The version in force at a moment (aware), or None; no statement on most calls.

    What another process published counts here within a second, what this one published at once.
    """
    entry = rules.in_force(line.entries(kind), at)
    return _published(entry.id) if entry else None


@lru_cache(maxsize=_HELD)
def _published(version_id: UUID) -> Pack:
    """A version that stands on a time line; nothing of it changes as long as it does."""
    return pack_of(Version.objects.get(id=version_id))


def get(kind: str, version: int) -> Pack | None:
    """A version in whatever state, by its number; no statement where it is published and was read before."""
    published = next((entry for entry in line.entries(kind) if entry.version == version), None)
    if published is not None:
        return _published(published.id)
    found = Version.objects.filter(kind=kind, version=version).first()
    return pack_of(found) if found else None


def by_id(pack_id: UUID) -> Pack | None:
    """A version in whatever state; one statement."""
    found = Version.objects.filter(id=pack_id).first()
    return pack_of(found) if found else None


def pack_of(row: Version) -> Pack:
    """The reader's form of a row; for this room's commands."""
    return Pack(
        id=row.id,
        kind=row.kind,
        version=row.version,
        body=row.body,
        digest=row.digest,
        effective_from=row.effective_from,
        state=row.state,
        revision=row.revision,
        based_on=row.based_on,
    )


def history(kind: str, now: datetime, limit: int = 200) -> list[Listed]:
    """The versions of a kind, newest number first; two statements, and one on `keys` where notes were written."""
    versions = list(Version.objects.filter(kind=kind).defer("body").order_by("-version")[:limit])
    spans = line.entries(kind)
    ends = {entry.id: following.effective_from for entry, following in pairwise(spans)}
    applies = rules.in_force(spans, now)
    return [
        _listed(row, note, ends.get(row.id), in_force=applies is not None and applies.id == row.id)
        for row, note in zip(versions, _notes(versions), strict=True)
    ]


def _notes(versions: Sequence[Version]) -> list[str | None]:
    sealed = [(row.note_key, bytes(row.note)) for row in versions if row.note_key and row.note is not None]
    opened = iter(vault.open_texts(sealed))
    return [next(opened) if row.note_key else None for row in versions]


def _listed(row: Version, note: str | None, until: datetime | None, *, in_force: bool) -> Listed:
    return Listed(
        id=row.id,
        kind=row.kind,
        version=row.version,
        state=row.state,
        digest=row.digest,
        revision=row.revision,
        based_on=row.based_on,
        rolled_back_to=row.rolled_back_to,
        effective_from=row.effective_from,
        effective_until=until,
        in_force=in_force,
        note=note,
        created_by=row.created_by,
        created_at=row.created_at,
        revised_at=row.revised_at,
        published_by=row.published_by,
        published_at=row.published_at,
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
    )


def overview(now: datetime) -> list[Overview]:
    """All kinds with what applies, what will and the open drafts; at most two statements."""
    drafts: dict[str, int] = {}
    for name in Version.objects.filter(state=rules.DRAFT).values_list("kind", flat=True):
        drafts[name] = drafts.get(name, 0) + 1
    return [
        Overview(
            kind=kind.name,
            title=kind.title,
            in_force=rules.in_force(line.entries(kind.name), now),
            upcoming=tuple(entry for entry in line.entries(kind.name) if entry.effective_from > now),
            drafts=drafts.get(kind.name, 0),
        )
        for kind in registry.kinds()
    ]


def diff(a: Pack, b: Pack) -> list[Change]:
    """What b says otherwise than a; both of one kind, whose row keys name the rows."""
    return rules.diff(a.body, b.body, registry.kind_of(a.kind).keys)


def told(before: Pack | None, after: Pack, now: datetime) -> list[shapes.Told]:
    """What a version says otherwise than another of its kind, in the reader's words. Refused `unknown_kind`."""
    return shapes.told(registry.kind_of(after.kind).shape, before.body if before else {}, after.body, now)


def preview(pack: Pack, *, now: datetime, effective_from: datetime | None = None) -> Preview:
    """What publishing this version from a date (None: now) would do; the reading room's effect included.

    Refused `unknown_kind`.
    """
    start = effective_from or now
    kind = registry.kind_of(pack.kind)
    spans = line.entries(pack.kind)
    against = current(pack.kind, start)
    problems = tuple(kind.validate(pack.body))
    before = against.body if against else None
    return Preview(
        pack=pack,
        against=against,
        effective_from=start,
        problems=problems,
        obstacle=rules.why_not_publish(
            spans, digest=pack.digest, based_on=pack.based_on, effective_from=start, now=now
        ),
        changes=tuple(rules.diff(before or {}, pack.body, kind.keys)),
        told=tuple(shapes.told(kind.shape, before or {}, pack.body, now)),
        effect=() if problems else registry.foreseen(kind, pack.body, before, start),
    )
