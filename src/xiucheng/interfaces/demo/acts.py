"""Doing what habits.py says: the right person makes the move, with words and a picture where they are asked for.

Everything goes through the rooms' public commands, exactly as it would from a page.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from xiucheng.foundation.media import commands as media
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases.views import CaseView
from xiucheng.operations.dispatch import queries as dispatch

from .cast import Cast
from .pictures import VARIANTS, Scene, draw_picture
from .stories import SAID, STORIES

_SCENES: Mapping[str, Scene] = {story.category: story.scene for story in STORIES}


Who = Literal["dispatcher", "clerk", "handler", "checker", "acceptor", "leader"]


@dataclass(frozen=True, slots=True)
class Way:
    """How a move is made: by whom, with which of stories.SAID as its reason, and with which other fields."""

    who: Who
    says: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)


# What needs nothing but somebody and a sentence; the rest has a method of its own.
_WAYS: Mapping[str, Way] = {
    "sign": Way("handler"),
    "return_case": Way("clerk", "return_case"),
    "pass_check": Way("checker"),
    "rework": Way("checker", "rework"),
    "reopen": Way("checker", "reopen"),
    "approve_self_review": Way("acceptor"),
    "refuse_self_review": Way("acceptor", "rework"),
    "void": Way("dispatcher", "void"),
    "supervise": Way("leader", "supervise", {"reply_days": 1}),
    "force_close": Way("leader", "force_close"),
}


class Actors:
    """Lets the cast act on cases."""

    def __init__(self, cast: Cast, draw: random.Random) -> None:
        self.cast = cast
        self.draw = draw
        self._special: Mapping[str, Callable[[CaseView, datetime], CaseView | None]] = {
            "dispatch": self._dispatch,
            "extend": self._extend,
            "assign_inside": self._assign_inside,
            "reply": self._reply,
            "start_check": self._start_check,
            "close": self._close,
            "grant": lambda case, now: self._decide(case, now, granted=True),
            "refuse": lambda case, now: self._decide(case, now, granted=False),
        }

    def perform(self, name: str, case: CaseView, now: datetime) -> CaseView | None:
        """Make the move and see what became of it; None where nobody is there. Refusals are raised."""
        if name in self._special:
            return self._special[name](case, now)
        way = _WAYS[name]
        said = {"reason": self.said(way.says)} if way.says else {}
        return self._move(name, way.who, case, now, **said, **way.args)

    def said(self, what: str) -> str:
        """One of the things staff write on such an occasion."""
        return self.draw.choice(SAID[what])

    def picture(self, by: Standing, now: datetime, category: str, purpose: str) -> UUID:
        """A drawn picture of the place, before or after."""
        when: Literal["before", "after"] = "after" if purpose == "after" else "before"
        content = draw_picture(_SCENES.get(category, "road"), when, self.draw.randrange(VARIANTS))
        return media.store(actor=by.actor, now=now, content=content, name=f"{purpose}.jpg", purpose=purpose).id

    def _move(self, name: str, who: Who, case: CaseView, now: datetime, **args: Any) -> CaseView | None:
        by = self._somebody(who, case, now)
        if by is None:
            return None
        given = {key: value for key, value in args.items() if value}
        return cases.move(by=by, now=now, case_id=case.id, version=case.version, name=name, args=given)

    def _somebody(self, who: Who, case: CaseView, now: datetime) -> Standing | None:
        facts = case.facts
        if who == "checker":
            return self.cast.somebody("inspector", now, area=facts.area)
        if who == "handler" and facts.person_id is not None:
            return people.standing_of(facts.person_id, now)
        if who in ("clerk", "handler"):
            return self.cast.somebody("agency_clerk", now, agency_id=facts.agency_id) if facts.agency_id else None
        return self.cast.somebody(who, now)

    # -- moves that need a thought --------------------------------------------------------------------------------

    def _dispatch(self, case: CaseView, now: datetime) -> CaseView | None:
        agency = self._agency(case, now)
        if agency is None:
            return None
        reason = self.said("redispatch") if case.facts.agencies else ""
        return self._move("dispatch", "dispatcher", case, now, agency=str(agency), reason=reason)

    def _agency(self, case: CaseView, now: datetime) -> UUID | None:
        """What the rules suggest; where an agency has given it back, or the rules know none, the street's office."""
        suggested = dispatch.suggest(case, now)
        if suggested and suggested.agency_id not in case.facts.agencies:
            return suggested.agency_id
        offices = [one for one in people.agencies() if one.kind == "street_office"]
        of_street = [one.id for one in offices if case.facts.area.startswith(one.area)]
        return (of_street or [one.id for one in offices])[0] if offices else None

    def _extend(self, case: CaseView, now: datetime) -> CaseView | None:
        due = case.facts.handle_due_at
        if due is not None and now >= due:
            # Who is late already has nothing to ask for any more, and works.
            return self._reply(case, now)
        return self._move("extend", "clerk", case, now, reason=self.said("extend"))

    def _assign_inside(self, case: CaseView, now: datetime) -> CaseView | None:
        agency = case.facts.agency_id
        crew = self.cast.somebody("crew", now, agency_id=agency) if agency else None
        if crew is None:
            return self._reply(case, now)
        return self._move("assign_inside", "clerk", case, now, person=str(crew.person_id))

    def _reply(self, case: CaseView, now: datetime) -> CaseView | None:
        by = self._somebody("handler", case, now)
        if by is None:
            return None
        pictures = [self.picture(by, now, case.facts.category, "after")] if case.facts.after_photo else []
        return cases.reply_case(
            by=by, now=now, case_id=case.id, version=case.version, reason=self.said("reply"), media=pictures
        )

    def _start_check(self, case: CaseView, now: datetime) -> CaseView | None:
        return cases.start_check(by=Standing.for_system("checks"), now=now, case_id=case.id)

    def _close(self, case: CaseView, now: datetime) -> CaseView | None:
        by_notice = not case.facts.needs_check and self.draw.random() < 0.1
        said = {"closing": "by_notice", "reason": self.said("by_notice")} if by_notice else {}
        return self._move("close", "acceptor", case, now, **said)

    def _decide(self, case: CaseView, now: datetime, *, granted: bool) -> CaseView | None:
        request = case.requests[0]
        role = "shift_leader" if request.what == "void" else "leader" if case.facts.extend_count else "dispatcher"
        by = self.cast.somebody(role, now)
        if by is None:
            return None
        reason = self.said("granted" if granted else "not_granted")
        return cases.decide(
            by=by,
            now=now,
            case_id=case.id,
            version=case.version,
            request_id=request.id,
            granted=granted,
            reason=reason,
        )
