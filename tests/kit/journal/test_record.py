"""Steps are written with the change, at the end of the outermost verb, and hold no words."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal import readers, sequencer
from xiucheng.kit.journal.codes import NUMBER_CODES, checked
from xiucheng.kit.verbs import attempt, verb

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@verb
def note(subject, **payload):
    return journal.record(
        room="kit", subject=subject, verb="note", actor=Actor.system("test"), occurred_at=NOON, payload=payload
    )


@verb
def note_twice(subject):
    return note(subject, n=1), note(subject, n=2)


def test_a_verb_stores_its_steps_in_one_statement(transactional_db):
    subject = uuid7()
    with CaptureQueriesContext(connection) as queries:
        first, second = note_twice(subject)
    assert [query["sql"].split()[0] for query in queries] == ["BEGIN", "INSERT", "COMMIT"]
    assert [step.id for step in journal.of_subject(subject)] == [first, second]


def test_outside_a_verb_nothing_can_be_recorded(db):
    with pytest.raises(RuntimeError):
        journal.record(room="kit", subject=uuid7(), verb="note", actor=Actor.system("t"), occurred_at=NOON)


CONTACTS = (
    *("13812345678", "138-1234-5678", "+86.138.1234.5678", "tel:6221122", "0591/87654321", "t13812345678"),
    *("Zhang.San@example.com", "a@b", "Zhang.San", "ZhangSan", "350102199001011234", "35010219900101123X"),
)


@pytest.mark.parametrize("words", ["路灯不亮", "two words", "x" * 121, "line\nbreak", *CONTACTS])
def test_words_are_refused(db, words):
    with pytest.raises(ValueError, match="codes, not words"):
        note(uuid7(), text=words)
    with pytest.raises(ValueError, match="codes, not words"):
        note(uuid7(), nested={"list": [words]})


def test_a_telephone_is_refused_under_every_name(db):
    for name in (*NUMBER_CODES, "n"):
        for number in ("13812345678", "013812345678", "6221122", "87654321"):
            if name in {"code", "duty_grid"}:
                continue  # what a city calls its own grids and organisations has no form
            with pytest.raises(ValueError, match="codes, not words"):
                note(uuid7(), **{name: number})
    with pytest.raises(ValueError, match="ten digits"):
        note(uuid7(), n=13812345678)
    with pytest.raises(ValueError, match="codes, not words"):
        note(uuid7(), nested={"13812345678": 1})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("area", code) for code in ("", "350102", "350102001", "350102001001")),
        ("to_area", "990101001001"),
        ("unit_grid", "350102001001001"),
        ("component", "3205080101000001"),
        ("code", "91350100M000100Y43"),
        ("duty_grid", "350102-01-003"),
        ("category", "C0137"),
        ("condition", "C0137-1"),
        ("kind", "handle"),
        ("number", "26-0048-213-7"),
        ("number", "26-123456-213-7"),
        ("until", "2026-03-02"),
        ("starts", "08:00:00"),
        ("due", "2026-03-02T08:00:00.123456+00:00"),
        ("actor", "person:0190a6c6-1111-7000-8000-123456789012"),
        ("by", "rule:routing@12"),
        ("digest", "1234567890123456"),
        ("digest", "0" * 64),
        ("n", 20 * 1024 * 1024),
        ("lon", 119.300123456),
    ],
)
def test_codes_are_taken(db, name, value):
    subject = uuid7()
    note(subject, **{name: value})
    assert journal.of_subject(subject)[0].payload[name] == value


def test_a_failing_verb_leaves_no_step(transactional_db):
    subject = uuid7()

    @verb
    def fails():
        note(subject)
        raise LookupError

    with pytest.raises(LookupError):
        fails()
    assert journal.of_subject(subject) == []


def test_a_refused_part_takes_only_its_own_steps_with_it(db):
    subject = uuid7()

    @verb
    def goes_on():
        kept = note(subject, n=1)
        with pytest.raises(LookupError), attempt():
            note(subject, n=2)
            raise LookupError
        return kept

    kept = goes_on()
    assert [step.id for step in journal.of_subject(subject)] == [kept]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kit_step SET verb = 'other'",
        "DELETE FROM kit_step",
        "TRUNCATE kit_step CASCADE",
        "DELETE FROM kit_position",
    ],
)
def test_the_database_itself_keeps_steps(transactional_db, statement):
    note(uuid7())
    sequencer.run_once()
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_positions_are_gapless_and_in_order_of_recording(db):
    start, _ = journal.head()
    ids = [note(uuid7()) for _ in range(5)]
    assert sequencer.run_once(limit=3) == 3
    assert sequencer.run_once(limit=3) == 2
    assert sequencer.run_once() == 0
    steps = journal.read(after=start)
    assert [step.id for step in steps] == ids
    assert [step.position for step in steps] == list(range(start + 1, start + 6))


def test_a_projection_replays_to_the_same_result(db, monkeypatch):
    seen = []
    monkeypatch.setattr(readers, "registry", {})
    journal.projection("test.seen", verbs={"kit.note"}, reset=seen.clear)(
        lambda steps: seen.extend(step.payload["n"] for step in steps)
    )
    for n in range(4):
        note(uuid7(), n=n)
    readers.catch_up()
    assert seen == [0, 1, 2, 3]
    readers.replay("test.seen")
    assert seen == [0, 1, 2, 3]


def test_a_reaction_acts_once_never_on_imports_and_is_never_replayed(db, monkeypatch):
    monkeypatch.setattr(readers, "registry", {})
    acted = []
    journal.reaction("test.act", verbs={"kit.note"})(lambda step: acted.append(step.payload["n"]))
    readers.ensure_rows()

    @verb
    def import_one():
        journal.record(
            room="kit",
            subject=uuid7(),
            verb="note",
            actor=Actor.system("t"),
            occurred_at=NOON,
            payload={"n": 99},
            imported=True,
        )

    note(uuid7(), n=1)
    import_one()
    readers.catch_up()
    assert acted == [1]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kit_reader SET position = 0 WHERE name = 'test.act'")
    readers.catch_up()
    assert acted == [1], "a position set back does not make it act again"
    with pytest.raises(ValueError, match="never replayed"):
        readers.replay("test.act")


def test_a_reaction_may_itself_record_and_fails_alone(db, monkeypatch):
    monkeypatch.setattr(readers, "registry", {})
    subject = uuid7()
    broken = {1}

    def follow(step):
        journal.record(
            room="kit",
            subject=subject,
            verb="followed",
            actor=Actor.system("t"),
            occurred_at=NOON,
            payload={"n": step.payload["n"]},
        )
        if step.payload["n"] in broken:
            raise LookupError

    journal.reaction("test.follow", verbs={"kit.note"})(follow)
    readers.ensure_rows()
    for n in range(3):
        note(uuid7(), n=n)
    readers.catch_up()
    assert [step.payload["n"] for step in journal.of_subject(subject)] == [0, 2]
    broken.clear()
    assert readers.retry_parked(datetime(2099, 1, 1, tzinfo=UTC)) == 1
    assert [step.payload["n"] for step in journal.of_subject(subject)] == [0, 2, 1]
    assert readers.retry_parked(datetime(2099, 1, 1, tzinfo=UTC)) == 0


def longest_run(text: str) -> int:
    """The most digits between two letters, counted one by one."""
    longest = run = 0
    for sign in text:
        run = 0 if sign.isalpha() or sign == "_" else run + sign.isdigit()
        longest = max(longest, run)
    return longest


@given(st.text("0123456789-:.|+/abZ_", max_size=24))
def test_digits_that_a_telephone_could_have_are_refused_whatever_signs_stand_between_them(text):
    text = f"z{text}"
    try:
        checked({"entry": text})
        kept = True
    except ValueError:
        kept = False
    assert kept == (longest_run(text) <= 6 and not re.search("[A-Z][a-z]", text))


def test_of_a_long_story_the_last_steps_are_told(transactional_db):
    subject = uuid7()
    ids = [note(subject, n=number) for number in range(4)]
    sequencer.run_once()
    ids += [note(subject, n=number) for number in range(4, 7)]
    assert [step.payload["n"] for step in journal.of_subject(subject)] == list(range(7))
    assert [step.id for step in journal.of_subject(subject, limit=5)] == ids[2:]
