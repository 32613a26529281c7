"""The bench measures what it says: the same work beside its floor, on the numbers of cases it names."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from tests.interfaces.cli.conftest import run
from xiucheng.interfaces.cli import bench
from xiucheng.interfaces.cli.bench.bare import Renewal, Statement, run_bare
from xiucheng.kit.ids import uuid7
from xiucheng.kit.now import now
from xiucheng.kit.refused import Refused


@pytest.fixture
def small(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The bench's district on sixteenth of its ground: 256 unit grids instead of 4,096."""
    from xiucheng.interfaces.cli.bench import district, places

    for module in (district, places):
        monkeypatch.setattr(module, "SIDE", 16)
    district.district.cache_clear()
    yield district.district()
    district.district.cache_clear()


def count(sql: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {sql}", values)
        return int(cursor.fetchone()[0])


# -- what is asked for ------------------------------------------------------------------------------------------------


def test_figures_are_called_as_the_goals_are() -> None:
    assert set(bench.FIGURES) == {
        "reports_per_s", "reports_p99_ms", "hall_list_p95_ms", "case_page_p95_ms", "locate_one_us", "locate_bulk_per_s",
        "import_per_s", "sequencer_per_s", "sequencer_delay_p95_ms", "upgrade_refused_s", "change_refused_s",
        "restart_refused_s",
    }  # fmt: skip


def test_nobody_s_district_is_filled_with_inventions(db: None) -> None:
    with pytest.raises(Refused) as refused:
        bench.run(["locate_one_us"], quick=True, progress=lambda done, total: None, measured=print)
    assert refused.value.code == "not_a_bench_site"


def test_the_command_answers_a_row_per_figure() -> None:
    away = dict.fromkeys(("DATABASE_URL", "DATABASE_KEYS_URL", "XIUCHENG_SITE", "XIUCHENG_DATA"), "")
    answer = run("bench", "locate_one_us", "sequencer_per_s", "--quick", "--json", **away)
    assert answer.code == 0, answer.err
    rows = {row["figure"]: row for row in answer.json}
    assert set(rows) == {"locate_one_us", "sequencer_per_s"}
    one, many = rows["locate_one_us"], rows["sequencer_per_s"]
    assert one["unit"] == "µs"
    assert one["ratio"] == pytest.approx(one["floor"] / one["value"], rel=0.01)
    assert many["ratio"] == pytest.approx(many["value"] / many["floor"], rel=0.01)


def test_an_unknown_figure_is_misuse() -> None:
    answer = run("bench", "speed_of_light")
    assert answer.code == 2
    assert "reports_per_s" in answer.err


# -- the floor --------------------------------------------------------------------------------------------------------


def test_what_belongs_to_one_subject_is_renewed_and_nothing_else() -> None:
    old, since, new = uuid7(), uuid7(), uuid7()
    digest = "\\x" + "ab" * 32
    sent = [
        [Statement("default", f"INSERT '{new}'::uuid, '{old}', '{digest}'::bytea, '26-0048-213-7'")],
        [Statement("keys", f"SELECT '{new.hex}'::uuid, '\\x{'0123456789abcdef' * 9}'::bytea, 26")],
    ]
    (first,), (second,) = Renewal.of(sent, since).fresh()
    assert (first.alias, second.alias) == ("default", "keys")
    fresh = first.sql.split("'")[1]
    assert UUID(fresh) != new
    assert str(old) in first.sql
    assert digest not in first.sql
    assert "26-0048-213-7" not in first.sql
    assert second.sql == sent[1][0].sql.replace(new.hex, fresh)


def test_a_renewal_survives_its_way_to_another_process() -> None:
    import json

    renewal = Renewal.of([[Statement("default", f"SELECT '{uuid7()}'")]], UUID(int=0))
    ((statement,),) = Renewal(**json.loads(json.dumps(renewal.as_json()))).fresh()
    assert statement.sql.startswith("SELECT '0")


def test_the_floor_of_a_report_does_what_a_report_does(small: Any) -> None:
    from xiucheng.foundation.people import commands as people
    from xiucheng.interfaces.cli.bench import reports
    from xiucheng.interfaces.cli.bench.district import CHANNEL, SETUP
    from xiucheng.interfaces.cli.bench.measure import bare_connection
    from xiucheng.kit.now import now

    secret = people.issue_token(by=SETUP, now=now(), label="bench", scopes=["reports"], channel=CHANNEL).secret
    since = uuid7()
    sent = in_the_small_district(lambda: reports._statements(secret, small.categories))
    assert len(sent[0]) <= 12
    # Ours has gone its way twice, the first time to warm up.
    ours = state_of_things()
    assert ours["reports"] == ours["dispatched"] == ours["tasks"] == ours["notices"] == 2
    with bare_connection() as main, bare_connection("keys") as keys:
        for statements in Renewal.of(sent, since).fresh():
            run_bare({"default": main, "keys": keys}, statements)
    assert {name: 2 * (number - ours[name]) for name, number in state_of_things().items()} == ours


def in_the_small_district(work: Callable[[], Any]) -> Any:
    from xiucheng.interfaces.cli.bench import places, reports

    east, north = places.WEST + 15 * places.STEP, places.SOUTH + 15 * places.STEP
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reports, "BOUNDS", (places.WEST + places.STEP, places.SOUTH + places.STEP, east, north))
        return work()


