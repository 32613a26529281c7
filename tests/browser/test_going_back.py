"""A resident goes back and sends again, on a phone: nothing twice, nothing unseen, no way that ends in a refusal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import picture
from tests.pictures import jpeg
from tests.processes import until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Site

Visit = Callable[..., "Page"]
# Some two hundred kilometres from the sample district.
FAR = {"geolocation": {"longitude": 120.1, "latitude": 37.4}, "permissions": ["geolocation"]}
WORDS = "路灯不亮三天了，晚上看不清路"
# Typed and acted upon in one breath: no timer of the page comes in between.
TYPED = """(words) => {
    const field = document.querySelector("#text");
    field.value = words;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    """


def test_gone_back_nothing_is_sent_twice_or_unseen(sample_site: Site, visit: Visit, tmp_path: Path) -> None:
    page = visit(width=360, has_touch=True, **FAR)
    page.goto(f"{sample_site.url}/report")
    _what_was_typed_comes_back_with_a_line_that_can_be_read(page)
    _a_point_outside_is_said_and_dropped(page)
    photo = tmp_path / "lamp.jpg"
    photo.write_bytes(jpeg(800, 600, seed=61))
    page.locator("input[name=media]").set_input_files(photo)
    expect(page.locator(".shot")).to_have_count(1)
    page.locator("#area").select_option(index=2)
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text("已发送，谢谢您。")).to_be_visible()
    first = page.url
    page.go_back()
    expect(page.locator("#text")).to_have_value(WORDS)
    expect(page.locator(".shot")).to_have_count(1)
    assert _files(page) == 1
    picture(page, "gone-back")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text("没有重复登记")).to_be_visible()
    assert page.url.split("?")[0] == first.split("?")[0]
    picture(page, "sent-before")
    page.go_back()
    page.locator(".shot button").click()
    expect(page.locator(".shot")).to_have_count(0)
    assert _files(page) == 0
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text("已发送，谢谢您。")).to_be_visible()
    assert page.url.split("?")[0] != first.split("?")[0]


def test_gone_back_the_point_is_still_there_and_nothing_is_sent_twice(site: Site, visit: Visit) -> None:
    place = {"geolocation": {"longitude": 122.1, "latitude": 37.5}, "permissions": ["geolocation"]}
    page = visit(width=360, has_touch=True, **place)
    page.goto(f"{site.url}/report")
    page.locator("#text").fill(WORDS)
    page.get_by_role("button", name="我在这里").click()
    expect(page.locator("[name=lon]")).to_have_value("122.100000")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text("已发送，谢谢您。")).to_be_visible()
    first = page.url
    page.go_back()
    expect(page.locator("[name=lon]")).to_have_value("122.100000")
    expect(page.locator("[data-place-status]")).to_contain_text("37.50000, 122.10000")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text("没有重复登记")).to_be_visible()
    assert page.url.split("?")[0] == first.split("?")[0]


def test_drafts_that_are_over_or_spoiled_are_not_left_on_the_device(sample_site: Site, visit: Visit) -> None:
    page = visit(width=360)
    page.goto(f"{sample_site.url}/")
    page.evaluate("""() => {
        const draft = (days) => JSON.stringify({ at: Date.now() - days * 86400000, values: { text: "示例" } });
        localStorage.setItem("xc-draft:report", "{spoiled");
        localStorage.setItem("xc-draft:of-somebody-else", draft(3));
        localStorage.setItem("xc-draft:of-today", draft(0));
    }""")
    page.goto(f"{sample_site.url}/report")
    expect(page.locator(".picker")).to_be_visible()
    until(lambda: page.evaluate("Object.keys(localStorage)") == ["xc-draft:of-today"], 10, "what is over is removed")
    expect(page.locator(".restored")).to_have_count(0)


def test_words_typed_right_before_leaving_come_back(sample_site: Site, visit: Visit) -> None:
    page = visit(width=360)
    page.goto(f"{sample_site.url}/report")
    expect(page.locator("form[data-drafting]")).to_be_visible()
    page.evaluate(TYPED + "location.reload(); }", WORDS)
    expect(page.locator(".restored")).to_be_visible()
    expect(page.locator("#text")).to_have_value(WORDS)
    # What is cleared right after it was typed does not come back either.
    page.evaluate(TYPED + "document.querySelector('.restored button').click(); location.reload(); }", WORDS + "。")
    expect(page.locator("form[data-drafting]")).to_be_visible()
    expect(page.locator(".restored")).to_have_count(0)


def test_words_sent_as_soon_as_typed_are_not_offered_again(sample_site: Site, visit: Visit) -> None:
    page = visit(width=360)
    page.goto(f"{sample_site.url}/report")
    expect(page.locator("form[data-drafting]")).to_be_visible()
    page.locator("#area").select_option(index=2)
    page.evaluate(TYPED + "field.form.requestSubmit(); }", WORDS)
    expect(page.get_by_text("已发送，谢谢您。")).to_be_visible()
    assert page.evaluate("localStorage.getItem('xc-draft:report')") is None


def test_a_browser_that_may_keep_nothing_loses_nothing_else(sample_site: Site, visit: Visit, tmp_path: Path) -> None:
    page = visit(width=360)
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('forbidden', 'SecurityError'); } });"
    )
    page.goto(f"{sample_site.url}/report")
    photo = tmp_path / "lamp.jpg"
    photo.write_bytes(jpeg(800, 600, seed=62))
    page.locator("#text").fill(WORDS)
    page.locator("input[name=media]").set_input_files(photo)
    # The pictures' island is started last of all.
    expect(page.locator(".shot")).to_have_count(1)
    page.locator("#area").select_option(index=2)
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text("已发送，谢谢您。")).to_be_visible()


def _what_was_typed_comes_back_with_a_line_that_can_be_read(page: Page) -> None:
    page.locator("#text").fill(WORDS)
    until(lambda: bool(page.evaluate("localStorage.getItem('xc-draft:report')")), 10, "the draft")
    page.goto(page.url)
    line = page.locator(".restored")
    expect(line).to_contain_text("已恢复上次没写完的内容")
    picture(page, "restored")
    box = line.bounding_box()
    assert box is not None
    assert box["height"] < 100
    expect(page.locator("#text")).to_have_value(WORDS)


def _a_point_outside_is_said_and_dropped(page: Page) -> None:
    page.get_by_role("button", name="我在这里").click()
    expect(page.locator("[data-place-status]")).to_contain_text("不在本辖区内")
    assert [page.locator(f"[name={name}]").input_value() for name in ("lon", "lat")] == ["", ""]


def _files(page: Page) -> int:
    return int(page.locator("input[name=media]").evaluate("(field) => field.files.length"))
