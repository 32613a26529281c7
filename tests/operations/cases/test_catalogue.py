"""The catalogue: compiled from the default table, checked before it is published, previewed in numbers."""

import copy

import pytest

from xiucheng.kit.refused import Refused
from xiucheng.kit.worktime import Limit, Unit
from xiucheng.operations.cases import preview
from xiucheng.operations.cases.catalogue import (
    DEFAULT_LIMITS,
    body_from_csv,
    check_catalogue,
    check_limits,
    compile_catalogue,
)

BODY = body_from_csv()
CATALOGUE = compile_catalogue(3, BODY)


def test_the_default_table_has_its_categories_and_conditions():
    assert len(CATALOGUE.categories) == 209
    assert sum(len(category.conditions) for category in CATALOGUE.categories.values()) == 440
    assert check_catalogue(BODY) == []


def test_a_condition_has_its_own_limit_and_first_stage():
    _category, condition = CATALOGUE.condition("C0137", "C013701")
    assert condition.limit == Limit(1, Unit.WORK_DAY)
    assert condition.first_stage == Limit(1, Unit.URGENT_HOUR)
    assert condition.first_stage_text == "断电围护"


def test_without_a_condition_the_default_is_used():
    category, condition = CATALOGUE.condition("C0101", None)
    assert condition is category.default_condition
    assert condition.key == "C010102"


@pytest.mark.parametrize(
    ("category", "condition", "code"),
    [
        ("C01", None, "major_not_minor"),
        ("Z9999", None, "unknown_category"),
        ("", None, "unknown_category"),
        ("C0137", "E010101", "unknown_condition"),
    ],
)
def test_what_is_not_there_is_refused_with_its_field(category, condition, code):
    with pytest.raises(Refused) as refused:
        CATALOGUE.condition(category, condition)
    assert refused.value.code == code
    assert refused.value.fields


def broken(change):
    body = copy.deepcopy(BODY)
    change(body["categories"])
    return check_catalogue(body)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.clear(),
        lambda rows: rows[0].pop("kind"),
        lambda rows: rows[0].update(kind="thing"),
        lambda rows: rows[0]["conditions"].clear(),
        lambda rows: rows[0]["conditions"][0]["limit"].update(value=0),
        lambda rows: rows[0]["conditions"][0]["limit"].update(unit="fortnight"),
        lambda rows: rows[0]["conditions"][0].update(default=True),
        lambda rows: rows.append(copy.deepcopy(rows[0])),
        lambda rows: rows.append("no category"),
    ],
)
def test_problems_of_a_draft_are_named(change):
    problems = broken(change)
    assert problems
    assert all(problem.path and str(problem.text) for problem in problems)


@pytest.mark.parametrize("body", [{}, {"dispatch": {"value": 1, "unit": "work_hour"}}, {"dispatch": 1, "check": None}])
def test_limits_are_checked(body):
    assert check_limits(body)
    assert check_limits(DEFAULT_LIMITS) == []


def test_the_preview_counts_what_changes(world):
    world.file(category="C0137")
    body = copy.deepcopy(BODY)
    body["categories"] = [row for row in body["categories"] if row["key"] != "C0137"]
    body["categories"][0]["conditions"][0]["limit"]["value"] = 9
    effects = {str(effect.text): effect.count for effect in preview.of_catalogue(body, BODY, world.now)}
    assert list(effects.values()) == [0, 1, 1, 1]
    assert [effect.count for effect in preview.of_limits(DEFAULT_LIMITS, None, world.now)] == [1]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda row: row["conditions"][0].update(default="是"), "categories[0].conditions[0].default"),
        (lambda row: row["conditions"][0].update(key=["C010101"]), "categories[0].conditions[0].key"),
        (lambda row: row.update(key=["C0101"]), "categories[0].key"),
        (lambda row: row.pop("conditions"), "categories[0].conditions"),
        (lambda row: row.pop("minor_name"), "categories[0].minor_name"),
        (lambda row: row["conditions"].insert(0, "x"), "categories[0].conditions[0]"),
        (
            lambda row: row["conditions"][0].update(first_stage={"text": "先围护"}),
            "categories[0].conditions[0].first_stage.limit",
        ),
        (lambda row: row["conditions"][0].update(first_stage="x"), "categories[0].conditions[0].first_stage"),
        (lambda row: row["conditions"][1].update(key=row["conditions"][0]["key"]), "categories[0].conditions[1].key"),
    ],
)
def test_a_part_that_is_missing_or_of_another_kind_is_named(change, path):
    assert [problem.path for problem in broken(lambda rows: change(rows[0]))] == [path]
