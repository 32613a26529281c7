"""The hall in a real browser: live within two seconds, by keyboard, everything in the address, and its pictures."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import picture, serious

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Site

Visit = Callable[..., "Page"]


def test_new_cases_wait_behind_a_chip_within_two_seconds(site: Site, visit: Visit) -> None:
    assert site.world is not None
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
    assert site.world is not None
    for title in ("路灯不亮", "井盖松动", "路灯一直闪", "树枝断了"):
        site.world.file(title=title)
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


def test_a_form_is_opened_left_and_sent_by_keyboard_alone(site: Site, visit: Visit) -> None:
    assert site.world is not None
    filed = site.world.file(title="路灯一直闪")
    page = visit("dispatcher")
    for address in (f"{site.url}/desk/cases/{filed.number}", f"{site.url}/desk/?case={filed.number}"):
        page.goto(address)
        expect(page.locator("html.has-js [data-act]").first).to_be_visible()
        page.keyboard.press("e")
        page.keyboard.press("Enter")
        expect(page.locator(".move-form [data-focus]")).to_be_focused()
        page.keyboard.press("Tab")
        assert page.evaluate("Boolean(document.activeElement.closest('.move-form .field'))"), "the first field is next"
        # Out of the field, then out of the form.
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="派遣", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    form = page.locator(".move-form")
    # The list beside the form is narrowed by a field of the same name.
    form.get_by_label("承办单位").select_option(label="市政养护所（示例）")
    form.get_by_label("承办单位").press("Tab")
    form.get_by_role("button", name="派遣").press("Enter")
    expect(page.locator("#case-head").get_by_text("待签收")).to_be_visible()
    assert page.evaluate("document.activeElement !== document.body")


@pytest.mark.parametrize("width", [1100, 1280, 1440])
def test_every_entry_of_the_menu_can_be_reached_in_english(sample_site: Site, visit: Visit, width: int) -> None:
    page = visit("shift_leader", width=width, language="en")
    nav = page.locator(".bar .nav")
    expect(nav).to_be_visible()
    shown = nav.locator("a:visible")
    search = page.locator(".searchbox").bounding_box()
    assert search is not None
    for entry in shown.all():
        box = entry.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= search["x"] + 1, entry.inner_text()
    if shown.count() < nav.locator("a").count():
        page.locator(".nav-menu summary").click()
        expect(page.locator(".nav-menu .sheet a")).to_have_count(nav.locator("a").count())
        expect(page.locator(".nav-menu .sheet a").last).to_be_visible()
    picture(page, f"menu-en-{width}")


def test_pages_at_every_width_without_serious_findings(sample_site: Site, visit: Visit) -> None:
    """Axe, nothing that scrolls sideways, no dead end; then the pictures for the documents."""
    page = visit("shift_leader")
    numbers = [row.get_attribute("data-number") for row in page.locator("[data-row] a").all()[:8]]
    desk = (
        "/desk/", f"/desk/?case={numbers[0]}", f"/desk/cases/{numbers[1]}", "/desk/me/", "/desk/reports/",
        "/desk/reception", "/desk/routing?category=C0137", "/desk/inbox/", "/desk/packs/", "/desk/packs/limits/",
        "/desk/cases/26-0000-999-9", "/_gallery", "/", "/report",
    )  # fmt: skip
    _look_at(page, sample_site.url, desk)
    _look_at(visit("audit_admin"), sample_site.url, ("/desk/audit/",))
    _look_at(visit("system_admin"), sample_site.url, ("/desk/users/",))
    few = (f"/desk/?case={numbers[0]}", f"/desk/cases/{numbers[2]}", "/desk/me/", "/report")
    for width in (360, 820, 1920):
        _look_at(visit("agency_clerk" if width == 820 else "shift_leader", width=width, dark=width == 820),
                 sample_site.url, few if width != 820 else ("/desk/", "/desk/me/"))  # fmt: skip
    _take_pictures(sample_site.url, visit)
    _without_webgl(sample_site.url, visit, numbers[1])


def _look_at(page: Page, site: str, addresses: tuple[str, ...]) -> None:
    for address in addresses:
        page.goto(site + address)
        page.wait_for_timeout(600)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (address, page.viewport_size)
        assert not serious(page), (address, page.viewport_size)


def _take_pictures(site: str, visit: Visit) -> None:
    """The main screens as they are, so that a change of look is seen in review."""
    page = visit("shift_leader")
    page.locator("[data-row] a").nth(2).click()
    page.locator("#case-pane .story").wait_for()
    page.wait_for_timeout(800)
    picture(page, "hall")
    page.goto(f"{site}/desk/?queue=to_check")
    number = page.locator("[data-row] a").first.get_attribute("data-number")
    page.goto(f"{site}/desk/cases/{number}")
    page.locator(".story").wait_for()
    page.wait_for_timeout(1500)
    picture(page, "case")
    clerk = visit("agency_clerk")
    clerk.goto(f"{site}/desk/me/")
    picture(clerk, "my-desk")
    dark = visit("dispatcher", dark=True, language="en")
    dark.locator("[data-row] a").nth(1).click()
    dark.locator("#case-pane .story").wait_for()
    dark.wait_for_timeout(800)
    picture(dark, "hall-dark-en")
    expect(dark.locator("html")).to_have_attribute("lang", "en")
    phone = visit(width=390)
    phone.goto(site)
    picture(phone, "welcome")


def _without_webgl(site: str, visit: Visit, number: str | None) -> None:
    """The same shapes as a drawing; a place can still be pointed at."""
    blind = "HTMLCanvasElement.prototype.getContext = () => null"
    page = visit("shift_leader")
    page.add_init_script(blind)
    page.goto(f"{site}/desk/cases/{number}")
    expect(page.locator(".map svg.drawn path.here")).to_be_visible()
    expect(page.locator(".map .note")).to_be_visible()
    phone = visit(width=390)
    phone.add_init_script(blind)
    phone.goto(f"{site}/report")
    phone.get_by_text("在图上点").click()
    phone.locator(".map svg.drawn path.cell").nth(20).click()
    expect(phone.locator("[name=lon]")).not_to_have_value("")
    expect(phone.locator("[name=lat]")).not_to_have_value("")
    expect(phone.locator("[data-place-status]")).not_to_be_empty()
