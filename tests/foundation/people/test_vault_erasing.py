"""Destroyed keys: gone at the commit, after a crash, and after a restore of either database."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction

from xiucheng.foundation.people import commands, queries, timers, vault
from xiucheng.foundation.people.models import Erasure, Subject
from xiucheng.foundation.people.vault import store
from xiucheng.kit.refused import Refused

from .make import COMMITTED, NOW, keys_sql
from .test_contacts import RESIDENT, keep


@COMMITTED
def test_a_destroyed_key_is_gone_at_the_commit_and_not_before() -> None:
    key = vault.new_key()
    sealed = vault.seal(key, "words")
    with transaction.atomic():
        vault.destroy([key, key], reason="erase_report", now=NOW)
        assert vault.open_text(key, sealed) == "words"
    assert vault.open(key, sealed) is None
    assert keys_sql("SELECT reason, erased_at FROM keystore_erasure WHERE key_id = %s", (key,)) == [
        ("erase_report", NOW)
    ]
    assert Erasure.objects.get(key_id=key).carried_out_at is not None
    with pytest.raises(Refused):
        vault.seal(key, "again")
    vault.destroy([], reason="erase_report", now=NOW)
    vault.destroy([key], reason="erase_report", now=NOW)


@COMMITTED
def test_a_rolled_back_erasure_destroys_nothing() -> None:
    key = vault.new_key()
    sealed = vault.seal(key, "words")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        vault.destroy([key], reason="erase_report", now=NOW)
        raise ZeroDivisionError
    assert vault.open_text(key, sealed) == "words"
    assert not Erasure.objects.exists()


@COMMITTED
def test_what_a_crash_left_on_the_list_is_carried_out_later(monkeypatch) -> None:
    key = vault.new_key()
    sealed = vault.seal(key, "words")

    def unreachable(*_args: object) -> int:
        raise OSError("the key store does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(store, "delete", unreachable)
        vault.destroy([key], reason="erase_report", now=NOW)
    assert vault.open_text(key, sealed) == "words"
    assert timers.carry_out_erasures(NOW) == 1
    assert vault.open(key, sealed) is None
    assert timers.carry_out_erasures(NOW) == 0


@COMMITTED
def test_a_key_store_restored_from_before_forgets_again() -> None:
    subject = keep()
    row = Subject.objects.get(id=subject)
    older = keys_sql("SELECT id, master, wrapped, made_at FROM keystore_key WHERE id = %s", (row.key,))[0]
    commands.erase_subject(by=RESIDENT, now=NOW, subject_id=subject)
    # The older copy has the key and no word of the erasure.
    keys_sql("INSERT INTO keystore_key (id, master, wrapped, made_at) VALUES (%s, %s, %s, %s)", older)
    keys_sql("DELETE FROM keystore_erasure")
    assert vault.open(row.key, bytes(row.sealed)) is not None
    done = vault.reapply_erasures()
    assert (done.listed, done.keys_destroyed) == (1, 1)
    assert vault.open(row.key, bytes(row.sealed)) is None
    assert vault.reapply_erasures().keys_destroyed == 0


@COMMITTED
def test_a_main_database_restored_from_before_forgets_again() -> None:
    subject, kept = keep(), keep(name="王某", phone="13900001111")
    older = Subject.objects.filter(id=subject).values().get()
    commands.erase_subject(by=RESIDENT, now=NOW, subject_id=subject)
    Subject.objects.filter(id=subject).update(**{name: value for name, value in older.items() if name != "id"})
    Erasure.objects.all().delete()
    assert queries.subjects_by_phone("13812345678") == [subject]
    done = vault.reapply_erasures()
    assert done.rows_cleared["people_subject"] == 1
    assert queries.subjects_by_phone("13812345678") == []
    assert Subject.objects.get(id=subject).erased_at == NOW
    assert Erasure.objects.count() == 1
    assert Subject.objects.get(id=kept).erased_at is None


@COMMITTED
def test_while_the_key_store_is_away_the_file_does_not_grow(settings, tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "erasures"
    settings.XIUCHENG_ERASURE_LIST = str(file)
    key = vault.new_key()
    sealed = vault.seal(key, "words")

    def unreachable(*_: object) -> int:
        raise OSError("the key store does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(store, "delete", unreachable)
        vault.destroy([key], reason="erase_report", now=NOW)
        for _ in range(3):
            with pytest.raises(OSError, match="does not answer"):
                timers.carry_out_erasures(NOW)
    assert len(file.read_text().splitlines()) == 1
    assert timers.carry_out_erasures(NOW) == 1
    assert vault.open(key, sealed) is None


@COMMITTED
def test_a_torn_line_of_the_file_hides_no_other(settings, tmp_path: Path) -> None:
    """A full disk or a power cut ends the file within a line."""
    file = tmp_path / "erasures"
    settings.XIUCHENG_ERASURE_LIST = str(file)
    file.write_text(f"{uuid4()} erase_report {NOW.isoformat()[:9]}")
    key = vault.new_key()
    vault.destroy([key], reason="erase_report", now=NOW)
    Erasure.objects.all().delete()
    keys_sql("DELETE FROM keystore_erasure")
    assert vault.reapply_erasures().listed == 1
    assert Erasure.objects.get().key_id == key


@COMMITTED
def test_where_both_come_from_before_the_file_knows(settings, tmp_path: Path) -> None:
    settings.XIUCHENG_ERASURE_LIST = str(tmp_path / "erasures")
    key, other = vault.new_key(), vault.new_key()
    sealed = vault.seal(key, "words")
    older = keys_sql("SELECT id, master, wrapped, made_at FROM keystore_key WHERE id = %s", (key,))[0]
    vault.destroy([key], reason="erase_report", now=NOW)
    vault.destroy([uuid4()], reason="erase_media", now=NOW + timedelta(days=1))
    keys_sql("INSERT INTO keystore_key (id, master, wrapped, made_at) VALUES (%s, %s, %s, %s)", older)
    keys_sql("DELETE FROM keystore_erasure")
    Erasure.objects.all().delete()
    assert vault.open_text(key, sealed) == "words"
    done = vault.reapply_erasures()
    assert (done.listed, done.keys_destroyed) == (2, 1)
    assert vault.open(key, sealed) is None
    assert Erasure.objects.get(key_id=key).erased_at == NOW
    assert vault.open(other, vault.seal(other, "x")) == b"x"
