"""Telling, folding, taking back, and reading: one's own inbox and nobody else's."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from xiucheng.foundation.notices import commands, queries, registry
from xiucheng.foundation.notices.models import Notice
from xiucheng.foundation.notices.registry import Event
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.actor import Actor
from xiucheng.kit.paging import Cursor
from xiucheng.kit.refused import Refused

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
INBOX = queries._ORDER.of
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
ACTOR = Actor.system("test")


@pytest.fixture(autouse=True)
def events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        registry._events,
        "sample_done",
        Event("sample_done", "事项 {number}：{granted}", choices={"granted": {"yes": "同意"}}),
    )
    monkeypatch.setitem(registry._events, "sample_due", Event("sample_due", "{due_at} 到期", fold=timedelta(0)))
    monkeypatch.setitem(registry._links, "samples", lambda subject, args: f"/samples/{subject}")


@pytest.fixture
def person() -> UUID:
    return uuid4()


def tell(*to: UUID, subject: UUID, now: datetime = NOON, event: str = "sample_done", **more: Any) -> int:
    return commands.tell(actor=ACTOR, now=now, to=to, event=event, subject_room="samples", subject=subject, **more)


def rows(person_id: UUID, now: datetime = NOON + DAY, **more: Any) -> list[queries.Notice]:
    return queries.inbox(person_id, now=now, **more).rows


def test_a_whole_agency_is_told_by_one_statement(db: None) -> None:
    people, subject = [uuid4() for _ in range(200)], uuid4()
    with CaptureQueriesContext(connection) as seen:
        assert tell(*people, *people[:50], subject=subject) == 200
    assert len([q for q in seen if "notices_notice" in q["sql"]]) == 1
    assert all(queries.unread(one, NOON) == 1 for one in people[:3])


def test_a_notice_reads_as_a_sentence_and_leads_somewhere(db: None, person: UUID) -> None:
    subject = uuid4()
    tell(person, subject=subject, args={"number": "26-0000-123-5", "granted": "yes"})
    tell(person, subject=subject, event="sample_due", args={"due_at": NOON})
    due, done = rows(person)
    assert (done.sentence, done.link) == ("事项 26-0000-123-5：同意", f"/samples/{subject}")
    assert due.sentence == "11-20 12:00 到期"
    assert (done.actor, done.times, done.visible_at, done.read_at) == ("system:test", 1, NOON, None)


def test_an_event_without_a_sentence_is_still_told(
    db: None, person: UUID, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_strangers", set())
    monkeypatch.delitem(registry._links, "samples")
    with caplog.at_level(logging.WARNING):
        tell(person, subject=uuid4(), event="sample_unknown")
        tell(person, subject=uuid4(), event="sample_unknown")
    assert len(caplog.records) == 1
    with translation.override("zh-hans"):
        assert [(one.sentence, one.link) for one in rows(person)] == [("有一条新动态，请打开查看。", None)] * 2


@pytest.mark.parametrize("args", [{"name": "张三"}, {"text": "two words"}, {"x": object()}, {"x": "a" * 200}])
def test_words_are_not_told(db: None, person: UUID, args: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        tell(person, subject=uuid4(), args=args)


@pytest.mark.parametrize("more", [{"event": "Not a code"}, {"event": ""}, {"wait_seconds": -1}, {"wait_seconds": 9999}])
def test_slips_of_the_caller(db: None, person: UUID, more: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        tell(person, subject=uuid4(), **more)


def test_nobody_to_tell_costs_nothing(db: None) -> None:
    with CaptureQueriesContext(connection) as seen:
        assert tell(subject=uuid4()) == 0
    assert not [q for q in seen if "notices_notice" in q["sql"]]


# -- folding ----------------------------------------------------------------------------------------------------------


def test_the_same_again_is_quiet(db: None, person: UUID) -> None:
    subject = uuid4()
    assert tell(person, subject=subject, args={"number": "1"}) == 1
    assert tell(person, subject=subject, now=NOON + 5 * MINUTE, args={"number": "2"}) == 0
    (one,) = rows(person)
    assert (one.times, one.args, one.visible_at, one.last_at) == (2, {"number": "2"}, NOON, NOON + 5 * MINUTE)
    assert queries.unread(person, NOON + DAY) == 1


@pytest.mark.parametrize(
    "apart",
    [
        {"now": NOON + 10 * MINUTE},
        {"event": "sample_due"},
        {"subject": UUID(int=7)},
    ],
)
def test_what_is_not_the_same_is_told_anew(db: None, person: UUID, apart: dict[str, Any]) -> None:
    subject = uuid4()
    tell(person, subject=subject)
    assert tell(person, **{"subject": subject, "now": NOON + MINUTE, **apart}) == 1
    assert [one.times for one in rows(person)] == [1, 1]


def test_news_after_reading_is_news(db: None, person: UUID) -> None:
    subject, me = uuid4(), Standing(person)
    tell(person, subject=subject)
    commands.read_about(by=me, now=NOON + SECOND, subject=subject)
    assert tell(person, subject=subject, now=NOON + MINUTE) == 1
    assert queries.unread(person, NOON + MINUTE) == 1


def test_an_event_may_refuse_to_be_folded(db: None, person: UUID) -> None:
    subject = uuid4()
    for minutes in range(3):
        tell(person, subject=subject, event="sample_due", now=NOON + minutes * MINUTE)
    assert len(rows(person)) == 3


def test_a_batch_folds_within_itself_and_with_what_is_there(db: None, person: UUID) -> None:
    other, subject = uuid4(), uuid4()
    tell(person, subject=subject)
    made = commands.tell_many(
        actor=ACTOR,
        now=NOON + MINUTE,
        tells=[
            commands.Tell([person, other], "sample_done", "samples", subject, {"number": "1"}),
            commands.Tell([other], "sample_done", "samples", subject, {"number": "2"}),
            commands.Tell([other], "sample_done", "samples", uuid4()),
        ],
    )
    assert made == 2
    assert [one.times for one in rows(person)] == [2]
    assert sorted((one.times, one.args.get("number")) for one in rows(other) if one.args) == [(2, "2")]
    assert len(rows(other)) == 2
    assert commands.tell_many(actor=ACTOR, now=NOON, tells=[]) == 0


def test_telling_at_once_from_many_sides(transactional_db: None, person: UUID) -> None:
    subject = uuid4()
    tell(person, subject=subject)
    at_once = threading.Barrier(5)
    failed: list[BaseException] = []

    def one() -> None:
        try:
            at_once.wait(20)
            tell(person, subject=subject, now=NOON + MINUTE)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed
    assert [one.times for one in rows(person)] == [6]


# -- the undo window --------------------------------------------------------------------------------------------------


def test_nobody_sees_it_before_the_window_is_over(db: None, person: UUID) -> None:
    tell(person, subject=uuid4(), wait_seconds=10)
    assert (queries.unread(person, NOON + 9 * SECOND), rows(person, NOON + 9 * SECOND)) == (0, [])
    assert (queries.unread(person, NOON + 10 * SECOND), len(rows(person, NOON + 10 * SECOND))) == (1, 1)


def test_taking_back_what_waits_and_nothing_else(db: None, person: UUID) -> None:
    subject, other = uuid4(), uuid4()
    tell(person, subject=subject)
    tell(person, subject=subject, now=NOON + MINUTE, wait_seconds=10, args={"number": "2"})
    tell(person, subject=other, now=NOON + MINUTE, wait_seconds=10)
    assert commands.cancel_waiting(subject=subject, subject_room="elsewhere", now=NOON + MINUTE) == 0
    assert commands.cancel_waiting(subject=subject, event="sample_due", now=NOON + MINUTE) == 0
    assert commands.cancel_waiting(subject=subject, subject_room="samples", now=NOON + MINUTE + 9 * SECOND) == 1
    # What had been seen stands as it was: the waiting one was not folded into it.
    assert [(one.subject, one.times, one.args) for one in rows(person)] == [(other, 1, {}), (subject, 1, {})]
    assert commands.cancel_waiting(subject=other, now=NOON + 2 * MINUTE) == 0


def test_what_waits_stands_by_itself_and_goes_by_itself(db: None, person: UUID) -> None:
    subject, later = uuid4(), NOON + 5 * SECOND
    tell(person, subject=subject, wait_seconds=10, args={"number": "1"})
    tell(person, subject=subject, now=later, wait_seconds=10, args={"number": "2"})
    assert len(rows(person, NOON + 10 * SECOND)) == 1, "the second waits its own time"
    assert commands.cancel_waiting(subject=subject, told_at=later, now=NOON + 6 * SECOND) == 1
    assert [(one.times, one.args) for one in rows(person, NOON + MINUTE)] == [(1, {"number": "1"})]


def test_a_refused_move_tells_nobody(transactional_db: None, person: UUID) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(person, subject=uuid4())
        _ = 1 / 0
    assert rows(person) == []


# -- reading ----------------------------------------------------------------------------------------------------------


def test_reading_one(db: None, person: UUID) -> None:
    tell(person, subject=uuid4())
    (one,) = rows(person)
    for minute in (1, 2):
        commands.read(by=Standing(person), now=NOON + minute * MINUTE, notice_id=one.id)
    assert rows(person)[0].read_at == NOON + MINUTE
    assert rows(person, unread_only=True) == []
    assert queries.unread(person, NOON + DAY) == 0


def test_somebody_elses_notice_is_not_there(db: None, person: UUID) -> None:
    tell(person, subject=uuid4())
    (one,) = rows(person)
    for by, notice_id in ((Standing(uuid4()), one.id), (Standing(person), uuid4())):
        with pytest.raises(Refused) as caught:
            commands.read(by=by, now=NOON, notice_id=notice_id)
        assert (caught.value.code, caught.value.status) == ("not_found", 404)
    with pytest.raises(Refused) as caught:
        commands.read(by=Standing.for_system("x"), now=NOON, notice_id=one.id)
    assert (caught.value.code, caught.value.status) == ("not_yours", 403)
    assert queries.unread(person, NOON) == 1


def test_a_waiting_notice_cannot_be_read(db: None, person: UUID) -> None:
    tell(person, subject=uuid4(), wait_seconds=10)
    (one,) = rows(person)
    with pytest.raises(Refused):
        commands.read(by=Standing(person), now=NOON + SECOND, notice_id=one.id)
    assert commands.read_all(by=Standing(person), now=NOON + SECOND) == 0


def test_reading_all_leaves_what_came_since_the_page_was_drawn(db: None, person: UUID) -> None:
    other = uuid4()
    tell(person, other, subject=uuid4())
    tell(person, subject=uuid4(), now=NOON + MINUTE)
    assert commands.read_all(by=Standing(person), now=NOON + 2 * MINUTE, until=NOON + SECOND) == 1
    assert queries.unread(person, NOON + DAY) == 1
    assert commands.read_all(by=Standing(person), now=NOON + 2 * MINUTE) == 1
    assert queries.unread(other, NOON + DAY) == 1


def test_old_ones_that_were_read_are_forgotten(db: None, person: UUID) -> None:
    for day in range(4):
        tell(person, subject=UUID(int=day), now=NOON + day * DAY)
    commands.read_all(by=Standing(person), now=NOON + DAY)
    commands.read_all(by=Standing(person), now=NOON + 2 * DAY)
    assert commands.forget(before=NOON + 2 * DAY) == 2
    assert [one.subject.int for one in rows(person, NOON + 9 * DAY)] == [3, 2]


# -- pages ------------------------------------------------------------------------------------------------------------


def test_the_inbox_is_paged_from_either_end(db: None, person: UUID) -> None:
    for minute in range(7):
        tell(person, subject=UUID(int=minute), now=NOON + (minute // 2) * MINUTE)
    order = [one.id for one in rows(person)]
    assert [one.subject.int for one in rows(person)] == [6, 5, 4, 3, 2, 1, 0]
    seen, cursor = [], None
    while True:
        with CaptureQueriesContext(connection) as asked:
            page = queries.inbox(person, now=NOON + DAY, cursor=cursor, limit=3)
        assert len(asked) == 1
        seen += [one.id for one in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert seen == order
    last = queries.inbox(person, now=NOON + DAY, cursor="last", limit=3)
    assert [one.id for one in last.rows] == order[-3:]
    before = queries.inbox(person, now=NOON + DAY, cursor=last.previous, limit=3)
    assert [one.id for one in before.rows] == order[1:4]


@pytest.mark.parametrize(
    "cursor",
    ["nonsense", *(Cursor(key).token(of) for key in (("x", "y"), (NOON, "y"), (1, 2)) for of in ("", INBOX))],
)
def test_a_made_up_cursor_is_refused(db: None, person: UUID, cursor: str) -> None:
    with pytest.raises(Refused) as caught:
        queries.inbox(person, now=NOON, cursor=cursor)
    assert caught.value.code == "bad_cursor"


def test_the_count_stops_where_a_badge_does(db: None, person: UUID) -> None:
    commands.tell_many(
        actor=ACTOR,
        now=NOON,
        tells=[commands.Tell([person], "sample_done", "samples", uuid4()) for _ in range(1130)],
    )
    # Most of what somebody was ever told is read: only then is an index of the unread the shorter way.
    read = list(Notice.objects.values_list("id", flat=True)[:1000])
    Notice.objects.filter(id__in=read).update(read_at=NOON)
    assert queries.unread(person, NOON) == queries.MANY == 100
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notices_notice")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT 1 FROM notices_notice WHERE person_id = %s AND read_at IS NULL AND visible_at <= %s",
            [person, NOON],
        )
        assert "notices_notice_unread" in str(cursor.fetchall())


@pytest.mark.parametrize(
    "change", ["times = 0", "visible_at = told_at - interval '1 s'", "last_at = told_at - interval '1 s'"]
)
def test_the_database_minds_the_times(db: None, person: UUID, change: str) -> None:
    tell(person, subject=uuid4())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE notices_notice SET {change}")


def test_the_registry_is_frozen_once_the_site_runs() -> None:
    with pytest.raises(RuntimeError):
        registry.register(Event("late", "late"))
    with pytest.raises(RuntimeError):
        registry.register_link("late", lambda subject, args: None)
