"""A form's own number: the browser that goes back to a form gets the same one again, with a script or without."""

from uuid import uuid4

from django.http import HttpRequest, HttpResponse

COOKIE = "xc_form"
# D: so long after the last look at a form the same content is still the same report.
_KEPT = 3600


def new() -> str:
    """A number that nobody can guess."""
    return str(uuid4())


def given(request: HttpRequest) -> str:
    """The number that this browser was given for the forms at this address, else a new one."""
    return request.get_signed_cookie(COOKIE, default="", salt=_salt(request), max_age=_KEPT) or new()


def remembered(answer: HttpResponse, request: HttpRequest, number: str) -> HttpResponse:
    """The answer that shows a form, with its number for this browser to keep; at this address alone."""
    answer.set_signed_cookie(
        COOKIE,
        number,
        salt=_salt(request),
        max_age=_KEPT,
        path=request.path,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return answer


def _salt(request: HttpRequest) -> str:
    return f"{COOKIE}:{request.path}"
