"""The requirement in force: the published pack `responsibility`, else the default; and the preview of a draft."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs import queries as packs
from xiucheng.foundation.packs.registry import Effect, Problem
from xiucheng.foundation.people.neighbourhood import places_of, responsibilities
from xiucheng.foundation.people.neighbourhood.rules import DEFAULT, Coverage, Requirement, coverage
from xiucheng.foundation.places.queries import DutyGridView

from . import rules

KIND = "responsibility"

WRONG: Mapping[str, str | Promise] = {
    "form": _('应写成 {"levels": {"street": {"least": 2, "posts": ["street_head"]}}}。'),
    "level": _("只有 street（镇街）、community（社区）、grid（责任网格）三级。"),
    "least": _("至少几人，填 0 至 %(most)s 的整数。"),
    "posts": _("只能算上在这一级任职、并指明地方的岗位，例如 street 的 street_head。"),
    "walkers": _("只有责任网格能把巡查它的人算上，填 true 或 false。"),
}


def required(at: datetime) -> Mapping[str, Requirement]:
    """How many must answer for a place of each level, and who counts; no statement on most calls."""
    pack = packs.current(KIND, at)
    return rules.read(pack.body) if pack is not None else DEFAULT


def validate(body: dict[str, Any]) -> Sequence[Problem]:
    """Problems of any JSON object, in words."""
    return [Problem(path, str(WRONG[code]) % {"most": rules.MOST}) for path, code in rules.problems(body)]


def effect(body: dict[str, Any], in_force: dict[str, Any] | None, at: datetime) -> Sequence[Effect]:
    """How many places would lack somebody, and how many do now."""
    before = rules.read(in_force) if in_force else DEFAULT
    return [
        Effect(_("按这一版，缺包保人的地方"), _lacking(rules.read(body), at)),
        Effect(_("按现行要求，缺包保人的地方"), _lacking(before, at)),
    ]


def _lacking(asked: Mapping[str, Requirement], at: datetime) -> int:
    return sum(one.missing > 0 for one in covered(asked, at)[0])


def covered(
    asked: Mapping[str, Requirement],
    at: datetime,
    within: str = "",
    known: responsibilities.Known | None = None,
    grids: Sequence[DutyGridView] | None = None,
) -> tuple[list[Coverage], dict[tuple[str, str], list[responsibilities.Answerable]]]:
    """Every place of an area against a requirement, and who answers for each; four statements at most."""
    held = responsibilities.answerable(at=at, required=asked, within=within, known=known)
    people = {key: [str(one.person_id) for one in found] for key, found in held.items()}
    return coverage(places_of.all_places(within, grids), people, asked), held
