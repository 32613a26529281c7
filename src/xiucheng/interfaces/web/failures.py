"""What is answered outside of any page: too much was sent (413), the database is away (503), we failed (500)."""

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from xiucheng.kit import outage
from xiucheng.kit.refused import Refused

from .refusing import is_program, refused

RETRY_AFTER_S = 2


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400. Code: `too_large` (413), `unreadable` (400)."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
        text = _("内容太大，最多 %(limit)s MB。请删减后再提交。") % {"limit": limit}
        refusal = Refused("too_large", text, status=413)
    else:
        refusal = Refused("unreadable", _("这个请求看不懂：内容不完整或写法不对。请返回上一页检查后再试。"), status=400)
    return refused(request, refusal)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW: a page for people, a sentence where a piece or a program's answer is awaited."""
    if is_program(request) or request.headers.get("HX-Request"):
        text = _("为了安全，这一页已失效。请刷新后再提交；您写的内容还在本机。")
        return refused(request, Refused("csrf", text, status=403))
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, called while the error is being handled; it asks the database nothing.

    A program gets JSON, htmx the sentence alone, a person a page. Code: `unavailable` (503), `failed` (500).
    """
    away = outage.is_away(sys.exc_info()[1])
    if away:
        outage.drop_dead_connections()
        text = _("系统正在恢复连接，请稍等几秒再试；已收到的内容不会丢失。")
        failure = Refused("unavailable", text, status=503)
    else:
        failure = Refused("failed", _("系统出了差错，请稍后再试。"), status=500)
    answer = _shown(request, failure)
    if away:
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _shown(request: HttpRequest, failure: Refused) -> HttpResponse:
    if is_program(request):
        return JsonResponse(failure.as_dict(), status=failure.status)
    part = "web/parts/refusal.html" if request.headers.get("HX-Request") else f"{failure.status}.html"
    # Without the request: what the page's frame tells of the reader may be what failed.
    return HttpResponse(render_to_string(part, {"refusal": failure}), status=failure.status)
