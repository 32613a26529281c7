"""Uploads and choices that are refused: unreadable, too much, two people at once, no such column or frame."""

from __future__ import annotations

import pytest

from .drafting import boxed_town, things, upload, work
from .geodata.files import shapefile
from .ground import ACTOR, NOW, found_areas

pytestmark = pytest.mark.usefixtures("db")


def test_what_cannot_be_read_stays_as_a_failed_draft_with_its_reason(tmp_path):
    from xiucheng.foundation.places import commands
    from xiucheng.foundation.places.models import Draft, DraftChunk

    found_areas()
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04 broken")
    draft = work(upload(path))
    assert (draft.state, draft.fault["code"]) == ("failed", "zip_broken")
    commands.discard_draft(actor=ACTOR, now=NOW, draft_id=draft.pk)
    assert not Draft.objects.exists()
    assert not DraftChunk.objects.exists()


def test_too_much_or_nothing_is_refused_at_the_door(monkeypatch):
    from xiucheng.foundation.places import commands
    from xiucheng.foundation.places.drafts import store
    from xiucheng.kit.refused import Refused

    found_areas()
    monkeypatch.setattr(store, "MAX_BYTES", 10)
    for content, code in (([b"x" * 8, b"y" * 8], "too_large"), ([], "empty_file")):
        with pytest.raises(Refused) as caught:
            commands.open_draft(actor=ACTOR, now=NOW, name="a.zip", content=content)
        assert caught.value.code == code


def test_two_people_at_once_give_one_of_them_a_clear_answer(tmp_path):
    from xiucheng.foundation.places import commands
    from xiucheng.kit.refused import Refused

    boxed_town()
    draft = work(upload(shapefile(tmp_path, *things(2))))
    commands.choose(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision, frame="gcj02")
    with pytest.raises(Refused) as caught:
        commands.choose(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision, frame="bd09")
    assert caught.value.code == "draft_busy"
    work(draft.pk)
    with pytest.raises(Refused) as caught:
        commands.take_draft(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision)
    assert caught.value.code == "draft_moved_on"


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ({"frame": "utm"}, "unknown_frame"),
        ({"frame": "local:affine"}, "too_few_control"),
        ({"mapping": {"code": "没有"}}, "unknown_column"),
        ({"mapping": {"nothing": "标识码"}}, "unknown_column"),
        ({"kind": "roads"}, "unknown_kind_of_file"),
        ({"variant": "1+2"}, "unknown_variant"),
    ],
)
def test_choices_that_mean_nothing_are_refused(tmp_path, choice, code):
    from xiucheng.foundation.places import commands
    from xiucheng.kit.refused import Refused

    boxed_town()
    draft = work(upload(shapefile(tmp_path, *things(2))))
    with pytest.raises(Refused) as caught:
        commands.choose(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision, **choice)
    assert caught.value.code == code


def test_an_upload_waits_for_the_database_and_is_read_when_it_is_back(committed_db, tmp_path, monkeypatch):
    """The connection breaks while the worker reads, so that even "it failed" could not be written down."""
    from django.db import OperationalError, connection

    from xiucheng.foundation.places import jobs
    from xiucheng.foundation.places.drafts import store
    from xiucheng.foundation.places.models import Draft

    boxed_town()
    draft_id = upload(shapefile(tmp_path, *things(2)))

    def cut(*_arguments):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as broken:
        broken.setattr(store, "keep_items", cut)
        with pytest.raises(OperationalError):
            jobs.reading.run(str(draft_id), Draft.objects.get(pk=draft_id).revision)
    connection.close()
    assert Draft.objects.get(pk=draft_id).state == "reading"
    assert jobs.reading._task.retry_strategy.max_attempts > 1
    assert work(draft_id).state == "ready"


def test_an_upload_that_nobody_works_on_any_more_is_discarded_and_stays_away(tmp_path):
    from datetime import timedelta

    from xiucheng.foundation.places import commands, holdings, jobs
    from xiucheng.foundation.places.models import Draft
    from xiucheng.foundation.places.rules import DRAFT_STUCK
    from xiucheng.kit.refused import Refused

    boxed_town()
    draft_id = upload(shapefile(tmp_path, *things(2)))
    seen = Draft.objects.get(pk=draft_id)
    assert not holdings.draft(draft_id).stuck(seen.changed_at + DRAFT_STUCK)
    with pytest.raises(Refused, match="draft_busy"):
        commands.discard_draft(actor=ACTOR, now=seen.changed_at + DRAFT_STUCK, draft_id=draft_id)
    late = seen.changed_at + DRAFT_STUCK + timedelta(seconds=1)
    assert holdings.draft(draft_id).stuck(late)
    commands.discard_draft(actor=ACTOR, now=late, draft_id=draft_id)
    # A worker that comes back late finds nothing to do.
    jobs.reading.run(str(draft_id), seen.revision)
    assert not Draft.objects.exists()
