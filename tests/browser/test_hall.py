"""The hall in a real browser: live within two seconds, by keyboard, everything in the address, and its pictures."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import picture, serious
from tests.browser.scene import furnish

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Site

Visit = Callable[..., "Page"]


def test_new_cases_wait_behind_a_chip_within_two_seconds(site: Site, visit: Visit) -> None:
    site.world.file(title="先来的一件")
    page = visit("dispatcher")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("[data-live-state=live], [data-live-state][data-state=live]")).to_be_visible()
    page.wait_for_timeout(2500)
    filed = site.world.file(title="后来的一件")
    begun = time.monotonic()
    expect(page.locator("[data-fresh]")).to_have_text("1 条新", timeout=4000)
    assert time.monotonic() - begun < 2
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("n")
    expect(page.locator(f"a[data-number='{filed.number}']")).to_be_visible()
    expect(page.locator("[data-row]")).to_have_count(2)


def test_the_hall_by_keyboard_and_by_address(site: Site, visit: Visit) -> None:
    furnish(site.world)
    page = visit("dispatcher")
    expect(page.locator("[data-row]").nth(3)).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("[data-row]").nth(1)
    expect(second.locator("a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#case-pane #case-head")).to_be_visible()
    expect(second).to_have_class(re.compile("here"))
    address = page.url
    page.keyboard.press("Escape")
    expect(page.locator("#case-pane")).to_be_empty()
    assert "case=" not in page.url
    page.goto(address)
    expect(page.locator("#case-pane #case-head")).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("路灯")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“路灯”的搜索结果")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 700, "y": 880})
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_pages_at_every_width_without_serious_findings(site: Site, visit: Visit) -> None:
    numbers = furnish(site.world)
    wait = 1500  # the worker brings the board up to date
    page = visit("shift_leader")
    page.wait_for_timeout(wait)
    addresses = (
        "/desk/", f"/desk/?case={numbers[0]}", f"/desk/cases/{numbers[4]}", f"/desk/cases/{numbers[3]}", "/desk/me/",
        "/desk/reports/", "/desk/reception", "/desk/routing?category=C0137", "/desk/inbox/", "/desk/packs/",
        "/desk/packs/limits/", "/_gallery", "/desk/cases/26-0000-999-9",
    )  # fmt: skip
    for address in addresses:
        page.goto(site.url + address)
        page.wait_for_timeout(400)
        assert not serious(page), address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    for who, address in (("audit_admin", "/desk/audit/"), ("system_admin", "/desk/users/")):
        other = visit(who)
        other.goto(site.url + address)
        assert not serious(other), address
    for width in (360, 820, 1920):
        page = visit("shift_leader", width=width, dark=width == 820)
        for address in (
            "/desk/",
            f"/desk/?case={numbers[0]}",
            f"/desk/cases/{numbers[3]}",
            "/desk/me/",
            "/",
            "/report",
        ):
            page.goto(site.url + address)
            page.wait_for_timeout(300)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, address)
            assert not serious(page), (width, address)
    _take_pictures(site, visit, numbers)


def _take_pictures(site: Site, visit: Visit, numbers: list[str]) -> None:
    """The main screens as they are, so that a change of look is seen in review."""
    page = visit("shift_leader")
    page.goto(f"{site.url}/desk/?case={numbers[3]}")
    page.wait_for_timeout(1200)
    picture(page, "hall")
    page.goto(f"{site.url}/desk/cases/{numbers[0]}")
    page.wait_for_timeout(800)
    picture(page, "case")
    page.goto(f"{site.url}/desk/me/")
    picture(page, "my-desk")
    dark = visit("dispatcher", dark=True, language="en")
    dark.goto(f"{site.url}/desk/?case={numbers[1]}")
    dark.wait_for_timeout(1200)
    picture(dark, "hall-dark-en")
    expect(dark.locator("html")).to_have_attribute("lang", "en")
    phone = visit(width=390)
    phone.goto(site.url)
    picture(phone, "welcome")
