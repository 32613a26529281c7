"""What this room hangs into the engines: the packs it reads, and how its events read as sentences."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.media.registry import register_reference
from xiucheng.foundation.notices import registry as notices
from xiucheng.foundation.packs import registry as packs
from xiucheng.foundation.people import obligations, vault
from xiucheng.foundation.places import registry as places
