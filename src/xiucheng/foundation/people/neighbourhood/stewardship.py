"""Rules of stewards: kinds, the table of moves from being chosen to the end of a term; chains without circles.

Pure; days are local days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

from xiucheng.kit.words import marked as _

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "centre_household": _("中心户"),
        "building_steward": _("楼长"),
        "stairwell_steward": _("单元长"),
        "alley_steward": _("小巷管家"),
    }
)
SELECTIONS: Mapping[str, str] = MappingProxyType(
    {"elected": _("居民推选"), "invited": _("社区聘请"), "volunteered": _("本人自荐")}
)
STATES: Mapping[str, str] = MappingProxyType(
    {
        "chosen": _("待公示"),
        "published": _("公示中"),
        "serving": _("在任"),
        "ended": _("已卸任"),
        "dropped": _("未通过"),
    }
)
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "objection": _("公示有异议"),
        "term_over": _("任期届满"),
        "resigned": _("本人辞任"),
        "moved": _("搬离本社区"),
        "unfit": _("不再适合"),
    }
)

# Move → from which states to which; why: does it need a reason of REASONS?
MOVES: Mapping[str, tuple[tuple[str, ...], str, bool]] = MappingProxyType(
    {
        "publish": (("chosen",), "published", False),
        "take_office": (("published",), "serving", False),
        "drop": (("chosen", "published"), "dropped", True),
        "end": (("serving",), "ended", True),
    }
)
MOVE_NAMES: Mapping[str, str] = MappingProxyType(
    {"publish": _("公示"), "take_office": _("就任"), "drop": _("不通过"), "end": _("卸任")}
)

NOTICE_DAYS = 5
"""A publication hangs out at least so long before anybody takes office (D, after the five days of points)."""

LONGEST_TERM = timedelta(days=5 * 366)
"""Longer than a community's own term of five years nobody is chosen (Organic Law of Residents' Committees)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a move is asked with: the last day of objections, the term, the reason."""

    until: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    reason: str = ""


def moves_from(state: str) -> list[str]:
    """The moves that a state allows, in the order of the table."""
    return [name for name, (sources, _to, _why) in MOVES.items() if state in sources]


def fault(move: str, state: str, asked: Asked, *, today: date, objections_until: date | None) -> str:
    """The code of what is wrong with a move, "" for nothing: illegal_move, notice_too_short, still_published,
    bad_term, reason_needed."""
    sources, _to, needs_reason = MOVES[move]
    if state not in sources:
        return "illegal_move"
    if needs_reason and asked.reason not in REASONS:
        return "reason_needed"
    if move == "publish" and (asked.until is None or asked.until < today + timedelta(days=NOTICE_DAYS)):
        return "notice_too_short"
    if move == "take_office":
        if objections_until is None or today <= objections_until:
            return "still_published"
        if not term_ok(asked.starts_on, asked.ends_on, today):
            return "bad_term"
    return ""


def term_ok(starts_on: date | None, ends_on: date | None, today: date) -> bool:
    """Is this a term: both days named, in their order, begun a year ago at most, not longer than LONGEST_TERM?"""
    return (
        starts_on is not None
        and ends_on is not None
        and today - timedelta(days=366) <= starts_on < ends_on <= starts_on + LONGEST_TERM
    )


def runs(starts_on: date | None, ends_on: date | None, today: date) -> bool:
    """Is this a whole term, no longer than the longest, and does it run today?"""
    if starts_on is None or ends_on is None:
        return False
    return starts_on <= today <= ends_on <= starts_on + LONGEST_TERM and starts_on < ends_on


def makes_circle(reached: UUID, through: UUID, upward: Mapping[UUID, UUID]) -> bool:
    """Would `reached` come to be reached through itself? upward: who is reached through whom now."""
    seen, at = set[UUID](), through
    while at not in seen:
        if at == reached:
            return True
        seen.add(at)
        if at not in upward:
            return False
        at = upward[at]
    return True
