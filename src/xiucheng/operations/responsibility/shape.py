"""How the pack `responsibility` looks to people: a row for each level, with its titles and choices."""

from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs.shapes import Field, Record, Several, Table, Whole, YesNo
from xiucheng.foundation.packs.shapes.values import Groups
from xiucheng.foundation.people.neighbourhood.rules import LEVEL_NAMES, LEVELS
from xiucheng.foundation.people.rules import ROLES

from .rules import MOST


def _levels(at: datetime) -> Groups:
    return [("", [(level, gettext(LEVEL_NAMES[level])) for level in LEVELS])]


def _posts(at: datetime) -> Groups:
    """The posts that are held in an area, by the level that they may count for."""
    found = []
    for level in LEVELS:
        roles = {code: role for code, role in ROLES.items() if role.level == level and role.needs == "area"}
        posts = [(code, gettext(role.name)) for code, role in roles.items()]
        if posts:
            found.append((gettext(LEVEL_NAMES[level]), posts))
    return found


REQUIREMENT = Record(
    (
        Field("least", _("至少几人"), Whole(0, MOST), required=True),
        Field("posts", _("哪些岗位算"), Several(_posts), hint=_("只能选这一级的岗位。"), blank=[]),
        Field("walkers", _("巡查的人也算"), YesNo(), hint=_("只有责任网格可以选。"), blank=False),
    )
)
SHAPE = Record((Field("levels", _("层级"), Table(REQUIREMENT, _("层级"), keys=_levels)),))
