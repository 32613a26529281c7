"""The reception desk: a call or a visit, by its five elements; then straight on to filing."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from xiucheng.interfaces.web import once
from xiucheng.interfaces.web.selects import Select
from xiucheng.kit.refused import Refused
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake import queries
from xiucheng.operations.intake.rules import Contact

from .. import names
from ..doors import Visit, desk, page
from .components import nearest

# Where a field of the form lies in the refusal of the intake room.
_PLACES = {"contact.name": "name", "contact.phone": "phone", "elements.place": "address"}


class Call(forms.Form):
    """What the person at the desk writes down. What must be there, the room of intake says."""

    channel = forms.ChoiceField(label=gettext_lazy("来自"), widget=forms.RadioSelect)
    name = forms.CharField(label=gettext_lazy("来电人"), required=False, max_length=50)
    phone = forms.CharField(label=gettext_lazy("电话"), required=False, max_length=30)
    title = forms.CharField(label=gettext_lazy("一句话"), required=False, max_length=100)
    text = forms.CharField(
        label=gettext_lazy("经过和要求"), widget=forms.Textarea(attrs={"rows": 4, "data-most": 2000})
    )
    time = forms.CharField(label=gettext_lazy("什么时候"), required=False, max_length=500)
    cause = forms.CharField(label=gettext_lazy("起因"), required=False, max_length=500)
    area = forms.ChoiceField(label=gettext_lazy("社区"), required=False, widget=Select)
    address = forms.CharField(label=gettext_lazy("在哪里"), required=False, max_length=200)
    category = forms.ChoiceField(label=gettext_lazy("类别"), required=False, widget=Select)
    once = forms.CharField(widget=forms.HiddenInput)
    # From the map; which fixed thing it is about is chosen among those close by (views/components.py).
    # Texts, though unseen: a browser that goes back brings back what stood in texts.
    lon = forms.FloatField(required=False, widget=forms.TextInput({"hidden": True, "data-not-kept": True}))
    lat = forms.FloatField(required=False, widget=forms.TextInput({"hidden": True, "data-not-kept": True}))
    component = forms.CharField(required=False, max_length=20)


def typed(request: Visit) -> Call:
    """The form with what was typed so far, not judged yet."""
    return _filled(request, Call(initial=request.POST.dict()))


def _form(request: Visit) -> Call:
    return _filled(request, Call(request.POST or None, initial={"once": once.given(request)}))


def _filled(request: Visit, form: Call) -> Call:
    admitted = queries.call_channels(request.standing)
    form.fields["channel"].choices = [(one.name, one.title) for one in admitted]  # type: ignore[attr-defined]
    form.fields["channel"].initial = admitted[0].name if admitted else None
    form.fields["area"].choices = [("", _("不确定")), *names.area_groups()]  # type: ignore[attr-defined]
    form.fields["category"].choices = [("", _("以后再定")), *names.category_groups(names.catalogue(request.moment))]  # type: ignore[attr-defined]
    return form


@require_http_methods(["GET", "POST"])
@desk
def reception(request: Visit) -> HttpResponse:
    """The form, and its handing in."""
    form = _form(request)
    if not form.fields["channel"].choices:  # type: ignore[attr-defined]
        raise Refused("not_yours", _("您的岗位不做登记。"), status=403)
    refusal, status = None, 200
    if request.method == "POST" and form.is_valid():
        try:
            return _hand_in(request, form)
        except Refused as caught:
            refusal, status = caught, caught.status
            _mark(form, caught)
    answer = show(request, form, status=status, refusal=refusal)
    return once.remembered(answer, request, form["once"].value()) if request.method == "GET" else answer


def _mark(form: Call, refusal: Refused) -> None:
    """What the intake room says of a field, at that field. A point that was refused goes: nobody sees its fields."""
    for field, text in refusal.fields.items():
        name = _PLACES.get(field, field)
        form.add_error(name if name in form.fields else None, str(text))
    if {"lon", "lat"} & refusal.fields.keys():
        form.data = {**form.data, "lon": "", "lat": ""}


def show(request: Visit, form: Call, *, status: int = 200, **more: object) -> HttpResponse:
    """The page with a form, and what else is to be said on it."""
    context = {"form": form, "components": nearest(request), "chosen": request.POST.get("component", ""), **more}
    return page(request, "console/reception.html", context, status=status)


def _hand_in(request: Visit, form: Call) -> HttpResponse:
    said = form.cleaned_data
    elements = {name: said[name] for name in ("time", "cause") if said[name]}
    content = {
        "channel": said["channel"],
        "text": said["text"],
        "title": said["title"] or None,
        "category": said["category"] or None,
        "address": said["address"] or None,
        "area": said["area"] or None,
        "lon": said["lon"],
        "lat": said["lat"],
        "component": said["component"] or None,
        "contact": Contact(said["name"] or None, said["phone"] or None),
        "elements": elements,
    }
    form_key = intake.by_content(f"desk:{request.standing.account_id}", said["once"], content)
    sent = intake.submit_from_form(by=request.standing, now=request.moment, once=form_key, **content)
    if sent.repeated:
        messages.info(request, _("刚才已登记过同样的内容，就是这一份，没有重复登记。"))
    else:
        messages.success(request, _("已登记"))
    # The page that follows shows the key large, to be read out to the caller; it can be found there later as well.
    return redirect(f"{reverse('console:report', args=[sent.report_id])}?aloud=1")
