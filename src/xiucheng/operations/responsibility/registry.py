"""What this room hangs into registries: its pack, what is told of ending terms, what leans on places, erasures."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.notices import registry as notices
from xiucheng.foundation.packs import registry
from xiucheng.foundation.people import obligations, vault
from xiucheng.foundation.people.neighbourhood.stewardship import KINDS
from xiucheng.foundation.places import registry as places

from .configuration import KIND, effect, validate
from .partners import needs, queries
from .partners.rules import KINDS as PARTNERSHIPS
from .reminders import EVENT, PARTNERS_EVENT
from .rules import normalised
from .shape import SHAPE

registry.register(registry.PackKind(KIND, _("包保要求"), validate, normalise=normalised, effect=effect, shape=SHAPE))
notices.register(
    # Told once a term, so nothing to fold.
    notices.Event(
        EVENT,
        _("一位{kind}的任期到 {ends_on} 为止，请安排换届或续任。"),
        choices={"kind": {code: _(name) for code, name in KINDS.items()}},
        fold=timedelta(0),
    ),
)
notices.register(
    notices.Event(
        PARTNERS_EVENT,
        _("一项{kind}到 {ends_on} 为止，请商定续期或结束。"),
        choices={"kind": {code: _(name) for code, name in PARTNERSHIPS.items()}},
        fold=timedelta(0),
    ),
)
obligations.register("responsibility", _("没有结束的结对和认领"), queries.open_of)
places.register_leaning("responsibility", _("这些地方正在由人认领，或等人认领。"), needs.leaning)
vault.after_restore("responsibility_need")(needs.clear)
