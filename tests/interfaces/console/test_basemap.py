"""Base data at the desk: an upload from the form to the map and back, grids changed on the map, few statements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.utils import CaptureQueriesContext

from tests.foundation.places.geodata.files import shapefile
from tests.foundation.places.ground import lattice, numbered

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

WEST = "990101001001"


def work(address: str) -> None:
    """What the worker does with the upload whose page this is."""
    from xiucheng.foundation.places import jobs
    from xiucheng.foundation.places.models import Draft

    while (draft := Draft.objects.get(pk=address.rsplit("/", 1)[1])).state in ("reading", "judging", "taking"):
        getattr(jobs, draft.state).run(str(draft.pk), draft.revision)


def sent(client: Client, path: Path, kind: str = "") -> str:
    """The address of the upload's page, after the worker has read it."""
    file = SimpleUploadedFile(path.name, path.read_bytes())
    answer = client.post("/desk/basemap/upload", {"file": file, "kind": kind})
    assert answer.status_code == 302, answer.content.decode()
    address = answer.headers["Location"]
    assert "hx-get" in client.get(address).content.decode()
    work(address)
    return address


def revision(client: Client, address: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', client.get(address).content.decode())
    assert found
    return found[1]


def lamps(count: int = 6) -> tuple[list, dict]:
    shapes = [shapely.Point(120.0005 + at / 10_000, 30.001) for at in range(count)]
    columns = {
        "标识码": [f"9901010137{at:06d}" for at in range(count)],
        "权属单位": ["路灯管理所（示例）"] * (count - 1) + ["没有的公司"],
    }
    return shapes, columns


def test_an_upload_whose_work_has_stopped_says_so_and_is_discarded(world, sign_in, tmp_path):
    from datetime import timedelta

    from xiucheng.foundation.places.models import Draft
    from xiucheng.foundation.places.rules import DRAFT_STUCK
    from xiucheng.kit.now import now

    client, path = sign_in("system_admin"), shapefile(tmp_path, *lamps())
    file = SimpleUploadedFile(path.name, path.read_bytes())
    address = client.post("/desk/basemap/upload", {"file": file, "kind": ""}).headers["Location"]
    assert "多半中断了" not in client.get(address).content.decode()
    assert client.post(f"{address}/discard").status_code == 409
    Draft.objects.update(changed_at=now() - DRAFT_STUCK - timedelta(seconds=1))
    page = client.get(address).content.decode()
    assert "多半中断了" in page
    assert f'action="{address}/discard"' in page
    assert client.post(f"{address}/discard").status_code == 302
    assert not Draft.objects.exists()


def test_a_survey_goes_from_the_form_to_the_map_and_back(world, sign_in, tmp_path):
    from xiucheng.foundation.people import queries as people
    from xiucheng.foundation.places import queries as places
    from xiucheng.kit.now import now

    client = sign_in("system_admin")
    address = sent(client, shapefile(tmp_path, *lamps()))
    page = client.get(address).content.decode()
    assert 'data-verdict="unknown"' in page
    assert "确认入库" in page
    assert "<option selected>权属单位</option>" in page
    shapes = client.get(f"{address}/shapes").json()
    assert len([one for one in shapes["features"] if one["properties"]["layer"] == "upload"]) == 6
    taken = client.post(f"{address}/take", {"revision": revision(client, address)})
    assert taken.status_code == 302
    work(address)
    page = client.get(address).content.decode()
    assert "已入库 6 行" in page
    assert "没有的公司" in page
    assert places.component("9901010137000000") is not None
    lamp = "9901010137000000"
    assert people.parties("component", [lamp], at=now()) == {lamp: {"owner": world.agencies["lights"]}}
    listed = client.get("/desk/points/component/").content.decode()
    assert "路灯管理所（示例）" in listed
    assert client.post(f"{address}/undo").status_code == 302
    assert places.component("9901010137000000") is None
    assert people.parties("component", [lamp], at=now()) == {}
    assert "已整份撤销" in client.get(address).content.decode()


def test_a_case_that_leans_on_it_keeps_it(world, sign_in, tmp_path):
    from xiucheng.operations.cases.commands import CasePlace

    client = sign_in("system_admin")
    address = sent(client, shapefile(tmp_path, *lamps()))
    client.post(f"{address}/take", {"revision": revision(client, address)})
    work(address)
    from xiucheng.kit.now import now

    world.file(now=now(), place=CasePlace(area=WEST, component="9901010137000001"))
    answer = client.post(f"{address}/undo")
    assert answer.status_code == 409
    assert "9901010137000001" in answer.content.decode()


def test_a_wrong_choice_is_told_in_words(world, sign_in, tmp_path):
    client = sign_in("system_admin")
    address = sent(client, shapefile(tmp_path, *lamps()))
    answer = client.post(f"{address}/choose", {"revision": revision(client, address), "frame": "local:affine",
                                               "control": "K1 一 二 三 四"})  # fmt: skip
    assert answer.status_code == 422
    assert "第 1 行控制点看不懂" in answer.content.decode()
    stale = client.post(f"{address}/choose", {"revision": "1", "frame": "gcj02"})
    assert stale.status_code == 409
    moved = client.post(f"{address}/choose", {"revision": revision(client, address), "frame": "gk3:120"})
    assert moved.status_code == 302
    work(address)
    page = client.get(address).content.decode()
    assert "确认入库" not in page
    assert 'data-verdict="nowhere"' in page or 'data-verdict="sea"' in page or 'data-verdict="away"' in page


def test_digits_that_are_no_numbers_are_answered_in_words(world, sign_in, tmp_path):
    client = sign_in("system_admin")
    address = sent(client, shapefile(tmp_path, *lamps()))
    held = revision(client, address)
    assert client.get(address, {"page": "²"}).status_code == 422
    assert client.post(f"{address}/choose", {"revision": held, "set": "²"}).status_code == 422
    assert client.post(f"{address}/repairs", {"revision": held, "number": "²"}).status_code == 422
    assert client.post(f"{address}/take", {"revision": "²"}).status_code == 409
    assert client.get(address, {"page": "２"}).status_code == 200


def test_what_is_no_map_says_why_and_can_be_discarded(world, sign_in, tmp_path):
    client = sign_in("system_admin")
    path = tmp_path / "部件.shp"
    path.write_bytes(b"\x00\x00\x27\x0a" + bytes(100))
    address = sent(client, path)
    assert "只是 Shapefile 的一部分" in client.get(address).content.decode()
    assert client.post(f"{address}/discard").headers["Location"] == "/desk/basemap/"
    assert client.get(address).status_code == 404
    assert client.post("/desk/basemap/upload").status_code == 422


def grid_town(client: Client, tmp_path: Path) -> dict:
    cells = dict(numbered(WEST, lattice(3, 2)))
    address = sent(client, shapefile(tmp_path, list(cells.values()), {"WGBM": list(cells)}, name="网格"))
    client.post(f"{address}/take", {"revision": revision(client, address)})
    work(address)
    return cells


def corners(shape: shapely.LineString) -> str:
    return ";".join(f"{x},{y}" for x, y in shape.coords)


def test_grids_are_cut_joined_numbered_and_undone_on_the_map(world, sign_in, tmp_path):
    from xiucheng.foundation.places import queries as places

    client = sign_in("system_admin")
    cells = grid_town(client, tmp_path)
    address = f"/desk/basemap/grids/{WEST}"

    def seen() -> str:
        return re.search(r'name="seen" value="([^"]*)"', client.get(address).content.decode())[1]

    shape = cells[f"{WEST}001"]
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    line = shapely.LineString([(middle, south - 0.001), (middle, north + 0.001)])
    cut = client.post(f"{address}/split", {"code": f"{WEST}001", "corners": corners(line), "seen": seen()})
    assert cut.status_code == 302, cut.content.decode()
    assert len(places.unit_grids(WEST)) == 7
    assert client.post(f"{address}/renumber", {"seen": "older"}).status_code == 409
    assert client.post(f"{address}/renumber", {"seen": seen()}).status_code == 302
    joined = client.post(f"{address}/merge", {"code": [f"{WEST}001", f"{WEST}002"], "seen": seen()})
    assert joined.status_code == 302, joined.content.decode()
    assert len(places.unit_grids(WEST)) == 6
    page = client.get(address).content.decode()
    newest = re.search(r"/desk/basemap/changes/([0-9a-f-]+)/undo", page)[1]
    undone = client.post(f"/desk/basemap/changes/{newest}/undo", {"back": WEST})
    assert undone.headers["Location"] == address
    assert len(places.unit_grids(WEST)) == 7
    assert "已撤销" in client.get(address).content.decode()
    outside = shapely.LinearRing([(east + 0.01, south), (east + 0.02, south), (east + 0.02, north)])
    drawn = client.post(f"{address}/draw", {"corners": corners(outside), "seen": seen()})
    assert drawn.status_code == 302, drawn.content.decode()
    for wrong in ({"code": f"{WEST}001", "corners": "x"}, {"corners": corners(line)}):
        assert client.post(f"{address}/split", {**wrong, "seen": seen()}).status_code == 422
    assert client.get("/desk/basemap/grids/990101").status_code == 404


def test_every_page_asks_at_most_twelve_times(world, sign_in, tmp_path):
    from django.db import connection

    client = sign_in("system_admin")
    grid_town(client, tmp_path / "a")
    address = sent(client, shapefile(tmp_path / "b", *lamps()))
    for path in ("/desk/basemap/", address, f"{address}/shapes", f"/desk/basemap/grids/{WEST}",
                 f"/desk/basemap/grids/{WEST}/shapes", "/desk/points/component/"):  # fmt: skip
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        assert len(asked) <= 12, (path, [one["sql"][:90] for one in asked])


@pytest.mark.parametrize("name", ["acceptor", "security_admin", "audit_admin", "leader", "street_head"])
def test_only_the_system_administrator_comes_in(world, sign_in, name):
    client = sign_in(name)
    # Whoever founds the district looks on, and changes nothing either.
    assert client.get("/desk/basemap/").status_code == (200 if name == "security_admin" else 403)
    assert client.post("/desk/basemap/upload").status_code == 403
    assert client.post(f"/desk/basemap/grids/{WEST}/renumber").status_code == 403
    assert client.get("/desk/basemap/areas/").status_code == 403
