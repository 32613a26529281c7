"""Storing, copying, releasing and erasing, against a real database and real files."""

import hashlib
import threading
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from tests.refusing import refused
from xiucheng.foundation.media import commands, files, jobs, queries
from xiucheng.foundation.media.models import Item
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.jobs import run_waiting

from .make import (
    FACTS,
    MARKS,
    NOW,
    PDF,
    PERSON,
    bomb_png,
    jpeg,
    lying,
    quarters,
    saved,
    store,
)

# -- storing ----------------------------------------------------------------------------------------------------------


def test_a_picture_is_kept_sealed_with_its_facts(db: None, folder: Path) -> None:
    content = jpeg(400, 200, exif=FACTS)
    stored = store(content, name="../我家门口.jpg")
    assert (stored.kind, stored.width, stored.height) == ("jpeg", 200, 400)
    assert stored.taken_at == datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
    assert (stored.lon, stored.lat) == (122.1, 37.51)

    (found,) = queries.describe([stored.id]).values()
    assert (found.purpose, found.size, found.make, found.taken_zone) == ("near", len(content), "Maker", "stated")
    assert (found.has_copies, found.released, found.erased, found.is_picture) == (False, False, False, True)
    row = Item.objects.get(id=stored.id)
    assert row.name is not None
    assert vault.open_text(row.key_id, bytes(row.name)) == "我家门口.jpg"
    assert queries.content(stored.id) == (content, "image/jpeg")

    (path,) = lying(folder)
    sealed = path.read_bytes()
    assert not [mark for mark in (*MARKS, b"\xff\xd8\xff", content[200:232]) if mark in sealed]
    assert path.name == f"{found.digest}-{stored.id.hex}.original"
    row = Item.objects.get(id=stored.id)
    assert row.name is not None
    assert "门口".encode() not in bytes(row.name)


def test_the_step_holds_codes_only(db: None) -> None:
    stored = store(actor=PERSON)
    (step,) = journal.of_subject(stored.id)
    assert (step.name, step.actor) == ("media.store", str(PERSON))
    assert set(step.payload) == {"kind", "purpose", "bytes", "digest", "width", "height"}
    assert len(step.payload["digest"]) == 64


def test_the_digest_is_keyed(db: None) -> None:
    found = queries.describe([store().id])
    assert hashlib.sha256(jpeg()).hexdigest() not in {one.digest for one in found.values()}


