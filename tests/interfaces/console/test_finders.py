"""Settled on the spot by phone, who called before, one picture erased, which lamp it is: the desk's smaller doors."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.pictures import jpeg
from tests.world import World
from xiucheng.foundation.media import commands as media
from xiucheng.foundation.media import queries as media_queries
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands as places
from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake import queries
from xiucheng.operations.intake.rules import Contact

SignIn = Callable[[str], Client]
EAST = "990101001001"
LAMP = "9901010137000001"
PHONE = "13812345678"


def html(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def shot(seed: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{seed}.jpg", jpeg(seed=seed))


def report(world: World, **values: Any) -> Any:
    plain = {"text": "路灯不亮", "category": "C0137", "area": EAST, "contact": Contact("王", PHONE)}
    return intake.submit_report(
        by=Standing.resident("resident"), now=world.now, channel="resident", **{**plain, **values}
    )


# -- settled on the spot -----------------------------------------------------------------------------------------------


def test_a_grid_officer_reports_what_they_settled(world: World, sign_in: SignIn) -> None:
    client = sign_in("grid_officer")
    assert 'href="/desk/self-handled"' in html(client.get("/desk/me/"))
    page = html(client.get("/desk/self-handled"))
    assert page.count('capture="environment"') == 2
    sent = client.post(
        "/desk/self-handled", {"category": "E0110", "area": EAST, "before": shot(1), "after": shot(2), "once": "k1"}
    )
    assert sent.status_code == 302
    done = html(client.get(sent.headers["Location"]))
    assert "接下来由受理员审核" in done
    number = sent.headers["Location"].rsplit("/", 1)[1]
    view = case_queries.case(number, world.standing("acceptor"), world.now)
    assert (view.state, view.facts.category) == ("self_review", "E0110")
    assert sorted(purpose for _id, purpose in case_queries.pictures(view.id)) == ["after", "before"]


def test_pressed_twice_it_is_one_case(world: World, sign_in: SignIn) -> None:
    client = sign_in("inspector")

    def press() -> str:
        body = {"category": "E0110", "area": EAST, "before": shot(3), "after": shot(4), "once": "k2"}
        location: str = client.post("/desk/self-handled", body).headers["Location"]
        return location

    assert press() == press()


def test_what_was_photographed_stays_when_something_is_missing(world: World, sign_in: SignIn) -> None:
    client = sign_in("grid_officer")
    refused = client.post("/desk/self-handled", {"area": EAST, "before": shot(5), "after": shot(6)})
    assert (refused.status_code, 'data-code="category_missing"' in html(refused)) == (422, True)
    kept = dict(re.findall(r'name="(kept_\w+|once)" value="([^"]+)"', html(refused)))
    assert set(kept) == {"kept_before", "kept_after", "once"}
    sent = client.post("/desk/self-handled", {"category": "E0110", "area": EAST, **kept})
    assert sent.status_code == 302
    # Signed for whoever took them: the same fields in another's form are no pictures.
    other = sign_in("inspector").post("/desk/self-handled", {"category": "E0110", "area": EAST, **kept})
    assert 'data-code="pictures_before_after"' in html(other)


def test_what_was_photographed_is_shown_again_and_can_be_taken_out(world: World, sign_in: SignIn) -> None:
    client = sign_in("grid_officer")
    body = {"area": EAST, "category": "E0110", "before": [shot(20), shot(21)]}
    refused = html(client.post("/desk/self-handled", body))
    seals = re.findall(r'name="kept_before" value="([^"]+)"', refused)
    addresses = re.findall(r'<img src="(/desk/self-handled/before/[^"]+)"', refused)
    assert len(seals) == len(addresses) == 2
    assert all(client.get(one).headers["Content-Type"] == "image/jpeg" for one in addresses)
    assert sign_in("inspector").get(addresses[0]).status_code == 404
    # Kept and new together are at most four.
    more = {"kept_before": seals, "before": [shot(seed) for seed in (22, 23, 24)], "after": shot(25)}
    crowded = client.post("/desk/self-handled", {**body, **more})
    assert 'data-code="too_many_pictures"' in html(crowded)
    fewer = {"kept_before": seals, "drop_before": seals[:1], "before": [], "after": shot(26)}
    sent = client.post("/desk/self-handled", {**body, **fewer})
    assert sent.status_code == 302, html(sent)
    view = case_queries.case(sent.headers["Location"].rsplit("/", 1)[1], world.standing("acceptor"), world.now)
    assert sorted(purpose for _id, purpose in case_queries.pictures(view.id)) == ["after", "before"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"after": None}, "pictures_before_after"),
        ({"area": "990101002001"}, "not_yours"),
        ({"category": "E01"}, "major_not_minor"),
        ({"lon": "here", "lat": "1"}, "bad_number"),
    ],
)
def test_what_is_wrong_is_said_on_the_form(world: World, sign_in: SignIn, change: dict[str, Any], code: str) -> None:
    body = {"category": "E0110", "area": EAST, "before": shot(7), "after": shot(8), **change}
    answer = sign_in("grid_officer").post("/desk/self-handled", {k: v for k, v in body.items() if v is not None})
    assert f'data-code="{code}"' in html(answer)


# -- who called before -------------------------------------------------------------------------------------------------


def test_the_desk_looks_a_number_up(world: World, sign_in: SignIn) -> None:
    done = report(world)
    filed = intake.file_report(by=world.standing("acceptor"), now=world.now, report_id=done.report_id)
    client = sign_in("acceptor")
    found = html(client.post("/desk/reception/caller", {"phone": PHONE}, headers={"HX-Request": "true"}))
    assert filed.number in found
    assert PHONE not in found
    assert "<html" not in found
    none = html(client.post("/desk/reception/caller", {"phone": "13900000000"}, headers={"HX-Request": "true"}))
    assert "以前没有反映过" in none
    assert len([s for s in journal.of_subject(world.people["acceptor"]) if s.verb == "look_up_caller"]) == 2


def test_without_a_script_the_form_comes_back_with_the_list(world: World, sign_in: SignIn) -> None:
    report(world, category="E0110")
    page = html(sign_in("acceptor").post("/desk/reception/caller", {"phone": PHONE, "text": "写到一半"}))
    assert "写到一半" in page
    assert "以前反映过 1 件" in page
    bad = sign_in("acceptor").post("/desk/reception/caller", {"phone": "abc", "text": "写到一半"})
    assert (bad.status_code, 'data-code="bad_phone"' in html(bad), "写到一半" in html(bad)) == (422, True, True)


def test_a_report_shows_the_others_of_its_caller(world: World, sign_in: SignIn) -> None:
    first, second = report(world), report(world, category="E0110")
    client = sign_in("acceptor")
    assert f"/desk/reports/{first.report_id}/earlier" in html(client.get(f"/desk/reports/{first.report_id}"))
    part = html(client.get(f"/desk/reports/{first.report_id}/earlier", headers={"HX-Request": "true"}))
    assert f"/desk/reports/{second.report_id}" in part
    assert f'/desk/reports/{first.report_id}"' not in part
    officer = sign_in("grid_officer")
    assert "/earlier" not in html(officer.get(f"/desk/reports/{first.report_id}"))
    assert officer.get(f"/desk/reports/{first.report_id}/earlier").status_code == 403


# -- one picture -------------------------------------------------------------------------------------------------------


def test_the_shift_leader_erases_one_picture(
    world: World, sign_in: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    actor = Actor.channel("resident")
    gone, kept = (
        media.store(actor=actor, now=world.now, content=jpeg(seed=seed), name="a.jpg", purpose="before").id
        for seed in (11, 12)
    )
    done = report(world, media=(gone, kept))
    filed = intake.file_report(by=world.standing("acceptor"), now=world.now, report_id=done.report_id)
    client = sign_in("shift_leader")
    story = html(client.get(f"/desk/cases/{filed.number}/story"))
    assert f"/desk/media/{gone}/erase?to=/desk/cases/{filed.number}" in story
    assert "/erase" not in html(sign_in("acceptor").get(f"/desk/cases/{filed.number}/story"))
    asked = html(client.get(f"/desk/media/{gone}/erase", {"to": f"/desk/reports/{done.report_id}"}))
    assert asked.count('name="reason"') == 4
    with django_capture_on_commit_callbacks(execute=True):
        sent = client.post(
            f"/desk/media/{gone}/erase", {"reason": "names_somebody", "to": f"/desk/cases/{filed.number}"}
        )
    assert sent.headers["Location"] == f"/desk/cases/{filed.number}"
    assert set(media_queries.describe([gone, kept])) == {kept}
    assert "删除了一张图片：写出或拍到了个人信息" in html(client.get(f"/desk/cases/{filed.number}/story"))
    page = html(client.get(f"/desk/reports/{done.report_id}"))
    assert (str(gone) in page, str(kept) in page) == (False, True)
    assert client.get(f"/desk/media/{gone}/erase").status_code == 410


# -- words of one move -------------------------------------------------------------------------------------------------


def test_the_shift_leader_erases_what_was_said_with_one_move(
    world: World, sign_in: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    filed, client = world.file(), sign_in("shift_leader")
    leader = sign_in("leader")
    url = f"/desk/cases/{filed.number}"
    naming = "李小明 13800001111 来过电话"
    cases.supervise_case(by=world.standing("leader"), now=world.now, case_id=filed.case_id, reason=naming)
    found = re.search(rf"{url}/words/[0-9a-f-]+/erase", html(client.get(f"{url}/story")))
    assert found is not None
    erase = found[0]
    assert "/erase" not in html(leader.get(f"{url}/story"))
    assert leader.get(erase).status_code == 403
    asked = html(client.get(erase))
    assert "李小明" in asked
    assert asked.count('name="reason"') == 4
    refused = client.post(erase, {"reason": "because"})
    assert (refused.status_code, "李小明" in html(refused)) == (422, True)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(erase, {"reason": "names_somebody"}).headers["Location"] == url
    story = html(client.get(f"{url}/story"))
    assert ("李小明" in story, "删除了一段文字" in story, "这段文字已按规定删除" in story) == (False, True, True)
    assert "回案卷" in html(client.get(erase))
    other = world.file()
    assert client.get(erase.replace(filed.number, other.number)).status_code == 404


# -- which component ---------------------------------------------------------------------------------------------------


@pytest.fixture
def lamp(world: World) -> str:
    places.load_components(
        actor=Actor.system("setup"), now=world.now, source=f"code,name,lon,lat\n{LAMP},路灯,122.1,37.5001".encode()
    )
    return LAMP


def test_the_acceptor_names_the_lamp_when_filing(world: World, sign_in: SignIn, lamp: str) -> None:
    done = report(world, lon=122.1, lat=37.5)
    client = sign_in("acceptor")
    form = html(client.get(f"/desk/reports/{done.report_id}/moves/file"))
    assert f'<option value="{lamp}">' in form
    other = html(client.get("/desk/reports/conditions", {"category": "E0110", "report": str(done.report_id)}))
    assert lamp not in other
    assert "hx-swap-oob" in other
    client.post(f"/desk/reports/{done.report_id}/moves/file", {"version": "1", "category": "C0137", "component": lamp})
    view = queries.report(done.report_id, world.standing("acceptor"))
    assert (view.state, view.component) == ("accepted", lamp)
    assert lamp in html(client.get(f"/desk/reports/{done.report_id}"))


def test_the_desk_is_offered_what_lies_close_by(world: World, sign_in: SignIn, lamp: str) -> None:
    client = sign_in("acceptor")
    asked = {"category": "C0137", "lon": "122.1", "lat": "37.5"}
    assert lamp in html(client.post("/desk/components", asked))
    for nothing in ({"lon": "here"}, {"category": "E0110"}, {"category": ""}, {"category": "none"}):
        assert "component" not in html(client.post("/desk/components", {**asked, **nothing}))
    body = {
        "channel": "hotline",
        "text": "灯不亮",
        "address": "路口",
        "phone": PHONE,
        "component": lamp,
        "once": "k",
        **asked,
    }
    sent = client.post("/desk/reception", body)
    report_id = sent.headers["Location"].rsplit("/", 1)[1].partition("?")[0]
    assert queries.report(report_id, world.standing("acceptor")).component == lamp
