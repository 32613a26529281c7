"""Imports into the real database: live and as history, dry, again, interrupted; and COPY against the verbs."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests import world as worlds
from tests.operations.intake.make import settle
from tests.world import World
from xiucheng.foundation.people import queries as people
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.intake import imports, queries
from xiucheng.operations.intake.imports.importing import ImportReport
from xiucheng.operations.intake.models import Report, Run

COLUMNS = ("id", "text", "kind", "street", "x", "y", "at", "due", "done", "who")
LIVE = """
name = "calls"
mode = "strict"
zone = "Asia/Shanghai"
channel = "hotline"
place = "optional"
[columns]
external_id = "id"
text = "text"
category = { column = "kind", values = "kind" }
area = { column = "street", values = "street" }
lon = "x"
lat = "y"
created = "at"
[values.kind]
"路灯" = "C0137"
"井盖" = "C0101"
"诉求" = "H0903"
[values.street]
"东街" = "990101001"
"西河" = "990101002"
"""
PAST = (
    LIVE.replace('"calls"', '"past_calls"')
    .replace("strict", "historical")
    .replace(
        'created = "at"', 'created = "at"\ndue = { column = "due", as = "day_end" }\nclosed = "done"\nagency = "who"'
    )
)
ROW = {"id": "1", "text": "路灯不亮", "kind": "路灯", "street": "东街", "at": "2026-02-27 09:00"}


@pytest.fixture
def source(tmp_path: Path):
    def write(*rows: dict[str, str], name: str = "rows.csv") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="gb18030", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows({**ROW, **row} for row in rows)
        return path

    return write


def run(world: World, path: Path, text: str = LIVE, **options: Any) -> ImportReport:
    return imports.run(path, imports.parse(text.encode()), by=world.standing("shift_leader"), now=world.now, **options)


def test_live_rows_are_reports_that_arrive_now(world: World, source) -> None:
    report = run(world, source({}, {"id": "2", "kind": "井盖", "street": "西河"}))
    assert (report.rows, report.accepted, report.rejected, report.encoding) == (2, 2, 0, "gb18030")
    rows = list(Report.objects.order_by("external_id"))
    assert [(row.state, row.channel, row.category, row.category_by, row.area) for row in rows] == [
        ("received", "hotline", "C0137", "mapping", "990101001"),
        ("received", "hotline", "C0101", "mapping", "990101002"),
    ]
    assert {row.received_at for row in rows} == {world.now}
    assert rows[0].occurred_at == datetime(2026, 2, 27, 1, tzinfo=UTC)
    assert not rows[0].imported


def test_a_run_tells_how_long_it_took(world: World, source) -> None:
    report = run(world, source(*({"id": str(number)} for number in range(20))))
    (row,) = queries.runs()
    assert row.started_at == world.now
    assert row.finished_at is not None
    assert 0 < (row.finished_at - row.started_at).total_seconds() <= report.seconds + 0.1


def test_refused_rows_are_listed_and_the_others_come_in(world: World, source, tmp_path: Path) -> None:
    path = source(
        {}, {"id": "2", "kind": "不认识"}, {"id": "", "at": "昨天"}, {"id": "3", "x": "=1", "y": "2"}, {"id": "1"}
    )
    report = run(world, path, errors_path=tmp_path / "errors.csv")
    assert (report.rows, report.accepted, report.rejected) == (5, 1, 4)
    assert report.reasons == {
        "unknown_value": 1,
        "empty": 1,
        "not_a_date": 1,
        "formula": 1,
        "duplicate_in_file": 1,
    }
    with (tmp_path / "errors.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [(line["row"], line["column"], line["code"]) for line in lines] == [
        ("3", "kind", "unknown_value"),
        ("4", "id", "empty") if lines[1]["column"] == "id" else ("4", "at", "not_a_date"),
        ("4", "at", "not_a_date") if lines[1]["column"] == "id" else ("4", "id", "empty"),
        ("5", "x", "formula"),
        ("6", "id", "duplicate_in_file"),
    ]
    assert all(line["reason"] for line in lines)
    (stored,) = Run.objects.all()
    assert (stored.rows, stored.accepted, stored.rejected, stored.unchanged) == (5, 1, 4, 0)


def test_a_point_outside_is_refused_alone(world: World, source) -> None:
    from xiucheng.foundation.places import commands as places
    from xiucheng.kit.actor import Actor

    places.set_outline(actor=Actor.system("setup"), now=world.now, code="990101", box=(122.0, 37.0, 123.0, 38.0))
    report = run(world, source({"x": "122.5", "y": "37.5"}, {"id": "2", "x": "100", "y": "30"}))
    assert (report.accepted, report.reasons) == (1, {"outside": 1})
    assert report.rejections[0]["reason"]
    assert Report.objects.get().external_id == "1"


def test_dry_run_stores_nothing(world: World, source) -> None:
    before = _counts()
    for text in (LIVE, PAST):
        report = run(world, source({"who": "roads"}, {"id": "2", "kind": "?"}), text, dry_run=True)
        assert (report.accepted, report.rejected, report.run_id) == (1, 1, None)
    assert _counts() == before


def _counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
        counts = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
        return counts


def test_the_same_file_again_changes_nothing(world: World, source) -> None:
    for text in (LIVE, PAST):
        path = source({"who": "roads"}, {"id": "2", "who": "roads"})
        run(world, path, text)
        before = _counts()
        again = run(world, path, text)
        assert (again.accepted, again.unchanged, again.rejected) == (0, 2, 0)
        after = _counts()
        assert {table for table in after if after[table] != before[table]} == {"intake_run"}


def test_what_has_changed_since_is_told_not_rewritten(world: World, source) -> None:
    run(world, source({}, {"id": "2"}))
    again = run(world, source({}, {"id": "2", "text": "改了"}, {"id": "3"}))
    assert (again.accepted, again.unchanged, again.reasons) == (1, 1, {"changed_since": 1})


def test_who_may_import_and_where(world: World, source) -> None:
    path, mapping = source({}), imports.parse(LIVE.encode())
    with pytest.raises(Refused) as caught:
        imports.run(path, mapping, by=world.standing("acceptor"), now=world.now)
    assert (caught.value.code, caught.value.status) == ("not_yours", 403)
    with pytest.raises(Refused) as caught:
        run(world, path, 'site = "elsewhere"\n' + LIVE)
    assert caught.value.code == "wrong_site"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(Refused) as caught:
        run(world, path)
    assert (caught.value.code, caught.value.fields["code"]) == ("unreadable_file", "unknown_file")


# -- history ----------------------------------------------------------------------------------------------------


def test_history_keeps_its_dates_and_its_contradictions(world: World, source) -> None:
    path = source(
        {"who": "roads", "due": "2026-03-01", "done": "2026-02-28 10:00"},
        {"id": "2", "who": "roads", "due": "2026-02-26", "done": "2026-02-27 08:00"},
        {"id": "3", "who": "parks", "kind": "井盖"},
    )
    report = run(world, path, PAST)
    assert report.flags == {
        "no_place": 3,
        "closed_before_created": 1,
        "due_before_created": 1,
        "never_closed": 1,
        "no_due": 1,
    }
    settle()
    rows = list(Report.objects.order_by("external_id"))
    assert [(row.state, row.outcome, row.imported) for row in rows] == [
        ("accepted", "closed", True),
        ("accepted", "closed", True),
        ("accepted", "open", True),
    ]
    leader = world.standing("leader")
    first, second, third = (case_queries.case(row.case_id, leader, world.now) for row in rows)
    created = datetime(2026, 2, 27, 1, tzinfo=UTC)
    assert (first.facts.filed_at, first.facts.closed_at) == (created, datetime(2026, 2, 28, 2, tzinfo=UTC))
    assert first.facts.due_at == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert second.facts.closed_at < second.facts.filed_at
    assert (third.state, third.facts.due_at) == ("handling", None)
    assert third.facts.agency_id == world.agencies["parks"]
    steps = [step for step in journal.of_subject(first.id)]
    assert [step.verb for step in steps] == ["file", "dispatch", "sign", "reply", "close"]
    assert all(step.imported for step in steps)
    assert steps[-1].occurred_at == first.facts.closed_at
    (found,) = queries.flagged("past_calls", "closed_before_created")
    assert found[1] == "2"


def test_statistics_are_reckoned_from_what_is_stored(world: World, source) -> None:
    start = datetime(2026, 2, 27, 9)
    rows = [
        {
            "id": str(hours),
            "who": "roads",
            "at": start.isoformat(),
            "due": "2026-02-27",
            "done": (start + timedelta(hours=hours)).isoformat(),
        }
        for hours in (1, 2, 4, 20)
    ]
    rows += [{**rows[0], "id": "neg", "done": "2026-02-27 08:00"}, {**rows[0], "id": "open", "done": ""}]
    rows += [{**rows[0], "id": "nodue", "due": ""}]
    path = source(*rows)
    run(world, path, PAST)
    path.unlink()
    found = queries.source_statistics("past_calls")
    assert (found.rows, found.closed_before_created, found.never_closed, found.no_due) == (7, 1, 1, 1)
    assert found.median_hours_to_close == 2.0
    assert found.p90_hours_to_close == 13.6
    assert (found.on_time_rows, found.on_time_share) == (4, 0.75)
    nothing = queries.source_statistics("nothing")
    assert (nothing.rows, nothing.median_hours_to_close, nothing.on_time_share) == (0, None, None)


def test_a_mapping_brings_its_own_site_along(db: None, source) -> None:
    from xiucheng.foundation.people.rules import Standing
    from xiucheng.foundation.places import queries as places
    from xiucheng.operations.cases import configuration

    text = (
        PAST.replace('"路灯" = "C0137"', '"路灯" = "L1"')
        .replace('"东街" = "990101001"', '"东街" = "990777001"')
        .replace('place = "optional"', 'place = "optional"\ndistrict = "990777"')
    )
    text += """
