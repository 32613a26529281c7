"""The desk form: an acceptor writes down who came in or called, by the five elements (GB/T 33358)."""

from django.utils.translation import gettext_lazy as _

from ..base import Channel

CHANNEL = Channel(
    name="desk",
    title=_("窗口登记"),
    counts_as="public",
    required=frozenset({"place"}),
    posts=frozenset({"acceptor", "shift_leader"}),
    elements=True,
)
