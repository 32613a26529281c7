"""Configuration at the desk in forms: rows of every kind, what differs in words, taking back, text that is no JSON."""

import re

import pytest

from xiucheng.foundation.packs import commands, queries, registry
from xiucheng.interfaces.console.configuring import controls
from xiucheng.kit.now import now
from xiucheng.kit.worktime import seed
from xiucheng.operations.cases.catalogue import DEFAULT_LIMITS, body_from_csv

BODIES = {
    "calendar": seed.body,
    "catalogue": body_from_csv,
    "filing": lambda: {"rules": [{"channel": "resident"}]},
    "limits": lambda: dict(DEFAULT_LIMITS),
    "responsibility": lambda: {"levels": {"street": {"least": 1, "posts": ["street_head"], "walkers": False}}},
    "routing": lambda: {"rules": [{"no": 10, "categories": ["C0137"], "agency": "lights"}]},
}
ROWS = {
    "calendar": "calendars/default",
    "catalogue": "categories/0",
    "filing": "rules/0",
    "limits": "",
    "responsibility": "levels/street",
    "routing": "rules/0",
}


def draft(world, kind, body=None):
    """A draft of a kind, made by whoever leads the shift."""
    return commands.draft(
        by=world.standing("shift_leader", now()), now=now(), kind=kind, body=BODIES[kind]() if body is None else body
    )


def form(client, pack, at):
    """What a browser would send of a row's form as it was drawn, with the page."""
    html = client.get(f"/desk/packs/version/{pack.id}/part", {"at": at}).content.decode()
    data: dict[str, list[str]] = {"at": [at], "revision": [str(pack.revision)]}
    shown = html[html.index('<form method="post" class="page-narrow"') :]
    shown = shown[: shown.index("</form>")]
    for tag in re.findall(r"<input [^>]*>", shown):
        name, value = re.search(r'name="([^"]*)"', tag)[1], re.search(r'value="([^"]*)"', tag)
        if ('type="checkbox"' in tag and " checked" not in tag) or 'type="hidden"' in tag:
            continue
        data.setdefault(name, []).append(value[1] if value else "")
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', shown, re.S):
        chosen = re.findall(r'<option value="([^"]*)" selected', options) or re.findall(
            r'<option value="([^"]*)"', options
        )
        data[name] = chosen[:1]
    for name, text in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', shown, re.S):
        data[name] = [text]
    return data, html


def send(client, pack, data):
    return client.post(f"/desk/packs/version/{pack.id}/part", data)


def test_every_kind_has_a_shape_that_forms_are_made_from():
    assert {kind.name for kind in registry.kinds() if kind.shape} == set(BODIES)


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_a_row_of_every_kind_is_opened_and_saved_as_it_was(world, sign_in, kind):
    client, pack = sign_in("shift_leader"), draft(world, kind)
    page = client.get(f"/desk/packs/version/{pack.id}")
    assert page.status_code == 200
    data, html = form(client, pack, ROWS[kind])
    assert "undefined" not in html
    assert send(client, pack, data).status_code == 302
    again = queries.by_id(pack.id)
    assert again.revision == pack.revision + 1
    assert again.body == pack.body, "a form that nobody touched changes nothing"


def test_a_rule_is_added_changed_and_taken_out(world, sign_in):
    client, pack = sign_in("shift_leader"), draft(world, "routing")
    data, _html = form(client, pack, "rules/+")
    assert send(client, pack, {**data, "no": "5", "areas": "990101001", "agency": "roads"}).status_code == 302
    made = queries.by_id(pack.id)
    assert made.body["rules"][0] == {"no": 5, "areas": ["990101001"], "agency": "roads"}, "kept in the order of numbers"
    data, html = form(client, made, "rules/0")
    assert re.search(r'value="990101001" checked', html)
    assert send(client, made, {**data, "areas": [], "note": "市政管"}).status_code == 302
    made = queries.by_id(pack.id)
    assert made.body["rules"][0] == {"no": 5, "agency": "roads", "note": "市政管"}
    out = send(client, made, {"at": "rules/0", "revision": made.revision, "remove": "1"})
    assert out.status_code == 302
    assert queries.by_id(pack.id).body == pack.body


