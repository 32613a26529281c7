"""Manners in a real browser: a tap counts, nothing typed is lost, a message is never out of date, words are ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.pictures import jpeg

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Site

Visit = Callable[..., "Page"]
LONG = "路灯不亮三天了，晚上接孩子看不清路；昨天有老人在台阶上绊倒了，请尽快来修，谢谢。门口那一盏，十二号对面。"


def test_a_resident_s_report_loses_nothing(site: Site, visit: Visit) -> None:
    page = visit(width=390, has_touch=True)
    page.goto(f"{site.url}/report")
    _a_tapped_category_stays(page)
    _too_much_is_counted_and_kept(page)
    _what_is_no_picture_is_said_at_once(page)
    page.locator("#text").fill(LONG)
    page.locator("#address").fill("幸福路 12 号")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text("已发送，谢谢您。")).to_be_visible()
    expect(page.locator(".said-again")).to_contain_text(LONG)
    expect(page.locator("#page-address")).to_contain_text("/t/")
    stranger = visit(width=390)
    stranger.goto(page.url)
    expect(stranger.get_by_text("留着这个链接")).to_be_visible()
    assert LONG not in stranger.content()


def _a_tapped_category_stays(page: Page) -> None:
    """Leaving the text asks for chips again; the tap that follows comes while the answer is on its way."""
    for place in (2, 0):
        page.locator("#text").click()
        page.locator("#text").fill("")
        page.keyboard.type("门口的路灯坏了，一直不亮")
        category = page.locator("#chips label").nth(place).inner_text()
        page.locator("#chips label", has_text=re.compile(f"^{category}$")).tap()
        page.wait_for_timeout(1500)
        expect(page.get_by_role("radio", name=category, exact=True)).to_be_checked()
    page.locator("#chips label", has_text=re.compile("^路灯$")).tap()


def _too_much_is_counted_and_kept(page: Page) -> None:
    page.locator("#text").fill("灯" * 2100)
    expect(page.locator(".letters.wrong")).to_contain_text("多出 100 个字")
    page.locator("#address").fill("幸福路 12 号")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("alert")).to_contain_text("2000")
    expect(page.locator("#text")).to_have_value("灯" * 2100)
    expect(page.get_by_role("radio", name="路灯", exact=True)).to_be_checked()


def _what_is_no_picture_is_said_at_once(page: Page) -> None:
    wrong = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"<script>alert(1)</script>"}
    right = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg(800, 600, seed=41)}
    page.locator("input[name=media]").set_input_files([wrong, right])
    expect(page.locator(".shot")).to_have_count(1)
    expect(page.locator("[data-note]")).to_contain_text("“x.jpg”打不开")
    # As an iPhone keeps it: the browser cannot open it, and what helps is said here as the server would say it.
    heic = {"name": "IMG_1.HEIC", "mimeType": "", "buffer": b"\0\0\0\x18ftypheic" + bytes(4000)}
    page.locator("input[name=media]").set_input_files(heic)
    expect(page.locator("[data-note]")).to_contain_text("兼容性最佳")
    expect(page.locator(".shot")).to_have_count(1)


def test_moves_act_at_once_and_their_messages_stay_true(site: Site, visit: Visit) -> None:
    assert site.world is not None
    filed = site.world.file(title="路灯一直闪")
    dispatcher = visit("dispatcher")
    dispatcher.goto(f"{site.url}/desk/cases/{filed.number}")
    dispatcher.get_by_role("link", name="派遣", exact=True).click()
    dispatcher.get_by_label("承办单位").select_option(label="路灯管理所（示例）")
    dispatcher.locator(".move-form").get_by_role("button", name="派遣").click()
    expect(dispatcher.locator("#case-head").get_by_text("待签收")).to_be_visible()
    clerk = visit("lights_clerk")
    clerk.goto(f"{site.url}/desk/cases/{filed.number}")
    clerk.get_by_role("button", name="签收").click()
    expect(clerk.locator("#case-head").get_by_text("处置中")).to_be_visible()
    expect(clerk.locator("#toasts .toast-line")).to_have_count(1)
    clerk.get_by_role("link", name="申请延期").click()
    clerk.locator(".move-form textarea").fill("要等配件到货")
    clerk.locator(".move-form").get_by_role("button", name="申请延期").click()
    expect(clerk.get_by_text("申请延期，等候批复")).to_be_visible()
    # The message of the signing has gone with the possibility of taking it back.
    expect(clerk.locator("#toasts .toast-line")).to_have_count(1)
    expect(clerk.locator("#toasts")).not_to_contain_text("签收")


def test_a_session_that_ended_says_so_in_one_line(site: Site, visit: Visit) -> None:
    assert site.world is not None
    filed = site.world.file(title="路灯一直闪")
    page = visit("dispatcher")
    address = f"{site.url}/desk/cases/{filed.number}"
    page.goto(address)
    page.get_by_role("link", name="申请作废").click()
    page.locator(".move-form textarea").fill("重复了")
    page.context.clear_cookies(name=re.compile("session"))
    page.locator(".move-form").get_by_role("button", name="申请作废").click()
    expect(page.locator("#toasts")).to_contain_text("登录已过期")
    expect(page.locator(".move-form textarea")).to_have_value("重复了")
    expect(page.locator("header.bar")).to_have_count(1)
    page.get_by_role("link", name="重新登录").click()
    page.locator("[name=login]").fill("dispatcher")
    page.locator("[name=password]").fill(site.password)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(address)
    page.get_by_role("link", name="申请作废").click()
    expect(page.locator(".move-form textarea")).to_have_value("重复了")


def test_the_browser_s_own_words_are_the_page_s(site: Site, visit: Visit) -> None:
    page = visit(language="en")
    page.goto(f"{site.url}/report")
    page.get_by_role("button", name="Send").click()
    assert page.locator("#text").evaluate("field => field.validationMessage") == "Please fill this in."
