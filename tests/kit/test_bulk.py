"""Rows as one JSON text arrive in the table as they were, whatever their types."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from xiucheng.kit import bulk
from xiucheng.kit.ids import uuid7
from xiucheng.kit.models import Position, Reacted, Step

NOW = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)


def back(types: dict[str, str], row: dict[str, object]) -> tuple[object, ...]:
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(types)} FROM jsonb_to_recordset(%s::jsonb) AS t ({columns})",
            [bulk.as_json([row])],
        )
        return cursor.fetchone()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uuid", UUID("01a201b9-08a7-7c94-81bb-497955dab603")),
        ("timestamptz", NOW),
        ("date", date(2026, 3, 2)),
        ("bool", False),
        ("int", -7),
        ("float8", 122.09999999999999),
        ("text", "引号 \" ' 反斜杠 \\ 换行\n 表情 🏮"),
        ("text", ""),
        ("text[]", ["a", 'b"c', "逗号,", ""]),
        ("text[]", []),
        ("uuid[]", [UUID("01a201b9-08a7-7c94-81bb-497955dab603")]),
        ("text", None),
        ("uuid[]", None),
    ],
)
def test_a_value_comes_back_as_it_went(db, kind, value):
    assert back({"it": kind}, {"it": value}) == (value,)


def test_bytes_come_back_as_they_went(db):
    value = bytes(range(256))
    assert bytes(back({"it": "bytea"}, {"it": value})[0]) == value  # type: ignore[call-overload]
    assert bytes(back({"it": "bytea"}, {"it": memoryview(value)})[0]) == value  # type: ignore[call-overload]


def test_documents_stay_documents(db):
    found = back({"it": "jsonb"}, {"it": {"until": NOW, "list": [1, None]}})[0]
    assert json.loads(str(found)) == {"until": NOW.isoformat(), "list": [1, None]}


def test_what_has_no_form_in_json_is_a_mistake():
    with pytest.raises(TypeError):
        bulk.as_json([{"it": object()}])


def steps(count: int) -> list[Step]:
    return [
        Step(
            id=uuid7(), room="kit", subject=uuid7(), verb="test", actor="system:test", occurred_at=NOW, recorded_at=NOW,
            payload={"number": number},
        )
        for number in range(count)
    ]  # fmt: skip


def test_models_are_inserted_by_one_statement(db, django_assert_num_queries):
    rows = steps(3)
    with django_assert_num_queries(1):
        bulk.insert(rows)
    stored = {step.id: step for step in Step.objects.all()}
    for row in rows:
        found = stored[row.id]
        assert (found.payload, found.subject, found.occurred_at) == (row.payload, row.subject, NOW)
        assert found.imported is False


def test_foreign_keys_and_bytes_of_models(db):
    (step,) = steps(1)
    bulk.insert([step])
    bulk.insert([Position(position=1, step=step, hash=b"\x00\xff")])
    stored = Position.objects.get()
    assert (stored.step_id, bytes(stored.hash)) == (step.id, b"\x00\xff")


def test_nothing_is_no_statement(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.insert([])


def test_constraints_hold(db):
    row = Reacted(reader="a", step_id=uuid7())
    bulk.insert([row])
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert([row])


def test_rows_are_found_by_very_many_values_and_by_no_other(db):
    rows = [Reacted(step_id=uuid7(), reader=f"r{number}") for number in range(3)]
    bulk.insert(rows)
    wanted = [*(f"x{number}" for number in range(100_000)), "r0", "r2"]
    found = bulk.among(Reacted.objects.all(), "reader", wanted)
    assert set(found.values_list("reader", flat=True)) == {"r0", "r2"}
    assert found.filter(reader="r0").delete()[0] == 1
    assert set(Reacted.objects.values_list("reader", flat=True)) == {"r1", "r2"}
    assert not bulk.among(Reacted.objects.all(), "reader", []).exists()


def test_rows_are_copied_as_they_are_and_what_is_left_out_gets_its_default(db: None) -> None:
    rows = [(uuid7(), "kit", uuid7(), "note", "system:t", NOW, True, json.dumps({"n": n})) for n in range(300)]
    columns = ("id", "room", "subject", "verb", "actor", "occurred_at", "imported", "payload")
    bulk.copy("kit_step", columns, iter(rows))
    kept = Step.objects.filter(verb="note").order_by("id")
    assert [(step.id, step.occurred_at, step.payload) for step in kept] == [
        (row[0], NOW, {"n": n}) for n, row in enumerate(rows)
    ]
    assert all(step.recorded_at is not None for step in kept)


def test_a_copied_row_that_the_table_refuses_keeps_none(db: None) -> None:
    first = uuid7()
    columns = ("position", "step_id", "hash")
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.copy("kit_position", columns, [(1, first, b"x"), (1, first, b"x")])
    assert not Position.objects.exists()