def test_the_first_row_of_a_first_draft(world, sign_in):
    client, pack = sign_in("shift_leader"), draft(world, "filing", {})
    data, _html = form(client, pack, "rules/+")
    assert send(client, pack, {**data, "channel": "resident"}).status_code == 302
    assert queries.by_id(pack.id).body == {"rules": [{"channel": "resident"}]}
    odd = draft(world, "filing", {"rules": "none"})
    assert client.get(f"/desk/packs/version/{odd.id}/part", {"at": "rules/+"}).status_code == 404


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_saved(world, sign_in):
    client, pack = sign_in("shift_leader"), draft(world, "routing")
    data, _html = form(client, pack, "rules/+")
    for typed, name, words in (
        ({"no": "0"}, "no", "请填 1 至 99999 的整数。"),
        ({"no": "10", "agency": "roads"}, "no", "规则号 10 用了两次。"),
        ({"no": "11", "hours": "夜里"}, "hours", "时段请写成 08:00–12:00"),
        ({"no": "11", "agency": "nobody"}, "agency", "没有代码为“nobody”的承办单位"),
        ({"no": ""}, "no", "请填写这一项。"),
    ):
        refused = send(client, pack, {**data, **typed})
        assert refused.status_code == 422
        html = refused.content.decode()
        assert words in html[html.index(f'id="f-{name}-wrong"') :]
        assert f'aria-describedby="f-{name}-wrong"' in html
    assert queries.by_id(pack.id).revision == pack.revision


def test_a_condition_within_a_category(world, sign_in):
    client, pack = sign_in("shift_leader"), draft(world, "catalogue")
    at = "categories/0/conditions/1"
    data, _html = form(client, pack, at)
    saved = send(client, pack, {**data, "limit.value": "5", "closing": ""})
    assert saved.headers["Location"].endswith("part?at=categories%2F0")
    changed = queries.by_id(pack.id).body["categories"][0]["conditions"][1]
    assert (changed["limit"], changed["closing"]) == ({"value": 5, "unit": "work_day"}, "")
    page = client.get(f"/desk/packs/version/{pack.id}").content.decode()
    assert "<del>1 个工作日</del> → <ins>5 个工作日</ins>" in page
    wrong = send(client, queries.by_id(pack.id), {**data, "revision": "2", "limit.value": "半天"})
    assert "请写大于零的数" in wrong.content.decode()


CATEGORY = {
    "key": "C9901", "kind": "component", "major_code": "99", "major_name": "其他", "minor_code": "01",
    "minor_name": "示例箱", "scheme": "示例标准", "version": "2027", "street_visible": "1",
}  # fmt: skip
CONDITION = {"key": "C990101", "text": "箱体破损", "severity": "M", "limit.value": "2", "limit.unit": "work_day"}


@pytest.mark.parametrize("body", [None, {}])
def test_a_category_is_added_and_then_its_first_condition(world, sign_in, body):
    client, pack = sign_in("shift_leader"), draft(world, "catalogue", body)
    data, _html = form(client, pack, "categories/+")
    assert send(client, pack, {**data, **CATEGORY}).status_code == 302
    added = queries.by_id(pack.id)
    assert added.body["categories"][-1]["conditions"] == []
    last = len(added.body["categories"]) - 1
    page = client.get(f"/desk/packs/version/{pack.id}").content.decode()
    assert "至少要有一个立案条件" in page, "what is still lacking is said of the draft, where it is published"
    data, _html = form(client, added, f"categories/{last}/conditions/+")
    half = send(client, added, {**data, **CONDITION, "first_stage.text": "先围护"})
    assert half.status_code == 422
    assert 'id="f-first_stage-limit-wrong"' in half.content.decode(), "a first stage without a limit is said beside it"
    assert send(client, added, {**data, **CONDITION}).status_code == 302
    assert registry.kind_of("catalogue").validate(queries.by_id(pack.id).body) == []


