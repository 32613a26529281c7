"""What no endpoint has to think of: bodies that no database holds, unknown addresses, methods that are not there.

Path, query and forms are looked at before, for pages and API alike (interfaces/web/guard.py).
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, ClassVar, Self, cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern
from django.utils.translation import gettext as _
from ninja import Router
from ninja.params.models import QueryModel
from ninja.parser import Parser
from ninja.types import DictStrAny
from pydantic_core import InitErrorDetails, ValidationError

from xiucheng.interfaces.web.guard import control_character, unwritable
from xiucheng.kit.refused import Refused

MAX_DEPTH = 30

View = Callable[..., HttpResponse]


class NoOthers(QueryModel):
    """Refuses names in the query that the operation does not know: a misspelt one would be lost in silence, and the
    answer be taken for what was asked. Stands beside the operation's own models, so that all is told together."""

    __ninja_param_source__ = "query"  # type: ignore[assignment]
    __ninja_flatten_map__: ClassVar[DictStrAny] = {}
    __ninja_flatten_map_reverse__: ClassVar[DictStrAny] = {}
    known: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def resolve(cls, request: HttpRequest, api: Any, path_params: DictStrAny) -> Self:
        unknown = sorted(set(request.GET) - cls.known)
        if unknown:
            lines = [InitErrorDetails(type="extra_forbidden", loc=(name,), input=None) for name in unknown]
            raise ValidationError.from_exception_data(cls.__name__, lines)
        return cls()


def exact(router: Router) -> None:
    """Every operation of a router takes the query that it describes and no other."""
    for path in router.path_operations.values():
        for operation in path.operations:
            queries = [model for model in operation.models if model.__ninja_param_source__ == "query"]
            known = frozenset(name for model in queries for name in model.__ninja_flatten_map__)
            operation.models.append(type("NoOthers", (NoOthers,), {"__module__": __name__, "known": known}))


class StrictParser(Parser):
    """JSON as usual, without texts that could never be stored and without depths that nobody writes by hand."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        body = super().parse_body(request)
        for where, value in _texts(body, ()):
            if unwritable(value):
                raise control_character(".".join(where) or "body")
        return body


def _texts(value: Any, where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if len(where) > MAX_DEPTH:
        raise Refused("too_deep", _("内容的层次太多。"))
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield (*where, "?"), key
            yield from _texts(item, (*where, key))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, where)


def guarded(pattern: URLPattern, refuse: Callable[[HttpRequest, Refused], HttpResponse]) -> URLPattern:
    """An address of the API that says in the API's own shape which methods it takes. refuse: how the API answers a
    Refused."""
    view = cast(View, pattern.callback)

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        if isinstance(answer, HttpResponseNotAllowed):
            allowed = answer["Allow"]
            text = _("这个地址只接受 %(methods)s。") % {"methods": allowed}
            answer = refuse(request, Refused("not_allowed", text, status=405))
            answer["Allow"] = allowed
        return answer

    pattern.callback = answered
    return pattern


def nowhere(refuse: Callable[[HttpRequest, Refused], HttpResponse]) -> View:
    """The view of every address that is none."""

    def view(request: HttpRequest, path: str = "") -> HttpResponse:
        return refuse(request, Refused("not_found", _("没有这个地址，见 /api/v1/openapi.json。"), status=404))

    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view
