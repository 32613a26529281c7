"""What a reporter does by their key on their phone: have a case opened again, have their own erased, name the lamp."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands as places
from xiucheng.interfaces.web.words import by_when
from xiucheng.kit.actor import Actor
from xiucheng.kit.days import site_zone
from xiucheng.kit.now import now
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake import queries
from xiucheng.operations.intake.commands import Submitted
from xiucheng.operations.intake.rules import Contact

LAMP = "9901010137000001"
POINT = {"lon": "122.1", "lat": "37.5"}


def reported(world: World, *, days_ago: float | None = None, **values: Any) -> Submitted:
    """A report; where days_ago is given its case was closed so many days ago."""
    at = now() - timedelta(days=days_ago or 0, hours=1)
    plain = {
        "text": "楼下路灯不亮",
        "category": "C0137",
        "area": "990101001001",
        "contact": Contact("王", "13812345678"),
    }
    done = intake.submit_report(by=Standing.resident("resident"), now=at, channel="resident", **{**plain, **values})
    if days_ago is not None:
        filed = intake.file_report(by=world.standing("acceptor"), now=at, report_id=done.report_id)
        later = now() - timedelta(days=days_ago)
        cases.force_close_case(by=world.standing("leader"), now=later, case_id=filed.case_id, reason="示例")
    return done


def html(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def test_what_is_not_settled_is_opened_again(world: World) -> None:
    key = reported(world, days_ago=2).tracking_key
    client = Client()
    page = html(client.get(f"/t/{key}"))
    assert "问题没有解决？" in page
    assert f'href="/t/{key}/reopen"' in page
    assert "data-code" not in html(client.get(f"/t/{key}/reopen"))
    empty = client.post(f"/t/{key}/reopen", {"reason": " "})
    assert (empty.status_code, 'data-code="reason_missing"' in html(empty)) == (422, True)
    sent = client.post(f"/t/{key}/reopen", {"reason": "今晚还是不亮"}, follow=True)
    assert "案卷已重新立案" in html(sent)
    assert "问题没有解决？" not in html(sent)
    tracked = queries.track(key, now())
    assert tracked.case_id is not None
    assert case_queries.story(tracked.case_id)[-1].reason == "今晚还是不亮"


def test_after_the_window_the_page_says_until_when_it_was_possible(world: World) -> None:
    key = reported(world, days_ago=16).tracking_key
    client = Client()
    page = html(client.get(f"/t/{key}"))
    assert "为止，已经过了" in page
    until = queries.track(key, now()).reopen_until
    assert until is not None
    assert f"到 {by_when(until, now(), site_zone())} 为止" in page
    assert f'action="/t/{key}/reopen"' not in html(client.get(f"/t/{key}/reopen"))
    late = client.post(f"/t/{key}/reopen", {"reason": "还是不亮"})
    assert (late.status_code, 'data-code="reopen_too_late"' in html(late)) == (422, True)


def test_what_is_still_being_handled_offers_no_reopening(world: World) -> None:
    key = reported(world).tracking_key
    assert "问题没有解决？" not in html(Client().get(f"/t/{key}"))
    assert Client().post(f"/t/{key}/reopen", {"reason": "快点"}).status_code == 422


def test_a_reporter_has_their_own_erased_after_reading_what_stays(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    done = reported(world, days_ago=1)
    key, client = done.tracking_key, Client()
    assert f'href="/t/{key}/erase"' in html(client.get(f"/t/{key}"))
    page = html(client.get(f"/t/{key}/erase"))
    assert "会永久删除" in page
    assert "会留下" in page
    with django_capture_on_commit_callbacks(execute=True):
        assert "永久删除" in html(client.post(f"/t/{key}/erase", follow=True))
    assert queries.report(done.report_id, world.standing("acceptor")).erased
    again = html(client.get(f"/t/{key}"))
    assert "您的信息已删除" in again
    assert "不能再要求重新办理" in again
    assert "已经删除了" in html(client.get(f"/t/{key}/erase"))


def test_pages_of_a_key_keep_it_to_themselves(world: World) -> None:
    key = reported(world, days_ago=1).tracking_key
    for page in ("reopen", "erase"):
        answer = Client().get(f"/t/{key}/{page}")
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in answer.headers["Cache-Control"]
        assert Client().get(f"/t/0000-0000-0000-0000-0000/{page}").status_code == 404
        assert Client().post(f"/t/0000-0000-0000-0000-0000/{page}", {"reason": "x"}).status_code == 404


@pytest.fixture
def lamp(world: World) -> str:
    places.load_components(
        actor=Actor.system("setup"), now=world.now, source=f"code,name,lon,lat\n{LAMP},路灯,122.1,37.5001".encode()
    )
    return LAMP


def test_the_lamp_close_by_is_offered_and_kept(world: World, lamp: str) -> None:
    client = Client()
    offered = html(client.post("/report/nearby", {"category": "C0137", **POINT}))
    assert re.findall(r'name="component" value="(\d*)"', offered) == [lamp, ""]
    assert "component" not in html(client.post("/report/nearby", {"category": "E0110", **POINT}))
    sent = client.post("/report", {"text": "灯不亮", "category": "C0137", "component": lamp, **POINT})
    assert sent.status_code == 302
    row = queries.queue(world.standing("acceptor")).rows[-1]
    assert queries.report(row.id, world.standing("acceptor")).component == lamp


def test_a_component_of_another_kind_is_refused_with_the_form_kept(world: World, lamp: str) -> None:
    answer = Client().post("/report", {"text": "箱子", "category": "E0110", "component": lamp, **POINT})
    assert (answer.status_code, 'data-code="other_component"' in html(answer)) == (422, True)
