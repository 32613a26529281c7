"""One refusal for whoever asked: a program gets JSON, htmx the sentence alone, a person a page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from xiucheng.kit.refused import Refused


def is_program(request: HttpRequest) -> bool:
    """Does a program ask? All of the API, and whoever says that it reads JSON."""
    return request.path.startswith("/api/") or request.headers.get("Accept", "").startswith("application/json")


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The refusal in the form that the asker reads, with its status."""
    if is_program(request):
        return JsonResponse(refusal.as_dict(), status=refusal.status)
    part = "web/parts/refusal.html" if request.headers.get("HX-Request") else "web/refused.html"
    return render(request, part, {"refusal": refusal}, status=refusal.status)
