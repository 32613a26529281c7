"""Rules of double registration, pairing and take-ons: kinds, moves, terms, who may, who sees a person. Pure.

What the field knows as 双报到 (a body reports to the community it sits in, whoever works there to the one they live
in; the community countersigns), 结对共建 (an agreement for a term) and 认领 (somebody takes on what a community asked
for). Closed lists are own defaults (D) after such agreements and lists of needs. Days are local days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

from xiucheng.foundation.people.neighbourhood.rules import LEVELS
from xiucheng.foundation.people.neighbourhood.stewardship import term_ok
from xiucheng.foundation.people.rules import ROLES, Standing, reaches
from xiucheng.kit.words import marked as _

Table = Mapping[str, str]
"""Role → how far it reaches, as people.rules.reaches reads it."""


KINDS: Mapping[str, str] = MappingProxyType({"registration": _("双报到"), "pairing": _("结对"), "take_on": _("认领")})

STATES: Mapping[str, str] = MappingProxyType(
    {
        "registered": _("待社区确认"),
        "confirmed": _("已报到"),
        "declined": _("未接收"),
        "paired": _("结对中"),
        "taken": _("认领中"),
        "done": _("有结果"),
        "released": _("已退回"),
        "ended": _("已结束"),
    }
)
STATES_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "registration": ("registered", "confirmed", "declined", "ended"),
        "pairing": ("paired", "ended"),
        "take_on": ("taken", "done", "released"),
    }
)
LIVE = ("registered", "confirmed", "paired", "taken")
"""States in which a partnership goes on, as far as its term says so."""

NEEDS: Mapping[str, str] = MappingProxyType(
    {
        "task": _("任务"),
        "duty": _("岗位"),
        "wish": _("微心愿"),
        "unit_grid": _("单元网格"),
        "facility": _("设施"),
    }
)
PLACES = ("unit_grid", "facility")
"""Needs that are places: looked after for a while, then again by somebody."""

TOPICS: Mapping[str, str] = MappingProxyType(
    {
        "organising": _("组织共建"),
        "safety": _("安全和治安"),
        "care": _("助老助残助困"),
        "health": _("健康服务"),
        "law": _("法律咨询"),
        "culture": _("文化体育"),
        "surroundings": _("环境整治"),
        "premises": _("开放场地和设施"),
        "jobs": _("就业帮扶"),
        "other": _("其他"),
    }
)

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "not_here": _("不在本社区"),
        "duplicate": _("登记重复"),
        "moved": _("迁走了"),
        "agreed": _("双方商定"),
        "not_needed": _("不再需要"),
        "unable": _("办不了"),
    }
)
RESULTS: Mapping[str, str] = MappingProxyType({"met": _("办成了"), "partly": _("办成一部分"), "not_met": _("没有办成")})


@dataclass(frozen=True, slots=True)
class Move:
    """One move: its name, of which kinds, from which states, to which; asks: "reason", "result" or nothing.

    act: the key of MAY, to which "_organisation" or "_person" is added where the two differ.
    """

    name: str
    kinds: tuple[str, ...]
    sources: tuple[str, ...]
    to: str
    asks: str
    act: str
    split: bool = True


MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "confirm": Move(_("确认报到"), ("registration",), ("registered",), "confirmed", "", "confirm"),
        "decline": Move(_("不接收"), ("registration",), ("registered",), "declined", "reason", "confirm"),
        "end_registration": Move(
            _("结束报到"), ("registration",), ("registered", "confirmed"), "ended", "reason", "register"
        ),
        "end_pairing": Move(_("结束结对"), ("pairing",), ("paired",), "ended", "reason", "pair", split=False),
        "report": Move(_("报结果"), ("take_on",), ("taken",), "done", "result", "take_on"),
        "release": Move(_("退回"), ("take_on",), ("taken",), "released", "reason", "take_on"),
    }
)

# Whose posts do what. A community's own people, who work with those living there; what is public the street does too.
_COMMUNITY: Table = {"community_secretary": "area", "street_head": "area"}
_NEAR: Table = {"community_secretary": "area", "grid_officer": "area"}
_ORGANISATION: Table = {"agency_clerk": "agency"}
_DISTRICT: Table = {"shift_leader": "district", "leader": "district"}
_ONESELF: Table = dict.fromkeys(ROLES, "own")

MAY: Mapping[str, Sequence[Table]] = MappingProxyType(
    {
        "register_organisation": (_ORGANISATION, _COMMUNITY),
        "register_person": (_ONESELF, _NEAR),
        "confirm_organisation": (_COMMUNITY,),
        "confirm_person": (_NEAR,),
        "pair": (_ORGANISATION, _COMMUNITY, _DISTRICT),
        "offer": (_COMMUNITY, _NEAR),
        "take_on_organisation": (_ORGANISATION, _COMMUNITY, _NEAR),
        "take_on_person": (_ONESELF, _COMMUNITY, _NEAR),
    }
)


def may(
    standing: Standing, act: str, *, area: str, agency_id: UUID | None = None, person_id: UUID | None = None
) -> bool:
    """May this standing do this act of MAY for this community, organisation and person? The site's own processes may.

    An area reaches into the communities inside it, an organisation only itself, a person only themselves.
    """
    return standing.is_system or any(
        reaches(standing, table, area=area, agency_id=agency_id, person_id=person_id) for table in MAY[act]
    )


def keeps_partnerships(standing: Standing) -> bool:
    """Does a post of theirs have to do with partnerships, beyond their own? The lists themselves all staff may read."""
    tables = [table for act in ("pair", "offer", "register_organisation") for table in MAY[act]]
    return any(post.role in table for post in standing.posts for table in tables)


def may_somewhere(standing: Standing, act: str) -> bool:
    """May this standing do this act of MAY for the place of one of their posts?"""
    return any(may(standing, act, area=post.area) for post in standing.posts)


def own_organisations(standing: Standing) -> list[UUID]:
    """The organisations whose affairs this standing keeps."""
    return [post.agency_id for post in standing.posts if post.role in _ORGANISATION and post.agency_id]


def act_of(name: str, whose: str) -> str:
    """The act of MAY that a move needs; whose: "organisation" or "person"."""
    move = MOVES[name]
    return f"{move.act}_{whose}" if move.split else move.act


def moves_from(kind: str, state: str) -> list[str]:
    """The moves that a partnership allows, in the order of the table."""
    return [name for name, move in MOVES.items() if kind in move.kinds and state in move.sources]


def fault(name: str, kind: str, state: str, *, reason: str, result: str) -> str:
    """The code of what is wrong with a move, "" for nothing: unknown_move, illegal_move, reason_needed,
    result_needed."""
    move = MOVES.get(name)
    if move is None:
        return "unknown_move"
    if name not in moves_from(kind, state):
        return "illegal_move"
    if move.asks == "reason" and reason not in REASONS:
        return "reason_needed"
    return "result_needed" if move.asks == "result" and result not in RESULTS else ""


# -- terms ------------------------------------------------------------------------------------------------------------

NOTICE = timedelta(days=30)
"""So long before its last day a term is about to end (D)."""

FARTHEST = timedelta(days=366)
"""Nothing is agreed to begin later than a year from now (D): longer is a slip of the pen."""

USUAL_TERM = timedelta(days=364)
"""From the first day of a pairing to its last one, as forms offer it: a year (D)."""


def span_fault(starts_on: date, ends_on: date | None, today: date, *, needs_end: bool) -> bool:
    """Is something wrong with a term? As a steward's, where it has an end; begun or to begin within a year."""
    if ends_on is not None or needs_end:
        return not term_ok(starts_on, ends_on, today) or starts_on > today + FARTHEST
    return not today - FARTHEST <= starts_on <= today + FARTHEST


