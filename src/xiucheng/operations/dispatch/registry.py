"""The pack that this room reads: the ordered rules of routing."""

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs import registry

from .configuration import KIND
from .preview import effect, validate
from .rules import kept
from .shape import SHAPE

registry.register(registry.PackKind(KIND, _("派遣规则"), validate, normalise=kept, effect=effect, shape=SHAPE))
