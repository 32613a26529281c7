"""What the pages of partnerships and needs share: rows in words, choices of who, days as they are typed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.neighbourhood import neighbours
from xiucheng.foundation.people.neighbourhood import stewards as book
from xiucheng.foundation.people.neighbourhood.stewardship import KINDS as STEWARDS
from xiucheng.interfaces.web.typed import identifier
from xiucheng.kit.days import local_day
from xiucheng.kit.refused import Refused
from xiucheng.operations.responsibility.partners import queries, rules
from xiucheng.operations.responsibility.partners.queries import Row

from . import names
from .doors import Visit

Choices = list[tuple[str, list[tuple[str, str]]]]
"""Groups of choices: (title, [(value, label), …])."""


def shown(rows: Sequence[Row], request: Visit) -> list[dict[str, Any]]:
    """Rows as pages draw them: who, what for, where, how it stands; five statements at most."""
    today = local_day(request.moment)
    named = queries.names_of(rows, request.standing)
    told = queries.words_of(rows)
    return [
        {
            "one": row,
            "kind": _(rules.KINDS[row.kind]),
            "who": named[row.id] or _("个人（不公开姓名）"),
            "organisation": names.agency(row.organisation_id) if row.whose == "person" else "",
            "what": what(row, told),
            "where": names.place(row.area),
            "phase": row.phase(today),
            "state": state(row, today),
            "why": why(row),
        }
        for row in rows
    ]


NEARBY = 12
"""Partnerships told of beside a click (D); the list has all."""


def beside(request: Visit, community: str, unit_grid: str = "", *, told: bool = False) -> list[dict[str, Any]]:
    """What goes on today with a community, what was taken on in the unit grid clicked first; nobody's registration and
    no person's name. told: what was taken on in its own words, not by its kind alone. Two statements at most.
    """
    today = local_day(request.moment)
    rows = queries.partnerships(request.standing, today=today, within=community, phase="now")
    rows = sorted(
        (row for row in rows if row.kind != "registration" or row.whose == "organisation"),
        key=lambda row: not (unit_grid and row.need_place == unit_grid),
    )[:NEARBY]
    said = queries.words_of(rows) if told else {}
    return [
        {
            "one": row,
            "kind": _(rules.KINDS[row.kind]),
            "who": names.agency(row.organisation_id) or _("个人（不公开姓名）"),
            "what": what(row, said) if told or not row.need_kind else _(rules.NEEDS[row.need_kind]),
            "right_here": bool(unit_grid) and row.need_place == unit_grid,
        }
        for row in rows
    ]


def what(row: Row, told: Mapping[UUID, str]) -> str:
    """What a partnership is about: the topics of a pairing, the need taken on, where somebody reported."""
    if row.need_id and row.need_kind:
        return f"{_(rules.NEEDS[row.need_kind])} · {told.get(row.id) or _('资料已清除')}"
    if row.kind == "registration":
        return _("到居住地社区") if row.whose == "person" else _("到所在地社区")
    return "、".join(_(rules.TOPICS[one]) for one in row.topics)


def state(row: Row, today: date) -> str:
    """How it stands, the term's end said first where it is near."""
    phase = row.phase(today)
    if phase == "over":
        return _("已到期")
    if phase == "coming":
        return _("还没开始")
    if phase == "ending" and row.ends_on:
        left = (row.ends_on - today).days
        return ngettext("%(n)s 天后到期", "%(n)s 天后到期", left) % {"n": left} if left else _("今天到期")
    if phase == "past" and row.state in rules.LIVE:
        return _("已续期")
    return _(rules.STATES[row.state])


def why(row: Row) -> str:
    """The reason or the result in words, "" for none."""
    if row.result:
        return _(rules.RESULTS[row.result])
    return _(rules.REASONS[row.reason]) if row.reason else ""


def communities(request: Visit, act: str) -> list[tuple[str, str]]:
    """The communities in which the reader may do an act of rules.MAY, for an own organisation or oneself anywhere."""
    return [(one.code, one.name) for one in queries.communities(request.standing, act)]


def organisations(request: Visit, act: str, area: str = "") -> list[tuple[str, str]]:
    """The organisations for which the reader may do an act: all where a community is theirs, else their own."""
    return [(str(one.id), one.name) for one in queries.organisations(request.standing, act, area)]


def takers(request: Visit, area: str) -> Choices:
    """Who may be entered as taking on a need of a community: organisations, oneself, and where it is the reader's
    community the staff posted there and its stewards. Six statements at most."""
    groups: Choices = []
    if held := organisations(request, "take_on_organisation", area):
        groups.append((_("单位"), [(f"a:{key}", title) for key, title in held]))
    me = request.standing.person_id
    people_there = [(f"p:{me}", _("本人"))] if me else []
    if not rules.may(request.standing, "take_on_person", area=area):
        return [*groups, (_("个人"), people_there)]
    staff = {one.person_id: one.name for one in people.staff(at=request.moment, area=area) if one.person_id != me}
    groups.append((_("个人"), [*people_there, *((f"p:{key}", name) for key, name in staff.items())]))
    return [*groups, *_stewards(request, area)]


def _stewards(request: Visit, area: str) -> Choices:
    rows = book.stewards(request.standing, within=area, state="serving")
    held = neighbours.known((one.neighbour_id for one in rows), request.standing)
    found = [
        (f"n:{one.neighbour_id}", f"{held[one.neighbour_id].name}（{_(STEWARDS[one.kind])} {one.covers}）")
        for one in rows
    ]
    return [(_("骨干"), found)] if found else []


_WHO = {"a": "organisation_id", "p": "person_id", "n": "neighbour_id"}


def who(said: str) -> dict[str, UUID]:
    """A choice of `takers` as an argument of the verb. Refused: who_needed."""
    kind, _sep, reference = said.partition(":")
    found = identifier(reference)
    if kind not in _WHO or found is None:
        text = _("请从列表里选一个单位或一个人。")
        raise Refused("who_needed", text, fields={"who": text})
    return {_WHO[kind]: found}


def chosen(said: str, field: str) -> UUID:
    """A choice from a list. Refused: not_found (404) beside the field."""
    found = identifier(said)
    if found is None:
        text = _("请从列表里选择。")
        raise Refused("not_found", text, fields={field: text}, status=404)
    return found


def moves(rows: Iterable[str]) -> list[dict[str, Any]]:
    """Moves as forms: name, title, what they ask for."""
    return [{"name": name, "title": _(rules.MOVES[name].name), "asks": rules.MOVES[name].asks} for name in rows]
