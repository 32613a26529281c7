"""What this room hangs into registries: the pack of how many people must answer for a place."""

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs import registry

from .configuration import KIND, effect, validate
from .rules import normalised

registry.register(registry.PackKind(KIND, _("包保要求"), validate, normalise=normalised, effect=effect))
