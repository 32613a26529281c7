"""An upload's whole way: read, guessed, told what is wrong, mended, taken as a whole and taken back as a whole."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from .geodata.files import shapefile, write
from .ground import ACTOR, NOW, found_areas, found_town, lattice, numbered

if TYPE_CHECKING:
    from uuid import UUID

    from xiucheng.foundation.places.models import Draft

BOX = (119.95, 29.95, 120.05, 30.05)


@pytest.fixture(autouse=True)
def _database(db):
    """All of these write."""


def upload(path: Path, kind: str = "", **more) -> UUID:
    from xiucheng.foundation.places import commands

    return commands.open_draft(actor=ACTOR, now=NOW, name=path.name, content=[path.read_bytes()], kind=kind, **more)


def work(draft_id: UUID) -> Draft:
    """What the worker would do now, done here: the same functions, in the test's transaction."""
    from xiucheng.foundation.places import jobs
    from xiucheng.foundation.places.models import Draft

    while (draft := Draft.objects.get(pk=draft_id)).state in ("reading", "judging", "taking"):
        getattr(jobs, draft.state).run(str(draft_id), draft.revision)
    return draft


def findings(draft: Draft, severity: str | None = None) -> list[tuple[str, str]]:
    from xiucheng.foundation.places.models import DraftFinding

    rows = DraftFinding.objects.filter(draft=draft).order_by("number")
    return [(one.code, one.about) for one in rows if severity in (None, one.severity)]


def things(count: int, *, west: float = 120.0005, seed: int = 5) -> tuple[list, dict]:
    """Points in the town of `found_town`, with the columns of a survey."""
    random = np.random.default_rng(seed)
    shapes = [shapely.Point(x, y) for x, y in random.uniform([west, 30.0005], [west + 0.003, 30.0025], (count, 2))]
    columns = {
        "标识码": [f"9901010137{at:06d}" for at in range(count)],
        "部件名称": ["路灯"] * count,
        "权属单位": ["路灯管理所"] * count,
    }
    return shapes, columns


def boxed_town() -> dict:
    from xiucheng.foundation.places import commands

    cells = found_town()
    commands.set_outline(actor=ACTOR, now=NOW, code="990101", box=BOX)
    return cells


def take(draft: Draft) -> Draft:
    from xiucheng.foundation.places import commands

    commands.take_draft(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision)
    return work(draft.pk)


def stored() -> list[tuple]:
    """Everything that components say, without the ids that each row is born with."""
    from xiucheng.foundation.places.models import Component

    fields = ("code", "kind", "name", "state", "community_id", "unit_grid", "lon", "lat", "note", "source")
    return list(Component.objects.order_by("code").values_list(*fields))


# -- components -------------------------------------------------------------------------------------------------------


def test_a_survey_comes_in_and_goes_out_again_as_a_whole(tmp_path):
    from xiucheng.foundation.places import commands
    from xiucheng.foundation.places.models import Change, Component, DraftItem

    boxed_town()
    draft = work(upload(shapefile(tmp_path, *things(40))))
    assert (draft.state, draft.kind, draft.rows) == ("ready", "component", 40)
    assert draft.mapping == {"code": "标识码", "name": "部件名称", "owner": "权属单位"}
    assert (draft.frame, draft.lay["verdict"]) == ("cgcs2000", "inside")
    assert draft.counts["taken"] == draft.counts["fresh"] == 40
    assert Component.objects.count() == 0
    draft = take(draft)
    assert (draft.state, draft.counts["loaded"]) == ("taken", 40)
    assert Component.objects.exclude(unit_grid="").count() == 40
    assert not DraftItem.objects.filter(draft=draft).exists()
    change = Change.objects.get(pk=draft.change_id)
    assert (change.kind, change.before_count, change.after_count) == ("component", 0, 40)
    commands.undo_draft(actor=ACTOR, now=NOW + timedelta(hours=1), draft_id=draft.pk)
    assert Component.objects.count() == 0
    assert work(draft.pk).state == "undone"


def test_undoing_brings_back_what_was_there_before(tmp_path):
    from xiucheng.foundation.places import commands

    boxed_town()
    take(work(upload(shapefile(tmp_path / "a", *things(10)))))
    before = stored()
    shapes, columns = things(12, seed=6)
    columns["部件名称"] = ["新路灯"] * 12
    draft = work(upload(shapefile(tmp_path / "b", shapes, columns)))
    assert (draft.counts["taken"], draft.counts["fresh"]) == (12, 2)
    draft = take(draft)
    assert stored() != before
    commands.undo_draft(actor=ACTOR, now=NOW, draft_id=draft.pk)
    assert stored() == before


