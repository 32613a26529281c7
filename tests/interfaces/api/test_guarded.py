"""Who gets what at the API's doors: pictures, contacts, answers and addresses of others, sessions without a factor."""

import json
import re
from io import BytesIO
from uuid import UUID, uuid1, uuid4

from django.test import Client

from tests.interfaces.api.asking import refused
from tests.interfaces.api.conftest import API
from tests.pictures import jpeg
from xiucheng.foundation.people import commands as people
from xiucheng.foundation.people import queries
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.journal import readers
from xiucheng.kit.now import now


def test_a_picture_is_public_only_once_a_person_released_it(world, program, anyone):
    from xiucheng.foundation.media import commands as media

    picture = program("acceptor").send(jpeg()).json()["id"]
    refused(anyone.get(f"/media/{picture}"), 404)
    media.release(by=world.standing("acceptor"), now=now(), media_id=picture)
    assert anyone.get(f"/media/{picture}", variant="thumb")["Content-Type"] == "image/jpeg"
    refused(anyone.get(f"/media/{picture}", variant="original"), 404)
    media.erase_picture(by=world.standing("shift_leader"), now=now(), media_id=picture, reason="asked")
    refused(program("acceptor").get(f"/media/{picture}"), 410, 404)


def test_a_session_needs_a_second_factor_and_the_csrf_token_to_change_something(world, settings):
    name = "acceptor"
    people.create_account(
        by=Standing.for_system("setup"),
        now=world.now,
        person_id=world.people[name],
        username=name,
        password="Lang-2026!x",
    )
    client = Client(enforce_csrf_checks=True)
    client.force_login(queries.account(queries.account_of(name).id))
    unproven = client.get(f"{API}/me", headers={"Accept": "application/json"})
    assert refused(unproven, 403)["code"] == "second_factor"
    # The demo goes without.
    settings.DEMO = True
    assert client.get(f"{API}/me").json()["scopes"] is None
    body = json.dumps({"text": "路灯不亮", "area": "990101001001"})
    headers = {"Idempotency-Key": "s1"}
    answer = client.post(f"{API}/reports", body, content_type="application/json", headers=headers)
    assert refused(answer, 403)["code"] == "csrf"
    from django.middleware.csrf import _get_new_csrf_string

    secret = _get_new_csrf_string()
    client.cookies[settings.CSRF_COOKIE_NAME] = secret
    headers["X-CSRFToken"] = secret
    answer = client.post(f"{API}/reports", body, content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content


def test_an_address_cannot_be_made_up(anyone, settings):
    """Without a proxy of ours X-Forwarded-For is the caller's own invention."""

    def report(forwarded):
        headers = {"Idempotency-Key": str(uuid4()), "X-Forwarded-For": forwarded}
        return anyone.post("/reports", {"text": "x", "area": "990101001001"}, **headers).status_code

    codes = [report(f"1.1.1.{number}") for number in range(32)]
    assert codes == [201] * 30 + [429] * 2
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert report("9.9.9.9, 2.2.2.2") == 201
    codes = [report(f"1.1.1.{number}, 2.2.2.2") for number in range(30)]
    assert codes == [201] * 29 + [429]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    assert report("1.1.1.1, 2.2.2.2") == 201


def test_a_stranger_never_gets_anothers_answer(anyone, program):
    """Without an account the key is a secret of 122 random bits; a token's own keys are its own affair."""
    body = {"text": "路灯不亮", "area": "990101001001"}
    for key in ("1", "k" * 36, "0" * 32, "01939a52-6d3c-7b7e-9a18-5c2e7f908b31", str(uuid1())):
        problem = refused(anyone.report(body, key=key), 422)
        assert problem["code"] == "weak_key", key
        assert set(problem["fields"]) == {"Idempotency-Key"}
    key = str(uuid4())
    first = anyone.report(body, key=key)
    assert first.json() == anyone.report(body, key=key.upper()).json()
    told = program("acceptor")
    assert told.report(body, key="1").status_code == 201
    described = anyone.get("/openapi.json").json()["paths"]["/api/v1/reports"]["post"]["parameters"]
    (header,) = [one for one in described if one["name"] == "Idempotency-Key"]
    assert "UUID" in header["description"]


def test_a_weak_key_is_told_with_everything_else_that_is_wrong(anyone):
    """Who tries the API learns at once what to mend, and how a good key looks."""
    told = refused(anyone.report({"text": "路灯不亮", "category": "C9999"}, key="k1-abcdefgh"), 422)
    assert told["code"] == "invalid_report"
    assert set(told["fields"]) == {"Idempotency-Key", "category", "address"}, "neither key, nor category, nor place"
    placed = {"text": "路灯不亮", "category": "C9999", "area": "990101001001"}
    assert set(refused(anyone.report(placed, key="1"), 422)["fields"]) == {"Idempotency-Key", "category"}
    (good,) = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", told["fields"]["Idempotency-Key"])
    nowhere = refused(anyone.report({"text": ""}, key="k1-abcdefgh"), 422)
    assert {"Idempotency-Key"} < set(nowhere["fields"])
    shape = refused(anyone.report({"text": 7}, key="k1-abcdefgh"), 422)
    assert {"Idempotency-Key", "text"} <= set(shape["fields"])
    assert anyone.report({"text": "路灯不亮", "area": "990101001001"}, key=good).status_code == 201, (
        "the example is good"
    )


def test_pictures_and_reports_have_rates_of_their_own_and_a_repeated_key_costs_nobody_else(anyone):
    """A street behind one carrier address: one program that repeats itself does not silence it."""
    body = {"text": "路灯不亮", "area": "990101001001"}
    key = str(uuid4())
    codes = [anyone.report(body, key=key).status_code for _ in range(45)]
    assert codes == [201] * 10 + [429] * 35
    codes = [anyone.report(body, key=str(uuid4())).status_code for _ in range(21)]
    assert codes == [201] * 20 + [429]
    stopped = anyone.report(body, key=str(uuid4()))
    wait = int(stopped["Retry-After"])
    assert 1 <= wait <= 60
    assert str(wait) in refused(stopped, 429)["text"]
    sent = [anyone.send(jpeg(40, 30)).status_code for _ in range(61)]
    assert sent == [201] * 60 + [429]


def test_the_original_is_for_those_who_look_after_pictures(world, program):
    from PIL import Image

    from tests.foundation.media.make import FACTS
    from tests.foundation.media.make import jpeg as told

    picture = program("acceptor").send(told(400, 200, exif=FACTS)).json()["id"]
    filed = world.file(now=now(), media=((UUID(picture), "before"),))
    body = {"move": "dispatch", "agency": str(world.agencies["roads"])}
    program("dispatcher").post(f"/cases/{filed.case_id}/moves", body, **{"If-Match": '"1"'})

    def exif(who):
        answer = program(who).get(f"/media/{picture}", variant="original")
        assert answer.status_code == 200, who
        return dict(Image.open(BytesIO(answer.content)).getexif())

    for who in ("acceptor", "shift_leader"):
        assert exif(who), who
    for who in ("roads_clerk", "dispatcher", "leader", "street_head", "grid_officer"):
        assert not exif(who), who


def test_a_cursor_of_one_list_is_none_of_another(world, program):
    for _ in range(3):
        world.file()
    readers.catch_up()
    dispatcher = program("dispatcher")
    token = dispatcher.get("/cases", limit=1).json()["next"]
    assert dispatcher.get("/cases", limit=1, cursor=token).status_code == 200
    for path in ("/tasks", "/requests", "/inbox", "/reports"):
        assert refused(dispatcher.get(path, cursor=token), 422)["code"] == "bad_cursor", path


def test_a_contact_is_shown_to_those_only_who_may_reveal_it(program, anyone):
    body = {"text": "路灯不亮", "area": "990101001001", "contact": {"name": "王女士", "phone": "13812345678"}}
    report = anyone.report(body).json()["report"]
    for who in ("acceptor", "shift_leader"):
        assert program(who).get(f"/reports/{report}").json()["contact"] == {"name": "王**", "phone": "138****5678"}
    for who in ("street_head", "grid_officer", "leader"):
        assert program(who).get(f"/reports/{report}").json()["contact"] is None, who
