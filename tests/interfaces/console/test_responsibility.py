"""The pages of who answers for places: naming with undo, gaps, the place's own page, export, and who is responsible."""

import io
import re
from datetime import timedelta
from uuid import UUID

from django.urls import reverse
from openpyxl import load_workbook

from xiucheng.foundation.people.neighbourhood import responsibilities
from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.now import now

STREET = "990101001"


def name(client, world, who="acceptor", place="东街街道", **more):
    values = {"place": place, "person": str(world.people[who]), **more}
    return client.post(reverse("console:responsible_name"), values, follow=True)


def test_a_gap_is_seen_filled_and_taken_back(world, sign_in):
    client = sign_in("street_head")
    html = client.get(reverse("console:responsibility") + f"?place={STREET}").content.decode()
    assert "缺 1 人" in html
    html = name(client, world).content.decode()
    undo = re.search(r'action="(/desk/responsibility/[^"]+/end)"', html)
    assert undo
    assert "示例acceptor 包保 东街街道" in html
    assert "缺 1 人" not in client.get(reverse("console:responsible_place", args=[STREET])).content.decode()
    client.post(undo[1])
    page = client.get(reverse("console:responsible_place", args=[STREET])).content.decode()
    resume = re.search(r'action="(/desk/responsibility/[^"]+/resume)"', page)
    assert resume
    client.post(resume[1])
    assert "示例acceptor" in client.get(reverse("console:responsibility")).content.decode()


def test_undo_is_offered_to_whoever_named_and_as_long_as_they_may(world, sign_in):
    """Whatever stands in the address: a link may be sent on, and a term may have an end from the beginning."""
    answer = name(sign_in("street_head"), world, until=(now() + timedelta(days=30)).date().isoformat())
    address, _status = answer.redirect_chain[-1]
    assert "已记下" in answer.content.decode(), "also where the term has an end"
    assert "已记下" not in sign_in("leader").get(address).content.decode()
    found = responsibilities.one(UUID(address.rpartition("done=")[2]))
    by = world.standing("street_head")
    assert responsibilities.undo_until(found, by=by, now=now()) is not None
    assert responsibilities.undo_until(found, by=by, now=now() + UNDO_WINDOW) is None


def test_what_is_wrong_is_said_beside_what_was_typed(world, sign_in):
    client = sign_in("street_head")
    for change, status in (
        ({"place": "哪里"}, 422),
        ({"person": "x"}, 404),
        ({"until": "2020-01-01"}, 422),
        ({"until": "x"}, 422),
    ):
        answer = client.post(
            reverse("console:responsible_name"),
            {"place": "东街街道", "person": str(world.people["acceptor"]), **change},
        )
        assert answer.status_code == status, change
        assert 'class="wrong"' in answer.content.decode()
    assert name(client, world, place="西河街道").status_code == 403


def test_the_list_goes_away_on_record(world, sign_in):
    from xiucheng.kit import journal

    client = sign_in("leader")
    answer = client.get(reverse("console:responsibility_export") + "?gaps=1&level=street")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[1] for row in rows[1:3]] == ["东街街道", "西河街道"]
    assert (rows[1][5], rows[1][6], rows[1][7]) == ("1", "示例street_head", "镇街负责人")
    (step,) = journal.audited(names=["people.export"])
    assert step.payload["list"] == "responsibilities"
    assert sign_in("grid_officer").get(reverse("console:responsibility_export")).status_code == 403


def test_who_is_responsible_is_asked_by_name_and_by_piece(world, sign_in):
    client = sign_in("lights_clerk")
    html = client.get(reverse("console:here") + "?area=槐花社区").content.decode()
    assert "示例secretary" in html
    assert "电话只给管这片地方的岗位看" in html
    part = client.get(reverse("console:here") + "?area=没有的", headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "没有这个镇街或社区" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert client.get(reverse("console:here") + "?lon=x&lat=1").status_code == 422