def test_a_row_whose_list_was_taken_out_meanwhile_is_not_found(world, sign_in):
    client, pack = sign_in("shift_leader"), draft(world, "catalogue")
    for at in ("categories/999/conditions/+", "categories/+/conditions/+"):
        assert client.get(f"/desk/packs/version/{pack.id}/part", {"at": at}).status_code == 404
        assert send(client, pack, {**CONDITION, "at": at, "revision": pack.revision}).status_code == 404


def test_a_draft_of_a_day_for_ever_is_shown_and_not_published(world, sign_in):
    body = seed.body()
    body["calendars"]["default"]["holidays"].append("9999-12-31")
    client, pack = sign_in("shift_leader"), draft(world, "calendar", body)
    page = client.get(f"/desk/packs/version/{pack.id}")
    assert page.status_code == 200
    assert "年份请在 1990 至 2099 之间" in page.content.decode()


def test_a_list_is_searched(world, sign_in):
    client, pack = sign_in("shift_leader"), draft(world, "catalogue")
    page = client.get(f"/desk/packs/version/{pack.id}", {"q": "路灯"}).content.decode()
    rows = re.findall(r'data-row="categories/\d+"', page)
    assert 0 < len(rows) < 12
    assert "路灯" in page


def test_a_draft_that_was_begun_is_gone_on_with(world, sign_in):
    client = sign_in("shift_leader")
    assert "接着改" not in client.get("/desk/packs/limits/").content.decode()
    pack = draft(world, "limits")
    page = client.get("/desk/packs/limits/").content.decode()
    assert f'<a class="btn btn-main" href="/desk/packs/version/{pack.id}">' in page
    assert "接着改第 2 版草稿" in page


def test_a_difference_is_taken_back(world, sign_in):
    client, pack = sign_in("shift_leader"), draft(world, "limits")
    data, _html = form(client, pack, "")
    send(client, pack, {**data, "dispatch.value": "3", "check.value": "5"})
    page = client.get(f"/desk/packs/version/{pack.id}").content.decode()
    assert "<b>2</b> 处不同" in page
    assert '<span class="strong">派遣时限</span> <del>1 个工作时</del> → <ins>3 个工作时</ins>' in page
    back = {"revision": "2", "against": "1", "number": "0"}
    assert client.post(f"/desk/packs/version/{pack.id}/revert", {**back, "against": "7"}).status_code == 409
    assert client.post(f"/desk/packs/version/{pack.id}/revert", back).status_code == 302
    left = queries.by_id(pack.id).body
    assert (left["dispatch"]["value"], left["check"]["value"]) == (1, 5)


def test_two_at_one_draft_do_not_overwrite_each_other(world, sign_in):
    client, pack = sign_in("shift_leader"), draft(world, "limits")
    data, _html = form(client, pack, "")
    assert send(client, pack, {**data, "dispatch.value": "3"}).status_code == 302
    late = send(client, pack, {**data, "dispatch.value": "4"})
    assert late.status_code == 409
    assert 'value="4"' in late.content.decode(), "what was typed stays"
    assert queries.by_id(pack.id).body["dispatch"]["value"] == 3


def test_a_late_press_stays_refused_and_spares_the_row_that_moved_up(world, sign_in):
    """One takes the first condition out while another has the second one open: it is the third that now lies there."""
    client, pack = sign_in("shift_leader"), draft(world, "catalogue")
    index = next(n for n, row in enumerate(pack.body["categories"]) if len(row["conditions"]) > 2)
    at = f"categories/{index}/conditions"
    data, _html = form(client, pack, f"{at}/1")
    assert send(client, pack, {"at": f"{at}/0", "revision": "1", "remove": "1"}).status_code == 302
    left = queries.by_id(pack.id).body
    for typed in ({"closing": "又改"}, {"closing": "又改", "limit.value": "半天"}):
        late = send(client, pack, {**data, **typed})
        assert late.status_code == 409
        html = late.content.decode()
        assert "草稿里现在是" in html
        assert left["categories"][index]["conditions"][1]["closing"] in html
        again = re.search(r'class="page-narrow".*?name="revision" value="(\d+)"', html, re.S)[1]
        assert send(client, pack, {**data, **typed, "revision": again}).status_code == 409
    assert queries.by_id(pack.id).body == left


