"""The pages of components and facilities: found, corrected, linked, taken back, carried away, told of elsewhere."""

from __future__ import annotations

import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tests.world import SETUP
from xiucheng.foundation.people import commands as people_commands
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.places import commands, points
from xiucheng.kit.now import now

EAST, WEST = "990101001001", "990101002001"
LAMPS = [f"9901010137{number:06d}" for number in range(1, 4)]
LIST = "/desk/points/component/"
PAGE = f"{LIST}of/{LAMPS[0]}"


@pytest.fixture
def things(world):
    """Three lamps, the last one in another street, and a park."""
    rows = "".join(f"{code},路灯{at},122.12,37.51,{EAST if at < 2 else WEST}\n" for at, code in enumerate(LAMPS))
    commands.load_components(actor=SETUP.actor, now=world.now, source=f"code,name,lon,lat,社区\n{rows}".encode())
    park = f"code,name,kind,lon,lat,社区,地址\nP-1,槐花公园,park,122.1201,37.5101,{EAST},槐花路 1 号\n"
    commands.load_facilities(actor=SETUP.actor, now=world.now, source=park.encode())
    return world


def html(answer) -> str:
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def states() -> list[str]:
    return [one.state for one in points.listed("component", points.Asked())]


def undo_address(page: str) -> str:
    found = re.search(r'data-undo.*?action="([^"]+)"', page, re.S)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_secretary_finds_a_lamp_corrects_it_and_takes_it_back(things, sign_in):
    client = sign_in("secretary")
    assert LAMPS[0] in html(client.get(f"{LIST}?search=路灯0"))
    assert LAMPS[1] not in html(client.get(f"{LIST}?search=路灯0"))
    page = html(client.get(PAGE))
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    said = {
        "seen": seen[1],
        "state": "broken",
        "name": "路口的灯",
        "note": "灯罩裂",
        "lon": "122.120000",
        "lat": "37.510000",
    }
    page = html(client.post(f"{PAGE}/correct", said, follow=True))
    assert "路灯0 → <b>路口的灯</b>" in page
    assert states()[0] == "broken"
    stale = client.post(f"{PAGE}/correct", said | {"state": "lost"})
    assert stale.status_code == 409
    assert 'data-code="moved_on"' in stale.content.decode()
    client.post(undo_address(page))
    assert states()[0] == "intact"
    assert "已撤销" in html(client.get(PAGE))


def test_what_is_wrong_is_said_beside_what_was_typed(things, sign_in):
    client = sign_in("secretary")
    answer = client.post(f"{PAGE}/correct", {"state": "gone", "name": "新名", "lon": "", "lat": ""})
    page = answer.content.decode()
    assert (answer.status_code, 'class="wrong"' in page, 'value="新名"' in page) == (422, True, True)
    assert client.post(f"{PAGE}/correct", {"state": "lost", "lon": "122"}).status_code == 422
    assert client.post(f"{PAGE}/correct", {"state": "lost", "lon": "x", "lat": "1"}).status_code == 422


def test_a_place_that_nobody_knows_is_not_answered_with_everything(things, sign_in):
    client = sign_in("shift_leader")
    for address in (LIST, "/desk/responsibility/"):
        answer = client.get(address, {"place": "没有的社区"})
        assert (answer.status_code, "没有的社区" in answer.content.decode()) == (422, True), address
        assert client.get(address, {"place": EAST}).status_code == 200


def test_only_those_of_the_place_and_the_clerks_of_the_owner_correct_it(things, sign_in):
    far = f"{LIST}of/{LAMPS[2]}"
    said = {"state": "broken", "lon": "122.12", "lat": "37.51"}
    assert "改好" not in html(sign_in("secretary").get(far))
    assert sign_in("secretary").post(f"{far}/correct", said).status_code == 403
    assert sign_in("lights_clerk").post(f"{far}/correct", said).status_code == 403
    link = people_commands.PartyOf(LAMPS[2], "maintainer", things.agencies["lights"])
    people_commands.link_parties(by=SETUP, now=now(), links=[link])
    assert sign_in("lights_clerk").post(f"{far}/correct", said).status_code == 302
    assert sign_in("roads_clerk").post(f"{far}/correct", said | {"state": "lost"}).status_code == 403
    assert sign_in("secretary").post(f"{far}/parties", {"owner": str(things.agencies["roads"])}).status_code == 403


def test_many_are_changed_by_ticks_or_all_that_were_found(things, sign_in):
    client = sign_in("shift_leader")
    many = f"{LIST}many"
    none = client.post(many, {"do": "state", "state": "lost"})
    assert (none.status_code, "请先勾选" in none.content.decode()) == (422, True)
    page = html(client.post(many, {"do": "state", "state": "lost", "code": LAMPS[:2]}, follow=True))
    assert states() == ["lost", "lost", "intact"]
    client.post(undo_address(page))
    assert states() == ["intact"] * 3
    client.post(f"{many}?place={EAST}", {"do": "state", "state": "abandoned", "all": "1"})
    assert states() == ["abandoned", "abandoned", "intact"]
    page = html(client.get(PAGE))
    assert "整批 2 个撤销" in page
    together = re.search(r'action="(/desk/points/changes/[^"]+/undo)"', page)
    assert together
    client.post(together[1])
    assert states() == ["intact"] * 3
    client.post(f"{many}?place={EAST}", {"do": "state", "state": "abandoned", "all": "1"})
    assert sign_in("secretary").post(many, {"do": "state", "state": "lost", "all": "1"}).status_code == 403


