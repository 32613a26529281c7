"""What a channel is: a door through which reports come, told by data alone."""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

from xiucheng.foundation.people.rules import Standing


@dataclass(frozen=True, slots=True)
class Channel:
    """A door for reports.

    name: the code in steps, lists and the API. title: what people call it. counts_as: whose find it is in the rates
    (the missed report rate 漏报率 is what the public told of all that was filed). required: what must be given besides
    the text, of "category", "place" (a point, an area or an address), "contact". posts: the roles that may hand in
    through it; None where anybody may. elements: whether it asks for the five elements of a call. offers_nearby:
    whether open cases close by are shown before sending.
    """

    name: str
    title: str | Promise
    counts_as: Literal["public", "patrol", "machine"]
    required: frozenset[str] = frozenset()
    posts: frozenset[str] | None = None
    elements: bool = False
    offers_nearby: bool = True

    @property
    def erasable(self) -> bool:
        """May whoever holds the tracking key erase what they said? Not what staff found: that proves their work."""
        return self.counts_as != "patrol"

    def admits(self, by: Standing) -> bool:
        """May this one hand in a report here? The site's own processes may everywhere; rules never report."""
        kind = by.actor.kind
        if kind == "person":
            return self.posts is None or by.has(*self.posts)
        return kind == "system" or (kind == "channel" and self.posts is None)