def test_text_that_comes_late_stays_refused(world, sign_in):
    client, pack = sign_in("shift_leader"), draft(world, "limits")
    data, _html = form(client, pack, "")
    send(client, pack, {**data, "dispatch.value": "3"})
    late = client.post(f"/desk/packs/version/{pack.id}", {"revision": "1", "body": "{}"})
    assert late.status_code == 409
    shown = late.content.decode()
    assert 'name="revision" value="1"' in shown[shown.index("data-draft=") :]
    assert queries.by_id(pack.id).body["dispatch"]["value"] == 3


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("08:00 - 12:00", [["08:00", "12:00"]]),
        ("08:00至 12:00", [["08:00", "12:00"]]),
        ("08:00–12:00、", [["08:00", "12:00"]]),
        (" 8:00 — 12:00 14:00到18:00；", [["08:00", "12:00"], ["14:00", "18:00"]]),
        ("", []),
        (" ", []),
    ],
)
def test_stretches_of_a_day_in_whatever_signs(said, found):
    assert controls.spans(said) == found


@pytest.mark.parametrize("said", ["夜里", "08:00", "08:00–12:00 x", "08:00-12:00-14:00", "1 08:00–12:00"])
def test_what_is_no_stretch_of_a_day(said):
    with pytest.raises(controls.Wrong):
        controls.spans(said)


def test_rows_that_are_not_there_and_rows_that_must_stay(world, sign_in):
    client, pack = sign_in("shift_leader"), draft(world, "calendar")
    for at in ("calendars/nobody", "calendars", "names", "what/ever", "calendars/default/week"):
        assert client.get(f"/desk/packs/version/{pack.id}/part", {"at": at}).status_code == 404
    out = send(client, pack, {"at": "calendars/default", "revision": pack.revision, "remove": "1"})
    assert out.status_code == 422
    assert sign_in("dispatcher").get(f"/desk/packs/version/{pack.id}/part").status_code == 403


def test_a_published_version_is_read_not_changed(world, sign_in):
    client, current = sign_in("shift_leader"), queries.current("limits", now())
    page = client.get(f"/desk/packs/version/{current.id}/part").content.decode()
    assert "1 个工作时" in page
    assert "存进草稿" not in page
    assert send(client, current, {"at": "", "revision": "1"}).status_code == 422


def test_problems_are_said_in_words_and_lead_to_their_row(world, sign_in):
    client = sign_in("shift_leader")
    pack = draft(world, "routing", {"rules": [{"no": 10, "categories": ["C9999"], "agency": "lights"}]})
    page = client.get(f"/desk/packs/version/{pack.id}").content.decode()
    assert f'<a href="/desk/packs/version/{pack.id}/part?at=rules/0">规则 10 › 类别</a>' in page
    odd = draft(world, "routing", {"rules": {"no": "list"}})
    assert "不能列成表" in client.get(f"/desk/packs/version/{odd.id}").content.decode()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"dispatch": 1,\n}', "第 2 行第 1 列：最后一项后面不要逗号。"),
        ("{“dispatch”: 1}", "这里用了中文标点““”，请改用英文标点"),
        ("[]", "最外层必须是一个对象"),
    ],
)
def test_text_that_is_no_json_is_told_by_line_and_column(world, sign_in, body, words):
    client, pack = sign_in("shift_leader"), draft(world, "limits")
    refused = client.post(f"/desk/packs/version/{pack.id}", {"revision": "1", "body": body})
    assert refused.status_code == 422
    html = refused.content.decode()
    assert words in html[html.index('id="body-wrong"') :]
    client.cookies["xc_language"] = "en"
    english = client.post(f"/desk/packs/version/{pack.id}", {"revision": "1", "body": body}).content.decode()
    shown = english[english.index('id="body-wrong"') :].split("</div>")[0]
    assert not re.search("[\u4e00-\u9fff]", shown.split("<code")[0])