def next_start(ends_on: date, today: date) -> date:
    """The first day of a renewed term: the day after the last one, today where that has passed."""
    return max(ends_on + timedelta(days=1), today)


def phase(state: str, starts_on: date, ends_on: date | None, today: date) -> str:
    """How a partnership stands today: "past" (moved to an end), "coming", "over" (the term ran out), "ending" (within
    NOTICE), "running"."""
    if state not in LIVE:
        return "past"
    if starts_on > today:
        return "coming"
    if ends_on is None or ends_on > today + NOTICE:
        return "running"
    return "over" if ends_on < today else "ending"


# -- who sees a person ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sees:
    """Whose registrations a reader sees: their own, those of the communities they work in, of the organisations they
    lead. Nobody else's, whatever the post: where somebody lives is nobody's business but theirs."""

    everything: bool
    person_id: UUID | None
    communities: tuple[str, ...]
    organisations: tuple[UUID, ...]

    def one(self, person_id: UUID | None, area: str, organisation_id: UUID | None) -> bool:
        """Does the reader see this person's?"""
        return (
            self.everything
            or (person_id is not None and person_id == self.person_id)
            or area in self.communities
            or (organisation_id is not None and organisation_id in self.organisations)
        )


def sees(standing: Standing, organisations: Mapping[UUID, str]) -> Sees:
    """What a standing sees of people. organisations: id → the area it is the office of, "" for none.

    The direct leader is whoever keeps the organisation's affairs (its clerk), of a street's or community's office its
    head; the community is those whose post is right there.
    """
    communities = {
        post.area[: LEVELS["community"]]
        for post in standing.posts
        if post.role in _NEAR and len(post.area) >= LEVELS["community"]
    }
    led = set(own_organisations(standing))
    heads = {post.area for post in standing.posts if post.role in _COMMUNITY and post.area}
    led |= {one for one, area in organisations.items() if area and area in heads}
    return Sees(standing.is_system, standing.person_id, tuple(sorted(communities)), tuple(sorted(led)))
