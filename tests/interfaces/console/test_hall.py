"""The hall: filters in the address, searching, the file to take away, the piece that keeps the list fresh."""

import csv
import io
import re

import openpyxl
import pytest

from tests.interfaces.console.test_doors import catch_up
from xiucheng.kit.cells import safe_cell

WEST = "990101002001"


@pytest.fixture
def three(world):
    lamp = world.file(title="路灯不亮")
    cover = world.file(category="C0101", title="井盖松动")
    from xiucheng.operations.cases.commands import CasePlace

    west = world.file(title="河边路灯", place=CasePlace(area=WEST))
    catch_up()
    return lamp, cover, west


def numbers(html: str) -> set[str]:
    return set(re.findall(r'data-number="([^"]+)"', html))


def test_filters_narrow_and_stay_in_the_address(three, sign_in):
    lamp, cover, west = three
    client = sign_in("dispatcher")

    def listed(query: str) -> set[str]:
        return numbers(client.get(f"/desk/?{query}").content.decode())

    assert listed("") == {lamp.number, cover.number, west.number}
    assert listed("category=C0137") == {lamp.number, west.number}
    assert listed("area=990101002") == {west.number}
    assert listed("category=C0137&area=990101001") == {lamp.number}
    assert listed("queue=overdue") == set()
    assert listed("agency=not-an-id") == {lamp.number, cover.number, west.number}
    html = client.get("/desk/?category=C0137&area=990101001").content.decode()
    assert "queue=to_dispatch" in html
    assert re.search(r'queue=\w+&amp;[^"]*category=C0137|category=C0137[^"]*queue=\w+', html)


@pytest.mark.parametrize("query", ["sort=nonsense", "cursor=nonsense"])
def test_an_address_that_makes_no_sense_is_refused(three, sign_in, query):
    answer = sign_in("dispatcher").get(f"/desk/?{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_queue_that_there_is_not_opens_the_list_with_a_hint(three, sign_in):
    answer = sign_in("dispatcher").get("/desk/?queue=nonsense")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert numbers(html) == {one.number for one in three}
    assert "没有这个队列" in html
    assert "没有这个队列" not in sign_in("dispatcher").get("/desk/?queue=open").content.decode()


def test_the_live_piece_is_the_list_alone(three, sign_in):
    answer = sign_in("dispatcher").get("/desk/", headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert "<html" not in html
    assert html.count("data-row=") == 3
    assert "data-queues" in html
    assert answer.headers["Cache-Control"].startswith("max-age=0")


def test_an_area_sees_its_own(three, sign_in):
    lamp, cover, _west = three
    assert numbers(sign_in("street_head").get("/desk/").content.decode()) == {lamp.number, cover.number}
    assert numbers(sign_in("roads_clerk").get("/desk/").content.decode()) == set()


def test_a_number_leads_to_its_case_and_words_to_the_list(three, sign_in):
    lamp, _cover, west = three
    client = sign_in("dispatcher")
    typed = lamp.number.replace("-", "")
    assert client.get("/desk/search", {"q": typed}).headers["Location"] == f"/desk/cases/{lamp.number}"
    found = client.get("/desk/search", {"q": "河边"}, follow=True)
    assert numbers(found.content.decode()) == {west.number}
    nothing = client.get("/desk/search", {"q": "没人说过的话"}, follow=True)
    assert "没有找到" in nothing.content.decode()


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+86 138", "'+86 138"),
        ("-1+2", "'-1+2"),
        ("-1", "-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("路灯", "路灯"),
        (None, ""),
        (3, "3"),
    ],
)
def test_no_cell_is_taken_for_a_formula(cell, written):
    assert safe_cell(cell) == written


def test_the_file_holds_the_same_list(three, world, sign_in):
    bad = world.file(title='=HYPERLINK("http://x")')
    catch_up()
    client = sign_in("shift_leader")
    answer = client.get("/desk/export.csv?category=C0137")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row[0] for row in rows[1:-1]} == {three[0].number, three[2].number, bad.number}
    assert [row[1] for row in rows if row[0] == bad.number] == ['\'=HYPERLINK("http://x")']
    assert "示例shift_leader" in rows[-1][0]
    book = openpyxl.load_workbook(io.BytesIO(client.get("/desk/export.xlsx").content))
    cells = [row[0].value for row in book.active.iter_rows(min_row=2, max_row=5)]
    assert {three[0].number, three[1].number, three[2].number, bad.number} == set(cells)
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)
    assert client.get("/desk/export.exe").status_code == 404


def test_an_export_holds_only_what_its_taker_sees(three, sign_in):
    rows = sign_in("street_head").get("/desk/export.csv").content.decode("utf-8-sig")
    assert three[2].number not in rows
    assert three[0].number in rows


def test_the_party_complained_of_takes_no_words_away(world, three, sign_in):
    from xiucheng.operations.cases import commands as cases

    by, lamp = world.standing("dispatcher"), three[0]
    args = {"agency": str(world.agencies["roads"])}
    cases.move(by=by, now=world.now, case_id=lamp.case_id, version=1, name="dispatch", args=args)
    catch_up()
    rows = list(csv.reader(io.StringIO(sign_in("roads_clerk").get("/desk/export.csv").content.decode("utf-8-sig"))))
    assert rows[1][0] == lamp.number
    assert "内容" not in rows[0]
    assert "路灯不亮" not in str(rows)
    assert "内容" in sign_in("leader").get("/desk/export.csv").content.decode("utf-8-sig")


def test_who_may_not_export_is_not_offered_it(three, sign_in):
    assert "export.csv" not in sign_in("dispatcher").get("/desk/").content.decode()
    assert sign_in("dispatcher").get("/desk/export.csv").status_code == 403
    assert "export.csv" in sign_in("leader").get("/desk/").content.decode()
