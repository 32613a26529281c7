"""A reporter's contact: opened for a reason that is logged, and erased for good when they ask for it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from xiucheng.foundation.people import commands as people
from xiucheng.foundation.people import queries
from xiucheng.kit.refused import Refused
from xiucheng.operations.intake import commands
from xiucheng.operations.intake import queries as intake

from ..doors import Visit, desk, is_part, page, part


@never_cache
@require_http_methods(["GET", "POST"])
@desk
def reveal(request: Visit, report_id: UUID) -> HttpResponse:
    """GET asks for the reason, POST opens and logs."""
    report = intake.report(report_id, request.standing)
    queries.demand(request.standing, "people.reveal", area=report.area)
    if report.subject_id is None:
        raise Refused("not_found", _("上报人没有留联系方式。"), status=404)
    context: dict[str, object] = {"report": report, "typed": request.POST.get("reason", "")}
    status = 200
    if request.method == "POST":
        try:
            context["contact"] = people.reveal(
                by=request.standing,
                now=request.moment,
                subject_id=report.subject_id,
                reason=request.POST.get("reason", ""),
            )
        except Refused as refusal:
            context["refusal"], status = refusal, refusal.status
    if is_part(request):
        return part(request, "console/parts/reveal.html", context, status=status)
    return page(request, "console/reveal.html", context, status=status)


@require_POST
@desk
def erase(request: Visit, report_id: UUID) -> HttpResponse:
    """The right to deletion: words, pictures and contact of this reporter go, cases and steps stay."""
    intake.report(report_id, request.standing)
    gone = commands.erase_reporter(by=request.standing, now=request.moment, report_id=report_id)
    messages.success(request, _("已清除 %(n)d 条上报的文字、图片和联系方式") % {"n": len(gone.reports)})
    if gone.to_review:
        left = {"n": len(gone.to_review)}
        messages.warning(request, _("案卷里还有 %(n)d 段经办人员的话，请逐段查看是否写有上报人的信息") % left)
    return redirect("console:report", report_id)
