"""A reporter's words, pictures and contact in every place that keeps them, the erasure of them, and the search."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from tests.cluster import Databases
from tests.faults import traces
from tests.faults.town import let_go
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


def tell(world: World, folder: Path) -> Told:
    """Two reports of one reporter and one of somebody else; the first is filed, handled, and replied to."""
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


def erase(told: Told) -> None:
    from xiucheng.kit import jobs
    from xiucheng.operations.intake import commands

    by = told.world.standing("shift_leader", now())
    erased = commands.erase_reporter(by=by, now=now(), report_id=told.report)
    assert {one.content_id for one in erased.to_review} == _readable(told), "nothing readable is left unlisted"
    redact_names(told)
    jobs.run_waiting()


def _readable(told: Told) -> set[UUID | None]:
    from xiucheng.operations.cases import queries

    return {line.content_id for line in queries.story(told.case) if line.reason}


def redact_names(told: Told) -> None:
    """Somebody looks through what staff said, and takes out the one passage that tells who reported."""
    from xiucheng.operations.cases import commands, queries

    at, by = now(), told.world.standing("shift_leader", now())
    said = {line.content_id: line.reason for line in queries.story(told.case) if line.reason}
    naming = [content_id for content_id, reason in said.items() if reason == SECRETS["reason"]]
    assert len(naming) == 1
    assert naming[0] is not None
    commands.redact_words(by=by, now=at, case_id=told.case, content_id=naming[0], reason_code="names_somebody")


def client_of(told: Told, name: str) -> Client:
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


def everywhere(databases: Databases, told: Told, client: Client) -> list[str]:
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
