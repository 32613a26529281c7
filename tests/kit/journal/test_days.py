"""Day heads: each local day closed once, after its end, with its own steps and no later ones."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from xiucheng.kit import journal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal import sequencer, verify

# Midnight in the site's zone (Asia/Shanghai) is 16:00 UTC.
MIDNIGHT = datetime(2099, 3, 2, 16, tzinfo=UTC)
DAY = timedelta(days=1)
INSERT = (
    "INSERT INTO kit_step (id, room, subject, verb, actor, occurred_at, recorded_at, imported, payload)"
    " VALUES (%s, 'kit', %s, 'note', 'system:test', %s, %s, false, '{}')"
)


@pytest.fixture(autouse=True)
def zone(settings):
    settings.TIME_ZONE = "Asia/Shanghai"


def past_closed():
    """What a site's founding recorded lies in days that are closed."""
    sequencer.run_once()
    sequencer.close_days(MIDNIGHT - 30 * DAY)


def recorded(at):
    """A step that the database wrote down at that moment."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [uuid7(), uuid7(), at, at])


def sequenced(*moments):
    for at in moments:
        recorded(at)
    sequencer.run_once()
    return journal.head()[0]


def heads():
    return {head.day: head.position for head in journal.day_heads() if head.day.year == 2099 and head.day.month > 1}


def test_a_head_holds_no_step_of_the_next_day(transactional_db):
    past_closed()
    last = sequenced(MIDNIGHT - timedelta(hours=1), MIDNIGHT - timedelta(seconds=1))
    sequenced(MIDNIGHT, MIDNIGHT + timedelta(minutes=1))
    assert sequencer.close_days(MIDNIGHT + timedelta(minutes=5)) == [date(2099, 3, 2)]
    assert heads() == {date(2099, 3, 2): last}
    assert sequencer.close_days(MIDNIGHT + timedelta(minutes=6)) == []
    assert verify.run().problems == []


def test_a_day_is_not_closed_while_a_step_of_it_waits(db):
    past_closed()
    sequenced(MIDNIGHT - timedelta(hours=1))
    recorded(MIDNIGHT - timedelta(seconds=1))
    at = MIDNIGHT + timedelta(minutes=5)
    assert sequencer.close_days(at) == []
    sequencer.run_once()
    assert sequencer.close_days(at) == [date(2099, 3, 2)]
    assert heads() == {date(2099, 3, 2): journal.head()[0]}


def test_what_waits_of_today_keeps_no_earlier_day_open(db):
    past_closed()
    last = sequenced(MIDNIGHT - DAY)
    recorded(MIDNIGHT + timedelta(minutes=1))
    assert sequencer.close_days(MIDNIGHT + timedelta(minutes=5)) == [date(2099, 3, 2)]
    assert heads() == {date(2099, 3, 2): last}


def test_days_missed_while_the_worker_was_down_are_closed_in_order(transactional_db):
    """Three days with steps, one quiet day between them, and nobody there to close any."""
    past_closed()
    first = sequenced(MIDNIGHT - 4 * DAY - timedelta(hours=3))
    second = sequenced(MIDNIGHT - 3 * DAY - timedelta(hours=3), MIDNIGHT - 3 * DAY - timedelta(hours=2))
    third = sequenced(MIDNIGHT - DAY - timedelta(hours=3))
    sequenced(MIDNIGHT + timedelta(minutes=1))
    closed = [date(2099, 2, 26), date(2099, 2, 27), date(2099, 3, 1)]
    assert sequencer.close_days(MIDNIGHT + timedelta(minutes=5)) == closed
    assert heads() == dict(zip(closed, (first, second, third), strict=True))
    verdict = verify.run()
    assert verdict.problems == []
    assert verdict.day_heads == len(journal.day_heads(limit=100))


def test_a_step_that_commits_after_its_day_was_closed_belongs_to_the_next_head(transactional_db):
    past_closed()
    sequenced(MIDNIGHT - timedelta(hours=1))
    sequencer.close_days(MIDNIGHT + timedelta(minutes=5))
    late = sequenced(MIDNIGHT - timedelta(seconds=1))
    assert sequencer.close_days(MIDNIGHT + timedelta(minutes=6)) == []
    last = sequenced(MIDNIGHT + timedelta(hours=1))
    assert last == late + 1
    assert sequencer.close_days(MIDNIGHT + DAY + timedelta(minutes=5)) == [date(2099, 3, 3)]
    assert heads()[date(2099, 3, 3)] == last
    assert verify.run().problems == []


def test_nothing_is_closed_before_the_day_is_over(db):
    past_closed()
    sequenced(MIDNIGHT - timedelta(hours=1))
    assert sequencer.close_days(MIDNIGHT - timedelta(minutes=1)) == []
    assert sequencer.close_days(MIDNIGHT + timedelta(minutes=1)) == []


def _forge(databases, statement, *parameters):
    with psycopg.connect(databases.url, options=f"-c search_path={settings.SITE},ext") as conn:
        conn.execute("ALTER TABLE kit_day_head DISABLE TRIGGER USER")
        conn.execute(statement, parameters)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("DELETE FROM kit_day_head WHERE day = '2099-03-02'", "the head of 2099-03-02 is missing"),
        (
            "UPDATE kit_day_head SET position = (SELECT max(position) FROM kit_position),"
            " hash = (SELECT hash FROM kit_position ORDER BY position DESC LIMIT 1) WHERE day = '2099-03-02'",
            "the head of 2099-03-02 holds steps of a later day",
        ),
        ("UPDATE kit_day_head SET hash = sha256('x') WHERE day = '2099-03-02'", "the head of 2099-03-02 is not on"),
    ],
)
def test_verify_checks_the_heads(committed_db, statement, problem):
    past_closed()
    sequenced(MIDNIGHT - timedelta(hours=1))
    sequenced(MIDNIGHT + timedelta(hours=1))
    sequencer.close_days(MIDNIGHT + DAY + timedelta(minutes=5))
    _forge(committed_db, statement)
    assert any(found.startswith(problem) for found in verify.run().problems), verify.run().problems