def state_of_things() -> dict[str, int]:
    return {
        "reports": count("intake_report"),
        "dispatched": count("cases_case WHERE state = 'dispatched'"),
        "tasks": count("tasks_task"),
        "notices": count("notices_notice"),
        "steps": count("kit_step WHERE room IN ('intake', 'cases', 'tasks', 'people') AND subject IN"
                       " (SELECT id FROM intake_report UNION SELECT id FROM cases_case UNION SELECT id FROM tasks_task"
                       " UNION SELECT id FROM people_subject)"),
    }  # fmt: skip


def test_a_client_that_dies_is_heard_of() -> None:
    from xiucheng.interfaces.cli.bench.measure import crowd

    with pytest.raises(RuntimeError, match="died"):
        crowd("xiucheng.interfaces.cli.bench.poster", [{}])


def test_clients_begin_together_and_tell_what_they_did(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    from xiucheng.interfaces.cli.bench.measure import crowd

    (tmp_path / "client_for_tests.py").write_text(
        "import sys, json\n"
        "order = json.loads(sys.stdin.readline()); print('ready', flush=True); sys.stdin.readline()\n"
        "print(json.dumps({'spent': [order['n']], 'failures': {'503': order['n']}}), flush=True)\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    told = crowd("client_for_tests", [{"n": 1}, {"n": 2}])
    assert sorted(told.spent) == [1, 2]
    assert told.failures == {"503": 3}
    assert told.per_second > 0


# -- the filled district ----------------------------------------------------------------------------------------------


def test_the_district_holds_as_many_cases_as_named(small: Any) -> None:
    from xiucheng.interfaces.cli.bench import seed

    for total, still_open in ((300, 40), (300, 40), (400, 60), (400, 20)):
        seed.cases(total=total, still_open=still_open)
        assert (count("cases_case"), count("board_row"), count("cases_content")) == (total, total, total)
        assert count("board_row WHERE open") == still_open
        assert count("cases_case WHERE state NOT IN ('closed', 'void', 'merged')") == still_open


def test_pages_over_the_filled_district_keep_to_their_statements(small: Any) -> None:
    from xiucheng.interfaces.cli.bench import lists, seed
    from xiucheng.operations.board import queries as board

    world = seed.cases(total=300, still_open=120)
    first = board.hall(standing("dispatcher"), now=now())
    assert len(first.rows) == 50
    assert all(row.title and row.title.startswith("示例案卷") for row in first.rows)
    for reader in lists.READERS:
        for address in lists.HALL:
            assert len(lists._Page(reader, world.account(reader), address).statements) <= 10
    number = in_the_small_district(lambda: world.some_open(1)[0])
    pages = [lists._Page(address, world.account("dispatcher"), address.format(number)) for address in lists.CASE]
    assert max(len(page.statements) for page in pages) <= 12
    figure = lists._figure("case_page_p95_ms", pages, 1, 2)
    assert figure.value > 0
    assert figure.floor is not None
    assert 0 < figure.floor < figure.value


def standing(role: str) -> Any:
    from xiucheng.foundation.people import queries as people
    from xiucheng.interfaces.cli.bench.district import district
    from xiucheng.kit.now import now

    return people.standing_of(people.account(district().account(role)), now())


def test_an_import_of_the_bench_is_taken_whole(small: Any) -> None:
    from xiucheng.interfaces.cli.bench import imports
    from xiucheng.operations.intake.imports import parse

    since = uuid7()
    assert imports._import(small, parse(imports._MAPPING.encode()), 30) > 0
    assert count("cases_case WHERE imported AND id > %s", since) == 30
    assert imports._copied(since) > 0
    # The twins of the tables are gone, what was imported stays.
    assert count("pg_class WHERE relname LIKE 'bench_%%'") == 0
    assert count("intake_report") == 30


# -- the upgrade ------------------------------------------------------------------------------------------------------


def test_an_upgrade_is_measured_from_the_release_with_reports_coming_in(
    small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xiucheng.interfaces.cli.bench import seed, upgrade
    from xiucheng.kit import migrating

    monkeypatch.setattr(upgrade, "QUIET_S", 0.1)
    seed.cases(total=300, still_open=40)
    upgrade.back_to_release()
    assert migrating.waiting() > 0
    assert count("pg_class WHERE relname = 'founding_import'") == 0
    reports = count("intake_report")
    figure = upgrade._figure("upgrade_refused_s", 300, migrating.migrate)
    assert migrating.waiting() == 0
    assert count("intake_report") > reports, "nobody handed in anything"
    assert 0 < figure.value < 60
    assert upgrade.change() == len(upgrade.TABLES) * len(upgrade.CHANGES)
    assert count("pg_attribute WHERE attname LIKE 'bench_%%' AND NOT attisdropped") == 0


def test_the_longest_stretch_is_told_also_at_the_ends() -> None:
    import threading

    from xiucheng.interfaces.cli.bench.upgrade import Writer

    writer = Writer(threading.Event())
    writer.acknowledged = [1.0, 2.0, 2.5, 9.0]
    assert writer.longest(0, 3) == 1.0
    assert writer.longest(2, 10) == 6.5
    assert writer.longest(3, 8) == 5.0