[[areas]]
code = "990777"
name = "别处"
[[areas]]
code = "990777001"
name = "一街"
[[agencies]]
code = "works"
name = "别处工务局"
[[categories]]
key = "L1"
major_code = "01"
major_name = "道路"
minor_code = "01"
minor_name = "路灯"
limit_value = 3
limit_unit = "natural_day"
"""
    moment = datetime(2026, 3, 2, 1, tzinfo=UTC)
    by = Standing.for_system("import")
    mapping = imports.parse(text.encode())
    path = source({"who": "works", "done": "2026-02-28"}, {"id": "2", "who": "NOBODY"})
    dry = imports.run(path, mapping, dry_run=True, by=by, now=moment)
    assert (dry.accepted, dry.reasons) == (1, {"unknown_agency": 1})
    assert places.district() is None
    for _ in range(2):
        imports.run(path, mapping, by=by, now=moment)
    assert places.area_name("990777001") == "一街"
    assert people.agency_by_code("works") is not None
    assert set(configuration.catalogue(moment).categories) == {"L1"}
    assert configuration.catalogue(moment).version == 1
    assert Report.objects.count() == 1


def test_after_an_interruption_the_import_goes_on(world: World, source) -> None:
    path = source(*({"id": str(number), "who": "roads"} for number in range(10)))

    def stop(done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(world, path, PAST, batch=2, progress=stop)
    assert Report.objects.count() == 4
    again = run(world, path, PAST)
    assert (again.accepted, again.unchanged) == (6, 4)
    assert Report.objects.count() == 10


def test_a_batch_that_the_rules_refuse_leaves_nothing(world: World, source) -> None:
    worlds.publish(
        "catalogue",
        {"categories": [item for item in _catalogue_items() if item["key"] != "C0137"]},
        world.now - timedelta(hours=1),
    )
    report = run(world, source({"who": "roads"}, {"id": "2", "who": "roads", "kind": "井盖"}), PAST)
    assert report.reasons == {"unknown_category": 1}
    assert Report.objects.get().external_id == "2"


def _catalogue_items() -> list[dict[str, Any]]:
    from xiucheng.operations.cases.catalogue import body_from_csv

    return body_from_csv()["categories"]
