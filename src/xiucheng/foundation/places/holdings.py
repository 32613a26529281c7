"""Reads about base data as they are brought in and changed: what is there, uploads, their findings, the history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from .drafts import placed
from .geodata import columns
from .geodata.placing import ELSEWHERE
from .models import Area, Change, Component, Draft, DraftFinding, DraftItem, DutyGrid, Facility, UnitGrid
from .partition import Finding
from .refusals import refusal, text
from .rules import DRAFT_BUSY, contains, draft_stuck

# A look needs the lie of the land, not every manhole; a browser draws so many without a pause (D).
MOST_DRAWN = 1500
PAGE = 100

KIND_NAMES: Mapping[str, Any] = {
    "unit_grid": _("单元网格"),
    "duty_grid": _("责任网格"),
    "component": _("部件"),
    "facility": _("设施"),
    "outline": _("区划范围"),
}
VERB_NAMES: Mapping[str, Any] = {
    "load_unit_grids": _("导入单元网格"),
    "load_duty_grids": _("导入责任网格"),
    "load_components": _("导入部件"),
    "load_facilities": _("导入设施"),
    "load_outlines": _("导入区划范围"),
    "set_outline": _("改区划范围"),
    "set_component_state": _("改部件状态"),
    "correct_points": _("更正"),
    "draw_grid": _("画新网格"),
    "split_grid": _("切分网格"),
    "merge_grids": _("合并网格"),
    "renumber_grids": _("重新编号"),
}


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much of what is there; `bare` are active communities without any unit grid."""

    areas: int
    outlined: int
    unit_grids: int
    duty_grids: int
    components: int
    facilities: int
    bare: int


