"""The pack kind `calendar`: what it accepts, how it is kept, what its preview foresees."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.foundation.people.make import MACHINE
from tests.foundation.tasks.make import WEDNESDAY, at, house
from xiucheng.foundation.packs import commands as packs
from xiucheng.foundation.packs import queries as pack_queries
from xiucheng.foundation.tasks import calendars, packing
from xiucheng.kit.worktime import Calendar, Limit, Unit, seed

EARLY = WEDNESDAY - timedelta(days=1)


def publish_calendars(
    more: dict[str, Any] | None = None, default: dict[str, Any] | None = None, now: Any = EARLY
) -> None:
    """The seed (or another default) and more calendars, in force from `now`."""
    body = {"calendars": {"default": default or seed.calendar().to_json(), **(more or {})}}
    draft = packs.draft(by=MACHINE, now=now, kind="calendar", body=body)
    packs.publish(by=MACHINE, now=now, pack_id=draft.id, effective_from=now)


def test_the_seed_is_a_pack(db: None) -> None:
    assert packing.check(seed.body()) == []
    assert calendars.resolve("default", WEDNESDAY) == (seed.calendar(), 0)
    publish_calendars()
    calendar, version = calendars.resolve(None, WEDNESDAY)
    assert (calendar, version) == (seed.calendar(), 1)
    assert calendars.resolve("default", WEDNESDAY)[0] is calendar  # compiled once
    assert calendars.in_force(WEDNESDAY) == 1
    assert calendars.in_force(EARLY - timedelta(seconds=1)) == 0


def test_a_calendar_like_another_is_kept_in_full(db: None) -> None:
    publish_calendars({"early": {"like": "default", "week": [[["06:00", "12:00"]]] * 5 + [[], []]}})
    kept = pack_queries.current("calendar", WEDNESDAY)
    assert kept is not None
    assert kept.body["calendars"]["early"]["holidays"] == seed.calendar().to_json()["holidays"]
    assert "like" not in kept.body["calendars"]["early"]
    assert calendars.resolve("early", WEDNESDAY)[0].week[0][0].start == 6 * 60


@pytest.mark.parametrize(
    ("calendar", "path"),
    [
        ({"zone": "Mars/Olympus"}, "calendars.own.zone"),
        ({"week": [[["08:00", "12:00"]]]}, "calendars.own.week"),
        ({"make_up": [["12:00", "08:00"]]}, "calendars.own.make_up"),
        ({"statute": "xx"}, "calendars.own.statute"),
        ({"announced": ["next"]}, "calendars.own.announced"),
        ({"holidays": ["2026-10-01", "2026-02-30"]}, "calendars.own.holidays[1]"),
        ({"workdays": [20261010]}, "calendars.own.workdays[0]"),
        ({"workdays": "2026-10-10"}, "calendars.own.workdays"),
        ({"holidays": ["2026-10-10"], "workdays": ["2026-10-10"]}, "calendars.own.workdays"),
        ({"slots": []}, "calendars.own"),
        ({"like": "nobody"}, "calendars.own"),
        (5, "calendars.own"),
    ],
)
def test_a_problem_names_its_place(calendar: Any, path: str) -> None:
    body = packing.normalise({"calendars": {"default": {}, "own": calendar}})
    assert [problem.path for problem in packing.check(body)] == [path]


def test_the_default_and_good_keys_are_needed() -> None:
    assert [p.path for p in packing.check({})] == ["calendars"]
    assert [p.path for p in packing.check({"calendars": {"own": {}}})] == ["calendars"]
    assert [p.path for p in packing.check({"calendars": {"default": {}, "夜班": {}}})] == ["calendars.夜班"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["2026-10-01", "08:00", "24:00"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PARTS = st.sampled_from(["zone", "week", "make_up", "holidays", "workdays", "announced", "statute", "like", "other"])


@given(st.dictionaries(st.sampled_from(["default", "own"]) | st.text(max_size=5), JSON | st.dictionaries(PARTS, JSON)))
@settings(max_examples=50, deadline=None)
def test_whatever_a_file_holds_is_judged_and_what_passes_works(found: dict[str, Any]) -> None:
    body = packing.normalise({"calendars": found})
    if not packing.check(body):
        for calendar in body["calendars"].values():
            Calendar.from_json(calendar).slots_of(WEDNESDAY.date())


def test_the_preview_says_how_many_deadlines_move(db: None) -> None:
    roads = house()
    publish_calendars()
    for day in (1, 2, 9):
        roads.give(at("2026-12-31 16:00"), limit=Limit(day, Unit.WORK_DAY))
    roads.give(at("2026-12-01 16:00"))
    notice = seed.calendar().to_json()
    notice |= {"announced": [*notice["announced"], 2027], "holidays": [*notice["holidays"], "2027-01-01", "2027-01-05"]}
    kept, effect = packing.effect({"calendars": {"default": notice}}, None, WEDNESDAY)
    assert "截止时间不变" in str(kept.text)
    assert len(packing.effect({"calendars": {"default": notice}}, {"calendars": {"default": notice}}, WEDNESDAY)) == 2
    # Due on 4, 5 and 14 January by the law alone; the 5th turns out to be free: only the first stays, and the fourth
    # task, which is due in December.
    assert (kept.count, effect.count) == (2, 2)
    assert "3" in str(effect.text)
    same = {"calendars": {"default": seed.calendar().to_json()}}
    kept, again = packing.effect(same, same, WEDNESDAY)
    assert (kept.count, again.count) == (4, None)
    assert "结果不变" in str(again.text)


def test_the_preview_tells_by_an_example_what_a_new_holiday_means(db: None) -> None:
    now, changed = {"default": seed.calendar().to_json()}, seed.calendar().to_json()
    changed |= {"holidays": [*changed["holidays"], "2026-12-17"]}
    *_counted, example = packing.effect({"calendars": {"default": changed}}, {"calendars": now}, at("2026-12-01 16:00"))
    # A Thursday that becomes free: two workdays from Wednesday morning end on Friday, and then on Monday.
    told = str(example.text)
    assert "2026-12-16 10:00" in told
    assert told.index("2026-12-18 10:00") < told.index("2026-12-21 10:00")


def test_a_calendar_has_a_name_of_its_own_that_no_clock_reads() -> None:
    body = seed.body()
    body["calendars"]["default"]["title"] = "全区"
    body["calendars"]["early"] = {"like": "default", "statute": None}
    body["calendars"]["late"] = {"like": "default", "title": "晚班"}
    full = packing.normalise(body)
    assert packing.check(full) == []
    assert [calendars.called(key, full) for key in full["calendars"]] == ["全区", "日历 early", "晚班"]
    assert calendars.called("default", seed.body()) == "全区日历"
    plain = {name: value for name, value in full["calendars"]["late"].items() if name != "title"}
    assert Calendar.from_json(full["calendars"]["late"]) == Calendar.from_json(plain)


@pytest.mark.parametrize("title", ["", "  ", "名" * 21, 7, None, "日历 early"])
def test_a_name_of_a_calendar_that_will_not_do(title: object) -> None:
    body = seed.body()
    body["calendars"]["early"] = {"like": "default"}
    body["calendars"]["late"] = {"like": "default", "title": title}
    assert [one.path for one in packing.check(packing.normalise(body))] == ["calendars.late.title"]
