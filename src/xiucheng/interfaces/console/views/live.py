"""Where the live stream is, with a token that opens it."""

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from xiucheng.interfaces.web.middleware import stream_origin

from .. import tokens
from ..doors import Visit, desk


@never_cache
@require_GET
@desk
def sign(request: Visit) -> HttpResponse:
    """The stream's address for this reader, good for a minute."""
    path = settings.STREAM_URL
    if not path.startswith("/"):
        path = "/" + path.split("/", 1 if path.startswith(":") else 3)[-1]
    token = tokens.token_for(request.standing.person_id)
    return JsonResponse({"url": f"{stream_origin(request)}{path}?token={token}"})