def holdings(grids: Mapping[str, int]) -> Holdings:
    """Counts for the front page of base data; grids: per community, as `gridded` tells. Four statements."""
    active = Area.objects.filter(active_to__isnull=True)
    areas = active.aggregate(
        all=Count("code"),
        outlined=Count("code", filter=Q(shape__isnull=False)),
        communities=Count("code", filter=Q(level="community")),
    )
    return Holdings(
        areas["all"], areas["outlined"], sum(grids.values()), DutyGrid.objects.count(), Component.objects.count(),
        Facility.objects.count(), max(0, areas["communities"] - len(grids)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DraftView:
    """An upload as a page shows it; `row` is the table's, read only."""

    row: Draft

    @property
    def kind_name(self) -> Any:
        return KIND_NAMES[self.row.kind]

    @property
    def busy(self) -> bool:
        return self.row.state in DRAFT_BUSY

    def stuck(self, now: datetime) -> bool:
        """Has its work stopped on the way, so that it may be discarded?"""
        return draft_stuck(self.row.state, self.row.changed_at, now)

    @property
    def takable(self) -> bool:
        """Would `take_draft` take it? Something passed the checks, and it lies where the district is."""
        lay = self.row.lay
        return bool(self.row.counts.get("taken")) and not lay.get("lacking") and lay.get("verdict") not in ELSEWHERE

    @property
    def fault(self) -> str:
        """Why it could not be read, in words."""
        said = self.row.fault
        return text(Finding(0, said["code"], said["about"], said["values"])) if said else ""

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(columns.FIELDS[self.row.kind])


def drafts(limit: int = 20) -> list[DraftView]:
    """The latest uploads. One statement."""
    return [DraftView(one) for one in Draft.objects.order_by("-opened_at")[:limit]]


def draft(draft_id: UUID) -> DraftView:
    """One upload. Refused: unknown_draft (404). One statement."""
    found = Draft.objects.filter(pk=draft_id).first()
    if found is None:
        raise refusal("unknown_draft", status=404)
    return DraftView(found)


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding in words; mendable: a person may accept a repair for it. middle: lon, lat, if it has a place."""

    number: int
    severity: str
    row: int
    code: str
    sentence: str
    mendable: bool
    middle: tuple[float, float] | None


def findings(draft_id: UUID, severity: str = "", page: int = 1) -> list[FindingView]:
    """A page of an upload's findings: first what is refused, then slivers, then what is worth a look. One statement."""
    rows = DraftFinding.objects.filter(draft_id=draft_id).order_by("number")
    if severity:
        rows = rows.filter(severity=severity)
    start = (max(1, page) - 1) * PAGE
    return [_finding(row) for row in rows[start : start + PAGE]]


def _finding(row: DraftFinding) -> FindingView:
    said = text(Finding(row.row, row.code, row.about, row.values))
    middle = None
    if row.shape is not None:
        point = shapely.from_wkb(bytes(row.shape)).representative_point()
        middle = (round(point.x, 6), round(point.y, 6))
    return FindingView(row.number, row.severity, row.row, row.code, said, row.repair is not None, middle)


def sample_rows(draft_id: UUID, count: int = 5) -> list[dict[str, str]]:
    """The first rows of an upload by column, to choose columns by. One statement."""
    return list(DraftItem.objects.filter(draft_id=draft_id).order_by("number").values_list("cells", flat=True)[:count])


def draft_shapes(draft_id: UUID) -> dict[str, Any]:
    """A look at an upload before it counts: evenly chosen rows and the places of findings, as GeoJSON in degrees.

    Properties: code, name, `layer` (upload, fault, outline). Three statements.
    """
    row = draft(draft_id).row
    features = [_feature(shape, "", name, "outline") for name, shape in _outline()]
    if row.frame and row.rows:
        step = max(1, row.rows // MOST_DRAWN)
        chosen = (
            DraftItem.objects.filter(draft_id=draft_id)
            .order_by("number")
            .extra(where=["number %% %s = 1 %% %s"], params=[step, step])
        )
        items = [(one.number, one.cells, bytes(one.shape or b"")) for one in chosen]
        features += _drawn(row, items)
    marks = DraftFinding.objects.filter(draft_id=draft_id, shape__isnull=False).exclude(code="numbered_out_of_order")
    places = marks.values_list("shape", "about")[:MOST_DRAWN]
    features += [_feature(shapely.from_wkb(bytes(shape or b"")), about, "", "fault") for shape, about in places]
    return {"type": "FeatureCollection", "features": features}


def _drawn(row: Draft, items: Sequence[tuple[int, Mapping[str, str], bytes]]) -> list[dict[str, Any]]:
    shapes, _points = placed.numbers(items, row.mapping, row.shaped)
    _fit, to_degrees = placed.transform(row.frame, row.control)
    code, name = row.mapping.get("code", ""), row.mapping.get("name", "")
    made = placed.in_degrees(shapes, to_degrees)
    return [
        _feature(shapely.simplify(shape, 1e-6), cells.get(code, ""), cells.get(name, ""), "upload")
        for (_number, cells, _wkb), shape in zip(items, made, strict=True)
        if shape is not None
    ]


def _outline() -> list[tuple[str, Any]]:
    found = Area.objects.filter(level="district", west__isnull=False).first()
    if found is None:
        return []
    if found.shape is None:
        return [(found.name, shapely.box(found.west, found.south, found.east, found.north))]
    return [(found.name, shapely.from_wkb(bytes(found.shape)))]


def _feature(shape: Any, code: str, name: str, layer: str) -> dict[str, Any]:
    geometry = json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "properties": {"code": code, "name": name, "layer": layer}, "geometry": geometry}


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change of base data: what, by whom, when, how many rows before and after; undone or not."""

    id: UUID
    kind_name: Any
    verb: str
    verb_name: Any
    actor: str
    at: datetime
    areas: tuple[str, ...]
    before: int
    after: int
    undone_at: datetime | None
    undone_by: str


def changes(limit: int = 30, area: str = "", kind: str = "") -> list[ChangeView]:
    """The latest changes, of one community or of all. One statement; the rows themselves are not read."""
    rows = Change.objects.order_by("-id").defer("body")
    if area:
        rows = rows.filter(areas__contains=[area])
    if kind:
        rows = rows.filter(kind=kind)
    return [
        ChangeView(
            one.id, KIND_NAMES[one.kind], one.verb, VERB_NAMES.get(one.verb, one.verb), one.actor, one.at,
            tuple(one.areas), one.before_count, one.after_count, one.undone_at, one.undone_by,
        )
        for one in rows[:limit]
    ]  # fmt: skip


def seen_mark(community: str) -> str:
    """What a map of a community's grids shows, as one word: commands refuse `stale_map` where it is another by then."""
    last = Change.objects.filter(kind="unit_grid", areas__contains=[community]).order_by("-id").defer("body").first()
    return f"{last.id}{'u' if last.undone_at else ''}" if last else ""


def gridded(within: str = "") -> dict[str, int]:
    """Unit grids per community below an area. One statement."""
    rows = UnitGrid.objects.values_list("community_id").annotate(Count("code")).order_by("community_id")
    return {code: count for code, count in rows if contains(within, code)}
