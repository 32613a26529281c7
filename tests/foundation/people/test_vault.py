"""The vault: sealing, tampering, the pool over threads and forks, blind indexes, rotation of the master key."""

import base64
import os
import subprocess
import sys
import threading
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.foundation.people import queries, vault
from xiucheng.foundation.people.vault import crypto, pool
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused

from .make import COMMITTED, keys_sql
from .test_contacts import keep

OLD, NEW = (f"{name}:{base64.b64encode(bytes([number]) * 32).decode()}" for name, number in (("old", 1), ("new", 2)))


# -- sealing, pure ----------------------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_and_says_nothing(clear: bytes) -> None:
    key_id, key = uuid7(), crypto.fresh_key()
    sealed = crypto.seal(key_id, key, clear)
    assert crypto.unseal(key_id, key, sealed) == clear
    assert len(sealed) == len(clear) + 1 + 12 + 16
    assert len(clear) < 4 or clear not in sealed
    assert sealed != crypto.seal(key_id, key, clear)


@given(clear=st.binary(min_size=1, max_size=60), where=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_changed_bit_anywhere_does_not_open(clear: bytes, where: int, bit: int) -> None:
    key_id, key = uuid7(), crypto.fresh_key()
    sealed = bytearray(crypto.seal(key_id, key, clear))
    sealed[where % len(sealed)] ^= 1 << bit
    with pytest.raises(vault.Tampered):
        crypto.unseal(key_id, key, bytes(sealed))


def test_a_ciphertext_opens_under_its_own_id_only() -> None:
    key_id, key = uuid7(), crypto.fresh_key()
    with pytest.raises(vault.Tampered):
        crypto.unseal(uuid7(), key, crypto.seal(key_id, key, b"words"))
    for broken in (b"", b"\x01", b"\x01short", b"\x02" + bytes(40)):
        with pytest.raises(vault.Tampered):
            crypto.unseal(key_id, key, broken)


def test_a_wrapped_key_is_bound_to_its_id_and_its_master() -> None:
    masters, key_id, key = crypto.masters(f"{OLD},{NEW}"), uuid7(), crypto.fresh_key()
    wrapped = crypto.wrap(masters, "old", key_id, key)
    assert crypto.unwrap(masters, "old", key_id, wrapped) == key
    for master, other in (("new", key_id), ("old", uuid7())):
        with pytest.raises(vault.Tampered):
            crypto.unwrap(masters, master, other, wrapped)
    with pytest.raises(vault.WrongMaster, match="'gone'"):
        crypto.unwrap(masters, "gone", key_id, wrapped)


@pytest.mark.parametrize(
    "text", ["", " , ", "noid", "k:short", f"k:{base64.b64encode(bytes(31)).decode()}", "K:" + OLD[4:], f"{OLD},{OLD}"]
)
def test_master_keys_that_cannot_be_are_named_at_the_start(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="XIUCHENG_MASTER_KEYS"):
        crypto.masters(text)


def test_a_new_master_key_reads_back() -> None:
    held = crypto.masters(f"{vault.new_master('a')},{vault.new_master('b')}")
    assert (held.current, len(held.key("a")), held.key("a") != held.key("b")) == ("a", 32, True)


# -- the store --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_many_open_by_one_statement_in_their_order(django_assert_num_queries) -> None:
    one, two = vault.new_key(), vault.new_key()
    sealed = [(one, vault.seal(one, "路灯")), (two, vault.seal(two, b"\x00\xff")), (one, vault.seal(one, "不亮"))]
    with django_assert_num_queries(1, using="keys"), django_assert_num_queries(0):
        opened = vault.open_many(sealed)
    assert opened == ["路灯".encode(), b"\x00\xff", "不亮".encode()]
    with django_assert_num_queries(0, using="keys"):
        assert vault.open_many([]) == []
    assert vault.open_texts([sealed[2], (uuid4(), sealed[0][1]), sealed[0]]) == ["不亮", None, "路灯"]


@pytest.mark.django_db
def test_a_ciphertext_moved_to_another_row_is_an_incident() -> None:
    one, two = vault.new_key(), vault.new_key()
    sealed = vault.seal(one, "这是甲的话")
    with pytest.raises(vault.Tampered):
        vault.open(two, sealed)


@pytest.mark.django_db
def test_nothing_is_sealed_under_a_key_that_is_not() -> None:
    with pytest.raises(Refused) as caught:
        vault.seal(uuid4(), "words")
    assert (caught.value.code, caught.value.status) == ("erased", 410)


@COMMITTED
def test_keys_come_from_the_pool_and_seal_without_a_statement(django_assert_num_queries) -> None:
    vault.new_key()
    left = pool.waiting()
    assert left == pool.BATCH - 1
    with django_assert_num_queries(0, using="keys"):
        keys = [vault.new_key() for _ in range(left)]
        sealed = [vault.seal(key, "x") for key in keys]
    assert pool.waiting() == 0
    with django_assert_num_queries(1, using="keys"):
        vault.new_key()
    assert vault.open_texts(zip(keys, sealed, strict=True)) == ["x"] * left


@pytest.mark.django_db
def test_keys_made_inside_a_transaction_do_not_wait_for_another() -> None:
    before = pool.waiting()
    assert keys_sql("SELECT count(*) FROM keystore_key WHERE id = %s", (vault.new_key(),)) == [(1,)]
    assert pool.waiting() == before


@COMMITTED
def test_many_keys_at_once_take_one_statement(django_assert_num_queries) -> None:
    vault.new_key()
    with django_assert_num_queries(1, using="keys"):
        keys = vault.new_keys(1000)
    assert len(set(keys)) == 1000
    with django_assert_num_queries(0, using="keys"):
        for key in keys:
            vault.seal(key, "x")
    assert vault.new_keys(0) == []


@COMMITTED
def test_threads_never_get_the_same_key() -> None:
    got: list[UUID] = []

    def work() -> None:
        got.extend(vault.new_key() for _ in range(60))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 360


def test_a_forked_child_does_not_hand_out_its_parents_keys(committed_db) -> None:
    # In a process of its own, which forks as a server does: before it opens a connection of its own.
    script = """
import os, sys, django
django.setup()
from django.db import connections
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.vault import pool
first = vault.new_key()
ready = {key for key, _ in pool._pool._ready}
connections.close_all(); connections["keys"].close_pool()
reading, writing = os.pipe()
if os.fork() == 0:
    os.write(writing, "".join(f"{vault.new_key()} " for _ in range(3)).encode())
    os._exit(0)
os.wait()
child = set(os.read(reading, 1000).decode().split())
parents = {str(key) for key in ready} | {str(first)}
print(len(ready), len(child), len(child & parents))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONWARNINGS": "ignore"},
    )
    assert done.stdout.splitlines()[-1:] == ["63 3 0"], done.stderr


@COMMITTED
def test_a_closed_connection_pool_takes_the_ready_keys_with_it() -> None:
    vault.new_key()
    assert pool.waiting() == pool.BATCH - 1
    connections["keys"].close()
    connections["keys"].close_pool()
    vault.new_key()
    assert keys_sql("SELECT count(*) FROM keystore_key WHERE name IS NULL") == [(2 * pool.BATCH,)]


def test_the_key_store_lies_in_a_database_of_its_own(db) -> None:
    assert "keystore_key" not in connection.introspection.table_names()
    tables = set(connections["keys"].introspection.table_names())
    assert {"keystore_key", "keystore_erasure", "keystore_master"} <= tables
    assert not [table for table in tables if table.startswith(("people_", "kit_"))]


# -- blind index ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_equal_values_have_equal_digests_and_nothing_else_has(django_assert_num_queries) -> None:
    digest = vault.blind("phone", "13812345678")
    assert len(digest) == 32
    with django_assert_num_queries(0, using="keys"):
        assert vault.blind("phone", " １３８１２３４５６７８") == digest
        assert vault.blind("phone", "13812345679") != digest
        assert vault.blind("contact", "13812345678") != digest


@pytest.mark.django_db
def test_a_digest_needs_the_key_of_the_store() -> None:
    import hashlib
    import hmac

    digest = vault.blind("phone", "13812345678")
    guesses = [b"", settings.SECRET_KEY.encode(), crypto.masters(settings.XIUCHENG_MASTER_KEYS).key("t1")]
    assert digest not in [hmac.digest(key, b"phone\x0013812345678", hashlib.sha256) for key in guesses]


# -- rotation ---------------------------------------------------------------------------------------------------------


@COMMITTED
def test_rotation_wraps_everything_again_and_can_be_stopped_anywhere(settings, monkeypatch) -> None:
    from xiucheng.foundation.people.vault import rotation

    subject, blind = keep(), vault.blind("phone", "13812345678")
    key = vault.new_key()
    sealed, secret = vault.seal(key, "路灯不亮"), vault.named_seal("second_factor", "JBSWY3DP")
    total = keys_sql("SELECT count(*) FROM keystore_key")[0][0]
    settings.XIUCHENG_MASTER_KEYS = f"{NEW},{settings.XIUCHENG_MASTER_KEYS}"
    monkeypatch.setattr(rotation, "_BATCH", 20)

    class Stopped(Exception):
        pass

    def stop(done: int, of: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        vault.rotate(stop)
    assert vault.health().keys_by_master == {"new": 20, "t1": total - 20}
    assert vault.open_text(key, sealed) == "路灯不亮"

    told: list[tuple[int, int]] = []
    assert vault.rotate(lambda done, of: told.append((done, of))) == total - 20
    assert told[-1] == (total - 20, total - 20)
    assert len(told) == -(-(total - 20) // 20)
    assert vault.rotate() == 0

    # The old master key may go now; everything opens, and the digests are what they were.
    settings.XIUCHENG_MASTER_KEYS = NEW
    vault.forget()
    assert vault.health() == vault.Health("new", {"new": total}, (), ())
    assert vault.open_text(key, sealed) == "路灯不亮"
    assert vault.named_open("second_factor", secret) == "JBSWY3DP"
    assert vault.blind("phone", "13812345678") == blind
    assert queries.subjects_by_phone("13812345678") == [subject]


@COMMITTED
def test_a_missing_or_wrong_master_key_is_named(settings) -> None:
    key = vault.new_key()
    sealed = vault.seal(key, "x")
    here = settings.XIUCHENG_MASTER_KEYS
    settings.XIUCHENG_MASTER_KEYS = NEW
    vault.forget()
    with pytest.raises(vault.WrongMaster, match="'t1'"):
        vault.open(key, sealed)
    assert vault.health().lacking == ("t1",)
    settings.XIUCHENG_MASTER_KEYS = "t1:" + NEW.partition(":")[2]
    vault.forget()
    with pytest.raises(vault.WrongMaster, match="'t1' is not the one"):
        vault.new_key()
    assert vault.health().wrong == ("t1",)
    settings.XIUCHENG_MASTER_KEYS = here
    vault.forget()
    assert vault.open_text(key, sealed) == "x"
