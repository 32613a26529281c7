"""Every address × everybody: who gets what, what stays hidden, and how many statements it takes."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from tests.repository.rows import EVERYBODY, RESIDENT, Row
from tests.repository.scene import Scene, furnish
from tests.repository.urls import CLOSED, ROWS
from xiucheng.interfaces.web.rates import RATES

API, SHUT = "api/v1/", "^accounts/(?:"


@pytest.fixture
def scene(db: None, settings: Any) -> Scene:
    # As in the demo nobody is asked for a second factor; that staff are is tested below.
    settings.DEMO = True
    return furnish()


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Every address as the resolver writes it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    there = {route for route in routes() if not route.startswith((API, SHUT))}
    shut = re.compile(next(route for route in routes() if route.startswith(SHUT)))
    open_ = {route for route in there if not shut.match(route.replace("^", ""))}
    assert open_ == {row.route for row in ROWS} - {f"accounts/{path}" for path in CLOSED}


def test_every_row_answers_everybody_once() -> None:
    for row in ROWS:
        told = Counter(who for group in row.answers.values() for who in group)
        assert told == dict.fromkeys(EVERYBODY, 1), row.name


def _ask(scene: Scene, row: Row, who: str) -> HttpResponse:
    """One request of a fresh browser with their cookies, of which nothing stays in the database."""
    client = Client(raise_request_exception=False)
    client.cookies = copy.deepcopy(scene.browser(who).cookies)
    path = row.path.format(**scene.values)
    body = {name: value.format(**scene.values) for name, value in row.body.items()}
    # Everybody here comes from one address; how often one may come is tested with the rates.
    RATES.clear()
    with transaction.atomic():
        answer = client.get(path) if row.method == "GET" else client.post(path, body)
        transaction.set_rollback(True)
    return answer  # type: ignore[return-value]


@pytest.mark.slow
def test_everybody_gets_what_is_theirs_and_nothing_else(scene: Scene) -> None:
    wrong = []
    for row in ROWS:
        for status, group in row.answers.items():
            for who in sorted(group):
                answer = _ask(scene, row, who)
                if answer.status_code != status:
                    wrong.append(f"{row.name}: {who} gets {answer.status_code} instead of {status}")
                if who in row.from_whom and str(scene.values[row.hides]) in answer.content.decode():
                    wrong.append(f"{row.name}: {who} sees the {row.hides}")
                if who == RESIDENT and row.path.startswith("/desk/"):
                    assert answer["Location"].startswith("/accounts/login/"), row.name
    assert not wrong, "\n".join(wrong)


# -- what stands before every address ----------------------------------------------------------------------------------

POSTS = [row for row in ROWS if row.method == "POST" and row.route.startswith("desk/")]


def test_no_form_is_taken_from_another_site(scene: Scene) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = scene.browser("shift_leader").cookies
    for row in POSTS:
        answer = client.post(row.path.format(**scene.values), row.body)
        assert (answer.status_code, b"CSRF" in answer.content or b"csrf" in answer.content) == (403, True), row.name


def test_without_a_second_factor_staff_get_no_further_than_setting_it_up(scene: Scene, settings: Any) -> None:
    settings.DEMO = False
    for row in ROWS:
        if not row.route.startswith("desk/"):
            continue
        answer = _ask(scene, row, "shift_leader")
        if row.method == "GET":
            assert answer.status_code == 302, row.name
            assert answer["Location"].startswith("/accounts/2fa/totp/activate/"), row.name
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "second_factor"), row.name


def test_the_gallery_is_for_demos(scene: Scene, settings: Any) -> None:
    settings.DEMO = False
    assert Client().get("/_gallery").status_code == 404


LINK = re.compile(rb'(?:href|hx-get|src)="(/[^"#]*)')


@pytest.mark.parametrize("who", [RESIDENT, "shift_leader", "agency_clerk", "inspector", "system_admin", "audit_admin"])
def test_no_page_offers_what_is_refused(scene: Scene, who: str) -> None:
    """Whatever a page links to, whoever got the page may open."""
    pages = [row for row in ROWS if row.method == "GET" and who in row.answers.get(200, ())]
    offered = {
        unescape(link.decode()): row.name for row in pages for link in LINK.findall(_ask(scene, row, who).content)
    }
    assert len(offered) > 3
    dead = []
    for link, page in offered.items():
        if not link.startswith(("/static/", "/_gallery")):
            status = _ask(scene, Row("", link.replace("{", "{{").replace("}", "}}"), {}), who).status_code
            if status >= 400:
                dead.append(f"{page} leads to {link}: {status}")
    assert not dead, "\n".join(dead)


# -- statements --------------------------------------------------------------------------------------------------------

WATCHED = ("shift_leader", "agency_clerk", "street_head", "system_admin", "audit_admin", RESIDENT)
FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def _statements(ask: Callable[[], HttpResponse], status: int = 200) -> list[str]:
    """What a request asks of both databases, transactions left out."""
    with CaptureQueriesContext(connections["default"]) as main, CaptureQueriesContext(connections["keys"]) as keys:
        answer = ask()
    assert answer.status_code == status, answer.content
    asked = [query["sql"] or "?" for query in (*main.captured_queries, *keys.captured_queries)]
    return [sql for sql in asked if not sql.startswith(FRAME)]


def test_no_page_takes_more_statements_than_it_may(transactional_db: None, settings: Any) -> None:
    """Measured as a process runs: with what it remembers for a second or three of slowly changing tables."""
    settings.DEMO = True
    scene = furnish()
    over = []
    for row in ROWS:
        path = row.path.format(**scene.values)
        for who in [who for who in WATCHED if row.method == "GET" and who in row.answers.get(200, ())]:
            get = partial(scene.browser(who).get, path)
            get()
            # What is remembered may run out between two requests; hence the better of three.
            asked = min((_statements(get) for _ in range(3)), key=len)
            if len(asked) > row.statements:
                over.append(f"{row.name} for {who}: {len(asked)} statements\n  " + "\n  ".join(s[:150] for s in asked))
    assert not over, "\n".join(over)


SAID = {"text": "路灯不亮", "category": "C0137", "lon": 122.1203, "lat": 37.5131, "area": "990101001001"}
SUBMISSIONS = {
    "the residents' page": lambda number: Client().post(
        "/report",
        {**SAID, "name": "示例", "phone": f"1390000{number:04}", "once": f"key-{number:08}", "shown": _near()},
    ),
    "the API": lambda number: Client().post(
        "/api/v1/reports",
        {**SAID, "contact": {"name": "示例", "phone": f"1380000{number:04}"}},
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid4())},
    ),
}


@cache
def _near() -> tuple[str, ...]:
    """What the form shows while it is filled in, and sends along as shown."""
    return tuple(re.findall(r'name="shown" value="([^"]+)"', Client().post("/report/nearby", SAID).content.decode()))


@pytest.mark.parametrize(("door", "status"), [("the residents' page", 302), ("the API", 201)])
def test_a_report_takes_at_most_twelve_statements(transactional_db: None, door: str, status: int) -> None:
    furnish()
    _near.cache_clear()
    assert _near()
    counts = [_statements(partial(SUBMISSIONS[door], number), status) for number in range(3)]
    assert len(min(counts, key=len)) <= 12, min(counts, key=len)
