"""Rosters with who stands in and who is away, divisions added by hand and from a list, notices read with their case."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.places import queries as places
from xiucheng.kit.now import now

HOUR = timedelta(hours=1)


def local(at) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def post_of(world, name: str) -> str:
    (member,) = people.staff(at=now(), person_id=world.people[name])
    return str(member.membership_id)


def away(world, name: str, **changes) -> dict[str, str]:
    said = {"post": post_of(world, name), "kind": "away", "from": local(now() - HOUR), "to": local(now() + HOUR)}
    return said | changes


def test_whoever_keeps_the_roster_enters_who_is_away_and_takes_it_back(world, sign_in):
    client = sign_in("secretary")
    assert "grid_officer" in client.get("/desk/rosters/").content.decode()
    page = client.post("/desk/rosters/change", away(world, "grid_officer"), follow=True).content.decode()
    assert "示例grid_officer 的请假已记下" in page
    assert world.people["grid_officer"] not in people.on_duty("grid_officer", area="990101001001", at=now())
    undo = re.search(r'data-undo.*?action="(/desk/rosters/changes/[^"]+/end)"', page, re.S)
    assert undo
    client.post(undo[1])
    assert people.duty_changes(at=now()) == []


def test_everybody_enters_their_own_and_nobody_that_of_others(world, sign_in):
    client = sign_in("inspector")
    assert client.post("/desk/rosters/change", away(world, "inspector")).status_code == 302
    assert client.post("/desk/rosters/change", away(world, "acceptor")).status_code == 403
    (one,) = people.duty_changes(at=now())
    assert one.person_id == world.people["inspector"]
    assert sign_in("acceptor").post(f"/desk/rosters/changes/{one.id}/end").status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"post": ""}, "post"), ({"kind": "x"}, "kind"), ({"to": ""}, "to"), ({"from": "2199-01-01T00:00"}, "to")],
)
def test_what_is_wrong_of_a_duty_is_said_beside_its_field(world, sign_in, wrong, field):
    answer = sign_in("shift_leader").post("/desk/rosters/change", away(world, "acceptor", **wrong))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(rf'name="{field}"(?:(?!class="field").)*class="wrong"', page, re.S)


def test_a_community_is_added_by_hand_renamed_closed_and_opened_again(world, sign_in):
    client = sign_in("system_admin")
    wrong = client.post("/desk/basemap/areas/add", {"parent": "990101001", "name": "槐花社区"})
    assert (wrong.status_code, 'class="wrong"' in wrong.content.decode()) == (422, True)
    page = client.post("/desk/basemap/areas/add", {"parent": "990101001", "name": "园区"}, follow=True).content.decode()
    assert places.area_name("990101001999") == "园区"
    undo = re.search(r'data-undo.*?action="(/desk/basemap/areas/990101001999/close)"', page, re.S)
    assert undo
    client.post(undo[1])
    found = places.area("990101001999")
    assert found
    assert found.active_to is not None
    client.post("/desk/basemap/areas/990101001999/reopen")
    client.post("/desk/basemap/areas/990101001999/rename", {"name": "科创园区"})
    found = places.area("990101001999")
    assert found
    assert (found.active_to, found.name) == (None, "科创园区")
    assert client.post("/desk/basemap/areas/990101001/close").status_code == 422
    assert sign_in("shift_leader").get("/desk/basemap/areas/").status_code == 403


def test_a_list_of_additions_is_taken_in_part_and_twice_is_once(world, sign_in):
    client = sign_in("system_admin")
    blank = client.get("/desk/basemap/areas/blank").content.decode("utf-8-sig").splitlines()
    assert blank[0] == "parent_code,name,code"
    rows = f"{blank[0]}\n990101001,园区,\n990109001,别区的,\n990101002,桥西村,990101002888\n"
    before = len(places.subtree())
    for _again in range(2):
        file = SimpleUploadedFile("additions.csv", rows.encode("gb18030"))
        page = client.post("/desk/basemap/areas/load", {"file": file}).content.decode()
        assert "收下 2 行" in page
        assert "不属于本区县" in page
        assert len(places.subtree()) == before + 2
    assert places.area_name("990101002888") == "桥西村"


def test_whoever_opens_a_case_has_read_what_they_were_told_of_it(world, sign_in):
    from xiucheng.foundation.notices import queries as notices
    from xiucheng.operations.cases import commands as cases

    at = now() - HOUR
    filed = world.file(now=at)
    who = {"by": world.standing("dispatcher", at), "now": at, "case_id": filed.case_id}
    cases.dispatch_case(**who, agency_id=world.agencies["roads"], version=None)
    clerk = world.people["roads_clerk"]
    assert notices.unread(clerk, now()) > 0
    sign_in("dispatcher").get(f"/desk/cases/{filed.number}")
    assert notices.unread(clerk, now()) > 0
    browser = sign_in("roads_clerk")
    for said in (
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
    ):
        assert browser.get(f"/desk/cases/{filed.number}", headers=said).status_code == 200
        assert notices.unread(clerk, now()) > 0, said
    browser.get(f"/desk/cases/{filed.number}")
    assert notices.unread(clerk, now()) == 0
