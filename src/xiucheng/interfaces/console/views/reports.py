"""Reports that wait for a decision: the queue, one report, and the moves of its own table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiucheng.foundation.media import queries as media
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.places.queries import Near
from xiucheng.interfaces.web import categories
from xiucheng.interfaces.web.selects import Select
from xiucheng.kit.moves import Field, Move
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.cases.catalogue import Catalogue, Category
from xiucheng.operations.cases.rules import LONGEST_SEARCH
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake import queries
from xiucheng.operations.intake.queries import ReportView
from xiucheng.operations.intake.rules import STATES, may_move, may_somewhere

from .. import caseview, names
from ..doors import Visit, desk, is_part, page, part, seen_version
from ..forms import KINDS

Answer = tuple[str, str | None]


@require_GET
@desk
def queue(request: Visit) -> HttpResponse:
    """The oldest first; filters in the address."""
    state, channel = request.GET.get("state", ""), request.GET.get("channel", "")
    state = state if state in STATES else ""
    typed = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    ids = queries.search(request.standing, typed) if typed else None
    found = queries.queue(
        request.standing,
        state=state or None,
        channel=channel or None,
        ids=ids,
        cursor=request.GET.get("cursor"),
    )
    held = names.catalogue(request.moment)
    rows = [
        {
            "row": row,
            "channel": names.channel(row.channel),
            "icon": names.CHANNEL_ICONS.get(row.channel, "message"),
            "category": names.category(row.category, held) if row.category else "",
            "place": names.place(row.area),
            "state": STATES[row.state],
        }
        for row in found.rows
    ]
    context = {
        "rows": rows,
        "page": found,
        "counts": _narrowed(queries.counts(request.standing, channel=channel or None, ids=ids), state),
        "narrowed": bool(state or channel or typed),
        "typed": typed,
        "may_accept": may_somewhere("file", request.standing),
        "state": state,
        "channel": channel,
        "channels": queries.channels(),
    }
    return page(request, "console/reports.html", context)


def _narrowed(counts: Mapping[str, int], state: str) -> dict[str, int]:
    """The counts of the state that is asked for; of all where none is."""
    return {name: count if not state or name == state else 0 for name, count in counts.items()}


@require_GET
@desk
def report(request: Visit, report_id: UUID) -> HttpResponse:
    """One report with its words, pictures, place and moves."""
    return _show(request, queries.report(report_id, request.standing))


@require_http_methods(["GET", "POST"])
@desk
def move(request: Visit, report_id: UUID, name: str) -> HttpResponse:
    """GET: the move's form in place. POST: make it."""
    view = queries.report(report_id, request.standing)
    allowed = next((one for one in view.moves if one.name == name), None)
    if allowed is None and not may_move(name, view.area, request.standing):
        raise Refused("not_yours", _("您的岗位不能对这条上报办这一步。"), status=403)
    if allowed is None:
        raise Refused("illegal_move", _("现在不能办这一步，可能刚被别人办过。"), status=409)
    if request.method == "GET":
        return _show(request, view, open_move=allowed, form=_form(allowed, request, view))
    try:
        said, number = _MAKE[name](request, view)
    except Refused as refusal:
        form = _form(allowed, request, view, request.POST)
        for field, text in refusal.fields.items():
            if field in form.fields:
                form.add_error(field, str(text))
        return _show(request, view, open_move=allowed, form=form, refusal=refusal)
    messages.success(request, said)
    return redirect("console:case", number) if number else redirect("console:reports")


@require_GET
@desk
def conditions(request: Visit) -> HttpResponse:
    """The filing conditions of a category, when another category was chosen."""
    held = names.catalogue(request.moment)
    found = held.categories.get(request.GET.get("category", "")) if held else None
    context = {"category": found, "chosen": "", "components": _components_for(request, found.key if found else "")}
    return part(request, "console/parts/conditions.html", context)


def _components_for(request: Visit, category: str) -> list[tuple[str, str]] | None:
    """The choices of the component select, where the form has one: of the report named in the address."""
    try:
        report_id = UUID(request.GET.get("report", ""))
    except ValueError:
        return None
    try:
        near = queries.components_of_report(report_id, category, request.standing, request.moment) if category else []
    except Refused:
        near = []
    return _component_choices(near)


def _show(request: Visit, view: ReportView, **more: Any) -> HttpResponse:
    refusal = more.get("refusal")
    held = names.catalogue(request.moment)
    context = {
        "report": view,
        "state": STATES[view.state],
        "channel": names.channel(view.channel),
        "icon": names.CHANNEL_ICONS.get(view.channel, "message"),
        "category": names.category(view.category, held) if view.category else "",
        "place": names.place(view.area),
        "elements": [(names.ELEMENT_TITLES.get(key, key), text) for key, text in view.elements.items()],
        "pictures": caseview.pictures([(media_id, "") for media_id in view.media], media.describe(view.media)),
        "may_erase_pictures": people.may(request.standing, "media.erase", area=view.area),
        "pictures_back": reverse("console:report", args=[view.id]),
        "may_find_caller": people.may(request.standing, "people.find_caller"),
        "may_erase": people.may(request.standing, "people.erase", area=view.area) and not view.erased,
        "near": _near(request, view),
        "named": _named(view, held) if more.get("form") and "category" in more["form"].fields else [],
        "key_groups": view.tracking_key.split("-"),
        "aloud": "aloud" in request.GET,
        **more,
    }
    status = refusal.status if refusal else 200
    if is_part(request):
        return part(request, "console/parts/report_body.html", context, status=status)
    return page(request, "console/report.html", context, status=status)


