"""What is in force, as a process holds it: no statement on most calls, right at once after a change made here."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from xiucheng.foundation.packs import commands, queries
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import remembered

from .conftest import NOON, rows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SYSTEM = Standing.for_system("test")


def publish(body: dict[str, Any], at: Any = NOON) -> queries.Pack:
    made = commands.draft(by=SYSTEM, now=at, kind="sample", body=body)
    return commands.publish(by=SYSTEM, now=at, pack_id=made.id)


def statements(act: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        act()
    return len(seen)


def in_thread(act: Any) -> Any:
    """What another thread, with a connection of its own, gets."""
    got: list[Any] = []

    def run() -> None:
        try:
            got.append(act())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert got, "the thread failed"
    return got[0]


def test_most_calls_ask_nothing(transactional_db: None) -> None:
    publish(rows(a=1))
    assert statements(lambda: queries.current("sample", NOON)) == 3  # the tokens, the line, and the body once for ever
    assert statements(lambda: [queries.current("sample", NOON) for _ in range(100)]) == 0
    assert statements(lambda: queries.get("sample", 1)) == 0
    assert statements(lambda: queries.current("nothing", NOON)) == 0
    remembered.look_again()
    assert statements(lambda: [queries.current("sample", NOON) for _ in range(100)]) == 1


def test_published_here_counts_at_once(transactional_db: None) -> None:
    publish(rows(a=1))
    assert queries.current("sample", NOON).body == rows(a=1)  # type: ignore[union-attr]
    publish(rows(a=2), NOON + HOUR)
    assert queries.current("sample", NOON + HOUR).body == rows(a=2)  # type: ignore[union-attr]
    assert in_thread(lambda: queries.current("sample", NOON + HOUR).body) == rows(a=2)  # type: ignore[union-attr]


def test_nobody_sees_what_is_not_committed(transactional_db: None) -> None:
    publish(rows(a=1))
    with transaction.atomic():
        publish(rows(a=2), NOON + HOUR)
        assert queries.current("sample", NOON + DAY).body == rows(a=2)  # type: ignore[union-attr]
        assert statements(lambda: queries.current("sample", NOON + DAY)) == 0
        assert in_thread(lambda: queries.current("sample", NOON + DAY).body) == rows(a=1)  # type: ignore[union-attr]
    assert in_thread(lambda: queries.current("sample", NOON + DAY).body) == rows(a=2)  # type: ignore[union-attr]


@pytest.mark.parametrize("whole", [True, False])
def test_nobody_ever_sees_what_was_undone(transactional_db: None, whole: bool) -> None:
    publish(rows(a=1))

    def undone() -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            publish(rows(a=2), NOON + HOUR)
            assert queries.current("sample", NOON + DAY).body == rows(a=2)  # type: ignore[union-attr]
            _ = 1 / 0

    if whole:
        undone()
    else:
        with transaction.atomic():
            undone()
            assert queries.current("sample", NOON + DAY).body == rows(a=1)  # type: ignore[union-attr]
    assert queries.current("sample", NOON + DAY).body == rows(a=1)  # type: ignore[union-attr]
    assert in_thread(lambda: queries.current("sample", NOON + DAY).body) == rows(a=1)  # type: ignore[union-attr]


def test_many_at_once_get_numbers_without_gaps(transactional_db: None) -> None:
    at_once = threading.Barrier(6)

    def one() -> int:
        at_once.wait(20)
        return commands.draft(by=SYSTEM, now=NOON, kind="sample", body=rows(a=1)).version

    numbers: list[int] = []
    threads = [threading.Thread(target=lambda: (numbers.append(one()), connection.close())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_of_two_who_publish_at_once_one_is_told(transactional_db: None) -> None:
    publish(rows(a=1))
    drafts = [commands.draft(by=SYSTEM, now=NOON, kind="sample", body=rows(a=days)) for days in (2, 3)]
    at_once = threading.Barrier(2)
    answers: list[str] = []

    def one(pack_id: Any, minutes: int) -> None:
        at_once.wait(20)
        try:
            start = NOON + timedelta(minutes=minutes)
            commands.publish(by=SYSTEM, now=start, pack_id=pack_id)
            answers.append("published")
        except commands.Refused as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(draft.id, 1)) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == ["date_taken", "published"]


# -- pages ------------------------------------------------------------------------------------------------------------


def test_a_preview_shows_problems_changes_and_effect(db: None) -> None:
    publish(rows(a=1, b=2))
    made = commands.draft(by=SYSTEM, now=NOON, kind="sample", body=rows(b=5, c=1, d=1))
    shown = queries.preview(made, now=NOON + HOUR)
    assert shown.publishable
    assert [(change.what, change.where) for change in shown.changes] == [
        ("changed", "rows › b › days"),
        ("added", "rows › c"),
        ("added", "rows › d"),
        ("removed", "rows › a"),
    ]
    assert [(line.text, line.count) for line in shown.effect] == [("行数", 1)]
    assert shown.against is not None
    assert shown.against.version == 1

    broken = commands.draft(by=SYSTEM, now=NOON, kind="sample", body={"rows": []})
    shown = queries.preview(broken, now=NOON + HOUR, effective_from=NOON - HOUR)
    assert (len(shown.problems), shown.obstacle, shown.effect, shown.publishable) == (1, "in_the_past", (), False)


def test_a_preview_of_the_first_version(db: None) -> None:
    made = commands.draft(by=SYSTEM, now=NOON, kind="sample", body=rows(a=1))
    shown = queries.preview(made, now=NOON)
    assert (shown.against, shown.obstacle) == (None, None)
    assert [change.where for change in shown.changes] == ["rows"]


def test_pages_take_few_statements(db: None) -> None:
    for hour in range(3):
        publish(rows(a=hour + 1), NOON + hour * HOUR)
    commands.draft(by=SYSTEM, now=NOON, kind="sample", body=rows(a=9), note="为什么")
    remembered.forget()
    assert statements(lambda: queries.history("sample", NOON)) <= 2
    assert statements(lambda: queries.overview(NOON)) <= 2
    sample = next(kind for kind in queries.overview(NOON + HOUR) if kind.kind == "sample")
    assert sample.in_force is not None
    assert sample.in_force.version == 2
    assert ([entry.version for entry in sample.upcoming], sample.drafts) == ([3], 1)
    assert len(queries.history("sample", NOON)) == 4


def test_differences_of_two_versions(db: None) -> None:
    one, two = publish(rows(a=1)), publish(rows(a=2), NOON + HOUR)
    assert [(c.where, c.before, c.after) for c in queries.diff(one, two)] == [("rows › a › days", 1, 2)]
