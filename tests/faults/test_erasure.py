"""Erased is erased: no dump, export, index or file holds the words, the phone or the picture, nor does a restore."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from tests.cluster import Databases
from tests.faults import traces
from tests.faults.town import environment, found, let_go
from xiucheng.kit.now import now

if TYPE_CHECKING:
    from django.test import Client

    from tests.world import World

SECRETS: dict[str, str | bytes] = {
    "text": "槲寄生从梧桐上垂到我家阳台",
    "title": "梧桐与槲寄生",
    "address": "榆钱胡同甲十七号",
    "element": "自上个霜降以来",
    "name": "欧阳示例",
    "phone": "13987654321",
    "file name": "我家阳台.jpg",
    "note": "来电人欧阳女士确认属实",
    "reason": "欧阳女士要求撤回，电话尾号四三二一",
}
MUST_FIND = (
    *("dump 0: title", "dump 0: address", "export.csv: text", "export.xlsx: text", "hall: title", "aside: address"),
    "story: reason",
    *("report: text", "report: address", "report: element", "again: note", "contact: name", "contact: phone"),
    *("original: picture", "display: copy"),
)
"""Where they lie before the erasure: the search itself must find something."""

STAFF = {"reply": "树冠已修剪，寄生枝已清走", "reason": "请园林所今天到场"}
OTHER = {"text": "路灯不亮，和别人无关", "phone": "13700001111", "name": "司徒示例"}


@dataclass
class Told:
    """What was handed in and became of it."""

    world: World
    media: Path
    report: UUID
    again: UUID
    tracking_key: str
    case: UUID
    number: str
    picture: UUID
    after: UUID
    secrets: dict[str, str | bytes]


@pytest.fixture
def told(committed_db: Databases, tmp_path: Path, settings: Any) -> Told:
    """A reporter's two reports, one a settled case with words of staff; somebody else's report beside them."""
    settings.STORAGES = {
        **settings.STORAGES,
        "media": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        },
    }
    settings.XIUCHENG_ERASURE_LIST = str(tmp_path / "erasures.txt")
    settings.DEMO = True
    world = found(now())
    return _tell(world, tmp_path / "media")


def _tell(world: World, folder: Path) -> Told:
    from tests.pictures import jpeg
    from xiucheng.foundation.media import commands as media
    from xiucheng.foundation.media import queries as media_queries
    from xiucheng.kit import jobs
    from xiucheng.kit.actor import Actor
    from xiucheng.kit.journal import readers
    from xiucheng.operations.intake import commands
    from xiucheng.operations.intake.rules import Contact

    at, by = now(), world.standing("acceptor", now())
    picture, after = jpeg(200, 150, (20, 90, 30), 7), jpeg(200, 150, (20, 30, 90), 8)
    handed_in = media.store(
        actor=Actor.channel("hotline"), now=at, content=picture, name=str(SECRETS["file name"]), purpose="before"
    )
    report = commands.submit_report(
        by=by,
        now=at,
        channel="hotline",
        title=str(SECRETS["title"]),
        text=str(SECRETS["text"]),
        address=str(SECRETS["address"]),
        area="990101001001",
        category="C0402",
        elements={"time": str(SECRETS["element"])},
        contact=Contact(str(SECRETS["name"]), str(SECRETS["phone"])),
        media=(handed_in.id,),
    )
    again = commands.submit_report(
        by=by,
        now=at,
        channel="hotline",
        text=f"再说一遍：{SECRETS['text']}",
        address=str(SECRETS["address"]),
        area="990101001001",
        contact=Contact("欧阳", "139 8765 4321"),
    )
    commands.ask_pre_verify(by=by, now=at, report_id=again.report_id, reason=str(SECRETS["note"]))
    commands.submit_report(
        by=by,
        now=at,
        channel="hotline",
        text=OTHER["text"],
        area="990101001001",
        contact=Contact(OTHER["name"], OTHER["phone"]),
    )
    filed = commands.file_report(by=by, now=at, report_id=report.report_id)
    reply = _settle(world, filed.case_id, after)
    readers.catch_up()
    jobs.run_waiting()
    copy, _type = media_queries.content(handed_in.id, "display")
    secrets = {**SECRETS, "picture": picture[200:264], "copy": copy[200:264]}
    return Told(
        world, folder, report.report_id, again.report_id, report.tracking_key, filed.case_id, filed.number,
        handed_in.id, reply, secrets,
    )  # fmt: skip


def _settle(world: World, case_id: UUID, after: bytes) -> UUID:
    """Words and a picture of staff, under keys of their own."""
    from xiucheng.foundation.media import commands as media
    from xiucheng.kit.actor import Actor
    from xiucheng.operations.cases import commands

    at = now()
    clerk = world.standing("parks_clerk", at)
    picture = media.store(
        actor=Actor.person(world.people["parks_clerk"]), now=at, content=after, name="after.jpg", purpose="after"
    )
    agency = world.agencies["parks"]
    commands.dispatch_case(by=world.standing("dispatcher", at), now=at, case_id=case_id, agency_id=agency)
    leader = world.standing("leader", at)
    commands.supervise_case(by=leader, now=at, case_id=case_id, reason=STAFF["reason"], reply_days=1)
    commands.sign_case(by=clerk, now=at, case_id=case_id)
    commands.assign_inside(
        by=clerk, now=at, case_id=case_id, person_id=world.people["parks_clerk"], reason=str(SECRETS["reason"])
    )
    commands.reply_case(by=clerk, now=at, case_id=case_id, reason=STAFF["reply"], media=[picture.id])
    return picture.id


def _erase(told: Told) -> None:
    from xiucheng.kit import jobs
    from xiucheng.operations.intake import commands

    by = told.world.standing("shift_leader", now())
    erased = commands.erase_reporter(by=by, now=now(), report_id=told.report)
    assert {one.content_id for one in erased.to_review} == _readable(told), "nothing readable is left unlisted"
    _redact_names(told)
    jobs.run_waiting()


def _readable(told: Told) -> set[UUID | None]:
    from xiucheng.operations.cases import queries

    return {line.content_id for line in queries.story(told.case) if line.reason}


def _redact_names(told: Told) -> None:
    """Somebody looks through what staff said, and takes out the one passage that tells who reported."""
    from xiucheng.operations.cases import commands, queries

    at, by = now(), told.world.standing("shift_leader", now())
    said = {line.content_id: line.reason for line in queries.story(told.case) if line.reason}
    naming = [content_id for content_id, reason in said.items() if reason == SECRETS["reason"]]
    assert len(naming) == 1
    assert naming[0] is not None
    commands.redact_words(by=by, now=at, case_id=told.case, content_id=naming[0], reason_code="names_somebody")


def _client(told: Told, name: str) -> Client:
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tests.world import SETUP
    from xiucheng.foundation.people import commands

    account = commands.create_account(
        by=SETUP, now=now(), person_id=told.world.people[name], username=name, password="a Password for tests 7"
    )
    client = Client()
    client.force_login(get_user_model().objects.get(id=account))
    return client


def _everywhere(databases: Databases, told: Told, client: Client) -> list[str]:
    """Where any of the secrets can be found."""
    let_go()
    places = {
        **{f"dump {index}": content for index, content in enumerate(traces.dumps(databases))},
        "export.csv": client.get("/desk/export.csv", {"queue": "all"}).content,
        "export.xlsx": traces.unpacked(client.get("/desk/export.xlsx", {"queue": "all"}).content),
        "hall": client.get("/desk/", {"queue": "all"}).content,
        "case": client.get(f"/desk/cases/{told.number}").content,
        "story": client.get(f"/desk/cases/{told.number}/story").content,
        "aside": client.get(f"/desk/cases/{told.number}/aside").content,
        "report": client.get(f"/desk/reports/{told.report}").content,
        "again": client.get(f"/desk/reports/{told.again}").content,
        "reports": client.get("/desk/reports/").content,
        "contact": client.post(f"/desk/reports/{told.report}/contact", {"reason": "核对地址"}).content,
        "display": client.get(f"/desk/media/{told.picture}/display").content,
        "original": _original(told.picture),
        "tracking page": client.get(f"/t/{told.tracking_key}").content,
    }
    found_there = [
        f"{place}: {name}" for place, content in places.items() for name in traces.found_in(content, told.secrets)
    ]
    return found_there + traces.found_in_files(told.media, told.secrets)


def _original(media_id: UUID) -> bytes:
    from xiucheng.foundation.media import queries
    from xiucheng.kit.refused import Refused

    try:
        return queries.content(media_id, "original")[0]
    except Refused:
        return b""


def test_nothing_of_the_reporter_is_found_anywhere(committed_db: Databases, told: Told) -> None:
    from xiucheng.foundation.media import queries as media
    from xiucheng.foundation.people.vault import store
    from xiucheng.kit.journal import readers, verify
    from xiucheng.operations.cases import queries as cases
    from xiucheng.operations.intake.models import Report

    client = _client(told, "shift_leader")
    before = _everywhere(committed_db, told, client)
    for place in MUST_FIND:
        assert place in before, before
    keys = list(Report.objects.filter(id__in=[told.report, told.again]).values_list("key_id", flat=True))
    assert len(store.of(keys)) == 2

    _erase(told)

    assert store.of(keys) == {}
    assert _everywhere(committed_db, told, client) == []
    assert cases.search("槲寄生", told.world.standing("leader", now())) == []
    assert media.describe([told.picture]) == {}
    assert client.get(f"/desk/media/{told.picture}/display").status_code in {404, 410}
    verdict = verify.run()
    assert verdict.ok, verdict.problems
    readers.catch_up()
    readers.replay("cases.search")
    assert _everywhere(committed_db, told, client) == []
    _the_rest_is_whole(told, client)


def test_an_erased_picture_is_gone_and_its_case_is_whole(committed_db: Databases, told: Told) -> None:
    from xiucheng.foundation.media import commands
    from xiucheng.foundation.media import queries as media
    from xiucheng.kit import jobs
    from xiucheng.kit.journal import readers, verify

    client = _client(told, "shift_leader")
    original, copy = (media.content(told.after, variant)[0][200:264] for variant in ("original", "display"))
    alone = replace(told, picture=told.after, secrets={"picture": original, "copy": copy})
    assert {"original: picture", "display: copy"} <= set(_everywhere(committed_db, alone, client))
    files = len(list(told.media.rglob("*.*")))

    by = told.world.standing("shift_leader", now())
    commands.erase_picture(by=by, now=now(), media_id=told.after, reason="asked")
    jobs.run_waiting()

    assert _everywhere(committed_db, alone, client) == []
    assert len(list(told.media.rglob("*.*"))) == files - 3, "the original and two copies"
    story = client.get(f"/desk/cases/{told.number}/story").content.decode()
    assert STAFF["reply"] in story
    assert str(told.after) not in story
    readers.catch_up()
    assert verify.run().ok


def _the_rest_is_whole(told: Told, client: Client) -> None:
    """Tombstones where the words were; words of staff, and of others, as before."""
    case = client.get(f"/desk/cases/{told.number}")
    assert case.status_code == 200
    assert "已按规定删除" in case.content.decode()
    story = client.get(f"/desk/cases/{told.number}/story").content.decode()
    assert STAFF["reply"] in story
    assert STAFF["reason"] in story
    assert str(told.after) in story
    assert str(told.picture) not in story
    assert "已按规定删除" in client.get(f"/desk/reports/{told.report}").content.decode()
    tracked = client.get(f"/t/{told.tracking_key}")
    assert tracked.status_code == 200
    assert told.number in tracked.content.decode()
    assert OTHER["text"] in client.get("/desk/reports/").content.decode()


@pytest.mark.parametrize("back", [("main",), ("keys",), ("main", "keys")], ids="+".join)
def test_a_restore_brings_nothing_back(committed_db: Databases, told: Told, back: tuple[str, ...]) -> None:
    """An older copy of either database, or of both, and then the erasure list once more."""
    from xiucheng.foundation.people import vault
    from xiucheng.kit.journal import readers, verify

    client = _client(told, "shift_leader")
    urls = {"main": committed_db.url, "keys": committed_db.keys_url}
    older = {name: traces.dump(committed_db, urls[name]) for name in back}
    _erase(told)
    let_go()
    for name, content in older.items():
        traces.restore(committed_db, urls[name], content)
    if back == ("main", "keys"):
        assert "report: text" in _everywhere(committed_db, told, client), "what was erased had not come back"
    elif back == ("main",):
        assert "dump 0: title" in _everywhere(committed_db, told, client), "the search index had not come back"

    done = vault.reapply_erasures()

    assert sum(done.rows_cleared.values()) + done.keys_destroyed > 0, done
    assert _everywhere(committed_db, told, client) == []
    readers.rebuild_lost()
    readers.catch_up()
    readers.replay("cases.search")
    assert _everywhere(committed_db, told, client) == []
    assert verify.run().ok
    _the_rest_is_whole(told, client)


def test_a_batch_of_the_index_under_way_does_not_outlive_the_erasure(told: Told) -> None:
    """The words are being written into the index just when they are erased; whoever waits, they are gone at the end."""
    from django.db import connections, transaction

    from xiucheng.kit import journal
    from xiucheng.operations.cases.models import SearchRow
    from xiucheng.operations.cases.projections import INDEX, index_words

    steps = [step for step in journal.of_subject(told.case) if step.name == "cases.file"]
    SearchRow.objects.filter(case_id=told.case).delete()
    written, erased = threading.Event(), threading.Event()

    def batch() -> None:
        with transaction.atomic():
            journal.hold(INDEX)
            index_words(steps)
            written.set()
            erased.wait(1)
        connections.close_all()

    thread = threading.Thread(target=batch)
    thread.start()
    assert written.wait(10)
    _erase(told)
    erased.set()
    thread.join()
    assert not SearchRow.objects.filter(case_id=told.case).exists()


KILLED = """
import os, signal, sys
from uuid import UUID
import django
django.setup()
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.people.vault import store
from xiucheng.foundation.people import queries
from xiucheng.kit.now import now
from xiucheng.operations.intake import commands
store.delete = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
by = queries.standing_of(UUID(sys.argv[1]), now())
commands.erase_reporter(by=by, now=now(), report_id=UUID(sys.argv[2]))
"""


def test_an_erasure_that_was_killed_after_its_commit_is_carried_out(committed_db: Databases, told: Told) -> None:
    """Committed, and killed before the key store heard of it: no reader writes the words down, the worker finishes."""
    from xiucheng.foundation.people import timers
    from xiucheng.foundation.people.vault import store
    from xiucheng.kit import jobs
    from xiucheng.kit.journal import readers
    from xiucheng.operations.cases.models import SearchRow
    from xiucheng.operations.intake.models import Report

    client = _client(told, "shift_leader")
    words = [sys.executable, "-c", KILLED, str(told.world.people["shift_leader"]), str(told.report)]
    assert subprocess.run(words, env=environment(), stderr=subprocess.DEVNULL).returncode == -9
    key = Report.objects.values_list("key_id", flat=True).get(id=told.report)
    assert store.of([key]), "it was killed too late"
    readers.replay("cases.search")
    assert not SearchRow.objects.filter(case_id=told.case).exists()
    timers.carry_out_erasures(now())
    _redact_names(told)
    jobs.run_waiting()
    assert not store.of([key])
    assert _everywhere(committed_db, told, client) == []
