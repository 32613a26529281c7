"""The API: other front ends and systems that hand in for people; who is behind a token is its own business."""

from django.utils.translation import gettext_lazy as _

from ..base import Channel

CHANNEL = Channel(name="api", title=_("接口上报"), counts_as="public")
