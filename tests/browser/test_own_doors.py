"""In a real browser: a grid officer settles something on the spot by phone; a reporter has a closed case reopened."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, picture, serious
from tests.pictures import jpeg

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Site

Visit = Callable[..., "Page"]
EAST = "990101001001"
LAMPS = ("9901010137000001", "9901010137000002")


def photo(name: str, seed: int) -> dict[str, object]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": jpeg(1600, 1200, seed=seed)}


@pytest.fixture
def officer(site: Site) -> str:
    """The account of the grid officer of one community."""
    from tests.world import SETUP
    from xiucheng.foundation.people import commands

    assert site.world is not None
    commands.create_account(
        by=SETUP,
        now=site.world.now,
        person_id=site.world.people["grid_officer"],
        username="grid_officer",
        password=PASSWORD,
    )
    return "grid_officer"


@pytest.fixture
def lamps(site: Site) -> None:
    """Two lamps by the road, 20 m apart."""
    from xiucheng.foundation.places import commands as places
    from xiucheng.kit.actor import Actor

    assert site.world is not None
    rows = [f"{code},路灯,122.1,{37.5 + index * 0.00018}" for index, code in enumerate(LAMPS)]
    source = "\n".join(["code,name,lon,lat", *rows]).encode()
    places.load_components(actor=Actor.system("setup"), now=site.world.now, source=source)


def closed(site: Site) -> str:
    """The tracking key of a report whose case is closed."""
    from xiucheng.foundation.people.rules import Standing
    from xiucheng.kit.now import now
    from xiucheng.operations.cases import commands as cases
    from xiucheng.operations.intake import commands as intake
    from xiucheng.operations.intake.rules import Contact

    assert site.world is not None
    done = intake.submit_report(
        by=Standing.resident("resident"),
        now=now(),
        channel="resident",
        text="楼下路灯不亮",
        category="C0137",
        area=EAST,
        contact=Contact("示例居民", "13900000000"),
    )
    filed = intake.file_report(by=site.world.standing("acceptor"), now=now(), report_id=done.report_id)
    leader = site.world.standing("leader")
    cases.force_close_case(by=leader, now=now(), case_id=filed.case_id, reason="已修好（示例）")
    return done.tracking_key


def fits(page: Page) -> bool:
    """Nothing sticks out of the phone's width."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_grid_officer_settles_it_on_the_spot(site: Site, officer: str, lamps: None, visit: Visit, dark: bool) -> None:
    place = {"geolocation": {"longitude": 122.1, "latitude": 37.5}, "permissions": ["geolocation"]}
    page = visit(officer, width=360, dark=dark, has_touch=True, **place)
    page.goto(f"{site.url}/desk/self-handled")
    assert fits(page)
    # Two pictures, a category, a place, send: five taps besides the camera's own.
    page.locator("input[name=before]").set_input_files(photo("before.jpg", 1))
    page.locator("input[name=after]").set_input_files(photo("after.jpg", 2))
    expect(page.locator(".shot")).to_have_count(2)
    page.get_by_role("radio", name="井盖", exact=False).first.scroll_into_view_if_needed()
    page.locator(".choice-chips label").first.click()
    page.locator("#area").select_option(label="槐花社区")
    assert not serious(page)
    picture(page, f"self-handled{'-dark' if dark else ''}")
    page.screenshot(path=f"test-results/self-handled-full{'-dark' if dark else ''}.png", full_page=True)
    page.get_by_role("button", name="上报自处置").click()
    expect(page.get_by_text("接下来由受理员审核").first).to_be_visible()
    expect(page.get_by_text("自处置待审").first).to_be_visible()
    assert fits(page)


def test_the_lamp_close_by_is_offered_where_one_stands(site: Site, lamps: None, visit: Visit) -> None:
    place = {"geolocation": {"longitude": 122.1, "latitude": 37.5}, "permissions": ["geolocation"]}
    page = visit(width=360, has_touch=True, **place)
    page.goto(f"{site.url}/report")
    page.get_by_role("radio", name="路灯", exact=True).check()
    page.get_by_role("button", name="我在这里").click()
    offered = page.locator("input[name=component]")
    expect(offered).to_have_count(len(LAMPS) + 1)
    offered.nth(1).check()
    assert fits(page)
    assert not serious(page)
    page.screenshot(path="test-results/component.png", full_page=True)


@pytest.mark.parametrize(("width", "dark"), [(360, False), (360, True), (1440, False)])
def test_a_reporter_says_that_it_is_not_settled(site: Site, visit: Visit, width: int, dark: bool) -> None:
    key = closed(site)
    page = visit(width=width, dark=dark)
    page.goto(f"{site.url}/t/{key}")
    page.screenshot(path=f"test-results/track-closed-{width}{'-dark' if dark else ''}.png", full_page=True)
    page.get_by_role("link", name="没有解决，说说情况").click()
    page.get_by_label("哪里还没解决").fill("今晚还是不亮")
    assert not serious(page)
    assert fits(page)
    page.screenshot(path=f"test-results/reopen-{width}{'-dark' if dark else ''}.png", full_page=True)
    page.get_by_role("button", name=re.compile("请重新办")).click()
    expect(page.get_by_text("案卷已重新立案")).to_be_visible()
    for button in ("English", "中文"):
        page.locator("details.menu > summary").click()
        page.get_by_role("button", name=button).click()
        expect(page.locator("html")).to_have_attribute("lang", re.compile("^en" if button == "English" else "^zh"))
    page.get_by_role("link", name="删除我的信息").click()
    expect(page.get_by_role("heading", name="会留下")).to_be_visible()
    assert not serious(page)
    assert fits(page)
    page.screenshot(path=f"test-results/erase-{width}{'-dark' if dark else ''}.png", full_page=True)
    page.get_by_role("button", name="永久删除我的信息").click()
    expect(page.get_by_text("您的信息已永久删除")).to_be_visible()


def test_the_desk_knows_who_called_before(site: Site, visit: Visit) -> None:
    closed(site)
    page = visit("acceptor")
    page.goto(f"{site.url}/desk/reception")
    page.get_by_label("电话").fill("139 0000 0000")
    page.get_by_label("电话").blur()
    expect(page.get_by_text("以前反映过 1 件")).to_be_visible()
    assert not serious(page)
    page.screenshot(path="test-results/reception-earlier.png", full_page=True)
