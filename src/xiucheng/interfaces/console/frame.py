"""The desk's frame for pages that no view of the desk draws: refusals and "no such page" met by signed-in staff."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from xiucheng.foundation.notices import queries as notices
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.now import now

from . import nav


def page(request: HttpRequest) -> dict[str, Any]:
    """What the frame needs, looked up only if it is drawn; a view's own values take precedence."""
    if not request.path.startswith(reverse("console:hall")) or not request.user.is_authenticated:
        return {}
    standing = SimpleLazyObject(lambda: _standing(request))
    return {
        "frame": "console/base.html",
        "nav": SimpleLazyObject(lambda: nav.items(_standing(request), request.path)),
        "posts": SimpleLazyObject(lambda: nav.posts(_standing(request))),
        "sees_cases": SimpleLazyObject(lambda: nav.sees_cases(_standing(request))),
        "unread": SimpleLazyObject(lambda: _unread(request)),
        "standing": standing,
    }


def _standing(request: HttpRequest) -> Standing:
    known = getattr(request, "standing", None)
    if not isinstance(known, Standing):
        known = people.standing_of(request.user, now())  # type: ignore[arg-type]  # signed in: an account
        request.standing = known  # type: ignore[attr-defined]
    return known


def _unread(request: HttpRequest) -> int:
    person_id = _standing(request).person_id
    return notices.unread(person_id, now()) if person_id else 0
