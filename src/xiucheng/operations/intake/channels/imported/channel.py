"""Import: rows of a file whose mapping names no better channel."""

from django.utils.translation import gettext_lazy as _

from ..base import Channel

CHANNEL = Channel(
    name="import",
    title=_("批量导入"),
    counts_as="public",
    posts=frozenset({"shift_leader", "system_admin"}),
    offers_nearby=False,
)
