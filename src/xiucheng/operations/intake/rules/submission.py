"""What a submission must be to be received: limits of its fields, times that can be, a phone that can ring.

The rules say what is wrong as codes; `words.py` says it to people. Which category exists is the catalogue's to say,
which point lies in the district is the map's.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from xiucheng.foundation.people.rules import plain_phone
from xiucheng.foundation.places.rules import DATUMS, level_of, point_ok
from xiucheng.kit.words import shows

# The longest a field may be, in characters; pictures in number (D; the text's limit fits five call-centre screens).
LIMITS: Mapping[str, int] = {
    "text": 2000,
    "title": 100,
    "address": 200,
    "name": 50,
    "element": 500,
    "elements": 20,
    "media": 9,
    "external_id": 100,
}

# A clock on somebody's phone may run ahead by this much (D).
FUTURE_TOLERANCE = timedelta(minutes=10)
# Nothing that is to be settled today happened before this (D): the year 1900 is a form's empty date.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

# The five elements of a call (GB/T 33358): name, time, place, cause, course; name and phone go to the vault instead.
ELEMENTS = ("time", "place", "cause", "course", "demand")

# What PostgreSQL cannot hold, and what no keyboard writes.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the reporter, if they want to be reached; goes to the vault and nowhere else."""

    name: str | None = None
    phone: str | None = None

    def __bool__(self) -> bool:
        return bool(self.name or self.phone)


@dataclass(frozen=True, slots=True)
class Submission:
    """A report as handed in, before anything is looked up. Coordinates in degrees of `datum`; times aware."""

    text: str
    title: str | None = None
    category: str | None = None
    lon: float | None = None
    lat: float | None = None
    datum: str = "wgs84"
    address: str | None = None
    area: str | None = None
    component: str | None = None
    occurred_at: datetime | None = None
    contact: Contact = Contact()
    media: int = 0
    elements: Mapping[str, str] = field(default_factory=dict)
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: the field, the code, and a number or name for the sentence about it."""

    field: str
    code: str
    detail: str = ""


def judge(submission: Submission, now: datetime, *, required: frozenset[str] = frozenset()) -> list[Problem]:
    """Everything that is wrong with a submission; an empty list means it can be received.

    required: what the channel asks for, of "category", "place" (a point, an area or an address) and "contact".
    """
    return [problem for check in _CHECKS for problem in check(submission, now, required)]


def _texts(submission: Submission) -> Iterator[tuple[str, str, int]]:
    yield "text", submission.text, LIMITS["text"]
    yield "title", submission.title or "", LIMITS["title"]
    yield "address", submission.address or "", LIMITS["address"]
    yield "contact.name", submission.contact.name or "", LIMITS["name"]
    yield "external_id", submission.external_id or "", LIMITS["external_id"]
    for name, value in submission.elements.items():
        yield f"elements.{name}", value, LIMITS["element"]


def _check_texts(submission: Submission, now: datetime, required: frozenset[str]) -> Iterator[Problem]:
    if not shows(submission.text):
        yield Problem("text", "text_missing")
    for name, value, limit in _texts(submission):
        if len(value) > limit:
            yield Problem(name, "too_long", str(limit))
        elif _CONTROL.search(value):
            yield Problem(name, "control_character")


def _check_point(submission: Submission, now: datetime, required: frozenset[str]) -> Iterator[Problem]:
    lon, lat = submission.lon, submission.lat
    if (lon is None) != (lat is None):
        yield Problem("lat" if lat is None else "lon", "half_a_point")
    elif lon is not None and lat is not None:
        if submission.datum not in DATUMS:
            yield Problem("datum", "unknown_datum", submission.datum[:20])
        if not (math.isfinite(lon) and math.isfinite(lat) and point_ok(lon, lat)):
            yield Problem("lon", "impossible_point")


def _check_place(submission: Submission, now: datetime, required: frozenset[str]) -> Iterator[Problem]:
    if submission.area is not None and level_of(submission.area) is None:
        yield Problem("area", "unknown_area", submission.area[:20])
    nowhere = submission.lon is None and not submission.area and not shows(submission.address or "")
    if "place" in required and nowhere:
        yield Problem("address", "place_missing")


def _check_time(submission: Submission, now: datetime, required: frozenset[str]) -> Iterator[Problem]:
    at = submission.occurred_at
    if at is None:
        return
    if at > now + FUTURE_TOLERANCE:
        yield Problem("occurred_at", "in_the_future")
    elif at < EARLIEST:
        yield Problem("occurred_at", "too_long_ago", str(EARLIEST.year))


def _check_contact(submission: Submission, now: datetime, required: frozenset[str]) -> Iterator[Problem]:
    phone = submission.contact.phone
    if phone and plain_phone(phone) is None:
        yield Problem("contact.phone", "bad_phone")
    if "contact" in required and not phone:
        yield Problem("contact.phone", "contact_missing")


def _check_rest(submission: Submission, now: datetime, required: frozenset[str]) -> Iterator[Problem]:
    if "category" in required and not submission.category:
        yield Problem("category", "category_missing")
    if submission.media > LIMITS["media"]:
        yield Problem("media", "too_many_pictures", str(LIMITS["media"]))
    for name in submission.elements:
        if name not in ELEMENTS:
            yield Problem(f"elements.{name[:20]}", "unknown_element")


Check = Callable[[Submission, datetime, frozenset[str]], Iterator[Problem]]
_CHECKS: tuple[Check, ...] = (_check_texts, _check_point, _check_place, _check_time, _check_contact, _check_rest)
