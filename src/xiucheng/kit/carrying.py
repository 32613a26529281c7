"""Which tables make up the set-up of a site: each room says what of its own is carried into a rehearsal, and without
which columns. Cases, reports, contacts, accounts and steps are never among them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carried:
    """A table that is copied as it stands; the columns in `without` stay empty in the copy."""

    table: str
    without: tuple[str, ...] = ()


_carried: list[Carried] = []


def carry(*tables: str, without: Sequence[str] = ()) -> None:
    """A room's registry.py names its tables of set-up; what they refer to must be among what anybody carries."""
    known = {one.table for one in _carried}
    _carried.extend(Carried(table, tuple(without)) for table in tables if table not in known)


def carried() -> tuple[Carried, ...]:
    """All of it, in the order it was named."""
    return tuple(_carried)
