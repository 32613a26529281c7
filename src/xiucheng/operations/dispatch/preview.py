"""What a draft of the routing pack would change: the cases filed in the last 30 days, routed again by both versions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xiucheng.foundation.packs.registry import Effect, Problem
from xiucheng.kit import journal
from xiucheng.kit.journal import Step
from xiucheng.kit.now import now

from . import configuration, words
from .configuration import Routing, routing_of
from .facts import Links, Situation, facts_of, links_of, with_components
from .rules import check, first_match, unrouted

LOOKED_BACK = timedelta(days=30)
MOST_STEPS = 100_000
"""How far back in the journal a preview reads, so that it answers in seconds also where a district is busy (D)."""
_CHUNK = 10_000


def validate(body: dict[str, Any]) -> list[Problem]:
    """What is wrong with a draft, in words; see rules.check. At most 2 statements."""
    return [words.problem(fault) for fault in check(body, configuration.known(now()))]


def effect(body: dict[str, Any], in_force: dict[str, Any] | None, at: datetime) -> list[Effect]:
    """How many of the cases filed in the 30 days before now would go elsewhere, and which categories go nowhere.

    Both versions look at each case as it was filed: its place, category, channel and hour; a case that names no
    component is about the nearest one of its kind, as when it is routed. Whose a component is, and who takes cases, is
    as it stands when the draft takes effect. One statement per 10,000 steps, two and one per relation for components.
    """
    draft = routing_of(body)
    before = routing_of(in_force) if in_force else Routing(0, ())
    filed = _filed_since(now() - LOOKED_BACK)
    old, new = (_agencies(filed, routing, at) for routing in (before, draft))
    pairs = list(zip(old, new, strict=True))
    elsewhere = sum(a != b for a, b in pairs)
    lines = [
        Effect(_("件会派往不同的单位（近 30 日立案 %(all)d 件，按两版各派一遍）") % {"all": len(filed)}, elsewhere),
        Effect(_("件原来由派遣员派遣，今后按规则派遣"), sum(a is None and b is not None for a, b in pairs)),
        Effect(_("件原来按规则派遣，今后由派遣员派遣"), sum(a is not None and b is None for a, b in pairs)),
    ]
    left = unrouted(draft.rules, configuration.known(at))
    if left:
        shown = "、".join(_category_name(key, at) for key in left[:5])
        text = ngettext(
            "个小类没有任何规则提到（%(shown)s），由派遣员派遣",
            "个小类没有任何规则提到（%(shown)s 等），由派遣员派遣",
            len(left),
        )
        lines.append(Effect(text % {"shown": shown}, len(left)))
    return lines


def _category_name(key: str, at: datetime) -> str:
    catalogue = configuration.catalogue(at)
    category = catalogue.categories.get(key) if catalogue else None
    return category.minor_name if category else key


def _filed_since(since: datetime) -> list[Step]:
    """Steps of filing recorded since a moment, read backwards from the head of the journal."""
    head, _hash = journal.head()
    found: list[Step] = []
    upto = head
    while upto > 0 and head - upto < MOST_STEPS:
        after = max(upto - _CHUNK, 0)
        steps = journal.read(after=after, limit=upto - after, names=["cases.file"], with_imported=False)
        found = [step for step in steps if step.recorded_at >= since] + found
        # A chunk without a filing says nothing about how old it is, so the reading goes on.
        if steps and steps[0].recorded_at < since:
            break
        upto = after
    return found


def _agencies(filed: Sequence[Step], routing: Routing, at: datetime) -> list[str | None]:
    """The agency that a version names for each filing, at its hour."""
    situations = with_components([Situation.of_step(step.payload) for step in filed], routing, at)
    links: Links = links_of(situations, routing, at)
    by_minute: dict[datetime, list[int]] = {}
    for index, step in enumerate(filed):
        by_minute.setdefault(step.occurred_at.replace(second=0, microsecond=0), []).append(index)
    named: dict[int, str | None] = {}
    for minute, indexes in by_minute.items():
        facts = facts_of([situations[index] for index in indexes], routing, minute, links=links)
        for index, one in zip(indexes, facts, strict=True):
            named[index] = first_match(routing.rules, one).agency
    return [named[index] for index in range(len(filed))]
