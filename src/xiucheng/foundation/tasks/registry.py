"""What this room hangs into registries: the pack kind `calendar`, and what people are told when a clock runs out."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.notices import registry as notices
from xiucheng.foundation.packs import registry as packs
from xiucheng.foundation.people import obligations

from . import packing, queries, shape

packs.register(
    packs.PackKind(
        "calendar",
        _("工作日历"),
        packing.check,
        normalise=packing.normalise,
        effect=packing.effect,
        shape=shape.SHAPE,
    )
)
obligations.register("tasks", _("未办结的任务"), queries.open_of_agency)
notices.register(
    # Told once each; folding would hide which of several it was.
    notices.Event("task_warn", _("时限已用去八成，{due_at} 截止，请抓紧办理。"), fold=timedelta(0)),
    notices.Event("task_due", _("已于 {due_at} 到期，请尽快办结。"), fold=timedelta(0)),
)
