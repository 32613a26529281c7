"""The API as one object: its description, its errors, its routers."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from xiucheng.interfaces.web import rates
from xiucheng.kit.refused import Refused

from . import (
    callers,
    cases,
    desk,
    figures,
    media,
    partners,
    places,
    points,
    problems,
    reporters,
    reports,
    responsibility,
    stewards,
)
from .guard import StrictParser, exact

DESCRIPTION = """绣城接口：上报、案卷、动作、任务、目录、底图，足以另做一个前端。

**身份** 程序用令牌 `Authorization: Bearer xc_…`；本站页面用会话，改动须带 CSRF；
居民不用身份即可上报、查进度、看目录和区划，每个地址限次。
**拒绝** 一律为 `{"code", "text", "fields"}`，`code` 稳定，`text` 随 `Accept-Language`（`en` 为英文，否则中文）。
**翻页** `next`、`previous` 原样放进 `cursor`，`last` 为最后一页，从两头翻一样快。
**改动** 案卷与上报的动作须带 `If-Match: "版本"`：缺 428，过时 409（`ETag` 为现在的版本），规则不允许 422；
上报须带 `Idempotency-Key`，重发得到同样的回答；没有令牌时须为随机的 UUID（第 4 版）。
**名称** 不认识的参数和字段一律 422，`fields` 指出是哪个。
时间为 ISO 8601，须带时区；坐标为度，可说明 `datum`；区划代码 6、9、12 位。

Reports, cases, moves, tasks, catalogue, places: enough for another front end.

**Who** programs send a token; this site's own pages use the session, with the CSRF token where they change something;
residents need neither to report, to follow a report, to read catalogue and places, within a rate per address.
**Refusals** are `{"code", "text", "fields"}`: the code is stable, the text follows `Accept-Language`.
**Pages** `next` and `previous` go into `cursor` as they are, `last` is the last page; both ends cost the same.
**Changes** moves need `If-Match: "<version>"` (428 without, 409 when stale with the version that stands as `ETag`, 422
where a rule refuses); reports need an `Idempotency-Key`, without a token a random UUID (version 4): the same again is
answered the same.
**Names** a query parameter or a field that is not known is refused, 422, and `fields` names it.
Times are ISO 8601 with a zone; coordinates are degrees of `datum`; division codes have 6, 9 or 12 digits."""

api = NinjaAPI(
    title="绣城 Xiucheng",
    version="1",
    description=DESCRIPTION,
    auth=callers.STAFF,
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    parser=StrictParser(),
)
for prefix, router in (
    ("/reports", reports.router),
    ("/cases", cases.router),
    ("/media", media.router),
    ("", desk.router),
    ("", places.router),
    ("", figures.router),
    ("", points.router),
    ("", responsibility.router),
    ("", stewards.router),
    ("", partners.router),
    ("", reporters.router),
):
    exact(router)
    api.add_router(prefix, router)


def _answer(
    request: HttpRequest, status: int, code: str, text: str, fields: dict[str, str] | None = None
) -> HttpResponse:
    return api.create_response(request, {"code": code, "text": text, "fields": fields or {}}, status=status)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """A refusal of whatever room, in the API's one shape."""
    version = error.fields.get("version") if error.code == "stale" else None
    said = error.as_dict()
    if version:
        # A program has no page open: it is told of what it sent.
        said["text"] = _("现在的版本是 %(version)s，与 If-Match 中的不同，这一步没有办。请取最新的内容再看。") % {
            "version": version
        }
    answer = api.create_response(request, said, status=error.status)
    if version:
        # So that a client may look again.
        answer["ETag"] = f'"{version}"'
    if error.status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return refused(request, Refused("sign_in", _("请先登录，或在请求中带上令牌。"), status=401))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields: dict[str, str] = {}
    for problem in error.errors:
        # ("body", "payload", "lon") → lon; the parameter's own name says nothing to a caller.
        path = [str(part) for part in problem.get("loc", ()) if part not in {"body", "query", "path", "header"}]
        name = ".".join(path[1:] if len(path) > 1 else path) or "body"
        fields[name[:80]] = problems.sentence(problem)
    fields |= _weak(request)
    return _answer(request, 422, "invalid", _("内容不符合要求，请看各项说明。"), fields)


def _weak(request: HttpRequest) -> dict[str, str]:
    """What is wrong with a stranger's Idempotency-Key, told with the rest rather than after it."""
    key, who = request.headers.get("Idempotency-Key"), getattr(request, "auth", None)
    if not key or not isinstance(who, callers.Caller):
        return {}
    flaw = who.once(key).flaw
    return dict(flaw.fields) if flaw else {}


@api.exception_handler(Throttled)
def _throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    answer = refused(request, rates.too_many(error.wait))
    answer["Retry-After"] = str(rates.seconds(error.wait))
    return answer


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Refused):
        # What the parser has against a body that can be read.
        return refused(request, error.__cause__)
    if error.status_code == 400:
        return _answer(request, 400, "unreadable", _unreadable())
    return _answer(request, error.status_code, "not_allowed", str(error))


def _unreadable() -> str:
    return _("请求内容无法读取，须为 UTF-8 编码的 JSON。")


@api.exception_handler(RequestDataTooBig)
@api.exception_handler(TooManyFilesSent)
@api.exception_handler(TooManyFieldsSent)
def _too_large(request: HttpRequest, error: Exception) -> HttpResponse:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
    return _answer(request, 413, "too_large", _("内容太大，最多 %(limit)s MB。") % {"limit": limit})


@api.exception_handler(UnicodeDecodeError)
def _not_utf8(request: HttpRequest, error: UnicodeDecodeError) -> HttpResponse:
    return _answer(request, 400, "unreadable", _unreadable())