# -- what happened, and back ------------------------------------------------------------------------------------------


def test_publishing_is_told_and_taken_back(world, sign_in):
    client, pack = (
        sign_in("shift_leader"),
        draft(world, "limits", {**DEFAULT_LIMITS, "check": {"value": 9, "unit": "work_hour"}}),
    )
    page = client.post(f"/desk/packs/version/{pack.id}/publish", {"revision": "1"}, follow=True).content.decode()
    assert "第 2 版已发布" in page
    assert "撤销：退回到第 1 版" in page
    page = client.post("/desk/packs/limits/roll-back", {"to": "1"}, follow=True).content.decode()
    assert "已退回到第 1 版的内容，记为第 3 版" in page
    assert "撤销：退回到第 2 版" in page
    assert queries.current("limits", now()).body["check"]["value"] == 2


def test_a_version_to_come_is_withdrawn_and_drafted_again(world, sign_in):
    client, pack = (
        sign_in("shift_leader"),
        draft(world, "limits", {**DEFAULT_LIMITS, "check": {"value": 9, "unit": "work_hour"}}),
    )
    when = {"revision": "1", "effective_from": "2099-01-01 00:00"}
    assert client.post(f"/desk/packs/version/{pack.id}/publish", when).status_code == 422, "more than five years ahead"
    soon = {"revision": "1", "effective_from": f"{now().year + 1}-12-31 08:00"}
    page = client.post(f"/desk/packs/version/{pack.id}/publish", soon, follow=True).content.decode()
    assert "在那以前仍按现行版本" in page
    assert "撤销发布" in page
    page = client.post(f"/desk/packs/version/{pack.id}/withdraw", follow=True).content.decode()
    assert "第 2 版已撤回" in page
    again = client.post("/desk/packs/limits/draft", {"from": "2"}, follow=True)
    assert again.redirect_chain
    assert queries.open_draft("limits").body["check"]["value"] == 9
    assert client.post("/desk/packs/limits/draft", {"from": "77"}).status_code == 404


def test_a_draft_of_an_older_version_is_compared_and_then_published(world, sign_in):
    client = sign_in("shift_leader")
    first = draft(world, "limits", {**DEFAULT_LIMITS, "check": {"value": 9, "unit": "work_hour"}})
    second = draft(world, "limits", {**DEFAULT_LIMITS, "dispatch": {"value": 8, "unit": "work_hour"}})
    client.post(f"/desk/packs/version/{first.id}/publish", {"revision": "1"})
    page = client.get(f"/desk/packs/version/{second.id}").content.decode()
    assert "不是从现行的第 2 版改来的" in page
    assert client.post(f"/desk/packs/version/{second.id}/publish", {"revision": "1"}).status_code == 409
    assert client.post(f"/desk/packs/version/{second.id}", {"revision": "1", "against": "2"}).status_code == 302
    assert client.post(f"/desk/packs/version/{second.id}/publish", {"revision": "2"}).status_code == 302


# -- how much it costs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_a_page_of_configuration_asks_the_database_seldom(world, sign_in, kind, django_assert_max_num_queries):
    client, pack = sign_in("shift_leader"), draft(world, kind)
    pages = [f"/desk/packs/version/{pack.id}", f"/desk/packs/version/{pack.id}/part?at={ROWS[kind]}"]
    if kind == "calendar":
        pages.append(f"/desk/packs/version/{pack.id}/days?year=2027")
    for address in [*pages, f"/desk/packs/{kind}/"]:
        client.get(address)
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200
