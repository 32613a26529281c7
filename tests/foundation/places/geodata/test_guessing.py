"""The frame is guessed from the .prj and the numbers, and a wrong one is told by where its points come to lie."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from xiucheng.foundation.places.geodata import frames, placing
from xiucheng.foundation.places.geodata.guessing import guess
from xiucheng.foundation.places.geodata.placing import Reach

WEIHAI = Reach(shapely.box(121.9, 37.3, 122.3, 37.6), "outline")
random = np.random.default_rng(7)
TOWN = random.uniform([121.95, 37.35], [122.25, 37.55], (300, 2))


def projected(epsg: int, lonlat: np.ndarray = TOWN) -> np.ndarray:
    return np.column_stack(Transformer.from_crs(4490, epsg, always_xy=True).transform(lonlat[:, 0], lonlat[:, 1]))


@pytest.mark.parametrize(
    ("epsg", "code"),
    [(4529, "gk3:123z"), (4550, "gk3:123"), (4499, "gk6:123z"), (4549, "gk3:120"), (3857, "epsg:3857"),
     (4490, "wgs84")],
)  # fmt: skip
@pytest.mark.parametrize("swapped", [False, True])
def test_without_a_prj_the_numbers_and_the_district_tell(epsg, code, swapped):
    points = projected(epsg)
    found = guess(points[:, ::-1] if swapped else points, "", WEIHAI)
    assert found.chosen is not None
    assert found.chosen.frame.code == code + ("~" if swapped else "")
    assert found.chosen.placing.verdict == "inside"
    assert found.ambiguous == (epsg == 4490)


def test_a_right_prj_is_taken_at_its_word():
    found = guess(projected(4529), "EPSG:4529", WEIHAI)
    assert (found.chosen.frame.code, found.contradicted) == ("gk3:123z", False)


def test_a_wrong_prj_puts_the_points_into_the_sea_and_is_told():
    found = guess(projected(4529), "EPSG:4528", WEIHAI)
    assert found.contradicted
    assert found.chosen.frame.code == "gk3:123z"
    assert found.stated.placing.verdict in ("sea", "away")
    assert found.stated.placing.kilometres > 200


def test_points_in_the_sea_are_said_to_be_there():
    lay = placing.placing(np.array([[124.0, 35.0], [123.8, 34.9]]), WEIHAI)
    assert (lay.verdict, lay.at_sea) == ("sea", 1.0)
    assert 280 < lay.kilometres < 330


def test_points_of_another_town_are_so_many_kilometres_away():
    jinan = TOWN - [5.0, 0.8]
    lay = placing.placing(jinan, WEIHAI)
    assert lay.verdict == "away"
    assert 400 < lay.kilometres < 470


def test_part_of_the_points_elsewhere_is_said_too():
    lay = placing.placing(np.vstack([TOWN[:200], TOWN[:100] - [2.0, 0.0]]), WEIHAI)
    assert lay.verdict == "partly"
    assert lay.inside == pytest.approx(2 / 3)
    assert lay.kilometres == pytest.approx(150, abs=15)


def test_without_outline_or_box_the_province_is_known():
    assert guess(projected(4550), "", placing.province("371002")).chosen.placing.verdict == "inside"
    assert placing.province("990101") is None
    assert guess(projected(4529), "", None).chosen.placing.verdict == "unknown"
    assert placing.placing(np.array([[2.0, 48.0]]), None).verdict == "away"


@pytest.mark.parametrize("points", [np.empty((0, 2)), np.full((5, 2), np.nan), np.array([[1e30, 1e30]])])
def test_numbers_that_are_no_place_are_no_guess(points):
    assert guess(points, "", WEIHAI).chosen is None


def test_a_prj_that_nobody_can_read_is_said():
    found = guess(TOWN, 'LOCAL_CS["town grid"]', WEIHAI)
    assert found.unreadable_prj
    assert found.chosen.frame.code == "wgs84"


@given(order=st.permutations(range(40)))
def test_the_order_of_the_rows_changes_no_guess(order):
    points = projected(4550)[:40]
    assert guess(points[list(order)], "", WEIHAI).chosen.frame == guess(points, "", WEIHAI).chosen.frame


@given(zone=st.integers(25, 45), lat=st.floats(20, 50))
def test_every_zone_with_its_prefix_is_its_own(zone, lat):
    centre = zone * 3.0
    lonlat = np.array([[centre + 0.1, lat], [centre - 0.1, lat + 0.1]])
    reach = Reach(shapely.box(centre - 0.5, lat - 0.5, centre + 0.5, lat + 0.5), "box")
    found = guess(projected(4488 + zone, lonlat), "", reach)
    assert found.chosen.frame == frames.of_zone(3, zone, prefix=True)
