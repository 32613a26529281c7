"""The pages of double registration, pairing and take-ons: entering, errors beside fields, undo, export, who sees."""

import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from xiucheng.kit.now import now

EAST, WEST = "990101001001", "990101002001"
LIST = "/desk/partners/"


def day(number: int) -> str:
    return (now() + timedelta(days=number)).date().isoformat()


def pairing(world, **change):
    return {
        "area": EAST, "organisation": str(world.agencies["roads"]), "starts_on": day(0), "ends_on": day(20),
        "topics": ["law", "safety"], **change,
    }  # fmt: skip


def enter(client, form, values):
    return client.post(reverse("console:partner_new", args=[form]), values)


def words(answer) -> str:
    return answer.content.decode()


def test_pairing_with_undo_renewing_and_ending(world, sign_in):
    client = sign_in("secretary")
    assert "还没有双报到、结对和认领" in words(client.get(LIST))
    assert "还没有单位和这个社区结对" in words(client.get(f"/desk/responsibility/places/{EAST}"))
    answer = enter(client, "pairing", pairing(world))
    html = words(client.get(answer.headers["Location"]))
    undo = re.search(r'action="([^"]+/undo)"', html)
    assert undo
    assert "安全和治安、法律咨询" in html
    assert "天后到期" in words(client.get(LIST + "?phase=ending"))
    client.post(undo[1])
    assert "还没有双报到、结对和认领" in words(client.get(LIST))
    page = enter(client, "pairing", pairing(world)).headers["Location"].partition("?")[0]
    assert "还没有单位和这个社区结对" not in words(client.get(f"/desk/responsibility/places/{EAST}"))
    wrong = client.post(f"{page}/renew", {"ends_on": "x"})
    assert (wrong.status_code, "请填日期" in words(wrong)) == (422, True)
    renewed = client.post(f"{page}/renew", {"ends_on": day(300)})
    assert "上一期" in words(client.get(renewed.headers["Location"]))
    assert client.post(f"{page}/move/end_pairing", {"reason": ""}).status_code == 422
    assert "已结束" in words(client.post(f"{page}/move/end_pairing", {"reason": "agreed"}, follow=True))


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"area": "none"}, 422),
        ({"organisation": ""}, 404),
        ({"starts_on": "x"}, 422),
        ({"ends_on": ""}, 422),
        ({"ends_on": "2020-01-01"}, 422),
        ({"topics": ["party"]}, 422),
        ({"area": WEST}, 403),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(world, sign_in, change, status):
    answer = enter(sign_in("secretary"), "pairing", pairing(world, **change))
    assert answer.status_code == status
    assert ('class="wrong"' in words(answer)) is (status != 403)
    assert f'value="{day(0)}"' in words(answer) or "starts_on" in change


def test_an_organisation_reports_and_the_community_confirms(world, sign_in):
    clerk, secretary = sign_in("roads_clerk"), sign_in("secretary")
    values = {"area": EAST, "organisation": str(world.agencies["roads"]), "starts_on": day(0)}
    page = enter(clerk, "organisation", values).headers["Location"].partition("?")[0]
    assert "确认报到" not in words(clerk.get(page))
    assert "待社区确认" in words(clerk.get(LIST))
    assert "确认报到" in words(secretary.get(page))
    assert "已报到" in words(secretary.post(f"{page}/move/confirm", follow=True))
    assert clerk.post(f"{page}/move/decline", {"reason": "not_here"}).status_code == 403
    again = enter(clerk, "organisation", values)
    assert "起止日期不能重叠" in words(again)


def test_somebody_reports_and_only_those_concerned_find_it(world, sign_in):
    crew = sign_in("roads_crew")
    values = {"area": EAST, "organisation": str(world.agencies["roads"]), "starts_on": day(0), "who": "me"}
    page = enter(crew, "person", values).headers["Location"].partition("?")[0]
    for who, status in (("roads_crew", 200), ("secretary", 200), ("roads_clerk", 200), ("street_head", 404),
                        ("leader", 404), ("parks_clerk", 404), ("audit_admin", 404)):  # fmt: skip
        client = sign_in(who)
        answer = client.get(page)
        assert answer.status_code == status, who
        assert ("示例roads_crew" in words(client.get(LIST))) is (status == 200), who
        assert client.post(f"{page}/undo").status_code == (
            404 if status == 404 else 302 if who == "roads_crew" else 409
        )
        if who == "roads_crew":
            page = enter(crew, "person", values).headers["Location"].partition("?")[0]
    assert "示例roads_crew" not in words(sign_in("secretary").get(f"/desk/here?area={EAST}"))


def test_a_community_enters_somebody_who_lives_there_sealed(world, sign_in):
    from xiucheng.foundation.people.models import Neighbour

    client = sign_in("grid_officer")
    values = {"area": EAST, "organisation": str(world.agencies["parks"]), "starts_on": day(0), "who": "other",
              "name": "王小明", "phone": "12"}  # fmt: skip
    wrong = enter(client, "person", values)
    assert (wrong.status_code, 'value="王小明"' in words(wrong), Neighbour.objects.count()) == (422, True, 0)
    page = enter(client, "person", values | {"phone": "13900000001"}).headers["Location"].partition("?")[0]
    html = words(client.get(page))
    assert "王小明" in html
    assert "已报到" in html
    assert "王小明" in words(sign_in("parks_clerk").get(LIST))
    assert "王" not in words(sign_in("street_head").get(LIST))
    secretary = sign_in("secretary")
    ended = words(secretary.post(f"{page}/move/end_registration", {"reason": "moved"}, follow=True))
    assert f"{page}/forget" in ended
    assert f"{page}/forget" not in words(client.get(page)), "a grid officer erases nobody"
    assert "已清除" in words(secretary.post(f"{page}/forget", follow=True))
    assert secretary.get(page).status_code == 404


