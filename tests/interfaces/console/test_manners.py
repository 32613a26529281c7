"""What staff read is whole and true: the complaint in full, who did what, what waits for me, the way back."""

import re

import pytest
from django.test import RequestFactory

from tests.interfaces.console.test_doors import catch_up
from xiucheng.interfaces.console.doors import came_from
from xiucheng.kit.now import now
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake.rules import Contact

LONG = "路灯不亮三天了，晚上接孩子看不清路；昨天有老人在台阶上绊倒了。请尽快来修，就在幸福路十二号门口东边第二盏。"


@pytest.fixture
def told(world):
    """A case of two reports, the second attached; with a contact that nobody at the agency may see."""
    moment, acceptor = now(), world.standing("acceptor")
    first = intake.submit_report(
        by=acceptor, now=moment, channel="hotline", text=LONG, area="990101001001", category="C0137",
        contact=Contact("李女士", "13800001234"), address="幸福路 12 号", elements={"cause": "灯杆被撞"},
    )  # fmt: skip
    filed = intake.file_report(by=acceptor, now=moment, report_id=first.report_id)
    second = intake.submit_report(
        by=acceptor, now=moment, channel="desk", text="同一盏灯，已经四天", area="990101001001", category="C0137"
    )
    intake.attach_report(by=acceptor, now=moment, report_id=second.report_id, version=1, case=filed.number)
    return filed


@pytest.mark.parametrize("role", ["acceptor", "dispatcher", "secretary", "leader"])
def test_whoever_handles_a_case_reads_all_that_was_said(told, sign_in, role, django_assert_max_num_queries):
    client = sign_in(role)
    with django_assert_max_num_queries(12):
        html = client.get(f"/desk/cases/{told.number}/story", headers={"HX-Request": "true"}).content.decode()
    assert LONG in html
    assert "同一盏灯，已经四天" in html
    assert "灯杆被撞" in html
    assert html.index(LONG) < html.index('class="story"')
    assert "李女士" not in html
    assert "13800001234" not in html


def test_the_api_gives_the_reports_in_full(told, sign_in):
    sources = sign_in("dispatcher").get(f"/api/v1/cases/{told.number}").json()["sources"]
    assert [one["text"] for one in sources] == [LONG, "同一盏灯，已经四天"]
    assert sources[0]["elements"] == {"cause": "灯杆被撞"}


def test_the_file_holds_all_that_was_said(told, sign_in):
    catch_up()
    content = sign_in("shift_leader").get("/desk/export.csv").content.decode()
    assert LONG in content
    assert "同一盏灯，已经四天" in content


def test_the_auditor_reads_who_did_what(world, sign_in):
    admin, security = sign_in("system_admin"), sign_in("security_admin")
    admin.post("/desk/users/new", {"name": "示例新人", "username": "newcomer", "password": "a Password for tests 8"})
    account = re.search(r'data-row="([^"]+)"', security.get("/desk/users/?search=newcomer").content.decode())[1]
    security.post(f"/desk/users/{account}/lock")
    auditor = sign_in("audit_admin")
    html = auditor.get("/desk/audit/").content.decode()
    assert "建了账号 newcomer" in html
    assert "锁定了账号 newcomer" in html
    assert "示例security_admin" in html
    tokens = auditor.get("/desk/audit/?group=tokens").content.decode()
    assert "newcomer" not in tokens
    theirs = auditor.get(f"/desk/audit/?person={world.people['system_admin']}").content.decode()
    assert "建了账号 newcomer" in theirs
    assert "锁定了账号" not in theirs
    assert auditor.get("/desk/audit/?person=nobody&group=nothing&acts_before=x").status_code == 200


def test_the_auditor_pages_through_acts(world, sign_in, monkeypatch):
    from xiucheng.interfaces.console import acts

    monkeypatch.setattr(acts, "PAGE", 10)
    seen, address, client = [], "/desk/audit/", sign_in("audit_admin")
    while address:
        html = client.get(address).content.decode()
        table = html.split("</table>")[0]
        seen += re.findall(r'<td data-label="做了什么">([^<]+)', table)
        older = re.search(r'href="([^"]*acts_before=[^"]+)"', html)
        address = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) > 20
    assert sum("任" in one for one in seen) >= 17


