"""Patrols: what grid officers and inspectors find themselves; shown apart from what the public tells."""

from django.utils.translation import gettext_lazy as _

from ..base import Channel

CHANNEL = Channel(
    name="patrol",
    title=_("巡查上报"),
    counts_as="patrol",
    required=frozenset({"category", "place"}),
    posts=frozenset({"grid_officer", "inspector", "community_secretary"}),
)
