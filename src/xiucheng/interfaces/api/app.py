"""The API as one object: its description, its errors, its routers."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from xiucheng.kit.refused import Refused

from . import callers, cases, desk, media, places, reports

DESCRIPTION = """绣城接口：上报、案卷、动作、任务、目录、底图。

Reports, cases, moves, tasks, catalogue, places. Errors are `{"code", "text", "fields"}` in the caller's language
(`Accept-Language: en`, else Chinese). Lists page by cursor from either end: `cursor=<next>`, `cursor=last`.
Changing a case needs `If-Match` with its version; creating a report needs an `Idempotency-Key`."""

api = NinjaAPI(
    title="绣城 Xiucheng",
    version="1",
    description=DESCRIPTION,
    auth=callers.STAFF,
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
)
for prefix, router in (
    ("/reports", reports.router),
    ("/cases", cases.router),
    ("/media", media.router),
    ("", places.router),
    ("", desk.router),
):
    api.add_router(prefix, router)


def _answer(
    request: HttpRequest, status: int, code: str, text: str, fields: dict[str, str] | None = None
) -> HttpResponse:
    return api.create_response(request, {"code": code, "text": text, "fields": fields or {}}, status=status)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    answer = api.create_response(request, error.as_dict(), status=error.status)
    if error.code == "stale":
        # The version that stands now, so that a client may look again.
        answer["ETag"] = f'"{error.fields.get("version", "")}"'
    return answer


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    answer = _answer(request, 401, "sign_in", str(_("请先登录，或在请求中带上令牌。")))
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields: dict[str, str] = {}
    for problem in error.errors:
        # ("body", "payload", "lon") → lon; the parameter's own name says nothing to a caller.
        path = [str(part) for part in problem.get("loc", ()) if part not in {"body", "query", "path", "header"}]
        name = ".".join(path[1:] if len(path) > 1 else path) or "body"
        fields[name[:80]] = str(problem.get("msg", ""))[:200]
    return _answer(request, 422, "invalid", str(_("内容不符合要求，请看各项说明。")), fields)


@api.exception_handler(Throttled)
def _throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    answer = _answer(request, 429, "too_many", str(_("请求太频繁，请稍后再试。")))
    if error.wait is not None:
        answer["Retry-After"] = str(error.wait)
    return answer


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = {400: "unreadable", 403: "forbidden", 404: "not_found", 405: "not_allowed"}.get(error.status_code, "error")
    return _answer(request, error.status_code, code, _unreadable() if code == "unreadable" else str(error))


def _unreadable() -> str:
    return str(_("请求内容无法读取，须为 UTF-8 编码的 JSON。"))


@api.exception_handler(RequestDataTooBig)
@api.exception_handler(TooManyFilesSent)
def _too_large(request: HttpRequest, error: Exception) -> HttpResponse:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
    return _answer(request, 413, "too_large", str(_("内容太大，最多 %(limit)s MB。") % {"limit": limit}))


@api.exception_handler(UnicodeDecodeError)
def _not_utf8(request: HttpRequest, error: UnicodeDecodeError) -> HttpResponse:
    return _answer(request, 400, "unreadable", _unreadable())
