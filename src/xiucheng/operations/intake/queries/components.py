"""The components that a report may be about: those of its category's kind close by, offered to whoever reports."""

from datetime import datetime
from uuid import UUID

from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.queries import Near
from xiucheng.kit.refused import Refused

from .. import placing
from ..components import kind_of
from ..models import Report
from .desk import may_open

# D: a phone in a street is off by 10 to 30 m, and a lamp stands every 30 m; a handful is what one can tell apart.
WITHIN_METRES = 50.0
OFFERED = 4


def components_nearby(*, category: str, lon: float, lat: float, datum: str = "wgs84", now: datetime) -> list[Near]:
    """Components of the category's kind within 50 m, the nearest four; none for events and hotline needs.

    At most one statement. Refused: `unknown_category`, `major_not_minor`, `no_catalogue`, `outside`.
    """
    kind = kind_of(category, now)
    if kind is None:
        return []
    place = placing.find(lon, lat, datum, None)
    assert place.lon is not None
    assert place.lat is not None
    return places.near(place.lon, place.lat, WITHIN_METRES, "component", of=(kind,), limit=OFFERED)


def components_offered(*, category: str, lon: float | None, lat: float | None, now: datetime) -> list[Near]:
    """The same while a form is being filled in: nothing without a category and a point in degrees WGS84, and nothing
    refused, for what is wrong with either is said when the form is handed in."""
    if not category or lon is None or lat is None:
        return []
    try:
        return components_nearby(category=category, lon=lon, lat=lat, now=now)
    except Refused:
        return []


def components_of_report(report_id: UUID, category: str, standing: Standing, now: datetime) -> list[Near]:
    """The same around a report's own point, for filing it under a category; at most two statements.

    None for a reader who may not see the report: what stands around it says where it is.
    """
    row = Report.objects.filter(id=report_id).values_list("area", "lon", "lat").first()
    if row is None or row[1] is None or row[2] is None or not may_open(standing, row[0]):
        return []
    return components_nearby(category=category, lon=row[1], lat=row[2], now=now)
