"""Organisations: registered, changed, closed; never deleted, because steps and cases name them."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from .. import memory, obligations, queries, rules
from ..models import Membership, Organisation
from ..rules import Standing
from .frame import checked_area, checked_code, checked_name, locked, record, refusing

_NO_ORGANISATION = _("没有这个单位。请从单位列表中选择。")


def _taken() -> Refused:
    text = _("这个代码已有单位使用。")
    return Refused("code_taken", text, fields={"code": text})


@verb
def register_organisation(
    *,
    by: Standing,
    now: datetime,
    code: str,
    name: str,
    kind: str,
    parent_id: UUID | None = None,
    calendar: str = "default",
    area: str = "",
) -> UUID:
    """A new organisation. kind: a key of rules.KINDS; calendar: a key of the calendars pack; area: "" is the district.

    Refused: not_yours, bad_code, code_taken, bad_name, unknown_kind, unknown_area, not_found (the parent).
    """
    queries.demand(by, "people.organise")
    if kind not in rules.KINDS:
        raise Refused("unknown_kind", _("没有这种单位类别。"), fields={"kind": _("请从列表中选择。")})
    if parent_id is not None:
        locked(Organisation, parent_id, _NO_ORGANISATION)
    row = Organisation(
        parent_id=parent_id,
        code=checked_code(code),
        name=checked_name(name, 80),
        kind=kind,
        calendar=calendar,
        area=checked_area(area),
    )
    with refusing({"people_organisation_code_key": _taken()}):
        row.save(force_insert=True)
    memory.remembered.changed()
    record(
        "register_organisation", row.id, by, now, code=code, kind=kind, parent=parent_id, calendar=calendar, area=area
    )
    return row.id


@verb
def change_organisation(
    *,
    by: Standing,
    now: datetime,
    organisation_id: UUID,
    name: str | None = None,
    parent_id: UUID | None = None,
    calendar: str | None = None,
    area: str | None = None,
) -> None:
    """Change what is given; a new parent must not lie under the organisation.

    Refused: not_yours, not_found, bad_name, unknown_area, circle.
    """
    queries.demand(by, "people.organise")
    row = locked(Organisation, organisation_id, _NO_ORGANISATION)
    if name is not None:
        row.name = checked_name(name, 80)
    if calendar is not None:
        row.calendar = calendar
    if area is not None:
        row.area = checked_area(area)
    if parent_id is not None:
        _check_circle(row.id, parent_id)
        row.parent_id = parent_id
    row.save()
    memory.remembered.changed()
    record("change_organisation", row.id, by, now, parent=row.parent_id, calendar=row.calendar, area=row.area)


def _check_circle(organisation_id: UUID, parent_id: UUID) -> None:
    # Whoever moves another branch waits here, or two moves at once could close a circle.
    tree = {one.id: one.parent_id for one in Organisation.objects.select_for_update().order_by("id")}
    if parent_id not in tree:
        raise Refused("not_found", _NO_ORGANISATION, status=404)
    above: UUID | None = parent_id
    while above is not None:
        if above == organisation_id:
            text = _("上级单位不能是它自己或它的下级。")
            raise Refused("circle", text, fields={"parent_id": text})
        above = tree[above]


@verb
def close_organisation(*, by: Standing, now: datetime, organisation_id: UUID) -> None:
    """Nothing more is dispatched to it. Refused: not_yours, not_found, still_staffed while posts in it are held,
    still_busy while it has something to settle (says how much of what; see obligations)."""
    queries.demand(by, "people.organise")
    row = locked(Organisation, organisation_id, _NO_ORGANISATION)
    held = Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), agency_id=row.id)
    if held.exists():
        raise Refused("still_staffed", _("这个单位还有人任职，请先结束任职。"))
    open_work = [f"{label} {count}" for label, count in obligations.of(row.id)]
    if open_work:
        told = {"what": gettext("、").join(open_work)}
        raise Refused("still_busy", gettext("这个单位还有未办结的事项：%(what)s。请先办结或改派。") % told)
    row.is_active = False
    row.save(update_fields=["is_active"])
    memory.remembered.changed()
    record("close_organisation", row.id, by, now)


@verb
def reopen_organisation(*, by: Standing, now: datetime, organisation_id: UUID) -> None:
    """A closed organisation works again, as it was. Refused: not_yours, not_found."""
    queries.demand(by, "people.organise")
    row = locked(Organisation, organisation_id, _NO_ORGANISATION)
    row.is_active = True
    row.save(update_fields=["is_active"])
    memory.remembered.changed()
    record("reopen_organisation", row.id, by, now)
