"""The line of a case: everything people wrote is escaped, opening it keeps the list's address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory

from xiucheng.interfaces.web.faces import CaseRow, Source
from xiucheng.interfaces.web.rows import Drawer

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
EVIL = '"><script>alert(1)</script>'


class Tags(HTMLParser):
    """The elements of a piece of HTML with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def one(self, tag: str) -> dict[str, str | None]:
        (attributes,) = [attributes for name, attributes in self.found if name == tag]
        return attributes


def row(**values: object) -> CaseRow:
    plain = {
        "id": "1",
        "version": 3,
        "href": "/desk/cases/26-0048-213-7",
        "number": "26-0048-213-7",
        "title": "路灯不亮",
        "category": "路灯",
        "place": "东街街道 · 槐花社区",
        "state": "处置中",
        "since": NOW - timedelta(hours=9),
        "due": NOW + timedelta(hours=2, minutes=10),
        "peek": "/desk/cases/26-0048-213-7/peek",
    }
    return CaseRow(**{**plain, **values})  # type: ignore[arg-type]


def drawn(face: CaseRow, query: str = "") -> Tags:
    return Tags(Drawer(NOW, ZONE, "/desk/", QueryDict(query)).row(face))


def test_what_people_wrote_is_text_and_nothing_else() -> None:
    names = ("title", "category", "place", "state", "agency")
    page = drawn(row(**dict.fromkeys(names, EVIL), marks=(EVIL,), sources=(Source("phone", EVIL, 2),)))
    assert "script" not in {tag for tag, _ in page.found}
    assert page.one("a")["title"] == EVIL
    assert page.text.count(EVIL) == 5  # title, mark, category, place, agency; the state only where no agency has it


def test_without_an_agency_the_state_stands_in_its_place() -> None:
    assert "处置中" in drawn(row()).text
    assert "处置中" not in drawn(row(agency="市政养护所（示例）")).text


def test_opening_a_row_keeps_what_the_list_is_narrowed_to() -> None:
    link = drawn(row(), "queue=overdue&q=%22%26&case=old&cursor=abc").one("a")
    asked = QueryDict(str(link["hx-push-url"]).removeprefix("/desk/?"))
    assert asked.dict() == {"queue": "overdue", "q": '"&', "cursor": "abc", "case": "26-0048-213-7"}
    assert link["hx-get"] == "/desk/cases/26-0048-213-7/peek"


def test_a_row_that_opens_nothing_at_its_side_is_a_plain_link() -> None:
    assert "hx-get" not in drawn(row(peek="")).one("a")


def test_the_selected_row_says_so() -> None:
    page = drawn(row(selected=True))
    assert page.one("a")["aria-current"] == "true"
    assert "here" in str(page.one("li")["class"]).split()


def test_rows_and_options_as_templates_use_them() -> None:
    template = Template("{% load web %}{% case_rows rows %}{% options groups chosen %}")
    context = Context(
        {
            "request": RequestFactory().get("/desk/?queue=open"),
            "now": NOW,
            "rows": [row(), row(id="2", title="井盖丢失")],
            "groups": [("公用 & 设施", [("C0137", "路灯"), ("C0101", '上水"井盖')])],
            "chosen": "C0101",
        }
    )
    page = Tags(template.render(context))
    assert [attributes["data-row"] for tag, attributes in page.found if tag == "li"] == ["1", "2"]
    assert page.one("optgroup")["label"] == "公用 & 设施"
    options = [attributes for tag, attributes in page.found if tag == "option"]
    assert [(one["value"], "selected" in one) for one in options] == [("C0137", False), ("C0101", True)]
