"""What the case page and the hall's side pane show of a case, gathered from the rooms' queries."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiucheng.foundation.media import queries as media
from xiucheng.foundation.media.queries import Described
from xiucheng.foundation.people.rules import Standing, visible_to
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.interfaces.web.clocks import Span
from xiucheng.interfaces.web.faces import Picture, StoryItem
from xiucheng.interfaces.web.typed import identifier
from xiucheng.kit.moves import Move
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.cases.catalogue import Category, Condition
from xiucheng.operations.cases.rules import STATES
from xiucheng.operations.cases.views import CaseView
from xiucheng.operations.dispatch import queries as dispatch
from xiucheng.operations.dispatch.queries import Suggestion
from xiucheng.operations.intake import queries as intake

from . import names, wording
from .names import Names

PURPOSES = {
    "near": gettext_lazy("近景"),
    "far": gettext_lazy("远景"),
    "reference": gettext_lazy("参照"),
    "before": gettext_lazy("处置前"),
    "after": gettext_lazy("处置后"),
}
# The seven steps' own way: the first of these that is allowed is the main button; what ends or hurts is drawn apart.
ONWARD = frozenset({"dispatch", "sign", "reply", "pass_check", "close", "approve_self_review"})
GRAVE = frozenset({"force_close", "void", "return_case", "refuse_self_review", "rework"})
HIDDEN = frozenset({"decide", "undo"})
# The tasks whose clocks make up a case's → the stage that each is.
CLOCKS = {"handle": "agency", "post_check": "check"}


@dataclass(frozen=True, slots=True)
class Button:
    """One allowed move. direct: nothing has to be said and it can be taken back, so it acts at once; more: something
    may be said, by its form."""

    name: str
    label: str
    grave: bool
    main: bool
    url: str
    direct: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class RequestFace:
    """A decision that is asked for, in words. reason: why, None where it is erased; due_then: when the case would be
    due were it granted, where that changes it."""

    id: UUID
    who: str
    what: str
    asked_at: datetime
    mine: bool
    reason: str | None = ""
    due_then: str = ""


def buttons(case: CaseView, suggested: str = "") -> list[Button]:
    """The moves as buttons: those that carry the case on come first, grave ones last.

    suggested: the agency that the routing rules name; the button then says so (派给城管中队). A person presses it.
    """
    offered = [move for move in case.moves if move.name not in HIDDEN]
    ordered = sorted(offered, key=lambda move: (move.name not in ONWARD, move.name in GRAVE, move.target is None))
    return [
        Button(
            move.name,
            _("派给%(agency)s") % {"agency": suggested} if move.name == "dispatch" and suggested else str(move.label),
            move.name in GRAVE,
            index == 0 and move.name in ONWARD,
            reverse("console:move", args=[case.number, move.name]),
            not any(field.required for field in move.fields),
            bool(move.fields),
        )
        for index, move in enumerate(ordered)
    ]


def find_move(case: CaseView, name: str) -> Move | None:
    """The allowed move of this name."""
    return next((move for move in case.moves if move.name == name), None)


def suggestion(case: CaseView, now: datetime) -> Suggestion | None:
    """Whom the routing rules name for a case that waits for its dispatch; at most three statements, mostly none."""
    waits = any(move.name == "dispatch" for move in case.moves)
    return dispatch.suggest(case, now) if waits else None


def head(case: CaseView, now: datetime) -> dict[str, Any]:
    """The head of a case: title, clock, state, agency, moves, requests. At most nine statements, mostly seven."""
    facts = case.facts
    held = names.catalogue(now)
    suggested = suggestion(case, now)
    known = Names.of_actors((one.asked_by for one in case.requests), [facts.person_id])
    requests = _requests(case, known, now)
    return {
        "case": case,
        "facts": facts,
        "title": cases.words([case.id]).get(case.id),
        "state_label": STATES[case.state],
        "category": names.category(facts.category, held),
        "severity": wording.SEVERITIES.get(case.severity, case.severity),
        "place": names.place(facts.area),
        "agency": names.agency(facts.agency_id),
        "person": known.actor(f"person:{facts.person_id}") if facts.person_id else "",
        "buttons": buttons(case, suggested.agency if suggested else ""),
        "requests": requests,
        "decidable": any(one.mine for one in requests),
        "finding_in": case.state == "post_checking" and bool(facts.checked),
        "may_close": find_move(case, "close") is not None,
        "channel": names.channel(case.channel),
        "channel_icon": names.CHANNEL_ICONS.get(case.channel, "message"),
        "url": reverse("console:case", args=[case.number]),
        "closed_at": facts.closed_at,
    }


def _requests(case: CaseView, known: Names, now: datetime) -> list[RequestFace]:
    """What is asked for on a case, with its reason and what granting it would do to the deadline."""
    if not case.requests:
        return []
    said = cases.said_with(case.id, [one.step for one in case.requests if one.step])
    return [
        RequestFace(
            one.id,
            known.actor(one.asked_by),
            str(wording.ASKED[one.what]),
            one.asked_at,
            one.mine,
            said.get(one.step, "") if one.step else "",
            wording.exact(cases.due_if_extended(case, now)) if one.what == "extend" else "",
        )
        for one in case.requests
    ]


def spans(case: CaseView) -> list[Span]:
    """The life of the case's clocks: first the centre until it was dispatched, then what the tasks tell.

    One statement. Stretches in which no clock ran (after a reply, before a rework) are left blank.
    """
    found = [
        Span(
            segment.starts_at,
            segment.ends_at,
            segment.kind,
            names.agency(task.agency_id) or _("核查"),
            CLOCKS[task.kind],
        )
        for task in tasks.of_subject(case.id)
        if task.kind in CLOCKS
        for segment in task.segments
        if segment.kind in {"running", "paused"}
    ]
    first = min((one.start for one in found), default=case.facts.closed_at)
    if first is None or first > case.facts.clock_from:
        found.insert(0, Span(case.facts.clock_from, first, "running", _("派遣"), "centre"))
    return found


def conditions(case: CaseView, now: datetime) -> tuple[Category | None, Condition | None]:
    """The category with its conditions and the one it was filed under."""
    held = names.catalogue(now)
    found = held.categories.get(case.facts.category) if held else None
    condition = next((one for one in found.conditions if one.key == case.facts.condition), None) if found else None
    return found, condition


@dataclass(frozen=True, slots=True)
class Story:
    """What happened, one item per step, the latest last; and what each report says in full."""

    items: tuple[StoryItem, ...]
    told: tuple[dict[str, Any], ...]


def story(case: CaseView, now: datetime, standing: Standing) -> Story:
    """The story in sentences and what was reported; at most nine statements. Who reported is not in it.

    Pictures of reports that the case's own story shows are not shown again; others only to those who see every picture.
    """
    lines = cases.story(case.id)
    held = names.catalogue(now)
    people_named = [identifier(line.payload.get("person")) for line in lines]
    known = Names.of_actors((line.actor for line in lines), people_named)
    reports = intake.told_of(case.id)
    of_lines = [media_id for line in lines for media_id, _purpose in line.media]
    sees_all = visible_to(standing).kind == "all"
    of_reports = [media_id for one in reports for media_id in one.media if media_id not in of_lines and sees_all]
    shown = media.describe(of_lines + of_reports)
    items = []
    for line in lines:
        said, tone = wording.sentence(line.verb, str(line.actor), line.payload, known, held)
        items.append(
            StoryItem(
                line.occurred_at,
                said,
                tone,
                line.reason or "",
                line.erased,
                tuple(pictures(line.media, shown)),
                line.content_id,
            )
        )
    return Story(tuple(items), tuple(_told(one, set(of_reports), shown) for one in reports))


def latest(case: CaseView, now: datetime) -> str:
    """The last sentence of the story: who did what last. At most seven statements."""
    line = cases.story(case.id)[-1]
    known = Names.of_actors([line.actor], [identifier(line.payload.get("person"))])
    return wording.sentence(line.verb, str(line.actor), line.payload, known, names.catalogue(now))[0]


def _told(report: intake.Told, of_reports: Container[UUID], shown: Mapping[UUID, Described]) -> dict[str, Any]:
    return {
        "report": report,
        "channel": names.channel(report.channel),
        "icon": names.CHANNEL_ICONS.get(report.channel, "message"),
        "elements": [(names.ELEMENT_TITLES.get(key, key), text) for key, text in report.elements.items()],
        "pictures": pictures([(media_id, "") for media_id in report.media if media_id in of_reports], shown),
    }


def pictures(media: Sequence[tuple[UUID, str]], known: Mapping[UUID, Described] | None = None) -> list[Picture]:
    """Pictures by id and purpose, with the addresses of their copies; erased ones are left out where that is known."""
    return [
        Picture(
            href=reverse("console:media", args=[media_id, "display"]),
            thumb=reverse("console:media", args=[media_id, "thumb"]),
            caption=str(PURPOSES.get(purpose, _("图片"))),
            kind=purpose,
            id=str(media_id),
            released=known is not None and known[media_id].released,
        )
        for media_id, purpose in media
        if known is None or media_id in known
    ]


def before_after(items: Sequence[StoryItem]) -> tuple[Picture, Picture] | None:
    """The first picture before and the last one after, for the slider."""
    every = [picture for item in items for picture in item.pictures]
    before = next((one for one in every if one.kind == "before"), None)
    after = next((one for one in reversed(every) if one.kind == "after"), None)
    return (before, after) if before and after else None


def find(number: str, standing: Standing, now: datetime) -> CaseView:
    """The case; refused `not_found` where there is none or the reader may not see it."""
    return cases.case(number, standing, now)
