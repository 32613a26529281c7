"""What no page and no endpoint has to think of: texts that no database holds, bodies larger than all we take."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from xiucheng.kit.refused import Refused

from .refusing import refused

_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_LONGEST_NAME = 80


def unwritable(value: str) -> bool:
    """Does a text hold what PostgreSQL cannot: NUL, or half a character?"""
    return _UNWRITABLE.search(value) is not None


def control_character(name: str) -> Refused:
    """The refusal of such a text; name: the field it stands in."""
    text = _("含有无法保存的字符，请重新填写。")
    return Refused("control_character", text, fields={"?" if unwritable(name) else name[:_LONGEST_NAME]: text})


class Guard:
    """Looks at path, query, form and cookies of every request before any view does.

    A text that cannot be stored: `control_character` (422). A body beyond BODY_MAX_BYTES: `too_large` (413), before
    any of it is read. Stands before the session, whose cookie is looked up; a cookie that cannot be one is no cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if unwritable(name + value)]:
            del request.COOKIES[name]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Iterable[Any], kwargs: Mapping[str, Any]
    ) -> HttpResponse | None:
        if _length(request) > settings.BODY_MAX_BYTES:
            limit = settings.BODY_MAX_BYTES // 1024 // 1024
            text = _("内容太大，最多 %(limit)s MB。请删减后再提交。") % {"limit": limit}
            return refused(request, Refused("too_large", text, status=413))
        wrong = _wrong(request)
        return refused(request, control_character(wrong)) if wrong is not None else None


def _length(request: HttpRequest) -> int:
    text = request.headers.get("Content-Length") or "0"
    return int(text) if text.isdecimal() else 0


def _wrong(request: HttpRequest) -> str | None:
    """The name of the first thing that could not be stored."""
    if unwritable(request.path):
        return "path"
    return next((name for held in (request.GET, request.POST) for name in _names(held)), None)


def _names(held: QueryDict) -> Iterable[str]:
    return (name for name, values in held.lists() if any(unwritable(value) for value in (name, *values)))
