"""The resident's page: a photo, a place, a category; no account, no name needed."""

from django.utils.translation import gettext_lazy as _

from ..base import Channel

CHANNEL = Channel(name="resident", title=_("居民上报"), counts_as="public", required=frozenset({"place"}))
