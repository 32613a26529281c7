"""The channels through which reports come: one folder each, and one row here (README.md says how to add one)."""

from collections.abc import Mapping
from types import MappingProxyType

from .api.channel import CHANNEL as API
from .base import Channel
from .desk.channel import CHANNEL as DESK
from .hotline.channel import CHANNEL as HOTLINE
from .imported.channel import CHANNEL as IMPORTED
from .patrol.channel import CHANNEL as PATROL
from .resident.channel import CHANNEL as RESIDENT

CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {channel.name: channel for channel in (RESIDENT, HOTLINE, DESK, PATROL, API, IMPORTED)}
)


def channel_of_report(name: str) -> Channel:
    """The channel of a report that is there; what came through one that is no more counts as imported."""
    return CHANNELS.get(name, IMPORTED)


__all__ = ["CHANNELS", "Channel", "channel_of_report"]
