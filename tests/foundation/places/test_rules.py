"""Codes, names, component ids, datums and distances."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.foundation.places import rules

IN_CHINA = {"lon": st.floats(74, 134.5), "lat": st.floats(18.2, 53.5)}


@pytest.mark.parametrize(
    ("given_code", "trimmed"),
    [
        ("371002000000", "371002"),
        ("371002001000", "371002001"),
        ("371002001003", "371002001003"),
        (" 371002 ", "371002"),
        ("371002001", "371002001"),
        ("37100200100x", "37100200100x"),
        ("000000000000", "000000"),
        ("", ""),
    ],
)
def test_statistics_codes_lose_their_padding(given_code: str, trimmed: str) -> None:
    assert rules.trim_code(given_code) == trimmed


def test_levels_and_parents() -> None:
    assert [rules.level_of(code) for code in ("371002", "371002001", "371002001003", "37100200100301", "37x002")] == [
        "district",
        "street",
        "community",
        None,
        None,
    ]
    assert rules.parent_code("371002001003") == "371002001"
    assert rules.parent_code("371002") is None
    assert rules.ancestors("371002001003012") == ("371002001003012", "371002001003", "371002001", "371002")
    assert rules.contains("371002", "371002001003")
    assert not rules.contains("371002001", "371002")


@pytest.mark.parametrize("code", ["99010100100100", "9901010010010012", "99010100100100a", "９" * 15])
def test_only_fifteen_plain_digits_are_a_unit_grid(code: str) -> None:
    assert not rules.unit_grid_code_ok(code)
    assert rules.unit_grid_code_ok("990101001001001")


def test_local_additions_count_down_and_end() -> None:
    assert rules.code_of_local("990101001", set()) == "990101001999"
    assert rules.code_of_local("990101001", {"990101001999", "990101001998"}) == "990101001997"
    assert rules.code_of_local("990101001", {f"990101001{number:03d}" for number in range(1, 1000)}) is None


def test_a_component_id_is_read_by_its_variant() -> None:
    # The id of a water manhole cover that STANDARDS §1 quotes.
    parts = rules.component_code("3205080101000001")
    assert parts == rules.ComponentCode("320508", "01", "01", "000001")
    assert parts.kind == "0101"
    newer = rules.component_code("3205080101000001", "6+2+3+5")
    assert newer == rules.ComponentCode("320508", "01", "010", "00001")
    assert newer.kind == "01010"
    assert rules.component_code("320508010100001") is None
    assert rules.component_code("32050801010000O1") is None


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("五大门社区居委会", ("五大门社区居委会", "五大门社区", "五大门")),
        ("柳树 社区", ("柳树社区", "柳树")),
        ("桥头村村民委员会", ("桥头村村民委员会", "桥头村", "桥头")),
        ("八田地街道办事处", ("八田地街道办事处", "八田地街道", "八田地")),
        ("村", ("村",)),
        ("居委会", ("居委会",)),
    ],
)
def test_names_are_looked_up_ever_more_loosely(name: str, forms: tuple[str, ...]) -> None:
    assert rules.name_forms(name) == forms


def test_gcj02_agrees_with_points_known_from_elsewhere() -> None:
    # Tian'anmen as map services give it in their own datum, to about 10 m.
    lon, lat = rules.from_wgs84(116.3912, 39.9073, "gcj02")
    assert (lon, lat) == pytest.approx((116.39745, 39.90870), abs=1e-4)
    assert 400 < rules.haversine(116.3912, 39.9073, lon, lat) < 700


@pytest.mark.parametrize("datum", rules.DATUMS)
@given(**IN_CHINA)
def test_every_datum_goes_round_within_a_decimetre(datum: str, lon: float, lat: float) -> None:
    back = rules.to_wgs84(*rules.from_wgs84(lon, lat, datum), datum)
    assert rules.haversine(lon, lat, *back) < 0.1


@given(lon=st.floats(-180, 70), lat=st.floats(-80, 80))
def test_gcj02_leaves_the_rest_of_the_world_alone(lon: float, lat: float) -> None:
    assert rules.from_wgs84(lon, lat, "gcj02") == (lon, lat)


def test_an_unknown_datum_is_said_so() -> None:
    with pytest.raises(rules.UnknownDatum):
        rules.to_wgs84(120, 30, "beijing54")


def test_points_that_can_be_no_place() -> None:
    assert rules.point_ok(122.1, 37.5)
    assert not rules.point_ok(0, 0)
    assert not rules.point_ok(37.5, 122.1)
    assert not rules.point_ok(float("nan"), 30)


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert rules.haversine(120, 30, 120, 31) == pytest.approx(111_195, abs=1)
    assert rules.haversine(120, 60, 121, 60) == pytest.approx(111_195 / 2, rel=0.001)