@pytest.mark.parametrize(
    ("content", "code", "status"),
    [
        (b"", "empty_file", 422),
        (b"#!/bin/sh\necho\n", "bad_type", 422),
        (b"<script>alert(1)</script>", "bad_type", 422),
        (b"\xff\xd8\xff\xe0<script>alert(1)</script>", "broken_file", 422),
        (b"\0\0\0\x18ftypheic", "bad_type", 422),
        (jpeg()[:300], "broken_file", 422),
        (PDF[:-8], "broken_file", 422),
        (bomb_png(60_000, 60_000), "too_many_pixels", 422),
        (bytes(2000), "too_large", 413),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_not_taken_leaves_nothing(
    db: None, folder: Path, settings: Any, content: bytes, code: str, status: int
) -> None:
    settings.MEDIA_MAX_BYTES = 1999 if code == "too_large" else 20_000_000
    with refused(code, status) as caught:
        store(content, name="无害.jpg")
    assert list(caught.value.fields) == ["media"]
    assert (Item.objects.count(), lying(folder)) == (0, [])


def test_hints_for_what_telephones_send(db: None) -> None:
    texts = set()
    for content in (b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypmp42", b"GIF89a", b"PK\x03\x04"):
        with refused("bad_type") as caught:
            store(content)
        texts.add(str(caught.value.text))
    assert len(texts) == 4


def test_purposes(db: None) -> None:
    with refused("bad_purpose") as caught:
        store(purpose="evidence")
    assert list(caught.value.fields) == ["purpose"]
    assert [queries.describe([store(purpose=one).id]) for one in ("near", "far", "reference", "before", "after")]


def test_a_pdf_is_kept_as_it_is(db: None) -> None:
    stored = store(PDF, name="说明.pdf", purpose="reference")
    assert (stored.kind, stored.width, stored.taken_at) == ("pdf", None, None)
    assert queries.content(stored.id) == (PDF, "application/pdf")
    for variant in ("display", "thumb"):
        with refused("no_copy", 404):
            queries.content(stored.id, variant)
    assert not queries.describe([stored.id])[stored.id].is_picture


def test_storing_takes_few_statements(db: None) -> None:
    store(actor=PERSON)
    with CaptureQueriesContext(connection) as seen:
        store(saved(quarters(), "PNG"), actor=PERSON)
    assert len([one for one in seen if "SAVEPOINT" not in one["sql"]]) <= 4


def test_describing_many_takes_one_statement(db: None) -> None:
    ids = [store(jpeg(80 + number)).id for number in range(5)]
    with CaptureQueriesContext(connection) as seen:
        found = queries.describe([*ids, *ids, uuid4()])
    assert (len(seen), set(found)) == (1, set(ids))
    assert queries.describe([]) == {}


# -- the same again ---------------------------------------------------------------------------------------------------


def test_the_same_person_sends_the_same_picture_twice(db: None, folder: Path) -> None:
    first = store(actor=PERSON)
    assert store(actor=PERSON, name="again.jpg") == first
    assert len(lying(folder)) == 1
    assert len(journal.of_subject(first.id)) == 1
    others = {store(actor=PERSON, purpose="far").id, store(actor=Actor.person(uuid4())).id}
    strangers = {store().id, store().id}
    assert len({first.id} | others | strangers) == 5
    assert len({one.digest for one in queries.describe(others | strangers | {first.id}).values()}) == 1


def test_after_erasing_the_same_picture_is_a_new_one(transactional_db: None, leader: Standing) -> None:
    first = store(actor=PERSON)
    commands.erase_picture(by=leader, now=NOW, media_id=first.id, reason="asked")
    second = store(actor=PERSON)
    assert second.id != first.id
    assert queries.content(second.id)[0] == jpeg()


def test_a_picture_whose_key_is_gone_is_not_handed_out_again(transactional_db: None) -> None:
    first = store(actor=PERSON)
    vault.destroy([Item.objects.get(id=first.id).key_id], reason="test", now=NOW)
    second = store(actor=PERSON)
    assert second.id != first.id
    assert [one.erased for one in queries.describe([first.id], with_erased=True).values()] == [True]


def test_uploaded_twice_at_once(transactional_db: None, folder: Path) -> None:
    at_once = threading.Barrier(4)
    got: list[Any] = []

    def one() -> None:
        try:
            at_once.wait(20)
            got.append(store(actor=PERSON).id)
        except BaseException as error:
            got.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(got) == 4
    assert len(set(got)) == 1
    assert Item.objects.count() == len(lying(folder)) == 1


# -- copies -----------------------------------------------------------------------------------------------------------


def test_copies_are_made_by_the_worker(transactional_db: None, folder: Path) -> None:
    stored = store(jpeg(2000, 1000, exif=FACTS))
    early = queries.content(stored.id, "thumb")
    assert len(lying(folder)) == 1
    run_waiting()
    assert queries.describe([stored.id])[stored.id].has_copies
    assert [path.suffix for path in lying(folder)] == [".display", ".original", ".thumb"]
    for variant, longest in (("display", 1600), ("thumb", 320)):
        content, content_type = queries.content(stored.id, variant)
        assert content_type == "image/jpeg"
        assert not [mark for mark in MARKS if mark in content]
        assert Image.open(BytesIO(content)).size == (longest // 2, longest)
    assert queries.content(stored.id, "thumb") == early


def test_copies_are_made_once_and_again_after_a_crash(db: None, folder: Path) -> None:
    stored = store()
    row = Item.objects.get(id=stored.id)
    files.put(row.id, bytes(row.digest), "thumb", b"half a file of a worker that was killed")
    jobs.make_copies.run(str(stored.id))
    assert len(lying(folder)) == 3
    kept = queries.content(stored.id, "thumb")
    assert kept[0].startswith(b"\xff\xd8")
    made_at = Item.objects.get(id=stored.id).copies_at
    jobs.make_copies.run(str(stored.id))
    assert Item.objects.get(id=stored.id).copies_at == made_at
    jobs.make_copies.run(str(uuid4()))
    jobs.make_copies.run(str(store(PDF).id))


def test_a_worker_that_comes_too_late_leaves_no_copies(
    transactional_db: None, folder: Path, leader: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = store()
    make = queries.copies_of

    def erased_meanwhile(row: Item) -> dict[str, bytes]:
        made = make(row)
        commands.erase_picture(by=leader, now=NOW, media_id=row.id, reason="asked")
        return made

    monkeypatch.setattr(queries, "copies_of", erased_meanwhile)
    jobs.make_copies.run(str(stored.id))
    assert lying(folder) == []


# -- the public -------------------------------------------------------------------------------------------------------


def test_the_public_sees_what_a_person_released_and_never_the_original(db: None, leader: Standing) -> None:
    stored = store(jpeg(exif=FACTS))
    for variant in ("display", "thumb", "original"):
        with refused("not_found", 404):
            queries.content(stored.id, variant, public=True)
    commands.release(by=leader, now=NOW, media_id=stored.id)
    commands.release(by=leader, now=NOW, media_id=stored.id)
    content, _type = queries.content(stored.id, "display", public=True)
    assert not [mark for mark in MARKS if mark in content]
    with refused("not_found", 404):
        queries.content(stored.id, public=True)
    other = store(jpeg(90)).id
    assert [one.id for one in queries.released([other, stored.id, uuid4()])] == [stored.id]

    commands.retract(by=leader, now=NOW, media_id=stored.id)
    commands.retract(by=leader, now=NOW, media_id=stored.id)
    with refused("not_found", 404):
        queries.content(stored.id, "display", public=True)
    assert [step.verb for step in journal.of_subject(stored.id)] == ["store", "release", "retract"]


def test_who_may_release_and_erase(db: None, leader: Standing, clerk: Standing) -> None:
    stored = store()
    erase = partial(commands.erase_picture, reason="asked")
    for act in (commands.release, commands.retract, erase):
        with refused("not_yours", 403):
            act(by=clerk, now=NOW, media_id=stored.id)
        with refused("not_found", 404):
            act(by=leader, now=NOW, media_id=uuid4())
    for reason in ("", "a whim", "unsent"):
        with refused("bad_reason"):
            commands.erase_picture(by=leader, now=NOW, media_id=stored.id, reason=reason)
    with refused("no_copy"):
        commands.release(by=leader, now=NOW, media_id=store(PDF).id)
    assert queries.content(stored.id)[0] == jpeg()


def test_an_unknown_picture_or_variant(db: None) -> None:
    for media_id, variant in ((uuid4(), "original"), (store().id, "huge"), (store().id, "../original")):
        with refused("not_found", 404):
            queries.content(media_id, variant)
