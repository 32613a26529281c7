"""Real requests and real work orders: the figures that must come out, and what history by COPY must equal."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from tests.operations.intake import alike
from tests.operations.intake.make import settle
from tests.operations.intake.test_alike import both_ways
from tests.world import World
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands as places
from xiucheng.kit.actor import Actor
from xiucheng.kit.journal import readers
from xiucheng.operations.intake import filing, imports, queries
from xiucheng.operations.intake.imports import founding
from xiucheng.operations.intake.imports.reading import open_table
from xiucheng.operations.intake.imports.requests import ImportedRequest, Reader
from xiucheng.operations.intake.models import Report

DATA = Path(os.environ.get("XIUCHENG_REAL_DATA", "../shared/data"))
pytestmark = [pytest.mark.realdata, pytest.mark.django_db]
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
SYSTEM = Standing.for_system("import")


def file(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"NOT RUN: {path} is not there (XIUCHENG_REAL_DATA)")
    return path


def la311() -> imports.Mapping:
    # The test's site stands in for the source's own.
    return replace(imports.load("la311"), site=None)


def test_la311_gives_the_reference_figures(transactional_db: None) -> None:
    path = file("requests-la/la311_2017.csv.gz")
    report = imports.run(path, la311(), by=SYSTEM, now=NOW)
    assert (report.rows, report.accepted, report.rejected) == (9999, 9999, 0)
    assert report.flags == {
        "no_place": 1753,
        "due_before_created": 1303,
        "no_due": 500,
        "closed_before_created": 12,
        "never_closed": 5,
    }
    found = queries.source_statistics("la311")
    assert {
        "rows": found.rows,
        "closed_before_created": found.closed_before_created,
        "never_closed": found.never_closed,
        "no_due": found.no_due,
        "median_hours_to_close": found.median_hours_to_close,
        "p90_hours_to_close": found.p90_hours_to_close,
        "on_time_rows": found.on_time_rows,
        "on_time_share": found.on_time_share,
    } == {
        "rows": 9999,
        "closed_before_created": 12,
        "never_closed": 5,
        "no_due": 500,
        "median_hours_to_close": 99.43,
        "p90_hours_to_close": 165.22,
        "on_time_rows": 9487,
        "on_time_share": 0.6081,
    }
    assert len(queries.flagged("la311", "closed_before_created")) == 12
    assert Report.objects.filter(source="la311", lon__isnull=True).count() == 1753
    again = imports.run(path, la311(), by=SYSTEM, now=NOW)
    assert (again.accepted, again.unchanged, again.rejected) == (0, 9999, 0)


def requests(path: Path, mapping: imports.Mapping) -> list[ImportedRequest]:
    table = open_table(path)
    reader = Reader(mapping, table.columns, founding.ground(mapping, NOW).known, key=b"test", now=NOW)
    return [one for row in table.rows() if isinstance(one := reader.read(row), ImportedRequest)]


def test_three_hundred_of_them_are_what_the_verbs_would_have_made() -> None:
    path = file("requests-la/la311_2017.csv.gz")
    # Verbs look up the catalogue in force at their own time, so it begins before the requests do.
    founding.found(by=SYSTEM, now=datetime(2015, 1, 1, tzinfo=UTC), mapping=la311())
    # A clock cannot be stopped before it was started: rows that contradict themselves have no command path.
    orderly = [one for one in requests(path, la311()) if "closed_before_created" not in one.flags]
    sample = [alike.without_stated_due(one) for one in orderly[:: len(orderly) // 300][:300]]
    world = World(NOW, agencies={agency.code: agency.id for agency in people.organisations().values()})
    (copied, one), (made, other) = both_ways(world, sample, la311())
    assert len(copied) == 300
    for left, right in zip(copied, made, strict=True):
        assert left == right
    assert one == other


@pytest.fixture
def five_streets(world: World) -> World:
    for number in (3, 4, 5):
        code = f"99010100{number}"
        places.add_area(actor=Actor.system("setup"), now=world.now, parent="990101", name=f"第{number}街道", code=code)
    return world


def test_the_hotline_comes_in_live_and_is_filed_by_the_published_mapping(five_streets: World) -> None:
    from tests import world as worlds

    mapping = imports.load("hotline_fuzhou")
    worlds.publish("filing", {"rules": [filing.row_for(mapping)]}, NOW)
    readers.ensure_rows()
    report = imports.run(file("complaints/hotline_fuzhou.csv"), mapping, by=SYSTEM, now=NOW)
    assert (report.rows, report.accepted, report.reasons) == (825, 825, {})
    assert report.flags == {"no_place": 825, "date_only": 825}
    settle()
    rows = Report.objects.filter(source="hotline_fuzhou")
    assert rows.filter(state="accepted").count() == 825
    assert _counted(rows, "category") == {"H0903": 707, "H1204": 91, "H9901": 26, "H9902": 1}
    assert _counted(rows, "area") == {
        "990101001": 476,
        "990101002": 137,
        "990101003": 155,
        "990101004": 52,
        "990101005": 5,
    }


def _counted(rows, column: str) -> dict[str, int]:
    from collections import Counter

    return dict(Counter(rows.values_list(column, flat=True)))


def test_the_hotline_once_more_as_history(five_streets: World) -> None:
    mapping = imports.load("hotline_fuzhou_history")
    report = imports.run(file("complaints/hotline_fuzhou.csv"), mapping, by=SYSTEM, now=NOW)
    assert (report.rows, report.accepted, report.reasons) == (825, 825, {})
    found = queries.source_statistics(mapping.name)
    assert (found.rows, found.never_closed, found.closed_before_created) == (825, 0, 0)
    first = Report.objects.filter(source=mapping.name).order_by("received_at").first()
    assert first is not None
    assert first.received_at == datetime(2016, 1, 19, 16, tzinfo=UTC)
    assert isinstance(first.case_id, UUID)
