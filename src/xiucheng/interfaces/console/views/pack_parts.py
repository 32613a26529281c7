"""A row of a draft in a form, and a change of a draft taken back: the same verbs as the text of the whole."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xiucheng.foundation.packs import commands, queries, registry, rows
from xiucheng.foundation.packs.queries import Pack
from xiucheng.foundation.packs.refusals import stale
from xiucheng.foundation.packs.shapes import Names, Table, carried_out, written
from xiucheng.interfaces.web.typed import whole
from xiucheng.kit.refused import Refused

from ..configuring import controls, tables
from ..doors import Visit, desk, page
from .packs import demand, the_pack


@require_http_methods(["GET", "POST"])
@desk
def part(request: Visit, pack_id: UUID) -> HttpResponse:
    """A row of a version: for a draft in a form, with the lists that lie within it beneath."""
    demand(request)
    found = the_pack(pack_id)
    kind = registry.kind_of(found.kind)
    names = Names(request.moment, found.body)
    one = rows.opened(kind, found, request.POST.get("at", request.GET.get("at", "")), names)
    if request.method != "POST":
        return _part_page(request, found, one, names)
    try:
        revision = whole(request.POST.get("revision"), "revision")
        if revision != found.revision:
            # Before anything is judged: the address may name another row by now.
            raise stale()
        removing = "remove" in request.POST
        body = rows.without_row(found, one) if removing else _typed(request, found, one, names)
        made = commands.revise(
            by=request.standing, now=request.moment, pack_id=pack_id, revision=revision, body=body
        )  # fmt: skip
    except Refused as caught:
        if caught.status in (403, 404):
            raise
        return _part_page(request, found, one, names, caught)
    said = (
        _("已从草稿删去：%(what)s。在“改变”里可以还原。") if removing else _("已存进草稿：%(what)s。发布以后才生效。")
    )
    messages.success(request, said % {"what": one.place.said or kind.title})
    return redirect(_above(made, one))


def _typed(request: Visit, found: Pack, one: rows.Opened, names: Names) -> dict[str, Any]:
    """The body with the row as it was typed."""
    said = controls.typed(one.record, request.POST, names, one.begun)
    key = request.POST.get("key", "").strip()
    return rows.with_row(registry.kind_of(found.kind), found, one, said.value, key=key, unread=said.wrong)


def _above(pack: Pack, one: rows.Opened) -> str:
    """The page on which the list stands that the row is in."""
    outer = one.at[:-2]
    if not outer:
        return reverse("console:pack", args=[pack.id])
    return f"{reverse('console:pack_part', args=[pack.id])}?{urlencode({'at': written(outer)})}"


def _part_page(
    request: Visit, found: Pack, one: rows.Opened, names: Names, refusal: Refused | None = None
) -> HttpResponse:
    posted = request.method == "POST" and "remove" not in request.POST
    data = dict(request.POST.lists()) if posted else controls.data_of(one.record, one.current)
    wrong = {name: str(text) for name, text in (refusal.fields if refusal else {}).items()}
    drawn = controls.controls(one.record, data, names, wrong)
    context: dict[str, Any] = {
        "pack": found,
        # What was typed was meant for this revision; pressed once more it must not overwrite what nobody has seen.
        "revision": request.POST.get("revision", found.revision),
        "kind": registry.kind_of(found.kind),
        "one": one,
        "at": written(one.at),
        "back": _above(found, one),
        "controls": drawn,
        "keys": _keys(found, one, names),
        "key": request.POST.get("key", ""),
        "facts": tables.facts(one.record, one.current, names),
        "grids": [] if one.new else tables.grids(one.record, one.current, names, one.at),
        "most_lines": f":{tables.MOST}",
        "refusal": refusal,
        "wrong": {name: text for name, text in wrong.items() if name in _placed(drawn)},
    }
    return page(request, "console/pack_part.html", context, status=refusal.status if refusal else 200)


def _keys(found: Pack, one: rows.Opened, names: Names) -> list[tuple[str, str]] | None:
    """The codes that a new row may have; an empty list for any, None where it needs none."""
    if not one.new or not isinstance(one.holder, Table):
        return None
    return tables.free_keys(one.holder, one.held, names)


def _placed(drawn: list[controls.Control]) -> set[str]:
    """The names beside which a sentence can stand."""
    return {"key"}.union(*({one.name, *(inner.name for inner in one.parts)} for one in drawn)) if drawn else {"key"}


@require_POST
@desk
def revert(request: Visit, pack_id: UUID) -> HttpResponse:
    """One difference from the version in force is taken back in a draft; `against` says which version was looked at."""
    demand(request)
    found = the_pack(pack_id)
    against = queries.current(found.kind, request.moment)
    number = whole(request.POST.get("number"), "number")
    seen = whole(request.POST.get("against"), "against")
    told = queries.told(against, found, request.moment)
    if seen != (against.version if against else 0) or number >= len(told) or not told[number].back:
        raise stale()
    body = carried_out(found.body, told[number].back)
    revision = whole(request.POST.get("revision"), "revision")
    commands.revise(by=request.standing, now=request.moment, pack_id=pack_id, revision=revision, body=body)
    messages.success(request, _("已还原：%(where)s。") % {"where": told[number].where})
    return redirect("console:pack", pack_id)
