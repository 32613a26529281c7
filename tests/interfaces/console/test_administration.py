"""Configuration, accounts and audit: previews before publishing, files out and in, each administrator their own."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from xiucheng.foundation.packs import queries as packs
from xiucheng.foundation.people import queries as people
from xiucheng.kit.now import now
from xiucheng.operations.cases.catalogue import DEFAULT_LIMITS


def drafted(client, kind="limits") -> str:
    answer = client.post(f"/desk/packs/{kind}/draft")
    return answer.headers["Location"]


def revised(client, address: str, body: object, revision: int = 1):
    return client.post(address, {"revision": revision, "body": json.dumps(body)})


def test_a_draft_shows_what_it_changes_before_it_is_published(world, sign_in):
    client = sign_in("shift_leader")
    address = drafted(client)
    assert "与现行版本相同" in client.get(address).content.decode()
    longer = {**DEFAULT_LIMITS, "dispatch": {"value": 3, "unit": "work_hour"}}
    assert revised(client, address, longer).status_code == 302
    page = client.get(address).content.decode()
    assert "<b>1</b> 处不同" in page
    assert "<del>1 个工作时</del> → <ins>3 个工作时</ins>" in page
    revision = re.search(r'name="revision" value="(\d+)"', page)[1]
    published = client.post(f"{address}/publish", {"revision": revision})
    assert published.headers["Location"].startswith("/desk/packs/limits/?done=")
    assert packs.current("limits", now()).body["dispatch"]["value"] == 3
    back = client.post("/desk/packs/limits/roll-back", {"to": "1"})
    assert back.status_code == 302
    assert packs.current("limits", now()).body["dispatch"]["value"] == 1


@pytest.mark.parametrize("body", ['{"dispatch": ', '["a list"]', '{"dispatch": {"value": NaN}}'])
def test_what_is_no_body_is_refused_and_stays_in_the_field(world, sign_in, body):
    client = sign_in("shift_leader")
    address = drafted(client)
    answer = client.post(address, {"revision": 1, "body": body})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'role="alert"' in html
    assert body.replace('"', "&quot;") in html


def test_a_draft_with_problems_cannot_be_published(world, sign_in):
    client = sign_in("shift_leader")
    address = drafted(client)
    revised(client, address, {"dispatch": {"value": 0, "unit": "work_hour"}})
    page = client.get(address).content.decode()
    assert "处要改好才能发布" in page
    assert client.post(f"{address}/publish", {"revision": 2}).status_code == 422
    assert packs.current("limits", now()).version == 1


def test_a_file_goes_out_and_comes_in_again(world, sign_in):
    client = sign_in("shift_leader")
    address = drafted(client)
    revised(client, address, {**DEFAULT_LIMITS, "check": {"value": 4, "unit": "work_hour"}})
    file = client.post(f"{address}/export")
    assert "attachment" in file.headers["Content-Disposition"]
    client.post(f"{address}/withdraw")
    taken = client.post("/desk/packs/limits/draft", {"file": SimpleUploadedFile("limits.json", file.content)})
    again = packs.by_id(taken.headers["Location"].rsplit("/", 1)[1])
    assert again.body["check"]["value"] == 4
    spoiled = SimpleUploadedFile("limits.json", file.content.replace(b'"value": 4', b'"value": 5'))
    refused = client.post("/desk/packs/limits/draft", {"file": spoiled})
    assert refused.status_code == 422
    html = refused.content.decode()
    assert 'data-code="digest_changed"' in html
    assert 'id="pack-file"' in html, "the choice of a file is still there"


def test_a_date_that_is_none_leaves_the_draft_and_what_was_typed(world, sign_in):
    client = sign_in("shift_leader")
    address = drafted(client)
    refused = client.post(f"{address}/publish", {"revision": 1, "effective_from": "后天下午"})
    assert refused.status_code == 422
    html = refused.content.decode()
    assert 'value="后天下午"' in html
    assert 'id="from-wrong"' in html
    assert 'id="body"' in html
    none = client.post("/desk/packs/limits/roll-back", {"to": "77"})
    assert none.status_code in {404, 422}
    assert 'id="pack-file"' in none.content.decode()


def test_who_drafts_does_not_always_publish(world, sign_in):
    client = sign_in("system_admin")
    address = drafted(client)
    assert "发布由值班长或区领导办理" in client.get(address).content.decode()
    assert client.post(f"{address}/publish", {"revision": 1}).status_code == 403
    assert sign_in("dispatcher").post("/desk/packs/limits/draft").status_code == 403


# -- accounts ---------------------------------------------------------------------------------------------------------


def test_one_makes_the_account_another_gives_the_post(world, sign_in):
    maker, appointer = sign_in("system_admin"), sign_in("security_admin")
    new = {"name": "示例新人", "username": "newcomer", "password": "a Password for tests 8"}
    assert maker.post("/desk/users/new", new).status_code == 302
    account = people.account_of("newcomer")
    post = {"role": "dispatcher", "area": "", "agency": ""}
    assert maker.post(f"/desk/users/{account.person_id}/posts", post).status_code == 403
    assert appointer.post("/desk/users/new", {**new, "username": "another"}).status_code == 403
    assert appointer.post(f"/desk/users/{account.person_id}/posts", post).status_code == 302
    assert people.standing_of(account.person_id, now()).has("dispatcher")
    held = people.staff(at=now(), person_id=account.person_id)[0]
    assert appointer.post(f"/desk/users/posts/{held.membership_id}/end").status_code == 302
    assert not people.standing_of(account.person_id, now()).has("dispatcher")


def test_a_locked_account_is_out(world, sign_in):
    clerk, appointer = sign_in("roads_clerk"), sign_in("security_admin")
    account = people.account_of("roads_clerk")
    assert clerk.get("/desk/").status_code == 200
    assert appointer.post(f"/desk/users/{account.id}/lock").status_code == 302
    assert clerk.get("/desk/").status_code == 302
    appointer.post(f"/desk/users/{account.id}/lock", {"open": "1"})
    assert people.account_of("roads_clerk").is_active


@pytest.mark.parametrize("change", [{"username": "Bad Name"}, {"password": "short"}, {"name": ""}])
def test_a_wrong_account_is_refused(world, sign_in, change):
    new = {"name": "示例新人", "username": "newcomer", "password": "a Password for tests 8", **change}
    assert sign_in("system_admin").post("/desk/users/new", new).status_code == 422
    assert people.account_of("newcomer") is None
    assert "示例新人" not in people.person_names(everybody()).values(), "no person without their account"


def test_a_weak_password_is_told_in_chinese_beside_its_field_and_the_form_stays(world, sign_in):
    new = {"name": "示例新人", "username": "newcomer", "password": "123"}
    html = sign_in("system_admin").post("/desk/users/new", new).content.decode()
    told = re.search(r'id="new-password-wrong">.*?<span>(.*?)</span>', html, re.S)
    assert told, "the error stands beside the field"
    assert "至少要 10 个字符" in told[1]
    assert not re.search(r"[A-Za-z]{3,}", told[1]), told[1]
    assert 'value="示例新人"' in html
    assert 'value="newcomer"' in html
    assert 'value="123"' not in html, "a password is never sent back"
    assert 'aria-describedby="new-password-wrong"' in html


def test_a_post_that_is_refused_leaves_the_page_of_users(world, sign_in):
    sign_in("roads_clerk")
    person = people.account_of("roads_clerk").person_id
    answer = sign_in("security_admin").post(f"/desk/users/{person}/posts", {"role": "no_such_role"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'data-code="unknown_role"' in html
    assert "roads_clerk" in html


def everybody():
    from xiucheng.foundation.people.models import Person

    return list(Person.objects.values_list("id", flat=True))


def test_the_auditor_sees_the_head_of_the_journal(world, sign_in):
    from tests.interfaces.console.test_doors import catch_up
    from xiucheng.kit import journal

    world.file()
    catch_up()
    position, link = journal.head()
    html = sign_in("audit_admin").get("/desk/audit/").content.decode()
    assert f"<b>{position}</b>" in html
    assert link.hex() in html


# -- routing ----------------------------------------------------------------------------------------------------------


def test_the_routing_page_says_which_rule_and_why(world, sign_in):
    from tests.world import publish

    publish("routing", {"rules": [
        {"no": 1, "categories": ["C0137"], "agency": "lights", "note": "路灯归路灯所"},
        {"no": 2, "categories": ["component"], "agency": "roads"},
    ]}, now())  # fmt: skip
    html = sign_in("dispatcher").get("/desk/routing?category=C0137&area=990101001").content.decode()
    assert re.search(r"按第 1 条派给 <b>路灯管理所（示例）</b>", html)
    assert "路灯归路灯所" in html
    refused = sign_in("dispatcher").get("/desk/routing?category=C01")
    assert refused.status_code == 422
    outside = sign_in("dispatcher").get("/desk/routing?category=C0137&lon=200&lat=95")
    assert outside.status_code == 422
