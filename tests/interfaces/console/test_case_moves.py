"""What the case page says around a move: what is offered, what granting means, what is taken back, what is seen."""

import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.interfaces.console.test_case import make, state_of, version_of
from tests.pictures import jpeg
from tests.world import World
from xiucheng.foundation.media import commands as media
from xiucheng.foundation.people.rules import Standing
from xiucheng.interfaces.web import words
from xiucheng.kit.now import now
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import queries
from xiucheng.operations.cases.commands import Filed
from xiucheng.operations.cases.views import CaseView

SignIn = Callable[[str], Client]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def handled(world: World) -> Filed:
    """A case that its agency has, signed; the lamp's category wants a picture after the work."""
    filed = world.file()
    as_(world, filed, "dispatcher", "dispatch", agency=str(world.agencies["lights"]))
    as_(world, filed, "lights_clerk", "sign")
    return filed


def as_(world: World, filed: Filed, who: Standing | str, name: str, **args: Any) -> CaseView:
    by = who if isinstance(who, Standing) else world.standing(who)
    version = version_of(filed, world)
    return cases.move(by=by, now=now(), case_id=filed.case_id, version=version, name=name, args=args)


def page_of(client: Client, filed: Filed, what: str = "") -> str:
    return client.get(f"/desk/cases/{filed.number}{what}").content.decode()


def offered(client: Client, filed: Filed) -> set[str]:
    return set(re.findall(rf"/desk/cases/{filed.number}/moves/(\w+)\"", page_of(client, filed)))


def reply(world: World, filed: Filed, seed: int = 5) -> None:
    by = world.standing("lights_clerk")
    stored = media.store(actor=by.actor, now=now(), content=jpeg(seed=seed), name="a.jpg", purpose="after")
    as_(world, filed, by, "reply", reason="换了灯泡", media=[str(stored.id)])


def check_started(world: World, filed: Filed) -> None:
    as_(world, filed, Standing.for_system("test"), "start_check")


def test_a_finding_that_is_in_is_not_asked_for_again(handled: Filed, world: World, sign_in: SignIn) -> None:
    reply(world, handled)
    check_started(world, handled)
    inspector = sign_in("inspector")
    assert {"pass_check", "rework"} <= offered(inspector, handled)
    as_(world, handled, "inspector", "pass_check")
    assert offered(inspector, handled) & {"pass_check", "rework"} == set()
    assert "等受理员结案" in page_of(inspector, handled)
    acceptor = sign_in("acceptor")
    assert {"close", "rework"} <= offered(acceptor, handled)
    assert "可以结案了" in page_of(acceptor, handled)
    refused = make(inspector, handled, world, "rework", reason="还不亮")
    assert refused.status_code == 403
    assert state_of(handled, world) == "post_checking"


def test_the_slider_shows_the_large_copies(world: World, sign_in: SignIn) -> None:
    by = world.standing("acceptor")
    before = media.store(actor=by.actor, now=now(), content=jpeg(seed=8), name="b.jpg", purpose="before")
    filed = world.file(media=((before.id, "before"),))
    as_(world, filed, "dispatcher", "dispatch", agency=str(world.agencies["lights"]))
    as_(world, filed, "lights_clerk", "sign")
    reply(world, filed)
    story = page_of(sign_in("acceptor"), filed, "/story")
    slider = re.search(r"<figure class=\"compare\".*?</figure>", story, re.S)
    if slider is None:
        pytest.fail("a case with a picture before and one after shows no slider")
    assert len(re.findall(r'src="/desk/media/[^"]+/display"', slider[0])) == 2


def test_who_decides_reads_why_and_what_it_means_and_chooses(handled: Filed, world: World, sign_in: SignIn) -> None:
    as_(world, handled, "lights_clerk", "extend", reason="灯杆要定做")
    client = sign_in("dispatcher")
    html = page_of(client, handled, "/moves/decide")
    assert "灯杆要定做" in html
    assert "checked" not in "".join(re.findall(r'<input[^>]*name="granted"[^>]*>', html))
    (said,) = re.findall(r"同意后，新的到期时间是 ([^。<]+)。", html)
    request = queries.case(handled.case_id, world.standing("dispatcher"), now()).requests[0].id
    assert make(client, handled, world, "decide", request=str(request)).status_code == 422, "silence grants nothing"
    before = queries.case(handled.case_id, world.standing("dispatcher"), now()).facts.due_at
    assert make(client, handled, world, "decide", request=str(request), granted="yes").status_code == 302
    after = queries.case(handled.case_id, world.standing("dispatcher"), now()).facts.due_at
    assert before is not None
    assert after is not None
    assert after > before
    assert words.exact(after, ZoneInfo(settings.TIME_ZONE)) == said


