"""Who gets through which door of the desk, and that no page asks the database more than twelve times."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from xiucheng.interfaces.console import nav
from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal import readers, sequencer
from xiucheng.kit.now import now

DISTRICT = frozenset({"acceptor", "dispatcher", "shift_leader", "leader"})
SEES_CASES = DISTRICT | {"lights_clerk", "roads_clerk", "street_head", "secretary", "roads_crew", "grid_officer"}
EVERYBODY = SEES_CASES | {"inspector", "system_admin", "security_admin", "audit_admin"}
ROLES = sorted(EVERYBODY)

# Page → who is answered with 200. Everybody else gets 403, 404 (what they may not know of) or is sent elsewhere.
PAGES: dict[str, frozenset[str]] = {
    "console:hall": SEES_CASES | {"inspector"},
    "console:my_desk": EVERYBODY,
    "console:reports": EVERYBODY,
    "console:reception": frozenset({"acceptor", "shift_leader"}),
    "console:routing": DISTRICT | {"system_admin"},
    "console:inbox": EVERYBODY,
    "console:packs": frozenset({"shift_leader", "leader", "system_admin"}),
    "console:here": EVERYBODY,
    "console:responsibility": frozenset({"shift_leader", "leader", "street_head", "secretary", "grid_officer"}),
    "console:stewards": frozenset({"shift_leader", "leader", "street_head", "secretary", "grid_officer"}),
    "console:figures": frozenset(
        {"shift_leader", "leader", "street_head", "secretary", "grid_officer", "system_admin"}
    ),
    "console:basemap": frozenset({"system_admin", "security_admin"}),
    "console:areas": frozenset({"system_admin"}),
    "console:rosters": EVERYBODY,
    "console:users": frozenset({"system_admin", "security_admin"}),
    "console:operations": frozenset({"system_admin"}),
    "console:audit": frozenset({"audit_admin"}),
    "console:stream": EVERYBODY,
    "console:conditions": EVERYBODY,
}
# Entries of the navigation that not everybody is shown, whose pages judge by the same act.
GUARDED = sorted({place.url for place in nav.PLACES} & {url for url, who in PAGES.items() if not who >= SEES_CASES})
# A street lamp in the first community, with the lights' agency.
CASE_PAGES = ("console:case", "console:peek", "console:head", "console:story", "console:aside")
SEES_THE_LAMP = DISTRICT | {"lights_clerk", "street_head", "secretary", "grid_officer", "inspector"}


def catch_up() -> None:
    sequencer.run_once()
    readers.catch_up()


@pytest.fixture
def lamp(world):
    from xiucheng.operations.cases import commands as cases

    filed = world.file()
    cases.move(
        by=world.standing("dispatcher"),
        now=now(),
        case_id=filed.case_id,
        version=None,
        name="dispatch",
        args={"agency": str(world.agencies["lights"])},
    )
    catch_up()
    return filed


def test_without_signing_in_every_door_leads_to_the_sign_in(db):
    found = 0
    for pattern in get_resolver("xiucheng.interfaces.console.urls").url_patterns:
        assert isinstance(pattern, URLPattern)
        values = {name: uuid7() if "id" in name else "x" for name in pattern.pattern.converters}
        answer = Client().get(reverse(f"console:{pattern.name}", kwargs=values))
        if answer.status_code == 405:
            answer = Client().post(reverse(f"console:{pattern.name}", kwargs=values))
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/accounts/login/"), pattern
        found += 1
    assert found > 30


@pytest.mark.parametrize("role", ROLES)
def test_who_gets_through_which_door(lamp, sign_in, role):
    client = sign_in(role)
    for name, through in PAGES.items():
        answer = client.get(reverse(name))
        if role in through:
            assert answer.status_code == 200, name
        else:
            assert answer.status_code in {302, 403}, name
    for name in CASE_PAGES:
        answer = client.get(reverse(name, args=[lamp.number]))
        assert answer.status_code == (200 if role in SEES_THE_LAMP else 404), name


@pytest.mark.parametrize("role", ROLES)
def test_the_navigation_leads_nowhere_in_vain(lamp, sign_in, role):
    client = sign_in(role)
    html = client.get(reverse("console:inbox")).content.decode()
    bar = html[html.index('<nav class="nav"') : html.index("</nav>", html.index('<nav class="nav"'))]
    links = re.findall(r'href="([^"]+)"', bar)
    assert links
    for link in links:
        assert client.get(link).status_code == 200, link
    for name in GUARDED:
        assert (reverse(name) in links) is (role in PAGES[name]), name
    assert client.get(reverse("console:home"), follow=True).status_code == 200


@pytest.mark.parametrize("role", ["shift_leader", "acceptor", "lights_clerk"])
def test_no_page_asks_more_than_twelve_times(lamp, world, sign_in, role, django_assert_max_num_queries):
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    client = sign_in(role)
    pages = [reverse(name) for name, through in PAGES.items() if role in through]
    pages += [reverse(name, args=[lamp.number]) for name in CASE_PAGES]
    pages += [reverse("console:move", args=[lamp.number, "sign" if role == "lights_clerk" else "merge"])]
    for page in pages:
        client.get(page)  # what a process remembers anyway is remembered
    for page in pages:
        with CaptureQueriesContext(connections["default"]) as own, CaptureQueriesContext(connections["keys"]) as keys:
            client.get(page)
        asked = [one["sql"][:90] for one in (*own, *keys)]
        assert len(asked) <= 12, (page, asked)


def test_a_hall_of_fifty_asks_no_more_than_a_hall_of_one(transactional_db, world, sign_in):
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    from xiucheng.kit import remembered

    for number in range(60):
        world.file(title=f"第 {number} 件")
    catch_up()
    client = sign_in("dispatcher")
    client.get("/desk/")
    # The most it may cost a process that is warm: whether somebody has changed what it remembers is asked anew.
    remembered.look_again()
    with CaptureQueriesContext(connections["default"]) as own, CaptureQueriesContext(connections["keys"]) as keys:
        answer = client.get("/desk/")
    assert answer.content.decode().count("data-row=") == 50
    asked = [one["sql"] for one in (*own, *keys)]
    assert sum("kit_changed" in one for one in asked) == 1
    assert len(asked) <= 10, asked


def test_a_case_that_is_not_there_and_one_that_is_not_mine_look_the_same(lamp, sign_in):
    client = sign_in("roads_clerk")
    unknown = client.get(f"/desk/cases/{uuid4()}")
    foreign = client.get(f"/desk/cases/{lamp.number}")
    assert (unknown.status_code, foreign.status_code) == (404, 404)
    plain = [re.sub(r"/desk/cases/[\w-]+|value=\"[^\"]*\"|data-now=\"[^\"]*\"", "", one.content.decode())
             for one in (unknown, foreign)]  # fmt: skip
    assert plain[0] == plain[1]
