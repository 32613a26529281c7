"""Reports at the desk: the queue, filing, attaching, refusing, verifying; the reception's form; the inbox."""

import re
from datetime import timedelta

import pytest

from tests.interfaces.console.test_doors import catch_up
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.now import now
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake import queries


@pytest.fixture
def report(world):
    return intake.submit_report(
        by=Standing.resident("resident"),
        now=now(),
        channel="resident",
        text="河边路灯不亮，晚上看不清路",
        area="990101001001",
        address="幸福路 12 号",
    ).report_id


def move(client, report_id, name, version=1, **fields):
    return client.post(f"/desk/reports/{report_id}/moves/{name}", {"version": version, **fields})


def test_the_queue_says_how_many_wait(report, sign_in):
    html = sign_in("acceptor").get("/desk/reports/").content.decode()
    assert "<b>1</b> 条上报等着受理" in html
    assert "河边路灯不亮" in html
    empty = sign_in("acceptor").get("/desk/reports/?state=pre_verifying").content.decode()
    assert "没有符合的上报" in empty


def test_filing_makes_a_case_and_leads_to_it(report, world, sign_in):
    client = sign_in("acceptor")
    form = client.get(f"/desk/reports/{report}/moves/file").content.decode()
    assert 'name="category"' in form
    without = move(client, report, "file")
    assert without.status_code == 422
    assert 'aria-invalid="true"' in without.content.decode()
    done = move(client, report, "file", category="C0137", condition="C013702")
    number = done.headers["Location"].rsplit("/", 1)[1]
    case = cases.case(number, world.standing("acceptor"), now())
    assert (case.facts.category, case.facts.condition, case.condition_assumed) == ("C0137", "C013702", False)


def test_the_conditions_follow_the_category(world, sign_in):
    html = sign_in("acceptor").get("/desk/reports/conditions?category=C0101").content.decode()
    assert re.findall(r'value="(\w+)"', html)[0].startswith("C0101")
    assert "<html" not in html
    assert sign_in("acceptor").get("/desk/reports/conditions?category=X").status_code == 200


def test_the_same_thing_is_attached(report, world, sign_in):
    filed = world.file()
    answer = move(sign_in("acceptor"), report, "attach", case=filed.number.replace("-", " "))
    assert answer.headers["Location"] == f"/desk/cases/{filed.number}"
    assert [one.report_id for one in queries.reports_of(filed.case_id)] == [report]


@pytest.mark.parametrize("case", ["", "nothing", "26-0000-001-3"])
def test_attaching_to_nothing_is_refused(report, sign_in, case):
    answer = move(sign_in("acceptor"), report, "attach", case=case)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_rejecting_asks_for_the_reason_that_the_reporter_reads(report, world, sign_in):
    client = sign_in("acceptor")
    assert move(client, report, "reject").status_code == 422
    assert move(client, report, "reject", reason="属于外区，已转告").status_code == 302
    assert queries.report(report, world.standing("acceptor")).state == "rejected"


def test_an_inspector_is_asked_and_answers(report, world, sign_in):
    assert move(sign_in("acceptor"), report, "ask_pre_verify", reason="看看是哪一盏").status_code == 302
    catch_up()
    inspector = sign_in("inspector")
    assert "现场核实" in inspector.get("/desk/me/").content.decode()
    bad = move(inspector, report, "pre_verified", version=2, found="perhaps")
    assert bad.status_code == 422
    assert move(inspector, report, "pre_verified", version=2, found="yes", reason="第三盏").status_code == 302
    assert "核实属实" in sign_in("acceptor").get("/desk/reports/").content.decode()


def test_two_acceptors_at_once(report, sign_in):
    assert move(sign_in("acceptor"), report, "file", category="C0137").status_code == 302
    late = move(sign_in("other_acceptor"), report, "file", category="C0137")
    assert late.status_code == 409
    assert 'role="alert"' in late.content.decode()


def test_a_foreign_street_knows_nothing_of_a_report(report, sign_in):
    assert sign_in("far_inspector").get(f"/desk/reports/{report}").status_code == 404


# -- the reception ----------------------------------------------------------------------------------------------------

CALL = {
    "channel": "hotline",
    "name": "李先生",
    "phone": "13900001111",
    "text": "楼下烧烤摊油烟大",
    "time": "每晚七点后",
    "area": "990101001002",
    "address": "钟楼东门",
    "once": "call-1",
}


def test_a_call_is_written_down_by_its_elements(world, sign_in):
    client = sign_in("acceptor")
    answer = client.post("/desk/reception", CALL)
    assert answer.status_code == 302
    row = queries.queue(world.standing("acceptor")).rows[0]
    assert answer.headers["Location"] == f"/desk/reports/{row.id}?aloud=1"
    page = client.get(answer.headers["Location"]).content.decode()
    assert "每晚七点后" in page
    assert "李**" in page
    assert "13900001111" not in page
    assert client.post("/desk/reception", CALL).headers["Location"] == answer.headers["Location"]
    assert len(queries.queue(world.standing("acceptor")).rows) == 1