MOST_NAMED = 6


def _named(view: ReportView, held: Catalogue | None) -> list[Category]:
    """The categories that the words of a report name, for whoever files it to choose from; the chosen one apart."""
    said = "\n".join(filter(None, (view.title, view.text)))
    found = categories.named_by(held, said) if held else []
    return [one for one in found if one.key != view.category][:MOST_NAMED]


def _near(request: Visit, view: ReportView) -> list[dict[str, Any]]:
    if not (view.category and view.lon is not None and view.lat is not None and view.case_id is None):
        return []
    return case_queries.near(view.lon, view.lat, view.category, now=request.moment)


# -- forms and moves --------------------------------------------------------------------------------------------------


def _form(move: Move, request: Visit, view: ReportView, data: Mapping[str, Any] | None = None) -> forms.Form:
    form = forms.Form(data, auto_id=f"id_{move.name}_%s")
    for field in move.fields:
        if field.kind == "component" and view.lon is None:
            continue
        made = _SPECIAL[field.kind](request, view) if field.kind in _SPECIAL else _plain(field)
        made.label, made.required = str(field.label), field.required
        form.fields[field.name] = made
    return form


def _plain(field: Field) -> forms.Field:
    return KINDS[field.kind](field, None)  # type: ignore[arg-type]  # these kinds ask nothing of a case


def _category(request: Visit, view: ReportView) -> forms.Field:
    choices: list[Any] = [("", _("请选择")), *names.category_groups(names.catalogue(request.moment))]
    address = f"{reverse('console:conditions')}?report={view.id}"
    control = Select(attrs={"hx-get": address, "hx-target": "#id_file_condition", "hx-include": "this"})
    return forms.ChoiceField(choices=choices, initial=view.category, widget=control)


def _condition(request: Visit, view: ReportView) -> forms.Field:
    held = names.catalogue(request.moment)
    found = held.categories.get(view.category) if held else None
    choices = [("", _("按类别的默认条件")), *((one.key, one.text) for one in (found.conditions if found else ()))]
    return forms.ChoiceField(choices=choices)


def _area(request: Visit, view: ReportView) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("按上报的地点")), *names.area_groups()], initial=view.area, widget=Select)


def _component(request: Visit, view: ReportView) -> forms.Field:
    category = request.POST.get("category") or view.category
    choices = _component_choices(
        queries.components_offered(category=category, lon=view.lon, lat=view.lat, now=request.moment)
    )
    if view.component and view.component not in dict(choices):
        choices.append((view.component, view.component))
    return forms.ChoiceField(choices=choices, initial=view.component)


def _component_choices(near: Sequence[Near]) -> list[tuple[str, str]]:
    """None, or one of the nearest few of the category's kind; by what stands on its plate."""
    told = _("%(name)s %(code)s · 相距 %(metres)d 米")
    return [
        ("", _("不指明")),
        *((one.code, told % {"name": one.name, "code": one.code, "metres": round(one.metres)}) for one in near),
    ]


_SPECIAL: Mapping[str, Callable[[Visit, ReportView], forms.Field]] = {
    "category": _category,
    "condition": _condition,
    "area": _area,
    "component": _component,
}


def _said(request: Visit, name: str) -> str:
    return request.POST.get(name, "").strip()


def _file(request: Visit, view: ReportView) -> Answer:
    filed = intake.file_report(
        by=request.standing,
        now=request.moment,
        report_id=view.id,
        version=seen_version(request),
        category=_said(request, "category") or None,
        condition=_said(request, "condition") or None,
        area=_said(request, "area") or None,
        component=request.POST.get("component"),
    )
    return _("已立案 %(number)s") % {"number": filed.number}, filed.number


def _attach(request: Visit, view: ReportView) -> Answer:
    case_id = intake.attach_report(
        by=request.standing,
        now=request.moment,
        report_id=view.id,
        version=seen_version(request),
        case=_said(request, "case"),
    )
    number = case_queries.numbers([case_id])[case_id]
    return _("已并入案卷 %(number)s") % {"number": number}, number


def _reject(request: Visit, view: ReportView) -> Answer:
    intake.reject_report(
        by=request.standing,
        now=request.moment,
        report_id=view.id,
        version=seen_version(request),
        reason=_said(request, "reason"),
    )
    return _("已答复上报人：不予受理"), None


def _ask_pre_verify(request: Visit, view: ReportView) -> Answer:
    intake.ask_pre_verify(
        by=request.standing,
        now=request.moment,
        report_id=view.id,
        version=seen_version(request),
        reason=_said(request, "reason"),
    )
    return _("已请采集员到现场核实"), None


def _pre_verified(request: Visit, view: ReportView) -> Answer:
    found = _said(request, "found")
    intake.answer_pre_verify(
        by=request.standing,
        now=request.moment,
        report_id=view.id,
        version=seen_version(request),
        found=found,  # type: ignore[arg-type]  # anything else is refused with the field
        reason=_said(request, "reason"),
    )
    return _("已报核实结果"), None


_MAKE: Mapping[str, Callable[[Visit, ReportView], Answer]] = {
    "file": _file,
    "attach": _attach,
    "reject": _reject,
    "ask_pre_verify": _ask_pre_verify,
    "pre_verified": _pre_verified,
}
