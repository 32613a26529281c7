"""Draft, revise, publish, roll back, withdraw: what each does, records and refuses."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.refusing import refused
from xiucheng.foundation.packs import commands, queries
from xiucheng.foundation.packs.models import Version
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal

from .conftest import NOON, rows

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def published(leader: Standing, body: dict[str, Any], at: Any = NOON, now: Any = None) -> queries.Pack:
    now = now or min(at, NOON)
    made = commands.draft(by=leader, now=now, kind="sample", body=body)
    return commands.publish(by=leader, now=now, pack_id=made.id, effective_from=at)


def test_from_draft_to_force(leader: Standing, editor: Standing) -> None:
    made = commands.draft(by=editor, now=NOON, kind="sample", body=rows(a=1), note="试行一周")
    assert (made.version, made.state, made.based_on, made.revision) == (1, "draft", None, 1)
    assert queries.current("sample", NOON) is None

    better = commands.revise(by=editor, now=NOON + HOUR, pack_id=made.id, revision=1, body=rows(a=2))
    assert (better.revision, better.body) == (2, rows(a=2))
    assert better.digest != made.digest

    there = commands.publish(by=leader, now=NOON + 2 * HOUR, pack_id=made.id, revision=2, effective_from=NOON + DAY)
    assert queries.current("sample", NOON + DAY - HOUR) is None
    found = queries.current("sample", NOON + DAY)
    assert found == there
    assert found is not None
    assert found.body == rows(a=2)

    steps = journal.of_subject(made.id)
    assert [(step.name, step.actor) for step in steps] == [
        ("packs.draft", str(editor.actor)),
        ("packs.revise", str(editor.actor)),
        ("packs.publish", str(leader.actor)),
    ]
    assert steps[2].payload["effective_from"] == "2026-11-21T04:00:00+00:00"
    assert {step.payload["version"] for step in steps} == {1}


def test_a_draft_begins_as_what_is_in_force_or_as_asked(leader: Standing) -> None:
    published(leader, rows(a=1))
    published(leader, rows(a=2), NOON + DAY)
    assert commands.draft(by=leader, now=NOON + HOUR, kind="sample").body == rows(a=1)
    later = commands.draft(by=leader, now=NOON + HOUR, kind="sample", based_on=2)
    assert (later.body, later.based_on) == (rows(a=2), 2)
    with refused("not_found", 404):
        commands.draft(by=leader, now=NOON, kind="sample", based_on=9)


def test_the_note_is_sealed_and_shown_in_the_history(leader: Standing) -> None:
    made = commands.draft(by=leader, now=NOON, kind="sample", body=rows(a=1), note=" 按张三的意见改 ")
    row = Version.objects.get(id=made.id)
    assert row.note is not None
    assert "张三".encode() not in bytes(row.note)
    assert [listed.note for listed in queries.history("sample", NOON)] == ["按张三的意见改"]
    with refused("note_too_long"):
        commands.draft(by=leader, now=NOON, kind="sample", body=rows(a=1), note="长" * 501)


def test_a_note_said_anew_takes_the_old_one_away_for_good(leader: Standing) -> None:
    made = commands.draft(by=leader, now=NOON, kind="sample", body=rows(a=1), note="按张三的意见改")
    before = Version.objects.get(id=made.id)
    assert before.note_key is not None
    assert before.note is not None
    better = commands.revise(by=leader, now=NOON, pack_id=made.id, revision=1, body=rows(a=2))
    assert vault.listed([before.note_key]) == set(), "no new note, so the old one stays"
    commands.revise(
        by=leader, now=NOON, pack_id=made.id, revision=better.revision, body=rows(a=3), note="按会议的意见改"
    )
    assert vault.listed([before.note_key]) == {before.note_key}
    assert [listed.note for listed in queries.history("sample", NOON)] == ["按会议的意见改"]


def test_two_editors_do_not_overwrite_each_other(editor: Standing) -> None:
    made = commands.draft(by=editor, now=NOON, kind="sample", body=rows(a=1))
    commands.revise(by=editor, now=NOON, pack_id=made.id, revision=1, body=rows(a=2))
    with refused("stale", 409):
        commands.revise(by=editor, now=NOON, pack_id=made.id, revision=1, body=rows(a=3))
    assert queries.by_id(made.id).body == rows(a=2)  # type: ignore[union-attr]


def test_what_was_looked_at_is_what_is_published(leader: Standing, editor: Standing) -> None:
    made = commands.draft(by=editor, now=NOON, kind="sample", body=rows(a=1))
    commands.revise(by=editor, now=NOON, pack_id=made.id, revision=1, body=rows(a=2))
    with refused("stale", 409):
        commands.publish(by=leader, now=NOON, pack_id=made.id, revision=1)


def test_problems_may_stand_in_a_draft_but_are_not_published(leader: Standing) -> None:
    made = commands.draft(by=leader, now=NOON, kind="sample", body={"rows": [{"key": "a", "days": 0}, {"key": "b"}]})
    with refused("problems") as caught:
        commands.publish(by=leader, now=NOON, pack_id=made.id)
    assert caught.value.fields == {"rows[0].days": "天数应大于零", "rows[1].days": "天数应大于零"}
    assert "2" in str(caught.value.text)
    assert queries.by_id(made.id).state == "draft"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("body", "field"),
    [({"a": {"b": float("nan")}}, "a.b"), ({"a": ["\0"]}, "a[0]"), ([], None), ("text", None)],
)
def test_a_body_that_cannot_be_kept_is_refused_with_its_place(leader: Standing, body: Any, field: str | None) -> None:
    with refused("bad_body") as caught:
        commands.draft(by=leader, now=NOON, kind="sample", body=body)
    assert list(caught.value.fields) == ([field] if field else [])
    assert not Version.objects.exists()


def test_a_body_is_bounded(leader: Standing) -> None:
    with refused("too_large", 413):
        commands.draft(by=leader, now=NOON, kind="sample", body={"x": "y" * (8 * 1024 * 1024)})


def test_an_unknown_kind(leader: Standing) -> None:
    with refused("unknown_kind"):
        commands.draft(by=leader, now=NOON, kind="nonsense", body={})


def test_dates(leader: Standing) -> None:
    published(leader, rows(a=1), NOON - DAY, now=NOON)
    made = commands.draft(by=leader, now=NOON, kind="sample", body=rows(a=2))
    with refused("in_the_past"):
        commands.publish(by=leader, now=NOON, pack_id=made.id, effective_from=NOON - HOUR)
    published(leader, rows(a=3), NOON + DAY)
    with refused("date_taken"):
        commands.publish(by=leader, now=NOON, pack_id=made.id, effective_from=NOON + DAY)
    with refused("based_on_other", 409):
        commands.publish(by=leader, now=NOON, pack_id=made.id, effective_from=NOON + 2 * DAY)
    commands.revise(by=leader, now=NOON, pack_id=made.id, revision=1, body=rows(a=2), based_on=3)
    assert commands.publish(by=leader, now=NOON, pack_id=made.id, effective_from=NOON + 2 * DAY).based_on == 3


def test_a_draft_is_based_anew_after_comparing(leader: Standing) -> None:
    published(leader, rows(a=1))
    newer = commands.draft(by=leader, now=NOON, kind="sample", body=rows(a=1, b=1))
    made = commands.draft(by=leader, now=NOON, kind="sample", body=rows(a=2))
    commands.publish(by=leader, now=NOON + HOUR, pack_id=newer.id)
    with refused("based_on_other", 409):
        commands.publish(by=leader, now=NOON + DAY, pack_id=made.id)
    commands.revise(by=leader, now=NOON + DAY, pack_id=made.id, revision=1, body=rows(a=2, b=1), based_on=newer.version)
    assert commands.publish(by=leader, now=NOON + DAY, pack_id=made.id).based_on == newer.version


@pytest.mark.parametrize("version", [1, 7])
def test_a_draft_is_based_on_another_version_that_there_is(leader: Standing, version: int) -> None:
    made = commands.draft(by=leader, now=NOON, kind="sample", body=rows(a=1))
    with refused("not_found", 404):
        commands.revise(by=leader, now=NOON, pack_id=made.id, revision=1, body=rows(a=2), based_on=version)


def test_nothing_changed(leader: Standing) -> None:
    published(leader, rows(a=1))
    made = commands.draft(by=leader, now=NOON, kind="sample", body=rows(a=1))
    with refused("nothing_changed"):
        commands.publish(by=leader, now=NOON + HOUR, pack_id=made.id)


def test_rolling_back_is_a_new_version(leader: Standing) -> None:
    published(leader, rows(a=1))
    published(leader, rows(a=2), NOON + HOUR, now=NOON + HOUR)
    back = commands.roll_back(by=leader, now=NOON + 2 * HOUR, kind="sample", to_version=1)
    assert (back.version, back.based_on, back.body) == (3, 2, rows(a=1))
    assert queries.current("sample", NOON + HOUR).version == 2  # type: ignore[union-attr]
    assert queries.current("sample", NOON + 2 * HOUR) == back
    listed = queries.history("sample", NOON + 3 * HOUR)
    assert [(v.version, v.rolled_back_to, v.in_force) for v in listed] == [
        (3, 1, True),
        (2, None, False),
        (1, None, False),
    ]
    assert [v.effective_until for v in listed] == [None, NOON + 2 * HOUR, NOON + HOUR]
    assert journal.of_subject(back.id)[0].payload["to"] == 1
    with refused("nothing_changed"):
        commands.roll_back(by=leader, now=NOON + 3 * HOUR, kind="sample", to_version=1)


def test_rolling_back_needs_a_version_that_was_published(leader: Standing) -> None:
    commands.draft(by=leader, now=NOON, kind="sample", body=rows(a=1))
    with refused("never_published"):
        commands.roll_back(by=leader, now=NOON, kind="sample", to_version=1)
    with refused("not_found", 404):
        commands.roll_back(by=leader, now=NOON, kind="sample", to_version=2)


def test_rolling_back_checks_anew(leader: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    from xiucheng.foundation.packs import registry
    from xiucheng.foundation.packs.registry import PackKind, Problem

    published(leader, rows(a=1))
    published(leader, rows(a=2), NOON + HOUR, now=NOON + HOUR)
    stricter = PackKind("sample", "示例", lambda body: [Problem("rows", "不再允许")])
    monkeypatch.setitem(registry._kinds, "sample", stricter)
    with refused("problems"):
        commands.roll_back(by=leader, now=NOON + 2 * HOUR, kind="sample", to_version=1)


def test_withdrawing_before_the_date_and_not_after(leader: Standing) -> None:
    published(leader, rows(a=1))
    later = published(leader, rows(a=2), NOON + DAY)
    assert queries.current("sample", NOON + DAY) == later
    gone = commands.withdraw(by=leader, now=NOON + HOUR, pack_id=later.id)
    assert gone.state == "withdrawn"
    assert queries.current("sample", NOON + 2 * DAY).version == 1  # type: ignore[union-attr]
    with refused("already_withdrawn"):
        commands.withdraw(by=leader, now=NOON + HOUR, pack_id=later.id)
    first = queries.current("sample", NOON)
    assert first is not None
    with refused("already_in_force"):
        commands.withdraw(by=leader, now=NOON + HOUR, pack_id=first.id)
    # Its date is free again, and its number is not given twice.
    assert published(leader, rows(a=3), NOON + DAY).version == 3


def test_a_draft_given_up(editor: Standing, leader: Standing) -> None:
    made = commands.draft(by=editor, now=NOON, kind="sample", body=rows(a=1))
    commands.withdraw(by=editor, now=NOON, pack_id=made.id)
    with refused("not_a_draft"):
        commands.revise(by=editor, now=NOON, pack_id=made.id, revision=1, body=rows(a=2))
    with refused("not_a_draft"):
        commands.publish(by=leader, now=NOON, pack_id=made.id)


def test_who_may(leader: Standing, editor: Standing, stranger: Standing) -> None:
    with refused("not_yours", 403):
        commands.draft(by=stranger, now=NOON, kind="sample", body=rows(a=1))
    made = commands.draft(by=editor, now=NOON, kind="sample", body=rows(a=1))
    # The system administrator prepares; what applies to cases is decided by who answers for the work.
    for act in (
        lambda by: commands.publish(by=by, now=NOON, pack_id=made.id),
        lambda by: commands.roll_back(by=by, now=NOON, kind="sample", to_version=1),
    ):
        for who in (editor, stranger, Standing.for_rule("routing", 1)):
            with refused("not_yours", 403):
                act(who)
    there = commands.publish(by=leader, now=NOON, pack_id=made.id, effective_from=NOON + DAY)
    with refused("not_yours", 403):
        commands.withdraw(by=editor, now=NOON, pack_id=there.id)
    with refused("not_yours", 403):
        commands.export_file(by=stranger, now=NOON, pack_id=there.id)
    assert commands.draft(by=Standing.for_system("demo"), now=NOON, kind="sample", body=rows(b=1)).version == 2


def test_missing_versions(leader: Standing) -> None:
    for act in (
        lambda: commands.publish(by=leader, now=NOON, pack_id=uuid4()),
        lambda: commands.withdraw(by=leader, now=NOON, pack_id=uuid4()),
        lambda: commands.revise(by=leader, now=NOON, pack_id=uuid4(), revision=1, body={}),
        lambda: commands.export_file(by=leader, now=NOON, pack_id=uuid4()),
    ):
        with refused("not_found", 404):
            act()
    assert queries.get("sample", 4) is None
    assert queries.by_id(uuid4()) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE packs_version SET body = '{}'",
        "UPDATE packs_version SET effective_from = effective_from + interval '1 day'",
        "UPDATE packs_version SET state = 'draft', effective_from = NULL, published_by = NULL, published_at = NULL",
        "UPDATE packs_version SET state = 'withdrawn', withdrawn_by = 'system:x', withdrawn_at = now(), version = 7",
        "DELETE FROM packs_version",
        "TRUNCATE packs_version",
    ],
)
def test_the_database_keeps_what_was_published(leader: Standing, change: str) -> None:
    published(leader, rows(a=1))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert queries.current("sample", NOON).body == rows(a=1)  # type: ignore[union-attr]


@pytest.mark.parametrize("change", ["UPDATE packs_version SET version = 9", "DELETE FROM packs_version"])
def test_the_database_keeps_the_numbers_of_drafts(leader: Standing, change: str) -> None:
    commands.draft(by=leader, now=NOON, kind="sample", body=rows(a=1))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
