"""Holidays at the desk: entered year by year into a draft, with what is wrong beside its field, taken back again."""

import re
from copy import deepcopy

import pytest

from xiucheng.foundation.packs import commands, queries
from xiucheng.interfaces.demo import rulebooks
from xiucheng.kit.now import now
from xiucheng.kit.worktime import Calendar, seed
from xiucheng.kit.worktime.festivals import statutory_days

SPRING = {
    "do": "add",
    "name": "春节",
    "first": "2027-02-05",
    "last": "2027-02-11",
    "workday_1": "2027-01-31",
    "workday_2": "2027-02-13",
    "workday_3": "",
}


@pytest.fixture
def draft(world):
    """A draft of the calendars in force."""
    return commands.draft(by=world.standing("shift_leader", now()), now=now(), kind="calendar")


def at(pack):
    return f"/desk/packs/version/{pack.id}/days"


def typed(pack, year=2027, **said):
    """What the forms of a year send, of the draft as it now stands."""
    return {"revision": queries.by_id(pack.id).revision, "year": year, "calendar": "default", **said}


def calendar(pack):
    return queries.by_id(pack.id).body["calendars"]["default"]


def undo(page):
    """The hidden fields of the button that takes the last step back."""
    form = page[page.index('id="undo"') :].split("</form>")[0]
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))


def test_a_holiday_with_its_make_up_workdays_is_added_and_seen(world, sign_in, draft):
    client = sign_in("shift_leader")
    page = client.get(at(draft), {"year": 2027}).content.decode()
    assert "2027 年的放假安排还没录完" in page
    assert "春节 02-05–02-08" in page, "what the law frees until the notice is in"
    page = client.post(at(draft), typed(draft, **SPRING), follow=True).content.decode()
    assert "已加进草稿：2027-02-05 至 2027-02-11 春节（7 天），2027-01-31 周日、2027-02-13 周六 上班。" in page
    assert 'data-row="2027-02-05"' in page
    there = Calendar.from_json(calendar(draft))
    assert {"2027-01-31", "2027-02-13"} <= {str(day) for day in there.workdays}
    version = client.get(f"/desk/packs/version/{draft.id}").content.decode()
    assert "全区日历 › 节假日" in version
    assert "2027-02-05 至 2027-02-11 春节（7 天）" in version
    assert "现在没有在办案卷" in version
    assert "生效后新立的案卷按这一版的日历算时限。例如" in version


