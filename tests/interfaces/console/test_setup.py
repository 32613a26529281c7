"""The pages of founding: step by step, each with few statements, errors in the reader's words, files that come back."""

from __future__ import annotations

import gzip
import io
import time
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.operations.founding.books import (
    AGENCY_HEADS,
    AGENCY_ROWS,
    HOUSING_HEADS,
    HOUSING_ROWS,
    PEOPLE_HEADS,
    PEOPLE_ROWS,
    XLSX,
    book,
    flipped,
)
from xiucheng.operations.founding.books import limits

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


@pytest.fixture
def world(transactional_db: None) -> World:
    from tests.world import build
    from xiucheng.kit.now import now

    return build(now())


@pytest.fixture
def admin(world: World) -> Client:
    return signed_in(world, "security_admin")


@pytest.fixture(autouse=True)
def no_second_factor(settings: SettingsWrapper) -> None:
    """As in the demo; that staff are asked for one is tested with the people."""
    settings.DEMO = True


def signed_in(world: World, name: str) -> Client:
    from django.contrib.auth import get_user_model

    from tests.world import SETUP
    from xiucheng.foundation.people import commands as people
    from xiucheng.kit.now import now

    account = people.create_account(
        by=SETUP, now=now(), person_id=world.people[name], username=name, password="a Password for tests 7"
    )
    client = Client()
    client.force_login(get_user_model().objects.get(id=account))
    return client


def hand(client: Client, template: str, content: bytes) -> str:
    """Upload and let the worker judge; the address of the import."""
    from xiucheng.kit import jobs

    answer = client.post(f"/setup/{template}/upload", {"file": SimpleUploadedFile("a.xlsx", content, XLSX)})
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_waiting()
    return str(answer.headers["Location"])


