"""Reads of figures: the latest of each place and kind, their history, whether parts add up, which place is meant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from xiucheng.kit.actor import Actor
from xiucheng.kit.moves import UNDO_WINDOW

from . import amounts, queries
from .amounts import PLACE_KINDS, Amount
from .models import DutyGrid, Facility, Figure
from .refusals import refusal
from .rules import parent_code

PAGE = 100
MOST = 20_000
"""Rows of one export (D): a district of 120 communities keeps a few thousand."""


@dataclass(frozen=True, slots=True)
class PlaceRef:
    """A place that figures are about: an area, a duty grid or a facility; area: the smallest area it lies in."""

    kind: str
    code: str
    area: str
    name: str


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure with the name of its place; in force unless withdrawn."""

    id: UUID
    place: PlaceRef
    kind: str
    title: str
    amount: Amount
    as_of: date
    source: str
    recorded_at: datetime
    recorded_by: str
    replaces: UUID | None
    withdrawn_at: datetime | None
    withdrawn_by: str

    @property
    def counted(self) -> str:
        """What is counted, in words."""
        return amounts.kind_name(self.kind, self.title)

    @property
    def said(self) -> str:
        """How much, in words, with its unit."""
        return " ".join(filter(None, (amounts.say(self.amount), amounts.unit_of(self.kind))))


def find_place(said: str) -> PlaceRef:
    """The place meant by a code or name: an area first, then a duty grid, then a facility. At most two statements.

    Refused: unknown_place, two_places.
    """
    plain = " ".join(said.split())
    code = queries.area_code(plain) if plain else None
    if code is not None:
        return PlaceRef("area", code, code, queries.area_name(code))
    for kind, rows in (("duty_grid", DutyGrid.objects.all()), ("facility", Facility.objects.all())):
        found = _named(kind, rows, plain) if plain else []
        if len(found) > 1:
            raise refusal("two_places", plain[:30], field="place")
        if found:
            return found[0]
    raise refusal("unknown_place", plain[:30], field="place")


def _named(kind: str, rows: QuerySet[Any], said: str) -> list[PlaceRef]:
    column = "area_id" if kind == "duty_grid" else "community_id"
    held = list((rows.filter(code=said) | rows.filter(name=said)).values_list("code", column, "name")[:3])
    exact = [row for row in held if row[0] == said] or held
    district = queries.district()
    whole = district.code if district else ""
    return [PlaceRef(kind, code, area or whole, name) for code, area, name in exact]


def place_of(kind: str, code: str) -> PlaceRef:
    """A place by its kind and code. One statement at most. Refused: unknown_place (404)."""
    district = queries.district()
    whole = district.code if district else ""
    if kind == "area":
        found = queries.area(code)
        named = (found.code, found.code, found.name) if found else None
    elif kind == "duty_grid":
        named = DutyGrid.objects.filter(code=code).values_list("code", "area_id", "name").first()
    else:
        named = Facility.objects.filter(code=code).values_list("code", "community_id", "name").first()
    if named is None or kind not in PLACE_KINDS:
        raise refusal("unknown_place", code[:30], status=404)
    return PlaceRef(kind, named[0], named[1] or whole, named[2])


def latest(
    within: str = "", kind: str = "", *, after: tuple[str, str, str, str] | None = None, limit: int = PAGE
) -> list[FigureView]:
    """Of every place in an area and every kind the figure of the latest day, by place. Three statements at most.

    within: an area's code, "" for all. kind: one of FIGURE_KINDS, "" for all. after: (area, place, kind, title) of the
    last row of the page before.
    """
    rows = Figure.objects.filter(withdrawn_at__isnull=True)
    if within:
        rows = rows.filter(area__startswith=within)
    if kind:
        rows = rows.filter(kind=kind)
    newest = rows.order_by("area", "place", "kind", "title", "-as_of", "-recorded_at", "-id").distinct(
        "area", "place", "kind", "title"
    )
    if after is not None:
        newest = newest.extra(where=["(area, place, kind, title) > (%s, %s, %s, %s)"], params=list(after))
    return _views(newest[:limit])


def history(place: PlaceRef, kind: str, title: str = "") -> list[FigureView]:
    """Everything that was ever said of one place and kind, the latest day first, withdrawn ones as well."""
    rows = Figure.objects.filter(place_kind=place.kind, place=place.code, kind=kind, title=title)
    return _views(rows.order_by("-as_of", "-recorded_at", "-id")[:500])


def figure(figure_id: UUID) -> FigureView:
    """One figure. Refused: unknown_figure (404)."""
    found = _views(Figure.objects.filter(id=figure_id))
    if not found:
        raise refusal("unknown_figure", status=404)
    return found[0]


def undo_until(one: FigureView, *, by: Actor, now: datetime) -> datetime | None:
    """Until when this one may take back in one press what they recorded; None where another did, or it is too long ago
    or taken down since. No statement."""
    until = one.recorded_at + UNDO_WINDOW
    return until if one.recorded_by == str(by) and one.withdrawn_at is None and now < until else None


def in_force() -> list[FigureView]:
    """Every figure that stands, of any day, for comparing with a list; three statements."""
    return _views(Figure.objects.filter(withdrawn_at__isnull=True))


def _views(rows: Iterable[Figure]) -> list[FigureView]:
    held = list(rows)
    names = _names({(one.place_kind, one.place) for one in held})
    return [
        FigureView(
            one.id,
            PlaceRef(one.place_kind, one.place, one.area, names.get((one.place_kind, one.place), one.place)),
            one.kind, one.title, Amount(one.value, one.mark), one.as_of, one.source, one.recorded_at, one.recorded_by,
            one.replaces_id, one.withdrawn_at, one.withdrawn_by,
        )
        for one in held
    ]  # fmt: skip


def _names(wanted: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    found = {(kind, code): queries.area_name(code) for kind, code in wanted if kind == "area"}
    for kind, model in (("duty_grid", DutyGrid), ("facility", Facility)):
        codes = [code for of, code in wanted if of == kind]
        if codes:
            rows = model._default_manager.filter(code__in=codes).values_list("code", "name")
            found.update(((kind, code), name) for code, name in rows)
    return found


@dataclass(frozen=True, slots=True)
class Sum:
    """What the parts of an area say together, beside what is said of the whole."""

    total: Decimal
    parts: int
    missing: int
    agrees: bool


def sums(rows: Sequence[FigureView]) -> Mapping[UUID, Sum]:
    """For each figure of an area whose parts have figures of the same kind in these rows: their sum."""
    found: dict[UUID, Sum] = {}
    by_place = {(one.place.code, one.kind): one for one in rows if one.place.kind == "area"}
    parts: dict[tuple[str, str], list[FigureView]] = {}
    for (code, kind), one in by_place.items():
        parts.setdefault((parent_code(code) or "", kind), []).append(one)
    for (code, kind), whole in by_place.items():
        below = parts.get((code, kind), [])
        if not below or not amounts.FIGURE_KINDS[kind].adds:
            continue
        total = amounts.sum_of([one.amount for one in below])
        missing = max(0, len(queries.children(code)) - len(below))
        fits = amounts.agrees(whole.amount, total, missing=missing > 0)
        found[whole.id] = Sum(total, len(below), missing, fits)
    return found
