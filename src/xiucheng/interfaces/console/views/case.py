"""The case page: its head with clock and moves, its story, its side; and the making of a move in place."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiucheng.foundation.media import commands as media
from xiucheng.foundation.notices import commands as notice_commands
from xiucheng.foundation.notices import queries as notices
from xiucheng.foundation.people import queries as people
from xiucheng.interfaces.web.uploads import content_of
from xiucheng.kit.moves import Move
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.cases.views import CaseView
from xiucheng.operations.intake import queries as intake

from .. import caseview, names, wording
from ..doors import Visit, desk, is_part, is_speculative, page, part, seen_version
from ..forms import Context, move_form
from .points import point_line


@require_GET
@desk
def case(request: Visit, number: str) -> HttpResponse:
    """The whole page."""
    view = caseview.find(number, request.standing, request.moment)
    _seen(request, view)
    return page(request, "console/case.html", {**_head(request, view), "full": True})


def _seen(request: Visit, view: CaseView) -> None:
    """Whoever has the case before them has read what they were told about it.

    A browser that fetches the page on speculation has nobody before it. Its header is asked, rather than the page made
    to post "seen" when it is there: a page made ready on speculation runs its scripts too, and without scripts nobody
    would ever have read anything.
    """
    if is_speculative(request):
        return
    if request.standing.person_id and notices.unread(request.standing.person_id, request.moment):
        notice_commands.read_about(by=request.standing, now=request.moment, subject=view.id)


def _on_its_page(request: Visit, view: CaseView) -> bool:
    """Does htmx ask from the case's own page, or from the hall's side? The two heads differ."""
    here = urlsplit(request.headers.get("HX-Current-URL", "")).path
    return here.startswith(reverse("console:case", args=[view.number]))


@require_GET
@desk
def peek(request: Visit, number: str) -> HttpResponse:
    """The selected case in short, for the hall's side; without a script the whole page."""
    view = caseview.find(number, request.standing, request.moment)
    if not is_part(request):
        return page(request, "console/case.html", {**_head(request, view), "full": True})
    return part(request, "console/parts/pane.html", _head(request, view))


@require_GET
@desk
def head(request: Visit, number: str) -> HttpResponse:
    """The head alone, after a form was closed; without a script the whole page."""
    view = caseview.find(number, request.standing, request.moment)
    if not is_part(request):
        return page(request, "console/case.html", {**_head(request, view), "full": True})
    return part(request, "console/parts/case_head.html", _head(request, view))


@require_GET
@desk
def story(request: Visit, number: str) -> HttpResponse:
    """What happened, one sentence per step, with words and pictures."""
    view = caseview.find(number, request.standing, request.moment)
    found = caseview.story(view, request.moment, request.standing)
    last = found.items[-1].at if found.items else view.facts.filed_at
    seen = request.GET.get("seen", "")
    # The page holds a head of before: it is brought along, unless a form is open there and something typed in it.
    fresh = _head(request, view) if seen and seen != str(view.version) else {}
    return _piece(
        request,
        "console/parts/case_story.html",
        _("经过"),
        {
            **fresh,
            "fresh_head": bool(fresh),
            "awaits": view.state in _SOON_FOLLOWED and request.moment - last < _SOON,
            "story": found.items,
            "told": found.told,
            "compare": caseview.before_after(found.items),
            "case": view,
            "may_open_reports": intake.may_open(request.standing, view.facts.area),
            "may_release": people.may(request.standing, "media.release", area=view.facts.area),
            "may_erase_words": people.may(request.standing, "people.erase", area=view.facts.area),
            "may_erase_pictures": people.may(request.standing, "media.erase", area=view.facts.area),
            "pictures_back": reverse("console:case", args=[view.number]),
        },
    )


# Rules and the system act within moments of these: the story looks again until they have.
_SOON_FOLLOWED = frozenset({"filed", "replied"})
_SOON = timedelta(seconds=15)


@require_GET
@desk
def aside(request: Visit, number: str) -> HttpResponse:
    """Place, conditions, reporters (hidden), the same thing nearby."""
    view = caseview.find(number, request.standing, request.moment)
    found, condition = caseview.conditions(view, request.moment)
    context = {
        "case": view,
        "place": names.place(view.facts.area),
        "address": case_queries.address(view.id),
        "category": found,
        "condition": condition,
        "severity": wording.SEVERITIES.get(view.severity, view.severity),
        "reports": _reports(view),
        # Even masked they are hidden from the party complained of, and from all who have no business with reporters.
        "may_reveal": people.may(request.standing, "people.reveal", area=view.facts.area),
        "near": _near(view, request.moment),
        "component": point_line("component", view.component, request) if view.component else None,
    }
    return _piece(request, "console/parts/case_aside.html", _("地点和上报"), context)


def _piece(request: Visit, template: str, title: str, context: Mapping[str, Any]) -> HttpResponse:
    """A piece of the page where a script asks for it, else a page of its own with the way back to the case."""
    if is_part(request):
        return part(request, template, context)
    # The page that it is a piece of tells the unread notices.
    return page(request, "console/case_piece.html", {**context, "piece": template, "title": title}, counted=False)


