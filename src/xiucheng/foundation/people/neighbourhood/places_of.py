"""Which places there are to answer for, at which level: streets and communities in use, duty grids by name."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.queries import DutyGridView
from xiucheng.kit.refused import Refused

from .rules import LEVELS, Place


def all_places(within: str = "", grids: Sequence[DutyGridView] | None = None) -> Iterator[Place]:
    """Streets, communities and duty grids of an area, parents before children, grids after; one statement, or none
    where the area's grids are given."""
    for one in places.subtree(within or None):
        if one.level in LEVELS:
            yield Place(one.level, one.code, one.code, one.name)
    for grid in places.duty_grids(within) if grids is None else grids:
        yield Place("grid", grid.code, grid.area, grid.name)


def find(said: str) -> Place:
    """The place meant by a code or a full name; at most one statement.

    Refused: no_such_place (the district itself included: nobody answers for it by this list).
    """
    plain = " ".join(said.split())
    code = places.area_code(plain) if plain else None
    area = places.area(code) if code else None
    if area is not None and area.level in LEVELS:
        return Place(area.level, area.code, area.code, area.name)
    grids = [one for one in places.duty_grids() if plain in (one.code, one.name)] if plain else []
    exact = [one for one in grids if one.code == plain] or grids
    if len(exact) == 1:
        return Place("grid", exact[0].code, exact[0].area, exact[0].name)
    text = _("没有这个镇街、社区或责任网格。请填全名或代码；同名的填代码。")
    raise Refused("no_such_place", text, fields={"place": text})
