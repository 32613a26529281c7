"""Reads a resident's form and hands it in: pictures first, then the question "is it this one?", then the report."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest

from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places.queries import Near
from xiucheng.interfaces.web import once as forms
from xiucheng.interfaces.web.kept import Shelf
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake import queries
from xiucheng.operations.intake.commands.submitting import Once, Submitted
from xiucheng.operations.intake.rules import Contact

CHANNEL = "resident"
PICTURES = Shelf("media", "mobile.report.media", most=4)
# What makes the same content the same report, pressed twice or gone back to: a random number that the forms of this
# browser alone were given. Nobody else has it, so nobody else gets its answer; one that we did not sign counts as none.
_ONCE_SALT = "mobile.report.once"


@dataclass(frozen=True, slots=True)
class Said:
    """A report as the form says it."""

    text: str
    category: str
    lon: float | None
    lat: float | None
    area: str
    address: str
    name: str
    phone: str
    once: str
    shown: tuple[UUID, ...]
    same_as: UUID | None
    media: tuple[UUID, ...] = ()
    component: str = ""
    # Pictures that the browser could not open and left out.
    left_out: int = 0

    @property
    def sealed_once(self) -> str:
        """The form's own number, signed."""
        return signing.dumps(self.once, salt=_ONCE_SALT)


def empty(request: HttpRequest) -> Said:
    """A form that nobody has filled in, with the number that this browser's forms have."""
    return Said("", "", None, None, "", "", "", "", forms.given(request), (), None)


def read(request: HttpRequest) -> Said:
    """What the form says; what cannot be read counts as not said, the intake room judges the rest."""
    post = request.POST
    return Said(
        text=post.get("text", "").strip(),
        category=post.get("category_all", "") or post.get("category", ""),
        lon=_number(post.get("lon", "")),
        lat=_number(post.get("lat", "")),
        area=post.get("area", ""),
        address=post.get("address", "").strip(),
        name=post.get("name", "").strip(),
        phone=post.get("phone", "").strip(),
        once=_own(post.get("once", "")),
        shown=tuple(case_id for text in post.getlist("shown") if (case_id := _uuid(text))),
        same_as=_uuid(post.get("same_as", "")),
        media=PICTURES.held(request),
        component=post.get("component", ""),
        left_out=few(post.get("left_out", "")),
    )


def few(text: str) -> int:
    """A count of pictures as a form or an address says it; 0 where it is none, 99 at most."""
    return min(int(text), 99) if text.isascii() and text.isdecimal() and len(text) < 4 else 0


def store_pictures(request: HttpRequest, said: Said, now: datetime) -> tuple[UUID, ...]:
    """Stores what was attached besides what the form holds; refused as by `Shelf.store`."""
    actor = Standing.resident(CHANNEL).actor
    return PICTURES.store(request, said.media, actor=actor, now=now, purpose="before")


def nearby(said: Said, now: datetime) -> list[dict[str, Any]]:
    """Open cases of the same kind close by; nothing without a point and a category."""
    if not said.category or said.lon is None or said.lat is None:
        return []
    return queries.nearby(category=said.category, lon=said.lon, lat=said.lat, now=now)


def unasked(said: Said, now: datetime) -> list[dict[str, Any]]:
    """`nearby`, where one of them was not in the form yet that was sent; nothing where the reporter saw them all.

    Without a script nobody is asked while filling the form in: then it is asked on the way.
    """
    found = [] if said.same_as else nearby(said, now)
    return found if any(one["id"] not in said.shown for one in found) else []


def components(said: Said, now: datetime) -> list[Near]:
    """The fixed things that the report may be about, as far as it says what and where."""
    return queries.components_offered(category=said.category, lon=said.lon, lat=said.lat, now=now)


def sent_before(said: Said) -> Submitted | None:
    """The report that this browser has sent with the same content from the same form; None where there is none."""
    return intake.sent_before(_once(said))


def submit(said: Said, now: datetime) -> Submitted:
    """Hands the report in; refused as intake.submit_report."""
    by = Standing.resident(CHANNEL)
    return intake.submit_from_form(by=by, now=now, channel=CHANNEL, once=_once(said), **_content(said))


def _once(said: Said) -> Once:
    return intake.by_content("resident-form", said.once, _content(said))


def _content(said: Said) -> dict[str, Any]:
    return {
        "text": said.text,
        "category": said.category or None,
        "lon": said.lon,
        "lat": said.lat,
        "address": said.address or None,
        "area": said.area or None,
        "component": said.component or None,
        "contact": Contact(said.name or None, said.phone or None),
        "media": said.media,
        "same_as": said.same_as,
    }


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _own(text: str) -> str:
    try:
        return str(signing.loads(text, salt=_ONCE_SALT)) if text else forms.new()
    except signing.BadSignature:
        return forms.new()
