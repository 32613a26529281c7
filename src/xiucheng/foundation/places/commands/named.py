"""Places known by name before anybody has drawn them: duty grids without a shape; and areas opened again."""

from datetime import datetime

from xiucheng.kit.actor import Actor
from xiucheng.kit.verbs import verb
from xiucheng.kit.words import legible

from ..models import Area, DutyGrid, UnitGrid
from ..refusals import refusal
from ..rules import duty_grid_code_ok
from . import changes, writing


@verb
def reopen_area(*, actor: Actor, now: datetime, code: str) -> None:
    """Take an area that was closed into use again. Refused: unknown_area (404), parent_missing (closed)."""
    found = writing.area(code)
    if found.parent_id and Area.objects.filter(code=found.parent_id, active_to__isnull=False).exists():
        raise refusal("parent_missing", found.name)
    Area.objects.filter(pk=found.pk).update(active_to=None)
    writing.changed(actor=actor, now=now, verb_name="reopen_area", subject=found.id, code=found.code)


@verb
def name_duty_grid(*, actor: Actor, now: datetime, area: str, name: str, code: str | None = None) -> str:
    """A duty grid by name, without a shape, or another name for one that is there; returns its code.

    Without a code it is numbered behind the area's own: 990101001001-G01. Refused: unknown_area (404),
    bad_duty_grid_code, name_missing, code_taken (in another area), area_full.
    """
    above = writing.area(area)
    given = code or _next_code(above.code)
    name = legible(name)
    if not duty_grid_code_ok(given):
        raise refusal("bad_duty_grid_code", given, field="code")
    if not name:
        raise refusal("name_missing", given, field="name")
    found = DutyGrid.objects.filter(code=given).first()
    if found is not None and found.area_id != above.code:
        raise refusal("code_taken", given, field="code")
    DutyGrid.objects.update_or_create(code=given, defaults={"name": name, "area_id": above.code})
    writing.changed(actor=actor, now=now, verb_name="name_duty_grid", subject=above.id, code=given)
    return given


def _next_code(area: str) -> str:
    taken = set(DutyGrid.objects.filter(code__startswith=f"{area}-G").values_list("code", flat=True))
    # Twenty characters hold twelve of the community, the dash, the letter and up to six digits.
    for number in range(1, 1000):
        if (code := f"{area}-G{number:02}") not in taken:
            return code
    raise refusal("area_full", area)


@verb
def drop_duty_grid(*, actor: Actor, now: datetime, code: str) -> None:
    """Take away a duty grid that is a mere name.

    Refused: unknown_duty_grid (404), duty_grid_drawn (409: it has a shape or unit grids of its own), in_use (409:
    somebody walks it or answers for it; registry.leaning).
    """
    found = DutyGrid.objects.select_for_update().filter(code=code).first()
    if found is None:
        raise refusal("unknown_duty_grid", code, status=404)
    if found.shape is not None or UnitGrid.objects.filter(duty_grid=found).exists():
        raise refusal("duty_grid_drawn", found.name, status=409)
    changes.refuse_leaning("duty_grid", [code], now)
    area = writing.area(found.area_id)
    found.delete()
    writing.changed(actor=actor, now=now, verb_name="drop_duty_grid", subject=area.id, code=code)
