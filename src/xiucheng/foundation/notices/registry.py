"""How an event reads as a sentence, and where a notice leads: registered by the rooms above while the site starts."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from . import rules

log = logging.getLogger(__name__)

Link = Callable[[UUID, Mapping[str, Any]], str | None]


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a room above.

    code: what `tell` is given. sentence: lazily translated, with {places} filled from args (rules.fill). choices: for
    a place, what its codes are called, e.g. {"granted": {"yes": _("同意"), "no": _("不同意")}}. fold: within which
    time the same again is folded into the unread one; zero never folds.
    """

    code: str
    sentence: Any
    choices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fold: timedelta = rules.FOLD


_events: dict[str, Event] = {}
_links: dict[str, Link] = {}
_strangers: set[str] = set()


def register(*events: Event) -> None:
    """Add events, from a room's registry.py; the table is frozen once the site has started."""
    for event in events:
        _add(_events, event.code, event)


def register_link(subject_room: str, link: Link) -> None:
    """Say where a notice about a subject of this room leads: link(subject, args) gives an address on this site."""
    _add(_links, subject_room, link)


def _add(table: dict[str, Any], name: str, entry: Any) -> None:
    if apps.ready:
        raise RuntimeError(f"{name}: events and links are registered while the site starts")
    if not rules.CODE.fullmatch(name):
        raise ValueError(f"not a code: {name}")
    if name in table:
        raise RuntimeError(f"{name} is registered twice")
    table[name] = entry


def event_of(code: str) -> Event:
    """The event; one that nobody registered reads as "there is news", so that its telling is not lost."""
    event = _events.get(code)
    if event is None:
        if code not in _strangers:
            _strangers.add(code)
            log.warning("event %s has no sentence: register it in its room's registry.py", code)
        event = Event(code, _("有一条新动态，请打开查看。"))
    return event


def link_of(subject_room: str, subject: UUID, args: Mapping[str, Any]) -> str | None:
    """Where it leads, or None where its room has no page."""
    link = _links.get(subject_room)
    return link(subject, args) if link else None