def test_a_wish_is_offered_taken_on_and_reported(world, sign_in):
    secretary, clerk = sign_in("secretary"), sign_in("roads_clerk")
    assert "没有等人认领的事" in words(secretary.get(LIST + "needs/"))
    wrong = secretary.post(LIST + "needs/offer", {"area": EAST, "kind": "facility", "place": "没有的"})
    assert (wrong.status_code, 'class="wrong"' in words(wrong)) == (422, True)
    offered = secretary.post(LIST + "needs/offer", {"area": EAST, "kind": "wish", "words": "周末辅导功课"})
    need = offered.headers["Location"]
    assert "周末辅导功课" in words(clerk.get(LIST + "needs/"))
    bad = clerk.post(f"{need}/take-on", {"who": "x", "starts_on": day(0)})
    assert (bad.status_code, "请从列表里选一个单位或一个人" in words(bad)) == (422, True)
    taken = clerk.post(f"{need}/take-on", {"who": f"a:{world.agencies['roads']}", "starts_on": day(0)})
    page = taken.headers["Location"].partition("?")[0]
    here = words(sign_in("leader").get(f"/desk/here?area={EAST}"))
    assert "市政养护所" in here
    assert "微心愿" in here
    assert "周末辅导功课" in words(secretary.get(f"/desk/responsibility/places/{EAST}"))
    done = clerk.post(f"{page}/move/report", {"result": "met", "words": "辅导了八次"}, follow=True)
    assert "辅导了八次" in words(done)
    assert "没有等人认领的事" in words(secretary.get(LIST + "needs/"))
    assert "周末辅导功课" in words(secretary.get(LIST + "needs/?all=1"))
    assert secretary.post(f"{need}/erase", follow=True).status_code == 200
    assert "辅导" not in words(secretary.get(page)) + words(secretary.get(need))


def test_a_need_is_withdrawn_and_restored(world, sign_in):
    client = sign_in("grid_officer")
    need = client.post(LIST + "needs/offer", {"area": EAST, "kind": "duty", "words": "楼道值守"}).headers["Location"]
    assert "恢复" in words(client.post(f"{need}/withdraw", follow=True))
    assert "待认领" in words(client.post(f"{need}/restore", follow=True))
    assert client.post(f"{need}/nothing").status_code == 404
    assert sign_in("acceptor").post(f"{need}/withdraw").status_code == 403


def test_the_list_goes_away_on_record_without_what_the_taker_may_not_see(world, sign_in):
    from xiucheng.kit import journal

    enter(sign_in("roads_crew"), "person", {"area": EAST, "starts_on": day(0), "who": "me"})
    enter(sign_in("secretary"), "pairing", pairing(world))
    answer = sign_in("street_head").get(reverse("console:partners_export") + "?place=990101001&phase=now")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1][:2] == ["结对", "市政养护所（示例）"]
    assert "roads_crew" not in str(rows)
    (step,) = journal.audited(names=["people.export"])
    assert (step.payload["list"], step.payload["rows"]) == ("partnerships", 1)
    assert sign_in("grid_officer").get(reverse("console:partners_export")).status_code == 403


def _serve(world):
    """A steward in office in the community, and a phone of its secretary: what else the pages open."""
    from tests.world import SETUP
    from xiucheng.foundation.people import commands
    from xiucheng.foundation.people.neighbourhood import neighbours, stewards
    from xiucheng.foundation.people.neighbourhood.stewardship import Asked

    by, today, early = world.standing("secretary"), now().date(), world.now - timedelta(days=9)
    who = neighbours.keep_neighbour(by=by, now=early, area=EAST, name="示例骨干")
    made = stewards.choose_steward(
        by=by, now=early, neighbour_id=who, kind="alley_steward", covers="槐花巷", selection="elected",
        chosen_on=today - timedelta(days=20),
    )  # fmt: skip
    for name, at, asked in (
        ("publish", early, Asked(until=today - timedelta(days=3))),
        ("take_office", world.now, Asked(starts_on=today, ends_on=today + timedelta(days=700))),
    ):
        stewards.move_steward(by=by, now=at, steward_id=made, move=name, asked=asked)
    commands.change_person(by=SETUP, now=world.now, person_id=world.people["secretary"], phone="13900000001")


def test_pages_full_of_everything_ask_no_more_than_twelve_times(world, sign_in):
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    secretary, crew = sign_in("secretary"), sign_in("roads_crew")
    enter(crew, "person", {"area": EAST, "starts_on": day(0), "who": "me"})
    for name in ("王小明", "李小红"):
        enter(secretary, "person", {"area": EAST, "starts_on": day(0), "who": "other", "name": name})
    page = enter(secretary, "pairing", pairing(world)).headers["Location"]
    for number in range(3):
        values = {"area": EAST, "kind": "task", "words": f"第 {number} 件"}
        need = secretary.post(LIST + "needs/offer", values).headers["Location"]
        secretary.post(f"{need}/take-on", {"who": f"p:{world.people['grid_officer']}", "starts_on": day(0)})
    secretary.post(LIST + "needs/offer", {"area": EAST, "kind": "task", "words": "还没人"})
    _serve(world)
    for address in (LIST, page, need, LIST + "needs/", f"/desk/here?area={EAST}&category=C0137",
                    f"/desk/responsibility/places/{EAST}", LIST + "new/pairing", LIST + "new/person"):  # fmt: skip
        secretary.get(address)
        with CaptureQueriesContext(connections["default"]) as own, CaptureQueriesContext(connections["keys"]) as keys:
            assert secretary.get(address).status_code == 200
        asked = [one["sql"][:110] for one in (*own, *keys)]
        assert len(asked) <= 12, (address, len(asked), asked)