def _reports(view: CaseView) -> list[dict[str, Any]]:
    """The reports behind the case with their reporters masked."""
    found = intake.reports_of(view.id)
    masked = people.masked([one.subject_id for one in found])
    return [
        {
            "report": one,
            "channel": names.channel(one.channel),
            "icon": names.CHANNEL_ICONS.get(one.channel, "message"),
            "contact": masked.get(one.subject_id) if one.subject_id else None,
        }
        for one in found
    ]


def _near(view: CaseView, now: datetime) -> list[dict[str, Any]]:
    if view.lon is None or view.lat is None or not view.facts.is_open:
        return []
    found = case_queries.near(view.lon, view.lat, view.facts.category, now=now)
    return [one for one in found if one["id"] != view.id]


@require_http_methods(["GET", "POST"])
@desk
def move(request: Visit, number: str, name: str) -> HttpResponse:
    """GET: the move's form in place. POST: make the move; the answer is the case as it is then."""
    view = caseview.find(number, request.standing, request.moment)
    if request.method == "POST":
        return _make(request, view, name)
    allowed = caseview.find_move(view, name)
    if allowed is None:
        raise Refused("illegal_move", _("现在不能办这一步，案卷可能刚被别人办过。"), status=409)
    form = move_form(allowed, _context(view, allowed, request.moment))
    return _show_form(request, view, allowed, form)


def _make(request: Visit, view: CaseView, name: str) -> HttpResponse:
    seen = seen_version(request)
    try:
        after = cases.move(
            by=request.standing,
            now=request.moment,
            case_id=view.id,
            version=seen,
            name=name,
            args=_arguments(request, view, name),
        )
    except Refused as refusal:
        return _refuse(request, view, name, refusal)
    said = wording.done(view.number, name)
    if not is_part(request):
        messages.success(request, said)
        return redirect(reverse("console:case", args=[view.number]))
    context = {**_head(request, after), "said": said, "draft": f"move-{view.number}-{name}"}
    answer = part(request, "console/parts/moved.html", context)
    answer.headers["HX-Trigger-After-Swap"] = "case-moved"
    return answer


def _arguments(request: Visit, view: CaseView, name: str) -> dict[str, Any]:
    """The move's fields as posted; pictures are stored first and passed on by id."""
    allowed = caseview.find_move(view, name)
    args: dict[str, Any] = {}
    for field in allowed.fields if allowed else ():
        if field.kind == "media":
            stored = [
                media.store(
                    actor=request.standing.actor,
                    now=request.moment,
                    content=content_of(upload, field.name),
                    name=upload.name or "",
                    purpose=field.purpose,
                )
                for upload in request.FILES.getlist(field.name)
            ]
            value: Any = [str(one.id) for one in stored]
        else:
            value = request.POST.get(field.name, "").strip()
        if value:
            args[field.name] = value
    return args


def _refuse(request: Visit, view: CaseView, name: str, refusal: Refused) -> HttpResponse:
    """The form again, with what was typed and what is wrong; when stale, the case as it is now beneath."""
    fresh = caseview.find(view.number, request.standing, request.moment)
    allowed = caseview.find_move(fresh, name)
    stale = _since(fresh, allowed, request.moment) if refusal.code == "stale" else {}
    if allowed is None or refusal.status in {403, 404}:
        return _stirred(_show(request, fresh, {"refusal": refusal, **stale}, refusal.status), bool(stale))
    form = move_form(allowed, _context(fresh, allowed, request.moment), request.POST, request.FILES)
    for field, text in refusal.fields.items():
        if field in form.fields:
            # Of what the form and the rule both have against a field the rule's sentence says more.
            form.errors.pop(field, None)
            form.add_error(field, str(text))
    return _stirred(_show_form(request, fresh, allowed, form, refusal, stale), bool(stale))


def _since(view: CaseView, allowed: Move | None, now: datetime) -> dict[str, str]:
    """What happened since the page was read, and what may be done about it: two sentences beneath the refusal."""
    onward = _("您填的内容还在下面，核对后可以再次提交。") if allowed else _("这一步现在已不能办。")
    return {"since": caseview.latest(view, now), "next": onward}


def _stirred(answer: HttpResponse, stale: bool) -> HttpResponse:
    """Lets what else stands on a page that was out of date, its story first, be read anew."""
    if stale:
        answer.headers["HX-Trigger-After-Swap"] = "case-moved"
    return answer


def _show_form(
    request: Visit,
    view: CaseView,
    move: Move,
    form: Any,
    refusal: Refused | None = None,
    more: Mapping[str, str] | None = None,
) -> HttpResponse:
    context = {"open_move": move, "form": form, "refusal": refusal, **(more or {})}
    return _show(request, view, context, refusal.status if refusal else 200)


def _show(request: Visit, view: CaseView, more: dict[str, Any], status: int) -> HttpResponse:
    context = {**_head(request, view), **more}
    if is_part(request):
        return part(request, "console/parts/case_head.html", context, status=status)
    return page(request, "console/case.html", {**context, "full": True}, status=status)


def _head(request: Visit, view: CaseView) -> dict[str, Any]:
    full = is_part(request) and _on_its_page(request, view)
    return {**caseview.head(view, request.moment), "spans": caseview.spans(view), "full": full}


def _context(view: CaseView, move: Move, now: datetime) -> Context:
    suggested = caseview.suggestion(view, now) if any(field.kind == "agency" for field in move.fields) else None
    return Context(view, now, suggested.agency_id if suggested else None)
