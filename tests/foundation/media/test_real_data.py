"""Real photographs and the real headers of real cameras."""

import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from xiucheng.foundation.media import commands, queries
from xiucheng.kit.actor import Actor
from xiucheng.kit.refused import Refused

DATA = Path(os.environ.get("XIUCHENG_REAL_DATA", "../shared/data")) / "media"
pytestmark = [pytest.mark.realdata, pytest.mark.django_db]
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def need(name: str) -> bytes:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"NOT RUN: {path} is not there (XIUCHENG_REAL_DATA)")
    return path.read_bytes()


def store(name: str) -> Any:
    return commands.store(actor=Actor.channel("test"), now=NOW, content=need(name), name=name, purpose="far")


# What exiftool's test pictures say. The telephone and the action camera state no zone; their satellites' clocks put
# the first at British summer time (UTC+1), the second at New York's (UTC−4). The two old cameras have neither.
SHOTS: dict[str, tuple[str, str, tuple[float, float] | None, str, str]] = {
    "Apple.jpg": ("2016-09-28T17:18:05", "gps", (-1.4566778, 53.3828472), "Apple", "iPhone 7"),
    "GoPro.jpg": ("2017-10-03T14:58:29", "gps", (-73.9933543, 40.6584192), "GoPro", "HERO6 Black"),
    "GPS.jpg": ("2002-07-13T07:58:28", "assumed", (-1.9141667, 54.9896667), "FUJIFILM", "FinePixS1Pro"),
    "XMP.jpg": ("2001-05-19T10:36:41", "assumed", None, "FUJIFILM", "FinePix2400Zoom"),
    "licenseplate_motion.jpg": ("2003-12-20T08:10:54", "assumed", None, "FUJIFILM", "FinePix S7000"),
}


@pytest.mark.parametrize("name", SHOTS)
def test_what_real_cameras_say(name: str) -> None:
    taken, zone, place, make, model = SHOTS[name]
    stored = store(name)
    found = queries.describe([stored.id])[stored.id]
    assert found.taken_at == datetime.fromisoformat(f"{taken}+00:00")
    assert (found.taken_zone, found.make, found.model) == (zone, make, model)
    assert (found.lon, found.lat) == (pytest.approx(place, abs=1e-6) if place else (None, None))


def test_a_real_photograph_without_facts() -> None:
    stored = store("building.jpg")
    assert (stored.width, stored.height, stored.taken_at, stored.lon) == (868, 600, None, None)
    thumb = Image.open(BytesIO(queries.content(stored.id, "thumb")[0]))
    assert thumb.size == (320, 221)
    # The same picture still, not a grey field: bright sky above, darker house below.
    grey = thumb.convert("L").resize((1, 2))
    with Image.open(BytesIO(need("building.jpg"))) as original:
        wanted = original.convert("L").resize((1, 2))
    for row in range(2):
        assert grey.getpixel((0, row)) == pytest.approx(wanted.getpixel((0, row)), abs=6)


def test_a_real_video_is_told_from_a_picture() -> None:
    with pytest.raises(Refused) as caught:
        store("vtest.mp4")
    assert caught.value.code == "bad_type"


@pytest.mark.parametrize("name", ["Geotag.gpx", "Geotag.kml", "Geotag.igc"])
def test_tracks_are_no_pictures(name: str) -> None:
    with pytest.raises(Refused) as caught:
        store(name)
    assert caught.value.code == "bad_type"