def test_what_was_asked_can_be_taken_back(handled: Filed, world: World, sign_in: SignIn) -> None:
    client = sign_in("lights_clerk")
    url = f"/desk/cases/{handled.number}/moves/extend"
    said = {"version": version_of(handled, world), "reason": "缺灯泡"}
    assert "data-undo=" in client.post(url, said, headers=HTMX).content.decode()
    assert make(client, handled, world, "undo").status_code == 302
    assert queries.case(handled.case_id, world.standing("dispatcher"), now()).requests == ()


def test_the_head_stays_that_of_the_page_it_stands_on(handled: Filed, world: World, sign_in: SignIn) -> None:
    client = sign_in("lights_clerk")
    url = f"/desk/cases/{handled.number}/moves/assign_inside"
    here = {**HTMX, "HX-Current-URL": f"http://testserver/desk/cases/{handled.number}"}
    hall = {**HTMX, "HX-Current-URL": f"http://testserver/desk/?case={handled.number}"}
    assert "data-print" in client.get(url, headers=here).content.decode()
    assert "data-print" not in client.get(url, headers=hall).content.decode()


def test_a_story_that_is_ahead_brings_the_head_along(handled: Filed, world: World, sign_in: SignIn) -> None:
    client = sign_in("dispatcher")
    version = version_of(handled, world)
    assert f'name="seen" value="{version}"' in page_of(client, handled)
    assert 'id="case-head"' not in page_of(client, handled, f"/story?seen={version}")
    ahead = page_of(client, handled, f"/story?seen={version - 1}")
    assert 'id="case-head" class="case-head" hx-swap-oob="true"' in ahead
    assert "处置中" in ahead
    form = page_of(client, handled, "/moves/redispatch")
    assert f'name="seen" value="{version}" disabled' in form, (
        "an open form is left alone: it says nothing of the version"
    )


def test_a_story_looks_again_while_somebody_is_about_to_act(world: World, sign_in: SignIn) -> None:
    filed = world.file()
    client = sign_in("dispatcher")
    assert "load delay:" in page_of(client, filed, "/story")
    as_(world, filed, "dispatcher", "dispatch", agency=str(world.agencies["lights"]))
    assert "load delay:" not in page_of(client, filed, "/story")


def test_the_reply_says_that_a_picture_is_wanted_and_which(handled: Filed, world: World, sign_in: SignIn) -> None:
    client = sign_in("lights_clerk")
    assert "必须有一张处置后新拍的图片" in page_of(client, handled, "/moves/reply")
    reply(world, handled)
    check_started(world, handled)
    as_(world, handled, "inspector", "rework", reason="还不亮")
    again = SimpleUploadedFile("a.jpg", jpeg(seed=5), "image/jpeg")
    html = make(client, handled, world, "reply", reason="又换了", media=again).content.decode()
    assert "这张已在案卷里" in html
    assert "请拍一张处置后的现场图片" not in html


def test_what_is_missing_is_said_in_one_sentence(handled: Filed, world: World, sign_in: SignIn) -> None:
    html = make(sign_in("lights_clerk"), handled, world, "reply", reason="换了灯泡").content.decode()
    wrong = [
        " ".join(re.sub("<[^>]+>", " ", one).split()) for one in re.findall('(?s)<div class="wrong".*?</div>', html)
    ]
    assert wrong == ["请拍一张处置后的现场图片。"]
    bare = make(sign_in("lights_clerk"), handled, world, "extend", reason="\u200b").content.decode()
    assert bare.count("请填写“理由”") == 1
    assert "必填项" not in bare


def test_a_stale_page_does_not_say_who_when_it_was_oneself(handled: Filed, world: World, sign_in: SignIn) -> None:
    client = sign_in("dispatcher")
    late = make(client, handled, world, "redispatch", version=1, agency=str(world.agencies["roads"]), reason="近")
    html = late.content.decode()
    assert late.status_code == 409
    assert "他人" not in html
    assert "您填的内容还在下面" in html
