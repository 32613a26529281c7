"""The small words of the kit: ids in order, actors, refusals, idempotency, heartbeats, tables of moves."""

from datetime import UTC, datetime, timedelta

import pytest

from xiucheng.kit import heartbeat, idempotency
from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.kit.moves import Field, Move, MoveTable
from xiucheng.kit.refused import Refused

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_ids_are_version_7_ordered_and_of_this_moment():
    ids = [uuid7() for _ in range(5000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 5000
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    made = datetime.fromtimestamp((ids[0].int >> 80) / 1000, UTC)
    assert abs(made - datetime.now(UTC)) < timedelta(minutes=1)


def test_actors_are_kinds_and_references():
    person = uuid7()
    assert str(Actor.person(person)) == f"person:{person}"
    assert Actor.parse(str(Actor.rule("routing", 3))) == Actor("rule", "routing@3")
    assert Actor.person(person).person_id == person
    for kind, name in (("person", "王 五"), ("nobody", "x"), ("system", "")):
        with pytest.raises(ValueError, match="not an actor"):
            Actor(kind, name)


def claim(key="k", answer="a", **fields):
    return idempotency.claim(scope="s", key=key, fields=fields, answer={"id": answer}, now=NOW)


def test_a_key_is_claimed_once_and_answers_the_same_again(db):
    assert claim(text="灯", phone=None) is None
    assert claim(text="灯", answer="b") == {"id": "a"}
    with pytest.raises(Refused) as refused:
        claim(text="井", phone="139", answer="b")
    assert refused.value.code == "key_reused"
    assert set(refused.value.fields) == {"text", "phone"}
    assert claim(key="other", text="井") is None
    assert idempotency.forget(NOW + timedelta(seconds=1)) == 2


def test_two_scopes_do_not_meet(db):
    assert claim(text="灯") is None
    assert idempotency.claim(scope="t", key="k", fields={"text": "井"}, answer={}, now=NOW) is None


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_has_a_length(db, key):
    with pytest.raises(Refused, match="bad_key"):
        claim(key=key)


def test_what_was_asked_is_kept_as_digests_only(db):
    from django.db import connection

    claim(text="王五的电话 13900000000")
    with connection.cursor() as cursor:
        cursor.execute("SELECT fields::text || answer::text FROM kit_idempotency")
        assert "139" not in cursor.fetchone()[0]


def test_a_heart_is_heard_for_ten_seconds(db):
    heartbeat.beat("worker", NOW)
    assert heartbeat.alive(NOW + timedelta(seconds=9)) == {"worker": True}
    assert heartbeat.alive(NOW + timedelta(seconds=11)) == {"worker": False}


TABLE = MoveTable(
    {"open": "在办", "done": "办结"},
    (
        Move("begin", "开始", frozenset({""}), "open"),
        Move("finish", "完成", frozenset({"open"}), "done", (Field("reason", "text", "理由"),)),
    ),
)


def test_a_table_of_moves_permits_demands_and_draws():
    assert [move.name for move in TABLE.leaving("open")] == ["finish"]
    for name, state, code in (("fly", "open", "unknown_move"), ("finish", "done", "illegal_move")):
        with pytest.raises(Refused, match=code):
            TABLE.check(name, state)
    with pytest.raises(Refused, match="incomplete"):
        TABLE.demand(TABLE["finish"], {})
    with pytest.raises(Refused, match="unknown_field"):
        TABLE.demand(TABLE["finish"], {"reason": "x", "colour": "red"})
    assert "open --> done: finish" in TABLE.mermaid()
    with pytest.raises(ValueError, match="unknown states"):
        MoveTable({"open": "在办"}, (Move("x", "x", frozenset({"gone"}), None),))
