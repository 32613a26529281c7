"""The inbox: what one is told, newest first; opening one marks it as read and leads to its subject."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from xiucheng.foundation.notices import commands as notices
from xiucheng.foundation.notices import queries
from xiucheng.interfaces.web.typed import moment
from xiucheng.kit.refused import Refused

from .. import names
from ..doors import Visit, came_from, desk, page


@require_GET
@desk
def inbox(request: Visit) -> HttpResponse:
    """A page of notices."""
    only = request.GET.get("only") == "unread"
    person_id = request.standing.person_id
    if person_id is None:
        raise Refused("not_yours", names.not_yours(), status=403)
    found = queries.inbox(person_id, now=request.moment, cursor=request.GET.get("cursor"), unread_only=only)
    return page(request, "console/inbox.html", {"page": found, "only": only})


@require_POST
@desk
def open_notice(request: Visit, notice_id: UUID) -> HttpResponse:
    """Read, and on to what it is about."""
    notices.read(by=request.standing, now=request.moment, notice_id=notice_id)
    return redirect(came_from(request, "to") or "console:inbox")


@require_POST
@desk
def read_all(request: Visit) -> HttpResponse:
    """All that could be seen when the page was drawn."""
    until = moment(request.POST.get("until"), "until")
    notices.read_all(by=request.standing, now=request.moment, until=until)
    return redirect("console:inbox")