def test_administrators_are_offered_only_what_is_theirs(world, sign_in):
    html = sign_in("security_admin").get("/desk/users/").content.decode()
    assert not re.search(r'<option value="\w+_admin"', html)
    for role in ("system_admin", "security_admin", "audit_admin"):
        client = sign_in(role)
        assert 'name="q"' not in client.get("/desk/inbox/").content.decode()
        assert client.get("/desk/search", {"q": "路灯"}).status_code == 403


@pytest.mark.parametrize(("role", "queue"), [("acceptor", "待受理"), ("dispatcher", "待派遣")])
def test_my_desk_says_what_waits_for_my_post(world, sign_in, role, queue):
    client = sign_in(role)
    assert "没有等我办的事" in client.get("/desk/me/").content.decode()
    world.file()
    intake.submit_report(by=world.standing("acceptor"), now=now(), channel="desk", text="灯坏了", area="990101001001")
    catch_up()
    html = client.get("/desk/me/").content.decode()
    assert "没有等我办的事" not in html
    assert re.search(rf"data-open>{queue}</a>", html)


def test_a_refusal_keeps_the_desk_around_it(world, sign_in):
    client = sign_in("dispatcher")
    for address, status in (("/desk/cases/26-0000-999-9", 404), ("/desk/nowhere", 404), ("/desk/users/", 403)):
        answer = client.get(address)
        html = answer.content.decode()
        assert answer.status_code == status
        assert 'data-go="h"' in html
        assert 'href="/desk/home">回工作台' in html
    assert "回工作台" in client.get("/").content.decode()


def test_a_caller_s_key_stays_readable_for_who_accepts(world, sign_in):
    client = sign_in("acceptor")
    call = {"channel": "hotline", "text": "灯坏了", "area": "990101001001", "once": "c1"}
    answer = client.post("/desk/reception", call)
    assert answer.status_code == 302
    aloud = client.get(answer.headers["Location"]).content.decode()
    assert len(re.findall(r"<span>([0-9A-Z]{4})</span>", aloud)) == 5
    page = answer.headers["Location"].split("?")[0]
    assert re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){4}", client.get(page).content.decode())
    assert not re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){4}", sign_in("inspector").get(page).content.decode())


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example/", "//elsewhere.example/desk/", "/\\elsewhere.example", "desk"]
)
def test_a_form_leads_back_to_this_site_alone(to):
    ask = RequestFactory()
    assert came_from(ask.post("/desk/", {"back": to})) == came_from(ask.get("/desk/", {"back": to})) == ""
    assert came_from(ask.post("/desk/", {"back": "/desk/figures/?kind=x"})) == "/desk/figures/?kind=x"
    assert came_from(ask.get("/desk/", {"to": "/setup/"}), "to") == "/setup/"


def test_a_call_without_any_place_is_asked_for_it(world, sign_in):
    answer = sign_in("acceptor").post("/desk/reception", {"channel": "hotline", "text": "灯坏了", "once": "c1"})
    assert "请标出位置、选择镇街社区或写下地址" in answer.content.decode()


def test_a_search_counts_what_it_found(world, sign_in):
    world.file(title="路灯一直闪")
    world.file(title="井盖松动")
    catch_up()
    html = sign_in("dispatcher").get("/desk/?q=井盖&queue=all").content.decode()
    assert "符合的有 1 件" in html
    assert re.search(r'value="filed" selected', html)


def test_a_part_asked_for_after_the_session_ended_is_one_line(world, client):
    answer = client.get(
        "/desk/cases/26-0000-001-4/story",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/cases/26-0000-001-4?x=1"},
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Retarget"] == "#toasts"
    html = answer.content.decode()
    assert "next=%2Fdesk%2Fcases%2F26-0000-001-4%3Fx%3D1" in html
    assert "<html" not in html
