"""Accounts and posts: the system administrator makes accounts, the security administrator appoints and locks."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiucheng.foundation.people import commands
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import ADMINISTRATORS
from xiucheng.foundation.places import queries as places
from xiucheng.kit.refused import Refused

from .. import names
from ..doors import Visit, desk, page


def _rights(request: Visit) -> dict[str, bool]:
    return {
        "may_manage": people.may(request.standing, "users.manage"),
        "may_lock": people.may(request.standing, "users.lock"),
        "may_appoint": people.may(request.standing, "people.appoint"),
    }


@require_GET
@desk
def users(request: Visit) -> HttpResponse:
    """Accounts with the posts of their people."""
    rights = _rights(request)
    if not any(rights.values()):
        people.demand(request.standing, "users.manage")
    return page(request, "console/users.html", _context(request, request.GET.get("search", "").strip()[:60]))


def _context(request: Visit, search: str = "") -> dict[str, Any]:
    found = people.accounts(search=search)
    posts: dict[UUID, list[dict[str, object]]] = {}
    for member in people.staff(at=request.moment):
        where = names.agency(member.post.agency_id) or (names.place(member.post.area) if member.post.area else "")
        posts.setdefault(member.person_id, []).append(
            {
                "id": member.membership_id,
                "role": people.role_name(member.post.role),
                "where": where,
                "administrator": member.post.role in ADMINISTRATORS,
            }
        )
    rows = [
        {
            "account": one,
            "posts": held,
            "administrator": any(post["administrator"] for post in held),
        }
        for one in found
        for held in [posts.get(one.person_id, [])]
    ]
    return {
        "rows": rows,
        "search": search,
        # Administrators are appointed at the machine only.
        "roles": [one for one in people.roles() if one[0] not in ADMINISTRATORS],
        "agencies": people.agencies(),
        "areas": places.subtree(),
        **_rights(request),
    }


@require_POST
@desk
def create(request: Visit) -> HttpResponse:
    """A person with an account; what is wrong is said beside what was typed, and the password is never sent back."""
    people.demand(request.standing, "users.manage")
    typed = {name: request.POST.get(name, "") for name in ("name", "username")}
    password = request.POST.get("password", "")
    try:
        commands.register_with_account(
            by=request.standing, now=request.moment, name=typed["name"], username=typed["username"], password=password
        )
    except Refused as caught:
        context = {**_context(request), "typed": typed, "refusal": caught, "wrong": caught.fields}
        return page(request, "console/users.html", context, status=caught.status)
    messages.success(request, _("已建账号 %(name)s") % {"name": typed["username"]})
    return redirect("console:users")


@require_POST
@desk
def lock(request: Visit, account_id: UUID) -> HttpResponse:
    """Lock or unlock."""
    change = commands.unlock_account if request.POST.get("open") else commands.lock_account
    change(by=request.standing, now=request.moment, account_id=account_id)
    messages.success(request, _("已改好"))
    return redirect("console:users")


@require_POST
@desk
def appoint(request: Visit, person_id: UUID) -> HttpResponse:
    """Give a post."""
    agency = request.POST.get("agency", "")
    try:
        agency_id = UUID(agency) if agency else None
    except ValueError:
        raise Refused("not_found", _("没有这个单位。请从单位列表中选择。"), status=404) from None
    people.demand(request.standing, "people.appoint")
    role, area = request.POST.get("role", ""), request.POST.get("area", "")
    try:
        commands.start_membership(
            by=request.standing, now=request.moment, person_id=person_id, role=role, area=area, agency_id=agency_id
        )
    except Refused as caught:
        return page(request, "console/users.html", {**_context(request), "refusal": caught}, status=caught.status)
    messages.success(request, _("已任职"))
    return redirect("console:users")


@require_POST
@desk
def dismiss(request: Visit, membership_id: UUID) -> HttpResponse:
    """End a post."""
    commands.end_membership(by=request.standing, now=request.moment, membership_id=membership_id)
    messages.success(request, _("任职已结束"))
    return redirect("console:users")
