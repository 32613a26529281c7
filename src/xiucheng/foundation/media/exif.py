"""What a camera wrote into a picture: when and where it was taken, by which device, and which side is up. Pure."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

Tags = Mapping[int, Any]

# Numbers of Exif 2.32 (CIPA DC-008), by the directory they stand in.
MAKE, MODEL, ORIENTATION = 0x010F, 0x0110, 0x0112
_TAKEN = ((0x9003, 0x9011), (0x9004, 0x9012))
"""When taken, when digitised, each with its offset; the time of the last change (0x0132) says nothing about either."""
_LAT_REF, _LAT, _LON_REF, _LON, _GPS_TIME, _GPS_STATUS, _GPS_DATUM, _GPS_DATE = 1, 2, 3, 4, 7, 9, 18, 29

_DATUMS = frozenset({"", "WGS84", "CGCS2000"})
_EARLIEST = datetime(2000, 1, 2, tzinfo=UTC)
"""A camera whose clock was never set says 1970, 1980 or the first day of 2000."""
_AHEAD = timedelta(days=1)
_STALE_FIX = timedelta(minutes=30)
_QUARTER = timedelta(minutes=15)
_FARTHEST = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Facts:
    """What could be believed. taken_at: UTC; taken_zone: "stated" by the camera, found by "gps", or "assumed" to be
    the site's. lon, lat: WGS84 degrees, both or none. orientation: 1 to 8 as in EXIF."""

    taken_at: datetime | None = None
    taken_zone: str | None = None
    lon: float | None = None
    lat: float | None = None
    make: str = ""
    model: str = ""
    orientation: int = 1


def facts(base: Tags, details: Tags, gps: Tags, *, zone: tzinfo, now: datetime) -> Facts:
    """The facts of the three directories (image, EXIF, GPS); what is missing, odd or impossible is left out.

    zone: the site's, for a time that says none. A time before 2000-01-02 or more than a day ahead is a wrong clock.
    """
    taken_at, taken_zone = _taken(details, gps, zone)
    if taken_at is None or not _EARLIEST <= taken_at <= now + _AHEAD:
        taken_at = taken_zone = None
    lon, lat = _place(gps)
    orientation = base.get(ORIENTATION)
    return Facts(
        taken_at=taken_at,
        taken_zone=taken_zone,
        lon=lon,
        lat=lat,
        make=_text(base.get(MAKE)),
        model=_text(base.get(MODEL)),
        orientation=orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1,
    )


def _taken(details: Tags, gps: Tags, zone: tzinfo) -> tuple[datetime | None, str | None]:
    for tag, offset_tag in _TAKEN:
        local = _local(details.get(tag))
        if local is None:
            continue
        offset = _offset(details.get(offset_tag))
        if offset is not None:
            return _utc(local, timezone(offset)), "stated"
        moment = _gps_moment(gps)
        if moment is None:
            return _utc(local, zone), "assumed"
        return _beside_gps(local, moment, zone)
    return None, None


def _beside_gps(local: datetime, moment: datetime, zone: tzinfo) -> tuple[datetime | None, str | None]:
    """The satellites' UTC tells the camera's offset: the site's if that fits, else to the quarter of an hour.

    The position may be a while older than the picture, hence half an hour of patience for the site's own zone.
    """
    here = _utc(local, zone)
    if here is not None and abs(here - moment) <= _STALE_FIX:
        return here, "gps"
    offset = round((local.replace(tzinfo=UTC) - moment) / _QUARTER) * _QUARTER
    return (_utc(local, timezone(offset)), "gps") if abs(offset) <= _FARTHEST else (here, "assumed")


def _utc(local: datetime, zone: tzinfo) -> datetime | None:
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _local(value: Any) -> datetime | None:
    found = re.match(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)", _text(value))
    try:
        return datetime(*map(int, found.groups())) if found else None  # type: ignore[arg-type]
    except ValueError:
        return None


def _offset(value: Any) -> timedelta | None:
    found = re.fullmatch(r"([+-])(\d\d):(\d\d)", _text(value))
    if not found:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return (-offset if found[1] == "-" else offset) if offset <= _FARTHEST else None


def _gps_moment(gps: Tags) -> datetime | None:
    day = re.match(r"(\d{4})[:/-](\d\d)[:/-](\d\d)", _text(gps.get(_GPS_DATE)))
    clock = _numbers(gps.get(_GPS_TIME))
    if not day or clock is None or len(clock) != 3:
        return None
    try:
        midnight = datetime(int(day[1]), int(day[2]), int(day[3]), tzinfo=UTC)
        return midnight + timedelta(hours=clock[0], minutes=clock[1], seconds=clock[2])
    except (ValueError, OverflowError):
        return None


def _place(gps: Tags) -> tuple[float | None, float | None]:
    datum = re.sub(r"[\s_-]", "", _text(gps.get(_GPS_DATUM))).upper()
    if datum not in _DATUMS or _text(gps.get(_GPS_STATUS)).upper() == "V":
        return None, None
    lon = _degrees(gps.get(_LON), gps.get(_LON_REF), {"E": 1, "W": -1}, 180)
    lat = _degrees(gps.get(_LAT), gps.get(_LAT_REF), {"N": 1, "S": -1}, 90)
    # A receiver without a fix writes zeros: the Gulf of Guinea.
    if lon is None or lat is None or (lon == 0 and lat == 0):
        return None, None
    return lon, lat


def _degrees(value: Any, side: Any, signs: Mapping[str, int], most: float) -> float | None:
    parts = _numbers(value)
    sign = signs.get(_text(side).upper())
    if parts is None or sign is None or not 1 <= len(parts) <= 3 or min(parts) < 0:
        return None
    degrees = sum(part / 60**place for place, part in enumerate(parts))
    return round(sign * degrees, 7) if degrees <= most else None


def _numbers(value: Any) -> list[float] | None:
    """Finite floats, or None; a rational may have a denominator of zero."""
    if isinstance(value, str | bytes):
        return None
    parts = value if isinstance(value, Sequence) else [value]
    try:
        numbers = [float(part) for part in parts]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return numbers if numbers and all(math.isfinite(number) for number in numbers) else None


def _text(value: Any) -> str:
    """ASCII text of a tag: bytes or str, up to the first NUL, at most 60 printable characters."""
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    if not isinstance(value, str):
        return ""
    return "".join(character for character in value.split("\0")[0] if character.isprintable()).strip()[:60]
