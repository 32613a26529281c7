"""Searching a district's words: by any two characters, and by the index; what a list finds, tests of the board say."""

import json

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.operations.cases import queries

ROWS = 100_000
SIGNS = "东西南北中路街巷灯井盖树桥河坑积水垃圾桶车位停占道施工噪音油烟棚摊广告牌绿化带红绿护栏杆线缆漏臭门口楼前后"


@pytest.fixture
def many(db):
    """So many cases of random words, and one whose two characters stand nowhere else together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(
            "INSERT INTO cases_search (case_id, words) SELECT gen_random_uuid(), string_agg(substr(%(signs)s,"
            " 1 + floor(random() * %(width)s)::int, 1), '') FROM generate_series(1, %(rows)s) n,"
            " generate_series(1, 14) GROUP BY n",
            {"signs": SIGNS, "width": len(SIGNS), "rows": ROWS},
        )
        cursor.execute("INSERT INTO cases_search (case_id, words) VALUES (gen_random_uuid(), '槐花巷口路灯不亮')")
        cursor.execute("ANALYZE cases_search")


def plan_of(typed: str) -> dict:
    statement, values = queries.holding(typed)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values)
        found = cursor.fetchone()[0]
    return (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]


def nodes(plan: dict) -> list[dict]:
    return [plan, *(node for part in plan.get("Plans", ()) for node in nodes(part))]


@pytest.mark.parametrize(("typed", "hits"), [("槐花", 1), ("路灯", None), ("花巷口路", 1), ("槐", 1), ("无此", 0)])
def test_two_characters_are_looked_up_and_not_read_through(many, typed, hits):
    found = nodes(plan_of(typed))
    assert "cases_search_words" in {node.get("Index Name") for node in found}, found
    assert not [node for node in found if node["Node Type"] == "Seq Scan"]
    # What the index names is what is read: nearly nothing is looked at in vain.
    read = sum(node.get("Rows Removed by Index Recheck", 0) + node.get("Rows Removed by Filter", 0) for node in found)
    assert read < ROWS / 1000
    if hits is not None:
        assert found[0]["Actual Rows"] == hits


def of_the_database(text: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_tokens(%s)", [text])
        return set(cursor.fetchone()[0])


def test_the_tokens_are_those_of_the_database(db):
    for text in ("路灯不亮", "a", "灯灯灯灯", "1 2\n路", "\U0001f4a1灯"):
        assert set(queries.tokens(text)) <= of_the_database(text), text


@pytest.mark.django_db
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80))
def test_the_database_knows_every_character_and_every_two_that_stand_together(text):
    pairs = {text[place : place + 2] for place in range(len(text) - 1)}
    assert of_the_database(text) == {*text, *pairs}