def test_what_a_later_change_touched_is_not_undone_under_it(tmp_path):
    from xiucheng.foundation.places import commands
    from xiucheng.kit.refused import Refused

    boxed_town()
    draft = take(work(upload(shapefile(tmp_path, *things(3)))))
    commands.set_component_state(actor=ACTOR, now=NOW, code="9901010137000001", state="broken")
    with pytest.raises(Refused) as caught:
        commands.undo_draft(actor=ACTOR, now=NOW, draft_id=draft.pk)
    assert caught.value.code == "changed_since"


def test_what_something_alive_leans_on_stays(tmp_path, monkeypatch):
    from xiucheng.foundation.places import commands, registry
    from xiucheng.foundation.places.models import Component
    from xiucheng.kit.refused import Refused

    boxed_town()
    draft = take(work(upload(shapefile(tmp_path, *things(3)))))
    monkeypatch.setitem(
        registry._leaners, "test", registry.Leaner("test", "先停用。", lambda kind, codes, since: codes[:1])
    )
    with pytest.raises(Refused) as caught:
        commands.undo_draft(actor=ACTOR, now=NOW, draft_id=draft.pk)
    assert caught.value.code == "in_use"
    assert "9901010137000000" in str(caught.value.text)
    assert Component.objects.count() == 3


def test_points_in_the_sea_are_told_and_not_taken(tmp_path):
    from xiucheng.foundation.places import commands
    from xiucheng.kit.refused import Refused

    boxed_town()
    shapes, columns = things(20)
    lonlat = np.array([[one.x, one.y] for one in shapes])
    xy = np.column_stack(Transformer.from_crs(4490, 4549, always_xy=True).transform(lonlat[:, 0], lonlat[:, 1]))
    moved = [shapely.Point(x, y) for x, y in xy]
    wrong = shapefile(tmp_path, moved, columns, crs="EPSG:4551")
    draft = work(upload(wrong))
    assert draft.guess["contradicted"]
    assert draft.guess["stated"]["verdict"] == "sea"
    assert draft.guess["stated"]["kilometres"] > 500
    assert (draft.frame, draft.lay["verdict"]) == ("gk3:120", "inside")
    commands.choose(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision, frame="gk3:126")
    draft = work(draft.pk)
    assert draft.lay["verdict"] == "sea"
    with pytest.raises(Refused) as caught:
        commands.take_draft(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision)
    assert caught.value.code == "draft_elsewhere"


def test_a_town_grid_comes_in_by_control_points(tmp_path):
    from xiucheng.foundation.places import commands
    from xiucheng.foundation.places.geodata import frames
    from xiucheng.foundation.places.geodata.control import ControlPoint
    from xiucheng.foundation.places.models import Component

    boxed_town()
    shapes, columns = things(15)
    lonlat = np.array([[one.x, one.y] for one in shapes])
    plane = np.column_stack(frames.gauss(120.0)(lonlat[:, 0], lonlat[:, 1])) - [500_000 - 3000, 3_300_000]
    points = [ControlPoint(f"K{at}", *plane[at].tolist(), *lonlat[at].tolist()) for at in range(4)]
    draft = work(upload(shapefile(tmp_path, [shapely.Point(*one) for one in plane], columns, crs=None)))
    assert draft.lay["verdict"] != "inside"
    commands.choose(
        actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision, frame="local:similarity", points=points
    )
    draft = work(draft.pk)
    assert draft.lay["verdict"] == "inside"
    assert draft.lay["rms"] < 0.01
    assert [one["name"] for one in draft.lay["residuals"]] == ["K0", "K1", "K2", "K3"]
    take(draft)
    found = {one.code: (one.lon, one.lat) for one in Component.objects.all()}
    for at, code in enumerate(columns["标识码"]):
        assert found[code] == pytest.approx(tuple(lonlat[at]), abs=1e-7)


def test_a_component_that_lies_outside_of_its_grid_is_pointed_out(tmp_path):
    cells = boxed_town()
    shapes = [shapely.point_on_surface(cells["990101001001001"]), shapely.point_on_surface(cells["990101001001002"])]
    columns = {"标识码": ["9901010137000001", "9901010137000002"], "网格编码": ["990101001001001"] * 2}
    draft = work(upload(shapefile(tmp_path, shapes, columns)))
    assert findings(draft, "warning") == [("outside_its_grid", "9901010137000002")]


def test_everything_works_with_no_polygon_at_all(tmp_path):
    found_areas()
    shapes, columns = things(5)
    columns["社区"] = ["槐树社区", "槐树社区居委会", "990101001002", "", "没有的社区"]
    draft = work(upload(shapefile(tmp_path, shapes, columns)))
    assert draft.lay["verdict"] == "unknown"
    assert findings(draft, "refused") == [("unknown_area", "没有的社区")]
    assert findings(draft, "warning") == [("place_unknown", "9901010137000003")]
    draft = take(draft)
    assert [row[4] for row in stored()] == ["990101001001", "990101001001", "990101001002", None]


