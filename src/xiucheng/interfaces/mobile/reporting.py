"""Reads a resident's form and hands it in: pictures first, then the question "is it this one?", then the report."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiucheng.foundation.media import commands as media
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places.queries import Near
from xiucheng.interfaces.web.uploads import content_of
from xiucheng.kit.refused import Refused
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake import queries
from xiucheng.operations.intake.commands.submitting import Once, Submitted
from xiucheng.operations.intake.rules import Contact

CHANNEL = "resident"
MOST_PICTURES = 4
# Pictures that were stored before the question was asked travel in the form, signed: nobody attaches another's.
_SALT = "mobile.report.media"
_KEPT = 3600
# What makes a second press of the button the same report: a random number that this form alone was given. Nobody else
# has it, so nobody else gets its answer; one that we did not sign counts as none.
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
    asked: bool
    same_as: UUID | None
    media: tuple[UUID, ...] = ()
    component: str = ""

    @property
    def sealed_once(self) -> str:
        """The form's own number, signed."""
        return signing.dumps(self.once, salt=_ONCE_SALT)

    @property
    def sealed_media(self) -> list[str]:
        """The pictures' ids, each signed, so that each can be taken out again."""
        return [seal(one) for one in self.media]


def empty() -> Said:
    """A form that nobody has filled in; its key makes a second press of the button the same report."""
    return Said("", "", None, None, "", "", "", "", str(uuid4()), False, None)


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
        asked=post.get("asked") == "1",
        same_as=_uuid(post.get("same_as", "")),
        media=tuple(
            media_id
            for text in dict.fromkeys(post.getlist("kept_media"))
            if text not in post.getlist("drop_media") and (media_id := unsealed(text))
        ),
        component=post.get("component", ""),
    )


def store_pictures(request: HttpRequest, said: Said, now: datetime) -> tuple[UUID, ...]:
    """Stores what was attached; refused as by the media room, `too_many_pictures` (422), `too_large` (413) unread."""
    files = [one for one in request.FILES.getlist("media") if one.size]
    if len(files) + len(said.media) > MOST_PICTURES:
        text = _("一次最多 %(n)d 张图片。") % {"n": MOST_PICTURES}
        raise Refused("too_many_pictures", text, fields={"media": text})
    actor = Standing.resident(CHANNEL).actor
    return tuple(
        media.store(actor=actor, now=now, content=content, name=one.name or "", purpose="before").id
        for one, content in [(one, content_of(one, "media")) for one in files]
    )


def nearby(said: Said, now: datetime) -> list[dict[str, Any]]:
    """Open cases of the same kind close by; nothing without a point and a category."""
    if not said.category or said.lon is None or said.lat is None:
        return []
    return queries.nearby(category=said.category, lon=said.lon, lat=said.lat, now=now)


def components(said: Said, now: datetime) -> list[Near]:
    """The fixed things that the report may be about, as far as it says what and where."""
    return queries.components_offered(category=said.category, lon=said.lon, lat=said.lat, now=now)


def submit(said: Said, now: datetime) -> Submitted:
    """Hands the report in; refused as intake.submit_report."""
    return intake.submit_report(
        by=Standing.resident(CHANNEL),
        now=now,
        channel=CHANNEL,
        text=said.text,
        category=said.category or None,
        lon=said.lon,
        lat=said.lat,
        address=said.address or None,
        area=said.area or None,
        component=said.component or None,
        contact=Contact(said.name or None, said.phone or None),
        media=said.media,
        same_as=said.same_as,
        once=Once("resident-form", said.once),
    )


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
        return str(signing.loads(text, salt=_ONCE_SALT)) if text else str(uuid4())
    except signing.BadSignature:
        return str(uuid4())


def seal(media_id: UUID) -> str:
    """A picture's id for the form that handed it in, for an hour; nobody else can name it."""
    return signing.dumps(str(media_id), salt=_SALT)


def unsealed(text: str) -> UUID | None:
    """The picture that a seal names; None where the seal is not ours or too old."""
    try:
        return UUID(signing.loads(text, salt=_SALT, max_age=_KEPT)) if text else None
    except signing.BadSignature:
        return None
