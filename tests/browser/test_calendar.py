"""An administrator enters a holiday with its make-up workdays in a real browser, from the form to publication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .conftest import Site, picture, serious

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

NARROW = 360


def _fits(page: Page) -> bool:
    """Nothing sticks out sideways."""
    return bool(page.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth"))


def test_a_holiday_from_the_form_to_publication(site: Site, visit: Callable[..., Page]) -> None:
    from playwright.sync_api import expect

    from xiucheng.foundation.packs import queries as packs
    from xiucheng.kit.now import now

    page = visit("shift_leader")
    page.goto(f"{site.url}/desk/packs/")
    page.get_by_role("link", name="工作日历").click()
    page.get_by_role("button", name="从现行版本起草").click()
    draft = page.url
    page.get_by_role("link", name="录入节假日").click()
    page.get_by_role("link", name="2027").click()
    expect(page.locator("h1")).to_contain_text("2027 年的节假日")
    assert serious(page) == []
    picture(page, "calendar")

    # First with a slip, which is said beside its field; then right, by the keyboard alone but for the days themselves.
    page.get_by_label("节日", exact=True).focus()
    page.keyboard.type("春节")
    page.keyboard.press("Tab")
    page.locator(":focus").fill("2027-02-05")
    page.get_by_label("最后一天").fill("2027-02-01")
    page.get_by_label("最后一天").press("Enter")
    expect(page.locator("#h-last-wrong")).to_have_text("最后一天不能早于第一天。")
    assert page.get_by_label("节日", exact=True).input_value() == "春节"
    page.get_by_label("最后一天").fill("2027-02-11")
    page.get_by_label("调休上班日 1").fill("2027-01-31")
    page.get_by_label("调休上班日 2").fill("2027-02-13")
    page.get_by_label("调休上班日 2").press("Enter")
    row = page.locator("[data-row='2027-02-05']")
    expect(row).to_contain_text("春节")
    expect(row).to_contain_text("7")
    expect(page.locator("#undo")).to_be_visible()

    page.get_by_role("button", name="都填进来，再照通知改").click()
    page.get_by_role("button", name="录完了，标为已公布").click()
    expect(page.locator(".headline")).to_contain_text("个节假日")

    page.get_by_role("link", name="看影响，去发布").last.click()
    changes = page.locator("#changes")
    expect(changes).to_contain_text("2027-02-05 至 2027-02-11 春节（7 天）")
    expect(changes).to_contain_text("2027-02-13 周六 春节")
    expect(page.locator("#effect")).to_contain_text("现在没有在办案卷")
    expect(page.locator("#effect")).to_contain_text("按这一版")
    assert serious(page) == []
    picture(page, "calendar-changes")

    phone = visit("shift_leader", width=NARROW, dark=True)
    for address in (
        draft,
        f"{draft}/days?year=2027",
        f"{draft}/days?year=2026&change=2026-10-01",
        f"{draft}/part?at=calendars/default",
    ):
        phone.goto(address)
        assert _fits(phone), address
        assert serious(phone) == []

    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".answer-done")).to_contain_text("第 2 版已发布")
    expect(page.get_by_role("button", name="撤销：退回到第 1 版")).to_be_visible()
    current = packs.current("calendar", now())
    assert current is not None
    assert "2027-02-09" in current.body["calendars"]["default"]["holidays"]
    assert "2027-02-13" in current.body["calendars"]["default"]["workdays"]
    page.get_by_role("button", name="撤销：退回到第 1 版").click()
    expect(page.locator(".answer-done")).to_contain_text("已退回到第 1 版的内容")


def test_a_rule_by_form_on_a_phone(site: Site, visit: Callable[..., Page]) -> None:
    from playwright.sync_api import expect

    page = visit("shift_leader", width=NARROW)
    page.goto(f"{site.url}/desk/packs/routing/")
    page.get_by_role("button", name="从现行版本起草").click()
    expect(page.locator("#part-rules")).to_contain_text("没有")
    page.get_by_role("link", name="加一条规则").click()
    page.get_by_label("序号").fill("10")
    page.get_by_text("整个种类").click()
    page.get_by_label("部件", exact=True).check()
    page.get_by_label("派给单位").select_option("lights")
    assert _fits(page)
    assert serious(page) == []
    picture(page, "rule-phone")
    page.get_by_role("button", name="存进草稿").click()
    expect(page.locator("[data-row='rules/0']")).to_contain_text("路灯管理所")
    expect(page.locator("#changes")).to_contain_text("规则 10")
    assert _fits(page)
