"""What a file is by its content, and what a camera's facts are worth."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.foundation.media.exif import Facts, facts
from xiucheng.foundation.media.rules import plain_name, sniff, why_turned_away

from .make import PDF, jpeg, quarters, saved

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (jpeg(), "jpeg"),
        (saved(quarters(), "PNG"), "png"),
        (saved(quarters(), "WEBP"), "webp"),
        (PDF, "pdf"),
        (b"#!/bin/sh\nrm -rf /\n", None),
        (b"<?php system($_GET['x']); ?>", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", None),
        (b"<!doctype html><script>alert(1)</script>", None),
        (b" " + PDF, None),
        (b"GIF89a" + bytes(20), None),
        (saved(quarters(), "TIFF"), None),
        (saved(quarters(), "BMP"), None),
        (b"\xff\xd8", None),
        (b"", None),
    ],
)
def test_a_kind_is_told_by_the_content(content: bytes, kind: str | None) -> None:
    assert sniff(content) == kind


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\0\0\0\x18ftypheic" + bytes(9), "heic"),
        (b"\0\0\0\x18ftypmif1", "heic"),
        (b"\0\0\0\x18ftypmp42", "video"),
        (b"GIF89a", "gif"),
        (b"PK\x03\x04", "unknown"),
    ],
)
def test_what_is_known_and_not_taken_gets_a_hint(content: bytes, why: str) -> None:
    assert (sniff(content), why_turned_away(content)) == (None, why)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\照片.jpg", "照片.jpg"),
        ("a\0b\r\nc.png", "abc.png"),
        ("", ""),
        ("长" * 300 + ".jpg", "长" * 196 + ".jpg"),
    ],
)
def test_a_name_is_only_a_name(name: str, kept: str) -> None:
    assert plain_name(name) == kept


# -- the camera's facts -----------------------------------------------------------------------------------------------

TAKEN, OFFSET = 0x9003, 0x9011
SHOT = "2026:11:19 10:00:00"
UTC_CLOCK = {7: (2.0, 0.0, 5.0), 29: "2026:11:19"}
PLACE: dict[int, Any] = {1: "N", 2: (37.0, 30.0, 36.0), 3: "E", 4: (122.0, 6.0, 0.0)}


def seen(base: Any = None, details: Any = None, gps: Any = None, zone: Any = SHANGHAI) -> Facts:
    return facts(base or {}, details or {}, gps or {}, zone=zone, now=NOW)


@pytest.mark.parametrize(
    ("details", "gps", "utc", "zone"),
    [
        ({TAKEN: SHOT}, {}, "02:00", "assumed"),
        ({TAKEN: SHOT, OFFSET: "+09:00"}, {}, "01:00", "stated"),
        ({TAKEN: SHOT, OFFSET: "-03:30"}, {}, "13:30", "stated"),
        ({TAKEN: SHOT, OFFSET: "+99:00"}, {}, "02:00", "assumed"),
        ({TAKEN: SHOT, OFFSET: "   :  "}, {}, "02:00", "assumed"),
        ({TAKEN: SHOT}, UTC_CLOCK, "02:00", "gps"),
        # The fix is twenty minutes old: still the site's zone, not one of twenty minutes.
        ({TAKEN: SHOT}, {**UTC_CLOCK, 7: (1.0, 40.0, 0.0)}, "02:00", "gps"),
        # Kathmandu, five hours and three quarters ahead.
        ({TAKEN: SHOT}, {**UTC_CLOCK, 7: (4.0, 15.0, 40.0)}, "04:15", "gps"),
        # A fix from the day before yesterday says nothing.
        ({TAKEN: SHOT}, {**UTC_CLOCK, 29: "2026:11:17"}, "02:00", "assumed"),
        ({TAKEN: SHOT}, {7: (2.0, 0.0, 5.0)}, "02:00", "assumed"),
        ({TAKEN: SHOT}, {**UTC_CLOCK, 7: (float("nan"), 0.0, 0.0)}, "02:00", "assumed"),
        ({0x9004: SHOT, 0x9012: "+08:00"}, {}, "02:00", "stated"),
        ({TAKEN: "    :  :     :  :  ", 0x9004: SHOT}, {}, "02:00", "assumed"),
        ({TAKEN: SHOT + "\0\0"}, {}, "02:00", "assumed"),
    ],
)
def test_when_it_was_taken(details: Any, gps: Any, utc: str, zone: str) -> None:
    found = seen(details=details, gps=gps)
    assert found.taken_at is not None
    assert (f"{found.taken_at:%H:%M}", found.taken_at.utcoffset(), found.taken_zone) == (utc, timedelta(0), zone)


@pytest.mark.parametrize(
    "taken",
    [
        "1900:01:01 00:00:00",
        "1970:01:01 08:00:00",
        "2000:01:01 00:00:05",
        "2026:11:22 00:00:00",
        "2026:13:40 00:00:00",
        "0000:00:00 00:00:00",
        "9999:12:31 23:59:59",
        "0001:01:01 00:00:00",
        "yesterday",
        "",
        5,
        None,
        b"\xff\xfe",
    ],
)
def test_a_wrong_clock_says_nothing(taken: Any) -> None:
    found = seen(details={TAKEN: taken})
    assert (found.taken_at, found.taken_zone) == (None, None)


def test_the_time_of_the_last_change_is_not_when_it_was_taken() -> None:
    assert seen(base={0x0132: SHOT}).taken_at is None


def test_summer_time_of_the_site_counts() -> None:
    found = seen(details={TAKEN: "2026:07:01 12:00:00"}, zone=ZoneInfo("America/Los_Angeles"))
    assert found.taken_at == datetime(2026, 7, 1, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("gps", "place"),
    [
        (PLACE, (122.1, 37.51)),
        ({**PLACE, 18: "WGS-84"}, (122.1, 37.51)),
        ({**PLACE, 18: "CGCS 2000"}, (122.1, 37.51)),
        ({**PLACE, 1: "S", 3: "W"}, (-122.1, -37.51)),
        ({**PLACE, 2: (37.51,)}, (122.1, 37.51)),
        ({**PLACE, 1: b"N\0", 3: "e"}, (122.1, 37.51)),
        ({**PLACE, 18: "TOKYO"}, None),
        ({**PLACE, 18: "GCJ-02"}, None),
        ({**PLACE, 9: "V"}, None),
        ({**PLACE, 1: None}, None),
        ({**PLACE, 1: "X"}, None),
        ({**PLACE, 2: (91.0, 0.0, 0.0)}, None),
        ({**PLACE, 4: (180.0, 0.0, 1.0)}, None),
        ({**PLACE, 2: (-37.0, 0.0, 0.0)}, None),
        ({**PLACE, 2: (float("nan"), 0.0, 0.0)}, None),
        ({**PLACE, 2: ()}, None),
        ({**PLACE, 2: "37"}, None),
        ({1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (37.0, 0.0, 0.0)}, None),
        ({}, None),
    ],
)
def test_where_it_was_taken(gps: Any, place: tuple[float, float] | None) -> None:
    found = seen(gps=gps)
    assert (found.lon, found.lat) == (place or (None, None))


@pytest.mark.parametrize(("value", "kept"), [(6, 6), (0, 1), (9, 1), ("6", 1), (None, 1)])
def test_which_side_is_up(value: Any, kept: int) -> None:
    assert seen(base={0x0112: value}).orientation == kept


def test_the_device() -> None:
    found = seen(base={0x010F: "GoPro\0\0\0rest", 0x0110: "HERO6 Black" + "x" * 100})
    assert (found.make, len(found.model)) == ("GoPro", 60)
    assert seen(base={0x010F: 5, 0x0110: b"\x00"}).make == ""


text = st.text("0123456789:-+ NSEWV\0年", max_size=24)
anything = st.none() | st.integers() | st.floats() | text | st.binary(max_size=20) | st.tuples(*[st.floats()] * 3)
tags = st.dictionaries(
    st.sampled_from([1, 2, 3, 4, 7, 9, 18, 29, 0x010F, 0x0110, 0x0112, 0x9003, 0x9004, 0x9011, 0x9012]), anything
)


@given(tags, tags, tags)
def test_no_tags_break_it(base: Any, details: Any, gps: Any) -> None:
    found = seen(base, details, gps)
    assert (found.lon is None) == (found.lat is None)
    assert (found.taken_at is None) == (found.taken_zone is None)
    assert found.taken_at is None or found.taken_at <= NOW + timedelta(days=1)
