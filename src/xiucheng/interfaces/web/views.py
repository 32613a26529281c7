"""The site's mark as a picture for browser tabs."""

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control


@cache_control(public=True, max_age=86400)
def mark(request: HttpRequest) -> HttpResponse:
    drawing = render_to_string("web/parts/mark.html").replace("currentColor", "#24508f")
    named = drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return HttpResponse(named, content_type="image/svg+xml")


def nowhere(request: HttpRequest) -> HttpResponse:
    """An address that is shut."""
    raise Http404