def test_a_list_with_coordinates_says_what_it_lacks(tmp_path):
    from xiucheng.foundation.places import commands

    boxed_town()
    path = tmp_path / "a.csv"
    path.write_text("编号甲,东,北\n9901010137000001,120.001,30.001\n", encoding="gb18030")
    draft = work(upload(path, kind="component"))
    assert draft.mapping == {"code": "编号甲"}
    assert draft.lay["lacking"] == ["shape", "frame"]
    commands.choose(
        actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision,
        mapping={"code": "编号甲", "lon": "东", "lat": "北"},
    )  # fmt: skip
    draft = work(draft.pk)
    assert (draft.lay["lacking"], draft.counts["taken"], draft.frame) == ([], 1, "wgs84")
    assert draft.guess["ambiguous"]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(12)))
def test_any_order_of_the_rows_gives_the_same_site(tmp_path, order):
    from xiucheng.foundation.places import commands
    from xiucheng.foundation.places.models import Area

    if not Area.objects.exists():
        boxed_town()
    shapes, columns = things(12)
    # Two rows claim one code and say different things: which of them wins must not hang on who comes first.
    columns["标识码"][7] = columns["标识码"][3]
    columns["部件名称"] = [f"路灯{at}" for at in range(12)]
    sites = []
    for rows in (range(12), order):
        path = tmp_path / "a.geojson"
        path.unlink(missing_ok=True)
        mixed = {name: [values[at] for at in rows] for name, values in columns.items()}
        write(path, [shapes[at] for at in rows], mixed, crs="EPSG:4326")
        draft = take(work(upload(path)))
        sites.append(stored())
        commands.undo_draft(actor=ACTOR, now=NOW, draft_id=draft.pk)
    assert sites[0] == sites[1]
    assert len(sites[0]) == 11


# -- grids ------------------------------------------------------------------------------------------------------------


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


# -- refused ----------------------------------------------------------------------------------------------------------


def test_what_cannot_be_read_stays_as_a_failed_draft_with_its_reason(tmp_path):
    from xiucheng.foundation.places import commands
    from xiucheng.foundation.places.models import Draft, DraftChunk

    found_areas()
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04 broken")
    draft = work(upload(path))
    assert (draft.state, draft.fault["code"]) == ("failed", "zip_broken")
    commands.discard_draft(actor=ACTOR, now=NOW, draft_id=draft.pk)
    assert not Draft.objects.exists()
    assert not DraftChunk.objects.exists()


def test_too_much_or_nothing_is_refused_at_the_door(monkeypatch):
    from xiucheng.foundation.places import commands
    from xiucheng.foundation.places.drafts import store
    from xiucheng.kit.refused import Refused

    found_areas()
    monkeypatch.setattr(store, "MAX_BYTES", 10)
    for content, code in (([b"x" * 8, b"y" * 8], "too_large"), ([], "empty_file")):
        with pytest.raises(Refused) as caught:
            commands.open_draft(actor=ACTOR, now=NOW, name="a.zip", content=content)
        assert caught.value.code == code


def test_two_people_at_once_give_one_of_them_a_clear_answer(tmp_path):
    from xiucheng.foundation.places import commands
    from xiucheng.kit.refused import Refused

    boxed_town()
    draft = work(upload(shapefile(tmp_path, *things(2))))
    commands.choose(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision, frame="gcj02")
    with pytest.raises(Refused) as caught:
        commands.choose(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision, frame="bd09")
    assert caught.value.code == "draft_busy"
    work(draft.pk)
    with pytest.raises(Refused) as caught:
        commands.take_draft(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision)
    assert caught.value.code == "draft_moved_on"


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ({"frame": "utm"}, "unknown_frame"),
        ({"frame": "local:affine"}, "too_few_control"),
        ({"mapping": {"code": "没有"}}, "unknown_column"),
        ({"mapping": {"nothing": "标识码"}}, "unknown_column"),
        ({"kind": "roads"}, "unknown_kind_of_file"),
        ({"variant": "1+2"}, "unknown_variant"),
    ],
)
def test_choices_that_mean_nothing_are_refused(tmp_path, choice, code):
    from xiucheng.foundation.places import commands
    from xiucheng.kit.refused import Refused

    boxed_town()
    draft = work(upload(shapefile(tmp_path, *things(2))))
    with pytest.raises(Refused) as caught:
        commands.choose(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision, **choice)
    assert caught.value.code == code


@pytest.mark.slow
def test_a_hundred_thousand_components_are_in_within_a_minute(tmp_path):
    """Issue's goal: 100,000 components from a Shapefile in less than 60 s, from the upload to the last row."""
    boxed_town()
    path = shapefile(tmp_path, *things(100_000))
    begun = time.monotonic()
    draft = work(upload(path))
    read = time.monotonic()
    draft = take(draft)
    done = time.monotonic()
    assert draft.counts["loaded"] == 100_000
    print(f"read and judged {read - begun:.1f} s, taken {done - read:.1f} s")
    assert done - begun < 60