def test_a_list_goes_from_the_page_to_the_site_and_back(admin: Client) -> None:
    from xiucheng.foundation.people import queries as people
    from xiucheng.kit import jobs

    blank = admin.get("/setup/agencies/blank.xlsx")
    book_of = openpyxl.load_workbook(io.BytesIO(blank.content))
    assert book_of.worksheets[0].data_validations.dataValidation
    rows = [*AGENCY_ROWS, ("x", "示例坏行", "什么单位", "", "", "")]
    at = hand(admin, "agencies", book(AGENCY_HEADS, rows))
    page = admin.get(at)
    assert "要改" in page.content.decode()
    assert "不在可选的值里" in page.content.decode()
    copy = admin.get(f"{at}/marked.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(copy.content)).worksheets[0]
    assert sheet.cell(5, 3).comment is not None
    assert sheet.cell(5, 3).fill.fgColor.rgb == "00FFC7CE"
    digest = page.context["view"].plan_digest
    assert admin.post(f"{at}/accept", {"digest": digest, "purpose_²": "duty"}).status_code == 422
    assert admin.post(f"{at}/accept", {"digest": digest}).status_code == 302
    running = admin.get(f"{at}/state", headers={"HX-Request": "true"})
    assert "hx-get" in running.content.decode()
    jobs.run_waiting()
    assert admin.get(f"{at}/state").headers["HX-Refresh"] == "true"
    assert people.agency_by_code("team_1") is not None
    assert "撤销整次导入" in admin.get(at).content.decode()
    assert admin.post(f"{at}/undo").status_code == 302
    jobs.run_waiting()
    assert "已撤销" in admin.get(at).content.decode()


def test_files_that_cannot_be_used_are_answered_on_the_page(admin: Client) -> None:
    answer = admin.post(
        "/setup/agencies/upload", {"file": SimpleUploadedFile("a.xls", b"\xd0\xcf\x11\xe0" + bytes(99))}
    )
    assert answer.status_code == 422
    assert "另存为" in answer.content.decode()
    answer = admin.post("/setup/agencies/upload")
    assert answer.status_code == 422


def test_two_hundred_megabytes_are_refused_before_they_are_read(admin: Client) -> None:
    class Untouched(io.BytesIO):
        """A body that fails the test when it is read."""

        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("the body was read")

    stated: dict[str, Any] = {"CONTENT_LENGTH": str(200 * 1024 * 1024), "wsgi.input": Untouched()}
    answer = admin.generic("POST", "/setup/agencies/upload", b"", "multipart/form-data; boundary=x", **stated)
    assert answer.status_code == 413
    assert str(limits.MAX_BYTES // 1024 // 1024) in answer.content.decode()


def test_the_upload_wants_its_token(world: World) -> None:
    signed_in(world, "security_admin")
    strict = Client(enforce_csrf_checks=True)
    from django.contrib.auth import get_user_model

    strict.force_login(get_user_model().objects.get(username="security_admin"))
    assert strict.post("/setup/agencies/upload", {"file": SimpleUploadedFile("a.xlsx", b"x")}).status_code == 403


@pytest.mark.parametrize("path", ["", "agencies/", "people/", "gaps", "live"])
def test_pages_are_quick_and_ask_little(admin: Client, path: str) -> None:
    hand(admin, "people", book(PEOPLE_HEADS, PEOPLE_ROWS))
    admin.get(f"/setup/{path}")
    counts, took = [], []
    for _again in range(3):
        with CaptureQueriesContext(connections["default"]) as asked, CaptureQueriesContext(connections["keys"]) as keys:
            begun = time.process_time()
            answer = admin.get(f"/setup/{path}")
            took.append(time.process_time() - begun)
        counts.append(len(asked) + len(keys))
        assert answer.status_code == 200
    print(f"/setup/{path}: {min(took) * 1000:.0f} ms, {min(counts)} statements")
    assert min(counts) <= 12, [one["sql"][:90] for one in asked.captured_queries]
    assert min(took) < 0.3


def test_gaps_lead_to_their_cure_and_can_be_taken_away(admin: Client) -> None:
    page = admin.get("/setup/gaps").content.decode()
    assert "社区没有网格员" in page
    assert "/setup/duties/" in page
    content = admin.get("/setup/gaps.xlsx").content
    names = [row[2] for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)]
    assert "柳岸社区" in names
    assert "槐花社区" not in names
    assert "上线前必须补" in page
    refused = admin.post("/setup/live")
    assert refused.status_code == 422
    assert "缺口" in refused.content.decode()


def test_files_with_names_in_them_are_on_record(admin: Client) -> None:
    from xiucheng.kit import journal

    at = hand(admin, "agencies", book(AGENCY_HEADS, [*AGENCY_ROWS, ("x", "示例坏行", "什么单位", "", "", "")]))
    for path in ("/setup/people/blank.xlsx", f"{at}/marked.xlsx", "/setup/gaps.xlsx"):
        assert admin.get(path).status_code == 200
    found = [step.payload for step in journal.audited(names=["people.export"])]
    assert [(one["list"], one["asked"]) for one in reversed(found)] == [
        ("founding_blank", ["people"]),
        ("founding_marked", ["agencies"]),
        ("founding_gaps", []),
    ]
    assert found[1]["rows"] == len(AGENCY_ROWS) + 1
    assert all(one["rows"] > 0 for one in found)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("代码,名称\n990101001000,东街街道\n".encode() + b"\xff", "编码"),
        (b"\x00\x00,\n", "两列"),
        ("代码,代码,名称\n".encode(), "代码"),
        (b"", "表头"),
        (gzip.compress("代码,名称\n".encode()), "CSV"),
        (flipped(book(("代码", "名称"), [("990101001000", "东街街道")]), "xl/worksheets/sheet1.xml"), "CSV"),
        (bytes(limits.MAX_BYTES + 1), "文件太大"),
    ],
    ids=["damaged", "noise", "twice", "empty", "packed", "broken workbook", "large"],
)
def test_a_list_of_areas_that_cannot_be_read_is_answered_on_the_page(admin: Client, content: bytes, said: str) -> None:
    sent = {"code": "990101", "name": "", "file": SimpleUploadedFile("a.csv", content)}
    answer = admin.post("/setup/district", sent)
    assert answer.status_code in (413, 422)
    assert said in answer.context["refusal"].text