def test_every_step_is_taken_back_in_one_press(world, sign_in, draft):
    client, before = sign_in("shift_leader"), queries.by_id(draft.id).body
    page = client.post(at(draft), typed(draft, **SPRING), follow=True).content.decode()
    client.post(at(draft), undo(page))
    assert queries.by_id(draft.id).body == before
    client.post(at(draft), typed(draft, **SPRING))
    added = queries.by_id(draft.id).body
    shorter = {**SPRING, "do": "change", "instead": "2027-02-05", "last": "2027-02-08", "workday_2": ""}
    page = client.post(at(draft), typed(draft, **shorter), follow=True).content.decode()
    assert "2027-02-13" not in calendar(draft)["workdays"]
    client.post(at(draft), undo(page))
    assert queries.by_id(draft.id).body == added
    page = client.post(at(draft), typed(draft, do="remove", instead="2027-02-05"), follow=True).content.decode()
    assert "连同它的 2 个调休上班日" in page
    assert queries.by_id(draft.id).body == before
    client.post(at(draft), undo(page))
    assert queries.by_id(draft.id).body == added


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"first": "二月五日"}, "first", "请填日期"),
        ({"first": ""}, "first", "请填日期"),
        ({"name": " "}, "name", "请写节日的名称"),
        ({"last": "2027-02-01"}, "last", "最后一天不能早于第一天"),
        ({"workday_1": "2027-02-06"}, "workday_1", "不能又上班"),
        ({"workday_2": "2027-02-15"}, "workday_2", "本来就上班"),
        ({"first": "2026-10-01", "last": "2026-10-02", "workday_1": "", "workday_2": ""}, "first", "已经是节假日"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(world, sign_in, draft, said, field, words):
    refused = sign_in("shift_leader").post(at(draft), typed(draft, **{**SPRING, **said}))
    assert refused.status_code == 422
    html = refused.content.decode()
    assert words in html[html.index(f'id="h-{field}-wrong"') :].split("</div>")[0]
    assert f'aria-describedby="h-{field}-wrong"' in html
    assert 'value="2027-02-11"' in html or "last" in said, "what was typed stays"
    assert queries.by_id(draft.id).revision == 1


def test_a_holiday_is_opened_with_what_it_holds(world, sign_in, draft):
    page = sign_in("shift_leader").get(at(draft), {"year": 2026, "change": "2026-02-15"}).content.decode()
    form = page[page.index('id="holiday"') :].split("</form>")[0]
    for value in ("春节", "2026-02-15", "2026-02-23", "2026-02-14", "2026-02-28"):
        assert f'value="{value}"' in form


def test_a_year_is_filled_by_the_law_and_announced(world, sign_in, draft):
    client = sign_in("shift_leader")
    refused = client.post(at(draft), typed(draft, do="announce", known="1"))
    assert refused.status_code == 422
    assert "法定放假日还没有录全，缺：元旦 2027-01-01" in refused.content.decode()
    client.post(at(draft), typed(draft, do="by_law"))
    page = client.post(at(draft), typed(draft, do="announce", known="1"), follow=True).content.decode()
    assert "不再是暂定的" in page
    assert calendar(draft)["announced"][-1] == 2027
    client.post(at(draft), undo(page))
    assert calendar(draft)["announced"][-1] == 2026


def test_a_workday_of_its_own(world, sign_in, draft):
    client = sign_in("shift_leader")
    page = client.post(
        at(draft), typed(draft, 2026, do="add_workday", day="2026-12-12", why="抢险"), follow=True
    ).content.decode()
    assert "其他调休上班日" in page
    wrong = client.post(at(draft), typed(draft, 2026, do="add_workday", day="2026-12-14"))
    assert 'id="w-day-wrong"' in wrong.content.decode()
    client.post(at(draft), typed(draft, 2026, do="remove_workday", day="2026-12-12"))
    assert queries.by_id(draft.id).body == draft.body


def test_what_comes_too_late_or_asks_for_nothing(world, sign_in, draft):
    client = sign_in("shift_leader")
    assert client.post(at(draft), typed(draft, **SPRING)).status_code == 302
    meanwhile = queries.by_id(draft.id).body
    other = {**typed(draft, do="add", name="校庆", first="2027-03-03"), "revision": 1}
    late = client.post(at(draft), other)
    assert late.status_code == 409
    # Pressed once more it is still meant for the days that were seen before.
    again = set(re.findall(r'name="revision" value="(\d+)"', late.content.decode()))
    assert again == {"1"}
    assert client.post(at(draft), {**other, "revision": again.pop()}).status_code == 409
    assert queries.by_id(draft.id).body == meanwhile
    assert client.post(at(draft), typed(draft, do="dance")).status_code == 422
    assert client.post(at(draft), typed(draft, do="remove", instead="2027-07-01")).status_code == 404
    assert client.get(at(draft), {"calendar": "nobody"}).status_code == 404
    assert client.get(at(draft), {"year": "1066"}).status_code == 422
    assert client.get(at(draft), {"undo": "forged"}).status_code == 200
    other = queries.current("limits", now())
    assert client.get(at(other)).status_code == 404
    assert sign_in("dispatcher").get(at(draft)).status_code == 403


def test_a_published_year_is_read_only(world, sign_in):
    current = queries.current("calendar", now())
    page = sign_in("shift_leader").get(at(current), {"year": 2026}).content.decode()
    assert "国庆节" in page
    assert 'name="do"' not in page


def test_a_second_calendar_takes_part(world, sign_in, draft):
    client = sign_in("shift_leader")
    part = f"/desk/packs/version/{draft.id}/part"
    data = {"at": "calendars/+", "revision": "1", "key": "night", "zone": "Asia/Shanghai", "statute": "cn"}
    data |= {f"week.{day}": "20:00-24:00" for day in range(7)} | {"make_up": "20:00–24:00"}
    assert client.post(part, data).status_code == 302
    made = queries.by_id(draft.id).body["calendars"]["night"]
    assert made["week"][6] == [["20:00", "24:00"]]
    assert made["holidays"] == calendar(draft)["holidays"], "a new calendar begins with the district's holidays"
    client.post(at(draft), typed(draft, **SPRING, keys=["default", "night"]))
    night = queries.by_id(draft.id).body["calendars"]["night"]
    assert "2027-02-09" in night["holidays"]
    assert "2027-01-31" not in night["workdays"], "worked anyway"
    assert "2027-01-31" in calendar(draft)["workdays"]
    page = client.get(at(draft), {"year": 2027, "calendar": "night"}).content.decode()
    assert "日历 night" in page
    bad = client.post(part, {**data, "key": "夜班", "revision": queries.by_id(draft.id).revision})
    assert "日历的代码请用小写字母" in bad.content.decode()


@pytest.fixture
def two(world):
    """A draft of two calendars, of which only `early` has a day without a name."""
    body = seed.body()
    body["calendars"]["early"] = deepcopy(body["calendars"]["default"])
    body["calendars"]["early"]["holidays"].append("2027-09-03")
    return commands.draft(by=world.standing("shift_leader", now()), now=now(), kind="calendar", body=body)


def both(pack):
    return queries.by_id(pack.id).body["calendars"]


def test_a_holiday_is_deleted_from_the_ticked_calendars_alone(world, sign_in, two):
    client, before = sign_in("shift_leader"), queries.by_id(two.id).body
    url = {"year": 2026, "calendar": "default"}
    shown = client.get(at(two), {**url, "change": "2026-10-01"}).content.decode()
    assert ticked(shown, "holiday") == ["default", "early"]
    assert "从勾选的日历删去" in shown
    said = {**url, "do": "remove", "instead": "2026-10-01", "ticks": "1", "keys": ["default"]}
    page = client.post(at(two), typed(two, **said), follow=True)
    assert "涉及的日历：全区日历。" in page.content.decode()
    assert "2026-10-01" not in both(two)["default"]["holidays"]
    assert both(two)["early"] == before["calendars"]["early"]
    client.post(at(two), typed(two, **{**url, **undo(page.content.decode())}))
    assert queries.by_id(two.id).body == before


@pytest.mark.parametrize(
    "act",
    [
        {"do": "remove", "calendar": "early", "instead": "2027-09-03"},
        {"do": "add", "name": "建区纪念日", "first": "2027-09-01", "keys": ["default", "early"]},
        {"do": "change", "calendar": "early", "instead": "2027-09-03", "name": "校庆", "first": "2027-09-03",
         "keys": ["default", "early"]},
        {"do": "add_workday", "day": "2027-09-04", "why": "抢险", "keys": ["default", "early"]},
        {"do": "by_law"},
        {"do": "announce", "year": 2026, "known": ""},
    ],
)  # fmt: skip
def test_every_act_on_calendars_that_differ_is_taken_back_exactly(world, sign_in, two, act):
    client, before = sign_in("shift_leader"), queries.by_id(two.id).body
    page = client.post(at(two), {**typed(two), **act}, follow=True).content.decode()
    assert queries.by_id(two.id).body != before
    back = undo(page)
    client.post(at(two), back)
    assert queries.by_id(two.id).body == before
    assert client.post(at(two), back).status_code == 409, "once"


def test_an_act_is_not_taken_back_over_what_came_after(world, sign_in, two):
    client = sign_in("shift_leader")
    page = client.post(at(two), typed(two, **SPRING), follow=True)
    mark = undo(page.content.decode())
    client.post(at(two), typed(two, do="add_workday", day="2027-09-04", why=""))
    after = queries.by_id(two.id).body
    assert 'id="undo"' not in client.get(at(two), {"year": 2027, "undo": mark["undo"]}).content.decode()
    late = client.post(at(two), {**mark, "revision": queries.by_id(two.id).revision})
    assert late.status_code == 409
    assert queries.by_id(two.id).body == after


def test_a_refusal_names_the_calendar_it_is_about(world, sign_in, two):
    client = sign_in("shift_leader")
    entry = {"do": "add", "name": "校庆", "first": "2027-09-03", "keys": ["default", "early"]}
    refused = client.post(at(two), typed(two, **entry)).content.decode()
    assert "日历 early：2027-09-03 已经是节假日" in refused
    opened = client.get(at(two), {"year": 2027, "calendar": "early", "change": "2027-09-03"}).content.decode()
    form = opened[opened.index('id="holiday"') :].split("</form>")[0]
    assert re.findall(r'name="keys" value="(\w+)" checked', form) == ["early"]


@pytest.mark.parametrize("day", ["0026-10-10", "0001-01-01", "9999-12-31", "1950-01-07", "2027"])
def test_a_date_typed_by_half_is_refused_beside_its_field(world, sign_in, draft, day):
    client = sign_in("shift_leader")
    html = client.post(at(draft), typed(draft, do="add_workday", day=day)).content.decode()
    assert 'id="w-day-wrong"' in html
    for name in ("first", "last", "workday_1"):
        html = client.post(at(draft), typed(draft, **{**SPRING, name: day})).content.decode()
        assert f'id="h-{name}-wrong"' in html
    assert client.get(at(draft), {"year": 2027, "change": day}).status_code == (404 if day == "1950-01-07" else 200)
    assert queries.by_id(draft.id).revision == 1


def test_a_year_without_its_notice_shows_what_applies_and_a_draft_leads_to_publishing(world, sign_in, draft):
    page = sign_in("shift_leader").get(f"/desk/packs/version/{draft.id}").content.decode()
    row = page[page.index("?year=2027") :].split("</tr>")[0]
    said = re.sub(r"<[^>]+>", " ", row).split()
    law = [day for day in statutory_days(2027)]
    assert said[-5:] == ["暂定", "7", "暂定", str(len(law)), "—"]
    assert page.index('href="#publish"') < page.index('id="days"') < page.index('id="publish"')


def ticked(page, form):
    """The calendars that a form has ticked."""
    return re.findall(r'name="keys" value="(\w+)" checked', page[page.index(f'id="{form}"') :].split("</form>")[0])


@pytest.fixture
def sample(world):
    """A draft of the sample district's calendars: its own, and three that know no days off; and one more of the law."""
    body = rulebooks.calendars()
    body["calendars"]["office"] = {"like": "default", "title": "机关"}
    return commands.draft(by=world.standing("shift_leader", now()), now=now(), kind="calendar", body=body)


def test_a_holiday_goes_to_the_calendars_that_follow_the_law(world, sign_in, sample):
    client, before = sign_in("shift_leader"), both(sample)
    page = client.get(at(sample), {"year": 2027}).content.decode()
    for form in ("holiday", "workday", "announced"):
        assert ticked(page, form) == ["default", "office"], form
    for title in ("昼夜值守", "全周白天班", "全周早班", "机关"):
        assert f'<span class="form-check-label">{title}</span>' in page
    assert ticked(client.get(at(sample), {"year": 2027, "calendar": "early"}).content.decode(), "holiday") == ["early"]
    sent = {**SPRING, "ticks": "1", "keys": ["default", "office"]}
    page = client.post(at(sample), typed(sample, **sent), follow=True).content.decode()
    assert "涉及的日历：全区日历、机关。" in page
    assert both(sample)["early"] == before["early"]
    assert "机关也有" in page
    added = both(sample)
    page = client.post(at(sample), typed(sample, do="remove", instead="2027-02-05"), follow=True).content.decode()
    assert "涉及的日历：全区日历、机关。" in page
    assert both(sample) == before, "what was added in one go goes in one go"
    client.post(at(sample), undo(page))
    assert both(sample) == added


def test_make_up_workdays_go_with_a_holiday_from_whichever_calendar_it_is_deleted(world, sign_in, sample):
    client, before = sign_in("shift_leader"), both(sample)
    client.post(at(sample), typed(sample, **SPRING, ticks="1", keys=["default", "early"]))
    assert "2027-02-13" not in both(sample)["early"]["workdays"], "worked anyway"
    client.post(at(sample), typed(sample, do="remove", calendar="early", instead="2027-02-05"))
    assert both(sample) == before
    day = {"day": "2027-09-04", "why": "抢险"}
    client.post(at(sample), typed(sample, do="add_workday", ticks="1", keys=["default", "office"], **day))
    client.post(at(sample), typed(sample, do="remove_workday", **day))
    assert both(sample) == before


def test_a_year_is_filled_and_announced_in_the_ticked_calendars(world, sign_in, sample):
    client, before = sign_in("shift_leader"), both(sample)
    chosen = {"ticks": "1", "keys": ["default", "office"]}
    client.post(at(sample), typed(sample, do="by_law", **chosen))
    client.post(at(sample), typed(sample, do="announce", known="1", **chosen))
    for key in chosen["keys"]:
        assert both(sample)[key]["announced"][-1] == 2027
    for key in ("early", "daylight", "round_the_clock"):
        assert both(sample)[key] == before[key]


@pytest.mark.parametrize(
    ("sent", "form"),
    [
        (SPRING, "h"),
        ({**SPRING, "do": "change", "instead": "2026-10-01"}, "h"),
        ({"do": "remove", "instead": "2026-10-01"}, "h"),
        ({"do": "add_workday", "day": "2027-09-04"}, "w"),
        ({"do": "by_law"}, "l"),
        ({"do": "announce", "known": "1"}, "a"),
    ],
)
def test_no_calendar_at_all_is_refused_beside_the_ticks(world, sign_in, sample, sent, form):
    refused = sign_in("shift_leader").post(at(sample), typed(sample, **sent, ticks="1"))
    assert refused.status_code == 422
    html = refused.content.decode()
    beside = html[html.index(f'id="{form}-calendars-wrong"') :].split("</div>")[0]
    assert "请至少勾选一个日历" in beside
    assert html.count("-calendars-wrong") == 2, "the id and what points to it, in this form alone"
    assert queries.by_id(sample.id).revision == 1


def test_a_calendar_gets_a_name_by_its_form_and_is_called_so(world, sign_in, sample):
    client = sign_in("shift_leader")
    part = f"/desk/packs/version/{sample.id}/part"
    form = client.get(part, {"at": "calendars/early"}).content.decode()
    assert 'value="全周早班"' in form
    fields = {"at": "calendars/early", "zone": "Asia/Shanghai", "make_up": "08:00–12:00"}
    fields |= {f"week.{day}": "05:00-11:00" for day in range(7)}
    taken = client.post(part, {**fields, "revision": "1", "title": "机关"})
    assert (taken.status_code, "另一个日历也叫这个名称" in taken.content.decode()) == (422, True)
    assert client.post(part, {**fields, "revision": "1", "title": "保洁早班"}).status_code == 302
    assert both(sample)["early"]["title"] == "保洁早班"
    version = client.get(f"/desk/packs/version/{sample.id}").content.decode()
    assert "保洁早班（early）" in version
    assert client.post(part, {**fields, "revision": "2", "title": ""}).status_code == 302
    assert "title" not in both(sample)["early"]
    assert "日历 early" in client.get(at(sample)).content.decode()
    fresh = client.get(part, {"at": "calendars/+"}).content.decode()
    assert 'value="机关"' not in fresh
