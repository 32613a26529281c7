"""What this room hangs into registries: how many people must answer for a place, and what is told of ending terms."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.notices import registry as notices
from xiucheng.foundation.packs import registry
from xiucheng.foundation.people.neighbourhood.stewardship import KINDS

from .configuration import KIND, effect, validate
from .reminders import EVENT
from .rules import normalised

registry.register(registry.PackKind(KIND, _("包保要求"), validate, normalise=normalised, effect=effect))
notices.register(
    # Told once a term, so nothing to fold.
    notices.Event(
        EVENT,
        _("一位{kind}的任期到 {ends_on} 为止，请安排换届或续任。"),
        choices={"kind": {code: _(name) for code, name in KINDS.items()}},
        fold=timedelta(0),
    ),
)
