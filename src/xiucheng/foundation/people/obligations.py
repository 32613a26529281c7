"""What keeps an organisation from being closed: rooms above say how much of theirs it still has to settle.

People knows neither tasks nor cases; whoever gives work to organisations registers here how to count it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise

Count = Callable[[UUID], int]


@dataclass(frozen=True, slots=True)
class Obligation:
    """One kind of open work. label: in words, "在办案卷"; count: how much of it an organisation has."""

    label: str | Promise
    count: Count


_registered: dict[str, Obligation] = {}


def register(name: str, label: str | Promise, count: Count) -> None:
    """Have `count(organisation_id)` asked before an organisation is closed; a name is registered once."""
    _registered[name] = Obligation(label, count)


def of(organisation_id: UUID) -> Iterator[tuple[str, int]]:
    """What is still open, as (label in the reader's language, how many), kinds without any left out."""
    for obligation in _registered.values():
        count = obligation.count(organisation_id)
        if count:
            yield str(obligation.label), count
