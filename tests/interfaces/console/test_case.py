"""The case page without a script: moves with what they demand, refusals in place, undo, pictures, contacts."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.interfaces.console.test_doors import catch_up
from tests.pictures import jpeg
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.interfaces.console.forms import Context, move_form
from xiucheng.kit.now import now
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.cases.rules import MOST_PICTURES, MOST_REPLY_DAYS, MOVES
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake.rules import Contact


@pytest.fixture
def filed(world):
    return world.file()


def state_of(filed, world) -> str:
    return cases.case(filed.case_id, world.standing("shift_leader"), now()).state


def version_of(filed, world) -> int:
    return cases.case(filed.case_id, world.standing("shift_leader"), now()).version


def make(client, filed, world, name, version=None, **fields):
    url = f"/desk/cases/{filed.number}/moves/{name}"
    return client.post(url, {"version": version or version_of(filed, world), **fields})


def test_the_buttons_are_the_table_of_moves(filed, sign_in):
    def offered(role: str) -> set[str]:
        html = sign_in(role).get(f"/desk/cases/{filed.number}").content.decode()
        return set(re.findall(rf"/desk/cases/{filed.number}/moves/(\w+)\"", html))

    assert offered("dispatcher") == {"dispatch", "void"}
    assert offered("leader") == {"supervise", "force_close"}
    assert offered("street_head") == {"supervise"}
    assert offered("secretary") == set()


def test_the_form_of_a_move_takes_what_the_verb_takes(filed, world):
    """The largest number and the most pictures come from the table; no form knows limits of its own."""
    context = Context(cases.case(filed.case_id, world.standing("shift_leader"), now()), now())
    days = move_form(MOVES["supervise"], context).fields["reply_days"]
    pictures = move_form(MOVES["reply"], context).fields["media"]
    assert (days.max_value, pictures.most) == (MOST_REPLY_DAYS, MOST_PICTURES)


def test_a_move_asks_for_what_the_table_demands(filed, world, sign_in):
    client = sign_in("dispatcher")
    form = client.get(f"/desk/cases/{filed.number}/moves/dispatch").content.decode()
    assert "路灯管理所（示例）" in form
    assert 'name="reason"' in form
    refused = make(client, filed, world, "dispatch", reason="写了很久的一段话")
    assert refused.status_code == 422
    assert "写了很久的一段话" in refused.content.decode()
    assert state_of(filed, world) == "filed"
    done = make(client, filed, world, "dispatch", agency=str(world.agencies["lights"]))
    assert (done.status_code, done.headers["Location"]) == (302, f"/desk/cases/{filed.number}")
    assert state_of(filed, world) == "dispatched"


def test_htmx_gets_the_case_as_it_is_then_with_an_undo(filed, world, sign_in):
    client = sign_in("dispatcher")
    answer = client.post(
        f"/desk/cases/{filed.number}/moves/dispatch",
        {"version": version_of(filed, world), "agency": str(world.agencies["lights"])},
        headers={"HX-Request": "true"},
    )
    html = answer.content.decode()
    assert answer.headers["HX-Trigger-After-Swap"] == "case-moved"
    assert "<html" not in html
    assert "待签收" in html
    assert "data-undo=" in html
    assert make(client, filed, world, "undo").status_code == 302
    assert state_of(filed, world) == "filed"


def test_a_stale_page_is_told_and_changes_nothing(filed, world, sign_in):
    make(sign_in("dispatcher"), filed, world, "dispatch", agency=str(world.agencies["lights"]))
    late = make(sign_in("dispatcher"), filed, world, "dispatch", version=1, agency=str(world.agencies["roads"]))
    assert late.status_code == 409
    html = late.content.decode()
    assert "派给路灯管理所（示例）。" in html, "who did what since"
    assert "<li>2</li>" not in html, "the version is for programs"
    assert cases.case(filed.case_id, world.standing("leader"), now()).facts.agency_id == world.agencies["lights"]


def test_what_was_typed_on_a_stale_page_can_be_sent_again(filed, world, sign_in):
    client, first = sign_in("dispatcher"), sign_in("shift_leader")
    make(first, filed, world, "dispatch", agency=str(world.agencies["lights"]))
    seen = version_of(filed, world)
    make(first, filed, world, "redispatch", agency=str(world.agencies["roads"]), reason="不归路灯所管")
    url = f"/desk/cases/{filed.number}/moves/redispatch"
    said = {"agency": str(world.agencies["parks"]), "reason": "树挡住了灯"}
    late = client.post(url, {"version": seen, **said}, headers={"HX-Request": "true"})
    html = late.content.decode()
    assert (late.status_code, late.headers["HX-Trigger-After-Swap"]) == (409, "case-moved")
    assert "改派给市政养护所（示例）。" in html
    assert "树挡住了灯" in html
    (version,) = re.findall(r'name="version" value="(\d+)"', html)
    assert int(version) == version_of(filed, world)
    assert f"<li>{version}</li>" not in html
    assert client.post(url, {"version": version, **said}).status_code == 302
    facts = cases.case(filed.case_id, world.standing("leader"), now()).facts
    assert facts.agency_id == world.agencies["parks"]


@pytest.mark.parametrize(("version", "status"), [("", 409), ("seven", 422)])
def test_a_move_without_the_version_it_saw_is_not_made(filed, world, sign_in, version, status):
    client = sign_in("dispatcher")
    data = {"version": version, "agency": str(world.agencies["lights"])}
    answer = client.post(f"/desk/cases/{filed.number}/moves/dispatch", data)
    assert answer.status_code == status
    assert state_of(filed, world) == "filed"


@pytest.mark.parametrize(("who", "name", "status"), [("secretary", "dispatch", 403), ("dispatcher", "fly", 422)])
def test_what_one_may_not_is_refused_with_a_page(filed, world, sign_in, who, name, status):
    answer = make(sign_in(who), filed, world, name, agency=str(world.agencies["lights"]))
    assert answer.status_code == status
    assert 'role="alert"' in answer.content.decode()
    assert state_of(filed, world) == "filed"


def test_the_after_picture_travels_and_shows_in_the_story(filed, world, sign_in):
    make(sign_in("dispatcher"), filed, world, "dispatch", agency=str(world.agencies["lights"]))
    clerk = sign_in("lights_clerk")
    make(clerk, filed, world, "sign")
    without = make(clerk, filed, world, "reply", reason="换了灯泡")
    assert without.status_code == 422
    assert "换了灯泡" in without.content.decode()
    picture = SimpleUploadedFile("a.jpg", jpeg(seed=3), "image/jpeg")
    assert make(clerk, filed, world, "reply", reason="换了灯泡", media=picture).status_code == 302
    story = clerk.get(f"/desk/cases/{filed.number}/story").content.decode()
    assert "换了灯泡" in story
    address = re.search(r'src="(/desk/media/[^"]+/thumb)"', story)[1]
    assert clerk.get(address).headers["Content-Type"] == "image/jpeg"
    assert sign_in("roads_clerk").get(address).status_code == 404
    assert clerk.get(address.replace("thumb", "original")).status_code == 404


def test_a_script_that_calls_itself_a_picture_is_refused(filed, world, sign_in):
    make(sign_in("dispatcher"), filed, world, "dispatch", agency=str(world.agencies["lights"]))
    clerk = sign_in("lights_clerk")
    make(clerk, filed, world, "sign")
    script = SimpleUploadedFile("a.jpg", b"<script>alert(1)</script>", "image/jpeg")
    answer = make(clerk, filed, world, "reply", reason="换了灯泡", media=script)
    assert answer.status_code == 422
    assert state_of(filed, world) == "handling"


def test_a_request_is_decided_in_place(filed, world, sign_in):
    make(sign_in("dispatcher"), filed, world, "dispatch", agency=str(world.agencies["lights"]))
    make(sign_in("lights_clerk"), filed, world, "extend", reason="等灯泡")
    dispatcher = sign_in("dispatcher")
    page = dispatcher.get(f"/desk/cases/{filed.number}").content.decode()
    assert "申请延期，等候批复" in page
    form = dispatcher.get(f"/desk/cases/{filed.number}/moves/decide").content.decode()
    request = re.search(r'name="request"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="request"', form)
    assert request is not None
    chosen = request[1] or request[2]
    assert make(dispatcher, filed, world, "decide", request=chosen, granted="yes").status_code == 302
    assert "同意延期" in dispatcher.get(f"/desk/cases/{filed.number}/story").content.decode()
    catch_up()
    assert "同意延期" in sign_in("lights_clerk").get("/desk/me/").content.decode()


# -- the reporter's contact -------------------------------------------------------------------------------------------


@pytest.fixture
def reported(world):
    sent = intake.submit_report(
        by=Standing.resident("resident"),
        now=now(),
        channel="resident",
        text="路灯不亮",
        category="C0137",
        area="990101001001",
        contact=Contact("王小明", "13812345678"),
    )
    filed = intake.file_report(by=world.standing("acceptor"), now=now(), report_id=sent.report_id)
    return sent.report_id, filed.number


def test_a_contact_is_masked_until_a_reason_is_given_and_the_opening_is_logged(reported, sign_in):
    report_id, number = reported
    acceptor = sign_in("acceptor")
    aside = acceptor.get(f"/desk/cases/{number}/aside").content.decode()
    assert "王**" in aside
    assert "138****5678" in aside
    assert "13812345678" not in aside
    url = f"/desk/reports/{report_id}/contact"
    assert "查看会被记录" in acceptor.get(url).content.decode()
    assert acceptor.post(url, {"reason": ""}).status_code == 422
    assert people.reveal_log() == []
    opened = acceptor.post(url, {"reason": "现场找不到，问清位置"})
    assert "13812345678" in opened.content.decode()
    assert [row.reason for row in people.reveal_log()] == ["现场找不到，问清位置"]
    assert "现场找不到，问清位置" in sign_in("audit_admin").get("/desk/audit/").content.decode()


@pytest.mark.parametrize("who", ["dispatcher", "leader", "street_head"])
def test_who_may_not_open_a_contact_is_refused(reported, sign_in, who):
    answer = sign_in(who).post(f"/desk/reports/{reported[0]}/contact", {"reason": "只是想看看是谁"})
    assert answer.status_code == 403
    assert "13812345678" not in answer.content.decode()
    assert people.reveal_log() == []


def test_the_handled_party_sees_nothing_of_the_reporter(reported, world, sign_in):
    from xiucheng.operations.cases import commands

    case = cases.case(reported[1], world.standing("dispatcher"), now())
    commands.move(
        by=world.standing("dispatcher"), now=now(), case_id=case.id, version=None, name="dispatch",
        args={"agency": str(world.agencies["lights"])},
    )  # fmt: skip
    clerk = sign_in("lights_clerk")
    for piece in ("", "/story", "/aside", "/peek"):
        html = clerk.get(f"/desk/cases/{reported[1]}{piece}").content.decode()
        assert "5678" not in html
        assert "王" not in html


def test_a_reporter_who_asks_is_erased_for_good(reported, world, sign_in, django_capture_on_commit_callbacks):
    report_id, number = reported
    assert sign_in("acceptor").post(f"/desk/reports/{report_id}/erase").status_code == 403
    leader = sign_in("shift_leader")
    with django_capture_on_commit_callbacks(execute=True):
        assert leader.post(f"/desk/reports/{report_id}/erase").status_code == 302
    page = leader.get(f"/desk/reports/{report_id}").content.decode()
    assert "路灯不亮" not in page
    assert "王" not in page
    assert "文字已按规定删除" in page
    assert "永久清除" not in page
    case = leader.get(f"/desk/cases/{number}").content.decode()
    assert "路灯不亮" not in case
    assert "文字已按规定删除" in case
    assert leader.post(f"/desk/reports/{report_id}/contact", {"reason": "还想看一眼"}).status_code == 410


@pytest.mark.parametrize("piece", ["story", "aside", "peek", "head"])
def test_a_piece_of_a_case_is_a_whole_page_without_a_script(reported, sign_in, piece):
    client = sign_in("acceptor")
    address = f"/desk/cases/{reported[1]}/{piece}"
    whole = client.get(address).content.decode()
    assert "<html" in whole
    assert f'href="/desk/cases/{reported[1]}' in whole
    assert "<html" not in client.get(address, headers={"HX-Request": "true"}).content.decode()