def test_only_the_security_administrator_enters(world: World) -> None:
    for name in ("system_admin", "audit_admin", "dispatcher"):
        client = signed_in(world, name)
        for path in ("", "agencies/", "agencies/blank.xlsx", "gaps", "gaps.xlsx", "live"):
            assert client.get(f"/setup/{path}").status_code == 403, (name, path)
        assert client.post("/setup/district", {"code": "990101"}).status_code == 403
    assert Client().get("/setup/").status_code == 302


def test_the_district_comes_by_its_code(transactional_db: None) -> None:
    from tests.world import SETUP
    from xiucheng.foundation.packs import queries as packs
    from xiucheng.foundation.people import commands as people
    from xiucheng.foundation.places import queries as places
    from xiucheng.kit.now import now

    person = people.register_person(by=SETUP, now=now(), name="示例安管")
    people.start_membership(by=SETUP, now=now(), person_id=person, role="security_admin")
    account = people.create_account(
        by=SETUP, now=now(), person_id=person, username="setter", password="a Password for tests 7"
    )
    client = Client()
    from django.contrib.auth import get_user_model

    client.force_login(get_user_model().objects.get(id=account))
    assert "先填区划代码" in client.get("/setup/").content.decode()
    assert client.post("/setup/district", {"code": "12", "name": "示例区"}).status_code == 422
    listed = "代码,名称\n990101000000,示例区\n990101001000,东街街道\n990101001001,槐花社区\n".encode("gb18030")
    answer = client.post("/setup/district", {"code": "990101", "name": "", "file": SimpleUploadedFile("a.csv", listed)})
    assert answer.status_code == 302, answer.content.decode()
    assert {one.name for one in places.subtree()} == {"示例区", "东街街道", "槐花社区"}
    assert packs.current("catalogue", now()) is not None
    other = client.post("/setup/district", {"code": "990102", "name": "别区"})
    assert other.status_code == 422
    assert "一个站点只管一个区" in other.content.decode()


def test_compounds_are_listed_found_and_opened(admin: Client) -> None:
    from xiucheng.foundation.places import housing
    from xiucheng.kit import jobs

    assert "没有小区" in admin.get("/desk/basemap/compounds").content.decode()
    at = hand(admin, "housing", book(HOUSING_HEADS, HOUSING_ROWS))
    digest = admin.get(at).context["view"].plan_digest
    assert admin.post(f"{at}/accept", {"digest": digest}).status_code == 302
    jobs.run_waiting()
    with CaptureQueriesContext(connections["default"]) as asked:
        page = admin.get("/desk/basemap/compounds").content.decode()
    assert len(asked) <= 12
    assert page.count("data-row") == 3
    assert admin.get("/desk/basemap/compounds?search=示例路9号").content.decode().count("data-row") == 1
    assert "没有小区" in admin.get("/desk/basemap/compounds?page=2").content.decode()
    garden = next(one for one in housing.compounds("990101001001") if one.name == "示例花园")
    shown = admin.get(f"/desk/basemap/compounds/{garden.id}").content.decode()
    assert "示例路1号" in shown
    assert "3幢" in shown
    assert admin.get("/desk/basemap/compounds/00000000-0000-7000-8000-000000000000").status_code == 404


def test_many_files_are_listed_by_the_statements_of_one(admin: Client, world: World) -> None:
    from xiucheng.kit import jobs
    from xiucheng.operations.founding import commands, queries

    def asked() -> int:
        with CaptureQueriesContext(connections["default"]) as site, CaptureQueriesContext(connections["keys"]) as keys:
            rows = queries.imports("agencies")
        assert all(one.name == "a.xlsx" for one in rows)
        return len(site) + len(keys)

    at = hand(admin, "agencies", book(AGENCY_HEADS, AGENCY_ROWS))
    one = asked()
    for _again in range(4):
        commands.upload(by=world.standing("security_admin"), now=world.now, template="agencies",
                        content=book(AGENCY_HEADS, AGENCY_ROWS), name="a.xlsx")  # fmt: skip
        jobs.run_waiting()
    assert admin.get(at).status_code == 200
    assert asked() <= one + 1
