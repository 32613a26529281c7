"""Grids and outlines from a file: slivers and bow ties mended, what is wrong and where, whole partitions replaced."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from .drafting import boxed_town, findings, take, upload, work
from .geodata.files import shapefile
from .ground import ACTOR, NOW, found_areas, lattice, numbered

pytestmark = pytest.mark.usefixtures("db")


def grid_file(folder: Path, cells: dict, **more) -> Path:
    return shapefile(folder, list(cells.values()), {"WGBM": list(cells)}, name="网格", **more)


def lattice_cells(west_community: str = "990101001001") -> dict:
    return dict(numbered(west_community, lattice(4, 3)))


def test_grids_with_slivers_are_mended_one_by_one_or_all(tmp_path):
    from xiucheng.foundation.places import commands
    from xiucheng.foundation.places.models import DraftFinding, UnitGrid

    found_areas()
    cells = lattice_cells()
    moved = {**cells, "990101001001006": shapely.affinity.translate(cells["990101001001006"], xoff=4e-6)}
    draft = work(upload(grid_file(tmp_path, moved)))
    # Where the sliver is an overlap, one of the two is refused until it is mended.
    assert (draft.kind, draft.counts["taken"]) == ("unit_grid", 11)
    offered = list(DraftFinding.objects.filter(draft=draft, severity="sliver").values_list("number", flat=True))
    assert len(offered) >= 2
    commands.accept_repairs(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision, numbers=offered[:1])
    draft = work(draft.pk)
    assert draft.counts["sliver"]["all"] == len(offered) - 1
    commands.accept_repairs(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision)
    draft = work(draft.pk)
    assert "sliver" not in draft.counts
    assert draft.counts["taken"] == 12
    commands.drop_repairs(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision)
    draft = work(draft.pk)
    assert draft.counts["sliver"]["all"] == len(offered)
    commands.accept_repairs(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision)
    take(work(draft.pk))
    assert list(UnitGrid.objects.order_by("code").values_list("code", flat=True)) == sorted(cells)


def test_bow_ties_are_refused_until_they_are_untied(tmp_path):
    from xiucheng.foundation.places import commands

    found_areas()
    cells = lattice_cells()
    west, south, east, north = cells["990101001001012"].bounds
    cells["990101001001012"] = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    draft = work(upload(grid_file(tmp_path, cells)))
    assert findings(draft, "bow_tie") == [("bow_tie", "990101001001012")]
    assert ("bad_shape", "990101001001012") in findings(draft, "refused")
    assert draft.counts["taken"] == 11
    commands.accept_repairs(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision)
    draft = work(draft.pk)
    assert findings(draft, "bow_tie") == []
    assert ("bad_shape", "990101001001012") not in findings(draft, "refused")


def test_gaps_overlaps_and_codes_twice_are_reported_with_their_place(tmp_path):
    from xiucheng.foundation.places.models import DraftFinding

    found_areas()
    cells = lattice_cells()
    gone = cells.pop("990101001001006")
    cells.pop("990101001001007")
    cells["990101001001011"] = shapely.union(cells["990101001001011"], shapely.box(*gone.bounds))
    codes = [*cells, "990101001001001", "99010100100X", "990101009009001"]
    shapes = [*cells.values(), *list(cells.values())[:3]]
    draft = work(upload(shapefile(tmp_path, shapes, {"WGBM": codes}, name="网格"), kind="unit_grid"))
    refused = dict(findings(draft, "refused"))
    assert refused["duplicate_code"] == "990101001001001"
    assert refused["bad_grid_code"] == "99010100100X"
    assert refused["unknown_area"] == "990101009009"
    assert "overlaps" in refused
    places = DraftFinding.objects.filter(draft=draft, code__in=["gap_place", "overlap_place"])
    assert {one.code for one in places} == {"gap_place", "overlap_place"}
    assert all(one.shape is not None for one in places)


def test_a_new_partition_replaces_its_communities_and_comes_back(tmp_path):
    from xiucheng.foundation.places import commands, queries
    from xiucheng.foundation.places.models import UnitGrid

    boxed_town()
    before = list(UnitGrid.objects.order_by("code").values_list("code", "square_metres", "shape"))
    west = [row[:2] for row in lattice(4, 3, seed=9)]
    draft = work(upload(grid_file(tmp_path, dict(list(numbered("990101001001", west))[:4]))))
    assert draft.counts["gone"] == 2
    draft = take(draft)
    assert len(queries.unit_grids("990101001001")) == 4
    assert len(queries.unit_grids("990101001002")) == 6
    commands.undo_draft(actor=ACTOR, now=NOW, draft_id=draft.pk)
    assert list(UnitGrid.objects.order_by("code").values_list("code", "square_metres", "shape")) == before


def test_outlines_by_name(tmp_path):
    from xiucheng.foundation.places import commands, queries

    found_areas()
    shapes = [shapely.box(120, 30, 120.01, 30.01), shapely.box(120.01, 30, 120.02, 30.01)]
    path = shapefile(tmp_path, shapes, {"SQMC": ["槐树社区", "柳树社区"]}, name="社区")
    draft = take(work(upload(path, kind="outline")))
    assert draft.counts["loaded"] == 2
    assert queries.locate(120.005, 30.005).community == "990101001001"
    commands.undo_draft(actor=ACTOR, now=NOW, draft_id=draft.pk)
    assert queries.locate(120.005, 30.005).community is None


def test_duty_grids_come_in_and_go_out(tmp_path):
    from xiucheng.foundation.places import commands, queries

    cells = boxed_town()
    whole = shapely.union_all([shape for code, shape in cells.items() if code.startswith("990101001001")])
    path = shapefile(
        tmp_path, [whole], {"责任网格编码": ["A-01"], "责任网格名称": ["东一片"], "社区": ["槐树社区"]}, name="责任"
    )
    draft = take(work(upload(path, kind="duty_grid")))
    assert [one.duty_grid for one in queries.unit_grids("990101001001")] == ["A-01"] * 6
    commands.undo_draft(actor=ACTOR, now=NOW, draft_id=draft.pk)
    assert [one.duty_grid for one in queries.unit_grids("990101001001")] == [None] * 6
