"""What rooms above do with base data: say what leans on its codes, and link components to whose they are.

Places knows no case, agency or person; they register here once at start-up, and are asked within the transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from xiucheng.kit.actor import Actor
from xiucheng.kit.carrying import carry

Leaning = Callable[[str, Sequence[str], datetime], Sequence[str]]
"""(kind of rules.DRAFT_KINDS, codes, since when) → the codes among them that something alive refers to since then."""


EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when, for whoever asks about everything that ever was."""

Party = tuple[str, str, str]
"""A code, the relation (department, owner, maintainer), and the organisation's name as a file writes it."""

TakeParties = Callable[[Actor, datetime, str, Sequence[Party]], tuple[int, Sequence[str]]]
"""Link things of a kind (rules.POINT_KINDS) to organisations by name, in the running transaction: how many links, and
the names not known."""

DropParties = Callable[[Actor, datetime, str, Sequence[str], datetime], None]
"""(actor, now, kind of rules.POINT_KINDS, codes, since): end the links that a load made, because it is undone."""


@dataclass(frozen=True, slots=True)
class Leaner:
    """One room's answer, and the sentence that says what leans."""

    room: str
    why: Any
    find: Leaning


_leaners: dict[str, Leaner] = {}
_takers: list[TakeParties] = []
_droppers: list[DropParties] = []


def register_leaning(room: str, why: Any, find: Leaning) -> None:
    """A room above tells places, once at start-up, what of its own refers to codes of grids, components, facilities."""
    _leaners[room] = Leaner(room, why, find)


def leaning(kind: str, codes: Sequence[str], since: datetime) -> list[tuple[Leaner, list[str]]]:
    """Every room that refers to one of these codes since then, with the codes it refers to."""
    found = [(one, sorted(one.find(kind, codes, since))) for one in _leaners.values()]
    return [(one, used) for one, used in found if used]


def register_parties(take: TakeParties, drop: DropParties) -> None:
    """The room that knows organisations tells how their names in files become links, and how those end."""
    _takers.append(take)
    _droppers.append(drop)


def take_parties(actor: Actor, now: datetime, kind: str, parties: Sequence[Party]) -> tuple[int, list[str]]:
    """Links made, and names of organisations that nobody knows, each once."""
    linked, unknown = 0, set[str]()
    for take in _takers if parties else ():
        count, names = take(actor, now, kind, parties)
        linked += count
        unknown.update(names)
    return linked, sorted(unknown)


def drop_parties(actor: Actor, now: datetime, kind: str, codes: Sequence[str], since: datetime) -> None:
    """End the links that a load of these components or facilities made."""
    for drop in _droppers if codes else ():
        drop(actor, now, kind, codes, since)


carry("places_area", "places_duty_grid", "places_unit_grid", "places_component", "places_facility")
carry("places_compound", "places_building", "places_dwelling")
