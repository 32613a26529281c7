"""Frames against PROJ's own definitions, against known values, and there and back."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from xiucheng.foundation.places.datum import from_wgs84
from xiucheng.foundation.places.geodata import control, frames
from xiucheng.foundation.places.geodata.frames import Frame, UnknownFrame, frame

EARTH = Geod(ellps="GRS80")
LON, LAT = st.floats(74, 134), st.floats(4, 53)
GAUSS = [
    # frame, EPSG number of the same grid
    ("gk3:120z", 4528), ("gk3:117z", 4527), ("gk3:120", 4549), ("gk3:75z", 4513), ("gk3:135", 4554),
    ("gk6:117z", 4498), ("gk6:123z", 4499), ("gk6:117", 4509),
]  # fmt: skip


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return EARTH.inv(*a, *b)[2]


@pytest.mark.parametrize(("code", "epsg"), GAUSS)
@given(east=st.floats(-1.5, 1.5), lat=LAT)
def test_gauss_krueger_is_what_the_national_list_says(code, epsg, east, lat):
    ours = frame(code)
    lon = ours.meridian + east
    xy = Transformer.from_crs(4490, epsg, always_xy=True).transform(lon, lat)
    found = frames.degrees(np.array([xy]), ours)[0]
    assert metres((lon, lat), tuple(found)) < 0.001
    turned = frames.degrees(np.array([xy[::-1]]), frame(code + "~"))[0]
    assert tuple(turned) == tuple(found)


@pytest.mark.parametrize(("code", "epsg"), GAUSS)
def test_a_prj_becomes_the_same_frame_whoever_wrote_it(code, epsg):
    crs = CRS.from_epsg(epsg)
    expected = frame(code)
    for text in (f"EPSG:{epsg}", crs.to_wkt("WKT1_ESRI"), crs.to_wkt("WKT1_GDAL"), crs.to_wkt("WKT2_2019")):
        found = frames.of_crs(text)
        assert found is not None
        assert (found.kind, found.meridian, found.prefix) == ("gk", expected.meridian, expected.prefix)


def test_known_values_of_the_textbook():
    # The meridian arc to 30° N on the ellipsoid of 1980/2000 is 3 320 113.398 m (tables of GRS80).
    lon, lat = frames.degrees(np.array([[40_500_000.0, 3_320_113.398]]), frame("gk3:120z"))[0]
    assert lon == pytest.approx(120, abs=1e-9)
    assert lat == pytest.approx(30, abs=1e-8)


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02", "bd09"])
@given(lon=LON, lat=LAT)
def test_degrees_there_and_back(datum, lon, lat):
    found = frames.degrees(np.array([from_wgs84(lon, lat, datum)]), frame(datum))[0]
    assert metres((lon, lat), tuple(found)) < 0.05


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EPSG:4326", "wgs84"),
        ("EPSG:4490", "cgcs2000"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "wgs84"),
        ("EPSG:3857", "epsg:3857"),
        ("EPSG:2369", "epsg:2369"),
        ("EPSG:32651", "epsg:32651"),
    ],
)
def test_other_references(text, code):
    assert frames.of_crs(text).code == code


@pytest.mark.parametrize("text", ["", 'LOCAL_CS["town grid"]', "no reference at all", "EPSG:999999"])
def test_what_says_nothing_is_nothing(text):
    assert frames.of_crs(text) is None


@pytest.mark.parametrize("code", ["gk3:121", "gk6:120", "utm", "epsg:1", "local:guess", "gk3:120zz"])
def test_unknown_codes_are_refused(code):
    with pytest.raises(UnknownFrame):
        frame(code)


@pytest.mark.parametrize("code", ["wgs84", "bd09~", "gk3:120z", "gk6:117~", "epsg:2369", "local:affine"])
def test_a_code_stands_for_its_frame(code):
    assert frame(code).code == code


def test_old_datums_are_said_to_be_rough():
    assert frames.accuracy_note(frame("epsg:2369")) == "ballpark"
    assert frames.accuracy_note(frame("epsg:3857")) == ""
    assert frames.accuracy_note(frame("gk3:120")) == ""
    assert frames.accuracy_note(frame("gcj02")) == "web"


def test_what_is_no_degree_becomes_nothing():
    found = frames.degrees(np.array([[40_500_000.0, 4_000_000.0], [120.0, 30.0]]), Frame("degrees", "gcj02"))
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()


# -- control points ---------------------------------------------------------------------------------------------------


def local_grid(turn: float, scale: float, dx: float, dy: float, count: int, seed: int = 3, noise: float = 0.0):
    """Points of a made-up town grid with their degrees, and the function that made the one from the other."""
    random = np.random.default_rng(seed)
    lonlat = random.uniform([121.9, 37.3], [122.2, 37.6], (count, 2))
    x, y = frames.gauss(122.0)(lonlat[:, 0], lonlat[:, 1])
    a, b = scale * math.cos(math.radians(turn)), scale * math.sin(math.radians(turn))
    local = np.column_stack([a * x - b * y + dx, b * x + a * y + dy]) + random.normal(0, noise, (count, 2))
    points = [
        control.ControlPoint(f"K{at}", float(px), float(py), float(lon), float(lat))
        for at, ((px, py), (lon, lat)) in enumerate(zip(local, lonlat, strict=True), start=1)
    ]
    return points, local, lonlat


@pytest.mark.parametrize("kind", ["similarity", "affine"])
@given(turn=st.floats(-5, 5), scale=st.floats(0.999, 1.001), dx=st.floats(-4e6, 4e6), dy=st.floats(-4e6, 4e6))
def test_a_turned_and_shifted_town_grid_is_found_again(kind, turn, scale, dx, dy):
    points, local, lonlat = local_grid(turn, scale, dx, dy, 8)
    fitted = control.fit(points[:4], kind)
    found = fitted.degrees(local)
    assert max(metres(tuple(a), tuple(b)) for a, b in zip(found, lonlat, strict=True)) < 0.05
    assert fitted.rms < 0.05


def test_residuals_are_metres_on_the_ground():
    points, _local, _lonlat = local_grid(0.4, 1.00001, 5000, -3000, 6)
    moved = control.ControlPoint("K1", points[0].x + 30.0, points[0].y, points[0].lon, points[0].lat)
    fitted = control.fit([moved, *points[1:]], "similarity")
    assert fitted.redundancy == 8
    assert max(fitted.residuals, key=lambda one: one.metres).name == "K1"
    assert 15 < fitted.residuals[0].metres < 30
    assert control.suspect([moved, *points[1:]], "similarity") == "K1"
    assert control.suspect(points, "similarity") is None


def test_the_fewest_points_prove_nothing_and_say_so():
    points, *_ = local_grid(0.4, 1.0, 0, 0, 3)
    fitted = control.fit(points[:2], "similarity")
    assert (fitted.redundancy, fitted.rms) == (0, pytest.approx(0, abs=1e-6))


@pytest.mark.parametrize(
    ("kind", "choose", "code"),
    [
        ("similarity", lambda points: points[:1], "too_few_control"),
        ("affine", lambda points: points[:2], "too_few_control"),
        ("similarity", lambda points: [points[0], points[0]], "control_same"),
        ("affine", lambda points: [points[0], points[1], points[0], points[1]], "control_on_a_line"),
    ],
)
def test_points_that_determine_nothing_are_refused(kind, choose, code):
    points, *_ = local_grid(0.4, 1.0, 0, 0, 4)
    with pytest.raises(control.BadControl) as caught:
        control.fit(choose(points), kind)
    assert caught.value.code == code
