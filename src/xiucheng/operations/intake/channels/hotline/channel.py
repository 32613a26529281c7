"""The hotline 12345: work orders taken by phone, here or handed over by the city's call centre."""

from django.utils.translation import gettext_lazy as _

from ..base import Channel

CHANNEL = Channel(
    name="hotline",
    title=_("12345 热线"),
    counts_as="public",
    posts=frozenset({"acceptor", "shift_leader"}),
    elements=True,
)
