"""The main job in a real browser: a resident reports, the centre files and dispatches, the agency settles it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import picture, serious
from tests.pictures import jpeg

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Site

Visit = Callable[..., "Page"]


def photo(name: str, seed: int) -> dict[str, object]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": jpeg(1600, 1200, seed=seed)}


def test_a_report_becomes_a_settled_case(site: Site, visit: Visit) -> None:
    resident = visit(width=390, has_touch=True)
    resident.goto(site.url)
    assert not serious(resident)
    resident.get_by_role("link", name=re.compile("上报一个问题")).click()
    resident.locator("input[name=media]").set_input_files(photo("lamp.jpg", 1))
    expect(resident.locator(".shot")).to_have_count(1)
    resident.get_by_label("怎么了").fill("路灯不亮三天了，晚上接孩子看不清路")
    resident.get_by_label("怎么了").blur()
    resident.get_by_role("radio", name="路灯", exact=True).check()
    resident.locator("#area").select_option(label="槐花社区")
    resident.get_by_label("地点描述").fill("幸福路 12 号门口")
    assert not serious(resident)
    picture(resident, "report")
    resident.get_by_role("button", name="发送").click()
    expect(resident.get_by_text("已发送，谢谢您。")).to_be_visible()
    tracking = resident.url.split("?")[0]
    assert not serious(resident)

    acceptor = visit("acceptor")
    acceptor.goto(f"{site.url}/desk/reports/")
    acceptor.get_by_role("link", name=re.compile("路灯不亮")).click()
    acceptor.get_by_role("link", name="立案").click()
    acceptor.locator(".move-form").get_by_role("button", name="立案").click()
    expect(acceptor.get_by_text("待派遣").first).to_be_visible()
    number = acceptor.url.rsplit("/", 1)[1]
    assert not serious(acceptor)

    dispatcher = visit("dispatcher")
    row = dispatcher.locator(f"a[data-number='{number}']")
    expect(row).to_be_visible()
    row.click()
    pane = dispatcher.locator("#case-pane")
    expect(pane.locator("#case-head")).to_be_visible()
    assert f"case={number}" in dispatcher.url
    pane.get_by_role("link", name="派遣", exact=True).click()
    pane.get_by_label("承办单位").select_option(label="路灯管理所（示例）")
    pane.locator(".move-form").get_by_role("button", name="派遣").click()
    expect(dispatcher.locator("#toasts")).to_contain_text("撤销")
    expect(pane.get_by_text("待签收").first).to_be_visible()

    clerk = visit("lights_clerk")
    clerk.goto(f"{site.url}/desk/cases/{number}")
    clerk.get_by_role("button", name="签收").click()
    expect(clerk.locator("#case-head").get_by_text("处置中")).to_be_visible()
    # Nothing was opened: what can be done next has the focus.
    expect(clerk.locator("#case-head [data-act]").first).to_be_focused()
    clerk.get_by_role("link", name="反馈").click()
    clerk.locator(".move-form textarea").fill("换了 400W 灯泡，已亮。")
    clerk.locator(".move-form").get_by_role("button", name="反馈").click()
    expect(clerk.get_by_role("alert")).to_contain_text("处置后的图片")
    expect(clerk.locator(".move-form textarea")).to_have_value("换了 400W 灯泡，已亮。")
    clerk.locator(".move-form input[type=file]").set_input_files(photo("after.jpg", 2))
    expect(clerk.locator(".shot")).to_have_count(1)
    clerk.locator(".move-form").get_by_role("button", name="反馈").click()
    expect(clerk.locator("#case-head").get_by_text("已反馈")).to_be_visible()

    # The check begins by itself when the ten seconds for taking a reply back are over.
    acceptor.goto(f"{site.url}/desk/cases/{number}")
    for _attempt in range(20):
        if acceptor.locator("#case-head").get_by_text("待核查").count():
            break
        acceptor.wait_for_timeout(1000)
        acceptor.reload()
    expect(acceptor.locator(".compare")).to_be_visible()
    acceptor.locator("li", has_text="反馈：已处置").get_by_role("button", name="对外公开").click()
    expect(acceptor.get_by_role("button", name="收回公开").first).to_be_visible()
    acceptor.get_by_role("button", name="结案", exact=True).click()
    expect(acceptor.locator("#case-head").get_by_text("已结案")).to_be_visible()
    acceptor.wait_for_timeout(300)
    assert not serious(acceptor)

    resident.goto(tracking)
    expect(resident.get_by_role("heading", name="已办结。")).to_be_visible()
    expect(resident.get_by_alt_text("现场图片")).to_be_visible()
    assert "400W" not in resident.content()
    picture(resident, "tracking")


def test_a_move_is_taken_back_and_two_at_once_get_a_plain_answer(site: Site, visit: Visit) -> None:
    assert site.world is not None
    filed = site.world.file()
    page = visit("dispatcher")
    page.goto(f"{site.url}/desk/cases/{filed.number}")
    page.get_by_role("link", name="派遣", exact=True).click()
    page.get_by_label("承办单位").select_option(label="市政养护所（示例）")
    page.locator(".move-form").get_by_role("button", name="派遣").click()
    page.locator("#toasts").get_by_role("button", name=re.compile("撤销")).click()
    expect(page.locator("#case-head").get_by_text("待派遣")).to_be_visible()
    expect(page.locator(".story")).to_contain_text("撤销了“派遣”")
    expect(page.locator("#toasts .toast-line")).to_have_count(1)
    expect(page.locator("#toasts")).to_contain_text("已撤销")
    expect(page.locator("#toasts").get_by_role("button")).to_have_count(0)

    filed = site.world.file()
    first, second = visit("dispatcher"), visit("shift_leader")
    for page in (first, second):
        page.goto(f"{site.url}/desk/cases/{filed.number}")
        page.get_by_role("link", name="派遣", exact=True).click()
        page.get_by_label("承办单位").select_option(label="市政养护所（示例）")
    first.locator(".move-form").get_by_role("button", name="派遣").click()
    expect(first.locator("#case-head").get_by_text("待签收")).to_be_visible()
    second.locator(".move-form").get_by_role("button", name="派遣").click()
    expect(second.get_by_role("alert")).to_contain_text("案卷又有了变动")