def test_whose_they_are_is_set_for_many_and_for_one_and_taken_back(things, sign_in):
    client = sign_in("shift_leader")
    roads, lights = str(things.agencies["roads"]), str(things.agencies["lights"])
    body = {"do": "parties", "relation": "owner", "agency": roads, "code": LAMPS}
    nobody = client.post(f"{LIST}many", body | {"agency": ""})
    assert (nobody.status_code, "请选一个单位" in nobody.content.decode()) == (422, True)
    page = html(client.post(f"{LIST}many", body, follow=True))
    assert page.count("市政养护所（示例）") >= 3
    whose = lambda code: people.parties("component", [code], at=now()).get(code, {})  # noqa: E731
    assert [str(whose(code)["owner"]) for code in LAMPS] == [roads] * 3
    assert html(client.get(f"{LIST}?agency={roads}&relation=owner")).count("data-row=") == 3
    client.post(undo_address(page))
    assert whose(LAMPS[0]) == {}
    page = html(client.post(f"{PAGE}/parties", {"owner": lights, "maintainer": roads, "competent": ""}, follow=True))
    assert str(whose(LAMPS[0])["owner"]) == lights
    assert page.count("路灯管理所（示例）") >= 2
    html(client.post(f"{PAGE}/parties", {"owner": "", "maintainer": roads}, follow=True))
    assert whose(LAMPS[0]) == {"maintainer": things.agencies["roads"]}
    assert client.post(f"{PAGE}/parties", {"owner": "nobody"}).status_code == 404


def test_the_list_goes_away_as_a_workbook_on_record(things, sign_in):
    from xiucheng.kit import journal

    link = people_commands.PartyOf("P-1", "owner", things.agencies["parks"])
    people_commands.link_parties(by=SETUP, now=now(), links=[link], kind="facility")
    answer = sign_in("street_head").get(reverse("console:points_export", args=["facility"]) + f"?place={EAST[:9]}")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[2]][:6] == ["P-1", "公园绿地", "槐花公园", "完好", "东街街道 · 槐花社区", ""]
    assert "园林管理所（示例）" in [cell.value for cell in sheet[2]]
    (step,) = journal.audited(names=["people.export"])
    assert (step.payload["list"], step.payload["rows"]) == ("facilities", 1)
    assert sign_in("grid_officer").get(reverse("console:points_export", args=["facility"])).status_code == 403


def test_the_case_and_the_map_say_what_state_it_is_in_and_whose(things, sign_in):
    from xiucheng.operations.cases.commands import CasePlace

    link = people_commands.PartyOf(LAMPS[0], "owner", things.agencies["lights"])
    people_commands.link_parties(by=SETUP, now=now(), links=[link])
    commands.correct_points(
        actor=SETUP.actor, now=now(), kind="component", codes=LAMPS[:1], said=commands.Correction(state="broken")
    )
    filed = things.file(now=now(), place=CasePlace(area=EAST, component=LAMPS[0]))
    aside = html(sign_in("dispatcher").get(f"/desk/cases/{filed.number}/aside"))
    assert PAGE in aside
    assert "破损" in aside
    assert "路灯管理所（示例）" in aside
    here = html(sign_in("secretary").get(f"/desk/here?lon=122.12&lat=37.51&area={EAST}&category=C0137"))
    assert "/desk/points/component/of/" in here
    assert "破损" in here
    assert "槐花公园" in here


def test_pages_take_few_statements(things, sign_in):
    client = sign_in("shift_leader")
    for address in (LIST, PAGE, "/desk/points/facility/of/P-1"):
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            html(client.get(address))
        assert len(caught) <= 12, [one["sql"][:90] for one in caught]


def test_a_link_of_the_owner_decides_where_a_case_goes(things):
    from tests.world import publish
    from xiucheng.operations.dispatch import queries as dispatch

    publish("routing", {"rules": [{"no": 1, "categories": ["C0137"], "component_owner": "owner"}]}, now())
    link = people_commands.PartyOf(LAMPS[0], "owner", things.agencies["roads"])
    people_commands.link_parties(by=SETUP, now=now(), links=[link])
    found = dispatch.explain("C0137", None, None, EAST, component=LAMPS[0], now=now())
    assert found.agency == "市政养护所（示例）"
    people_commands.unlink_parties(by=SETUP, now=now(), codes=LAMPS[:1], relation="owner")
    assert not dispatch.explain("C0137", None, None, EAST, component=LAMPS[0], now=now()).agency
