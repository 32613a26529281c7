"""The parts of the sample district that need no database: ground, division of labour, stories, habits, pictures."""

import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from xiucheng.foundation.places.loaders import grids
from xiucheng.foundation.places.loaders.report import Sieve
from xiucheng.interfaces.demo import ground, habits, organisations, pictures, stories, things
from xiucheng.interfaces.demo.sample import SEED
from xiucheng.kit.ids import uuid7
from xiucheng.kit.worktime import Limit, Unit
from xiucheng.operations.cases.catalogue import body_from_csv, compile_catalogue
from xiucheng.operations.cases.rules import MOVES, OPEN_STATES, CaseFacts
from xiucheng.operations.cases.views import CaseView, PendingRequest

CATALOGUE = compile_catalogue(1, body_from_csv())
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def land() -> ground.Ground:
    return ground.lay(SEED)


def test_the_ground_is_a_true_partition_numbered_as_the_standard_says(land: ground.Ground) -> None:
    communities = {code for street in ground.STREETS for code, _name in ground.communities(street.code)}
    sieve = Sieve()
    outlines = {code: land.outline_of(code) for code in communities}
    _read, cells = grids.read_unit_grids(land.unit_grid_map(), "wgs84", communities, outlines, sieve)
    assert (sieve.refused, sieve.warnings) == ([], [])
    assert len(cells) == len(land.cells)
    assert len(communities) == 30


def test_every_area_is_one_piece_of_a_sensible_size(land: ground.Ground) -> None:
    sizes = Counter(code[:12] for code in land.unit_grids)
    assert len(sizes) == 30
    assert ground.LEAST <= min(sizes.values()) <= max(sizes.values()) <= ground.MOST
    assert {land.outline_of(code).geom_type for code in (*sizes, *{code[:9] for code in sizes})} == {"Polygon"}
    assert land.outline.geom_type == "Polygon"
    assert not land.outline.interiors


def test_the_point_of_the_examples_lies_inside(land: ground.Ground) -> None:
    assert land.outline.contains(shapely.Point(122.1, 37.5))


def test_the_same_seed_gives_the_same_ground(land: ground.Ground) -> None:
    again = ground.lay(SEED)
    assert again.community_of == land.community_of
    assert all(again.cells[place].equals_exact(shape, 0) for place, shape in land.cells.items())


def test_duty_grids_share_out_every_unit_grid(land: ground.Ground) -> None:
    dealt = [grid for members in land.duty_grids().values() for grid in members]
    assert sorted(dealt) == sorted(land.unit_grids)


def test_everything_in_the_catalogue_is_somebodys_job() -> None:
    known = {org.code for org in (*organisations.DEPARTMENTS, *organisations.offices())}
    known |= {"brigade", "street_office", "community_office"}
    assert {organisations.answerer(key) for key in CATALOGUE.categories} <= known


def test_components_stand_beside_streets_and_belong_to_somebody(land: ground.Ground) -> None:
    orgs = (*organisations.DEPARTMENTS, *organisations.offices())
    names = {org.code: org.name for org in orgs}
    made = things.component_map(land, names, SEED)["features"]
    assert made == things.component_map(land, names, SEED)["features"]
    assert len(made) > 1500
    assert len({one["properties"]["code"] for one in made}) == len(made)
    points = [shapely.geometry.shape(one["geometry"]) for one in made]
    assert all(land.outline.contains(point) for point in points)
    borders = shapely.union_all([shapely.LineString(border) for border in land.borders])
    assert max(borders.distance(point) for point in points) * 111_195 < 4


def test_every_story_fits_its_category_and_is_understood() -> None:
    for story in stories.STORIES:
        category, condition = CATALOGUE.condition(story.category, story.condition or None)
        assert condition in category.conditions
        for wording in story.wordings:
            assert wording.count("{place}") == 1
            assert stories.understood(wording.format(place="绣花路36号公交站旁")) == story.category
    assert stories.understood("今天天气真好") == stories.OTHER_NEEDS


def case_in(state: str, **values: object) -> CaseView:
    facts = CaseFacts(
        id=uuid7(),
        state=state,
        version=3,
        category="C0137",
        condition="C013702",
        area="990101001001",
        limit=Limit(2, Unit.WORK_DAY),
        needs_check=True,
        after_photo=True,
        filed_at=NOW,
        clock_from=NOW,
        due_at=NOW + timedelta(days=2),
        handle_due_at=NOW + timedelta(days=1),
    )
    facts = replace(facts, **{key: value for key, value in values.items() if key != "requests"})  # type: ignore[arg-type]
    return CaseView(
        facts=facts,
        number="2603020001",
        channel="resident",
        severity="M",
        condition_assumed=False,
        catalogue_version=1,
        unit_grid="",
        component="",
        lon=None,
        lat=None,
        provisional=False,
        quality=(),
        handle_task=None,
        check_task=None,
        moves=(),
        requests=values.get("requests", ()),  # type: ignore[arg-type]
        undo_until=None,
    )


NAMES = {"grant": "decide", "refuse": "decide"}


@given(
    state=st.sampled_from(sorted({*OPEN_STATES, "closed"})),
    version=st.integers(1, 40),
    checked=st.sampled_from(["", "passed"]),
    needs_check=st.booleans(),
    due=st.integers(-600, 6000),
    asked=st.booleans(),
)
def test_whatever_people_do_next_the_table_of_moves_permits(
    state: str, version: int, checked: str, needs_check: bool, due: int, asked: bool
) -> None:
    requests = (PendingRequest(uuid7(), "extend", "person:x", NOW, False),) if asked and state == "handling" else ()
    case = case_in(
        state,
        version=version,
        checked=checked,
        needs_check=needs_check,
        handle_due_at=NOW + timedelta(minutes=due),
        requests=requests,
    )
    act = habits.next_act(case, NOW)
    assert act == habits.next_act(case, NOW)
    if act is None:
        assert state == "closed"
        return
    assert state in MOVES[NAMES.get(act.name, act.name)].sources
    assert act.wait > timedelta(0)
    if act.name in ("pass_check", "rework"):
        assert not checked


def test_most_work_is_done_in_time_and_some_is_not() -> None:
    acts = [habits.next_act(case_in("handling", version=n), NOW) for n in range(600)]
    replies = [act for act in acts if act and act.name == "reply"]
    late = [act for act in replies if act.late]
    assert 0.03 < len(late) / len(replies) < 0.15
    assert all(act.wait > timedelta(days=1) for act in late)
    assert {act.name for act in acts if act} == {"reply", "assign_inside", "extend"}


@pytest.mark.parametrize("scene", ["road", "green", "water", "indoor"])
def test_pictures_are_drawn_the_same_each_time(scene: str) -> None:
    before, after = (pictures.draw_picture(scene, when) for when in ("before", "after"))  # type: ignore[arg-type]
    pictures.draw_picture.cache_clear()
    assert pictures.draw_picture(scene, "before") == before != after  # type: ignore[arg-type]
    assert Image.open(io.BytesIO(before)).size == pictures.SIZE
