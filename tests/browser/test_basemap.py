"""A map comes into the site in a real browser: uploaded, looked at, mended, taken, cut on the map, taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shapely

from tests.foundation.places.geodata.files import shapefile
from tests.foundation.places.ground import lattice, numbered

from .conftest import PASSWORD, Site, picture, serious

if TYPE_CHECKING:
    from playwright.sync_api import Page

WEST = "990101001001"


@pytest.fixture
def keeper(site: Site) -> str:
    """The user name of whoever keeps base data."""
    from tests.world import SETUP
    from xiucheng.foundation.people import commands
    from xiucheng.kit.now import now

    assert site.world is not None
    person = site.world.people["system_admin"]
    commands.create_account(by=SETUP, now=now(), person_id=person, username="system_admin", password=PASSWORD)
    return "system_admin"


def grid_file(folder: Path) -> Path:
    """Twelve grids, one of them 30 cm too far east."""
    cells = dict(numbered(WEST, lattice(4, 3)))
    cells[f"{WEST}006"] = shapely.affinity.translate(cells[f"{WEST}006"], xoff=3e-6)
    return shapefile(folder, list(cells.values()), {"WGBM": list(cells)}, name="网格")


def test_a_map_comes_in_is_changed_and_goes_back(
    site: Site, keeper: str, visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit(keeper)
    page.goto(f"{site.url}/desk/basemap/")
    assert serious(page) == []
    page.locator("#map-file").set_input_files(grid_file(tmp_path))
    page.locator("#map-file").locator("xpath=ancestor::form").locator("button.btn-main").click()
    page.wait_for_selector("#take", timeout=60_000)
    page.wait_for_selector(".draft-map canvas, .draft-map svg path")
    assert page.locator('[data-severity="sliver"]').count() > 0
    page.wait_for_timeout(1500)
    picture(page, "basemap-draft")
    assert serious(page) == []
    page.locator("button[name=all]").click()
    page.wait_for_selector("button[name=drop]", timeout=60_000)
    page.locator("#take button.btn-main").click()
    page.wait_for_selector(".answer-done", timeout=60_000)
    page.goto(f"{site.url}/desk/basemap/")
    picture(page, "basemap")
    page.goto(f"{site.url}/desk/basemap/grids/{WEST}")
    page.wait_for_selector(".grids-map path[data-code]")
    cell = page.locator(f'.grids-map path[data-code="{WEST}001"]')
    box = cell.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator('[data-tool="line"]').click()
    for share in (-0.1, 1.15):
        page.mouse.click(box["x"] + box["width"] / 3, box["y"] + box["height"] * share)
    picture(page, "basemap-grids")
    assert serious(page) == []
    page.locator('[data-needs="line"]').click()
    page.wait_for_selector(f'.grids-map path[data-code="{WEST}013"]')
    page.locator(".table form button").first.click()
    page.wait_for_selector(".grids-map path[data-code]")
    assert page.locator(".grids-map path[data-code]").count() == 12
    for width, dark in ((360, False), (1440, True)):
        other = visit(keeper, width=width, dark=dark)
        for name, path in (("basemap", "/desk/basemap/"), ("basemap-grids", f"/desk/basemap/grids/{WEST}")):
            other.goto(f"{site.url}{path}")
            other.wait_for_timeout(600)
            assert other.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), (name, width)
            picture(other, f"{name}-{'dark' if dark else width}")
