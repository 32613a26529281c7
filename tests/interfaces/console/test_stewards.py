"""The pages of centre households and stewards: choosing, moving with undo, the notice, revealing, erasing, export."""

import io
import re
from datetime import timedelta

from django.urls import reverse
from openpyxl import load_workbook

from xiucheng.kit.now import now

GOOD = {
    "area": "990101001001", "name": "王小明", "phone": "13900000001", "home": "3 号楼 101", "kind": "centre_household",
    "covers": "3 号楼", "households": "12", "selection": "elected", "chosen_on": "2026-01-31",
}  # fmt: skip


def test_choosing_publishing_the_notice_and_undoing(world, sign_in):
    client = sign_in("secretary")
    assert "还没有中心户和楼长" in client.get(reverse("console:stewards")).content.decode()
    answer = client.post(reverse("console:steward_add"), GOOD)
    assert answer.status_code == 302
    page = answer.headers["Location"]
    until = (now() + timedelta(days=7)).date().isoformat()
    short = client.post(f"{page}/move/publish", {"until": now().date().isoformat()})
    assert short.status_code == 422
    assert "公示至少 5 天" in short.content.decode()
    html = client.post(f"{page}/move/publish", {"until": until}, follow=True).content.decode()
    assert "公示中" in html
    notice = client.get(reverse("console:steward_notice", args=["990101001001"])).content.decode()
    assert "王小明" in notice
    assert "13900000001" not in notice
    undo = re.search(r'action="([^"]+/undo)"', html)
    assert undo
    assert "待公示" in client.post(undo[1], follow=True).content.decode()


def test_what_is_wrong_keeps_nothing_of_the_person(world, sign_in):
    from xiucheng.foundation.people.models import Neighbour

    client = sign_in("secretary")
    for change in ({"covers": ""}, {"chosen_on": "x"}, {"phone": "12"}, {"households": "viele"}):
        answer = client.post(reverse("console:steward_add"), GOOD | change)
        assert answer.status_code == 422, change
        assert 'value="王小明"' in answer.content.decode()
    assert Neighbour.objects.count() == 0


def test_a_phone_is_seen_with_a_reason_and_the_chain_is_set(world, sign_in):
    client = sign_in("secretary")
    page = client.post(reverse("console:steward_add"), GOOD).headers["Location"]
    assert "139****0001" in client.get(page).content.decode()
    assert client.post(f"{page}/reveal", {"reason": ""}).status_code == 422
    assert "13900000001" in client.post(f"{page}/reveal", {"reason": "通知开会"}).content.decode()
    through = f"p:{world.people['grid_officer']}"
    html = client.post(f"{page}/chain", {"through": through}, follow=True).content.decode()
    assert "示例grid_officer" in html
    leader = sign_in("leader").get(page).content.decode()
    assert "王**" in leader
    assert "王小明" not in leader


def test_whom_nobody_reaches_is_marked_in_the_list(world, sign_in):
    from xiucheng.foundation.people.commands import leave_person
    from xiucheng.foundation.people.models import Steward

    client = sign_in("secretary")
    page = client.post(reverse("console:steward_add"), GOOD).headers["Location"]
    day = now().date()
    Steward.objects.update(state="serving", starts_on=day, ends_on=day + timedelta(days=365))
    client.post(f"{page}/chain", {"through": f"p:{world.people['grid_officer']}"})
    assert "没有人联系" not in client.get(reverse("console:stewards")).content.decode()
    leave_person(by=world.standing("system_admin"), now=now(), person_id=world.people["grid_officer"])
    assert "没有人联系" in client.get(reverse("console:stewards")).content.decode()


def test_who_is_responsible_tells_of_stewards_to_those_who_may_see_them(world, sign_in):
    from xiucheng.foundation.people.neighbourhood import neighbours, stewards
    from xiucheng.foundation.people.neighbourhood.stewardship import Asked

    by, day = world.standing("secretary"), now().date()
    who = neighbours.keep_neighbour(by=by, now=world.now, area="990101001001", name="王小明")
    made = stewards.choose_steward(
        by=by, now=world.now - timedelta(days=9), neighbour_id=who, kind="alley_steward", covers="槐花巷",
        selection="elected", chosen_on=day - timedelta(days=20),
    )  # fmt: skip
    for name, at, asked in (
        ("publish", world.now - timedelta(days=8), Asked(until=day - timedelta(days=2))),
        ("take_office", world.now, Asked(starts_on=day, ends_on=day + timedelta(days=700))),
    ):
        stewards.move_steward(by=by, now=at, steward_id=made, move=name, asked=asked)
    address = reverse("console:here") + "?area=990101001001"
    for role, told in (("secretary", "王小明"), ("leader", "王**"), ("lights_clerk", "")):
        html = sign_in(role).get(address).content.decode()
        assert ("槐花巷" in html) is bool(told), role
        assert told in html
        assert ("王小明" in html) is (told == "王小明"), role


def test_the_list_goes_away_without_phones_on_record(world, sign_in):
    from xiucheng.kit import journal

    client = sign_in("secretary")
    client.post(reverse("console:steward_add"), GOOD)
    answer = client.get(reverse("console:stewards_export") + "?place=990101001001")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1][:4] == ["王小明", "中心户", "3 号楼", "12"]
    assert "139" not in str(rows[:2])
    (step,) = journal.audited(names=["people.export"])
    assert step.payload["list"] == "stewards"