def test_gone_back_and_written_down_again_is_the_same_call_while_the_content_is(world, sign_in):
    """The form is fetched anew; another caller's words, or another person at the desk, are another call."""
    client = sign_in("acceptor")

    def gone_back(client=client, **values):
        once = re.search(r'name="once" value="([^"]+)"', client.get("/desk/reception").content.decode())[1]
        return client.post("/desk/reception", {**CALL, **values, "once": once}).headers["Location"]

    first = gone_back()
    assert gone_back() == first
    assert "没有重复登记" in client.get(first).content.decode()
    assert gone_back(text="楼下烧烤摊又摆出来了") != first
    assert gone_back(sign_in("shift_leader")) != first
    assert len(queries.queue(world.standing("acceptor")).rows) == 3


def test_a_point_outside_is_not_kept_in_fields_that_nobody_sees(world, sign_in, monkeypatch):
    from xiucheng.foundation.places import queries as places

    monkeypatch.setattr(places, "locate", lambda lon, lat: places.Located(outside=True))
    answer = sign_in("acceptor").post("/desk/reception", {**CALL, "lon": "120.1", "lat": "37.4"})
    html = answer.content.decode()
    assert "这个位置不在本辖区内" in html
    assert re.search(r'name="lon"[^>]*>', html)[0].count("value=") == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": ""}, "text"),
        ({"phone": "call me"}, "phone"),
        ({"channel": "resident"}, "channel"),
        ({"area": "1"}, "area"),
    ],
)
def test_a_wrong_call_is_refused_with_what_was_typed(world, sign_in, change, said):
    answer = sign_in("acceptor").post("/desk/reception", {**CALL, **change})
    html = answer.content.decode()
    assert answer.status_code in {200, 422}
    assert f'id="id_{said}_error"' in html
    assert "每晚七点后" in html
    assert queries.queue(world.standing("acceptor")).rows == []


# -- the inbox --------------------------------------------------------------------------------------------------------


def test_a_notice_is_read_and_leads_to_its_case(world, sign_in):
    from xiucheng.foundation.notices import queries as notices
    from xiucheng.operations.cases import commands

    # A minute ago: what a person did is told when they can no longer take it back.
    filed = world.file(now=now() - timedelta(minutes=2))
    at = now() - timedelta(minutes=1)
    for name, who, args in (
        ("dispatch", "dispatcher", {"agency": str(world.agencies["roads"])}),
        ("supervise", "leader", {"reason": "学校门口"}),
    ):
        commands.move(by=world.standing(who), now=at, case_id=filed.case_id, version=None, name=name, args=args)
    clerk = sign_in("roads_clerk")
    page = clerk.get("/desk/inbox/").content.decode()
    assert "学校门口" not in page
    notice = notices.inbox(world.people["roads_clerk"], now=now()).rows[0]
    opened = clerk.post(f"/desk/inbox/{notice.id}", {"to": notice.link})
    assert opened.headers["Location"] == f"/desk/cases/{filed.case_id}"
    assert clerk.get(opened.headers["Location"]).status_code == 200
    assert notices.unread(world.people["roads_clerk"], now()) == 0
    elsewhere = clerk.post(f"/desk/inbox/{notice.id}", {"to": "https://elsewhere.example/"})
    assert elsewhere.headers["Location"] == "/desk/inbox/"
    assert sign_in("parks_clerk").post(f"/desk/inbox/{notice.id}").status_code == 404


def test_a_move_without_the_version_that_was_seen_is_refused(report, world, sign_in):
    client = sign_in("acceptor")
    for name, fields in (("file", {"category": "C0137"}), ("reject", {"reason": "不属实"}), ("attach", {"case": "x"}),
                         ("ask_pre_verify", {"reason": "请看"})):  # fmt: skip
        assert client.post(f"/desk/reports/{report}/moves/{name}", fields).status_code == 409
        assert move(client, report, name, version="²", **fields).status_code == 422
    assert queries.report(report, world.standing("acceptor")).state == "received"


def test_only_who_may_reveal_a_contact_sees_it_masked(world, sign_in):
    from xiucheng.operations.intake.rules import Contact

    left = intake.submit_report(
        by=Standing.resident("resident"), now=now(), channel="resident", text="路灯不亮", category="C0137",
        area="990101001001", contact=Contact("王女士", "13812345678"),
    ).report_id  # fmt: skip
    for who, shown in (("acceptor", True), ("shift_leader", True), ("street_head", False), ("grid_officer", False)):
        html = sign_in(who).get(f"/desk/reports/{left}").content.decode()
        assert ("138****5678" in html, "王**" in html) == (shown, shown), who
        assert ("您的岗位看不到" in html) is not shown
    filed = intake.file_report(by=world.standing("acceptor"), now=now(), report_id=left)
    for who, shown in (("acceptor", True), ("dispatcher", False), ("street_head", False)):
        assert ("138****5678" in sign_in(who).get(f"/desk/cases/{filed.number}/aside").content.decode()) is shown, who
