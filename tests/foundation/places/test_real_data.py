"""The real statistics and the real (simplified) district polygons."""

import csv
import json
import os
from pathlib import Path

import pytest
import shapely

from tests.foundation.places.ground import ACTOR, NOW
from xiucheng.foundation.places import commands, queries
from xiucheng.foundation.places.loaders import divisions
from xiucheng.foundation.places.loaders.divisions import AreaRow
from xiucheng.foundation.places.rules import trim_code

DATA = Path(os.environ.get("XIUCHENG_REAL_DATA", "../shared/data"))
pytestmark = [pytest.mark.realdata, pytest.mark.django_db]


def need(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"NOT RUN: {path} is not there (XIUCHENG_REAL_DATA)")
    return path


def _by_path(district: str) -> list[AreaRow]:
    """The subtree of a district from the list that has the whole path of each community in its row."""
    found: dict[str, AreaRow] = {}
    with need(DATA / "divisions" / "seed_districts_communities.csv").open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=1):
            for level in ("district", "street", "community"):
                code = trim_code(row[f"{level}_code"])
                if code.startswith(district):
                    found.setdefault(code, AreaRow(number, code, row[level]))
    return sorted(found.values(), key=lambda area: (len(area.code), area.code))


@pytest.mark.parametrize(
    ("district", "communities"), [("371002", 218), ("210802", 50), ("350502", 82), ("370211", 376)]
)
def test_a_real_district_is_founded_from_the_statistics(district: str, communities: int) -> None:
    rows = divisions.read_folder(need(DATA / "divisions"), district)
    report = commands.load_areas(actor=ACTOR, now=NOW, rows=rows)
    assert report.refused == ()
    assert len([area for area in queries.subtree() if area.level == "community"]) == communities
    assert {(area.code, area.name) for area in _by_path(district) if len(area.code) == 12} == {
        (area.code, area.name) for area in queries.subtree() if area.level == "community"
    }


def test_a_zone_the_county_list_lacks_is_founded_from_paths_and_a_missing_community_is_added() -> None:
    rows = _by_path("371073")
    report = commands.load_areas(actor=ACTOR, now=NOW, rows=rows)
    assert report.refused == ()
    assert len([row for row in rows if len(row.code) == 12]) == 167
    street = next(area for area in queries.subtree() if area.level == "street")
    code = commands.add_area(actor=ACTOR, now=NOW, parent=street.code, name="海城社区")
    assert queries.code_by_name("海城社区") == code


def test_names_of_a_real_district_are_found_by_the_forms_clerks_write() -> None:
    rows = divisions.read_folder(need(DATA / "divisions"), "371002")
    commands.load_areas(actor=ACTOR, now=NOW, rows=rows)
    names = [area.name for area in queries.subtree() if area.level == "community"]
    for area in queries.subtree():
        if area.level == "community" and names.count(area.name) == 1:
            assert queries.code_by_name(area.name, within=area.parent) == area.code


def test_a_real_outline_refuses_the_far_and_doubts_the_near() -> None:
    seeds = json.loads(need(DATA / "boundaries" / "seed_districts.geojson").read_text(encoding="utf-8"))
    shapes = {
        feature["properties"]["gb"][3:]: shapely.geometry.shape(feature["geometry"]) for feature in seeds["features"]
    }
    rows = divisions.read_folder(need(DATA / "divisions"), "371002")
    commands.load_areas(actor=ACTOR, now=NOW, rows=rows)
    # Good to a few hundred metres, says the data's own description.
    commands.set_outline(actor=ACTOR, now=NOW, code="371002", shape=shapes["371002"], accuracy=500)
    inner = shapely.point_on_surface(shapes["371002"])
    assert queries.locate(inner.x, inner.y) == queries.Located(district="371002")
    for other in ("210802", "350502", "370211"):
        far = shapely.point_on_surface(shapes[other])
        assert queries.locate(far.x, far.y).outside
    on_border = shapely.get_coordinates(shapes["371002"])
    assert not any(answer.outside for answer in queries.locate_many(on_border))
