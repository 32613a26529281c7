"""Pictures for those who see the case or the report that they belong to, and their release; originals stay inside."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from xiucheng.foundation.media import commands
from xiucheng.foundation.media import queries as media
from xiucheng.operations.cases import queries as cases

from ..doors import Visit, came_from, desk, is_part

VARIANTS = frozenset({"thumb", "display"})


@require_GET
@cache_control(private=True, max_age=3600)
@desk
def picture(request: Visit, media_id: UUID, variant: str) -> HttpResponse:
    """A copy without the camera's facts."""
    if variant not in VARIANTS or not cases.sees_picture(media_id, request.standing):
        raise Http404
    content, content_type = media.content(media_id, variant)
    return HttpResponse(content, content_type=content_type)


@require_POST
@desk
def release(request: Visit, media_id: UUID) -> HttpResponse:
    """Let the public see a picture, or take it back; whoever does it has looked at it."""
    change = commands.retract if request.POST.get("back") else commands.release
    change(by=request.standing, now=request.moment, media_id=media_id)
    answer = HttpResponse(status=204)
    answer.headers["HX-Trigger"] = "case-moved"
    return answer if is_part(request) else redirect(back(request))


def back(request: Visit) -> str:
    """The page one came from, if it is one of ours."""
    return came_from(request, "to") or reverse("console:hall")
