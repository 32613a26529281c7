"""What this room hangs into the engines: the packs it reads, and how its events read as sentences."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.media.registry import register_reference
from xiucheng.foundation.notices import registry as notices
from xiucheng.foundation.packs import registry as packs
from xiucheng.foundation.people import obligations, vault
from xiucheng.foundation.places import registry as places

from . import preview, queries, shapes
from .catalogue import check_catalogue, check_limits
from .commands import forget_words
from .models import Picture

packs.register(
    packs.PackKind(
        "catalogue",
        _("立案目录"),
        check_catalogue,
        effect=preview.of_catalogue,
        shape=shapes.CATALOGUE,
    )
)
packs.register(
    packs.PackKind(
        "limits",
        _("环节时限"),
        check_limits,
        effect=preview.of_limits,
        shape=shapes.LIMITS,
    )
)
packs.foresee("calendar", preview.of_calendar)

obligations.register("cases", _("在办案卷"), queries.open_of_agency)


@vault.after_restore("cases_search")
def forget_again(key_ids: Sequence[UUID]) -> int:
    """Words that came back with a dump that held the search index, although their key is on the erasure list."""
    return forget_words(key_ids=key_ids)


register_reference("cases", lambda ids: Picture.objects.filter(media_id__in=ids).values_list("media_id", flat=True))

_WHAT = {"return_case": _("回退"), "extend": _("延期"), "void": _("作废")}
_GRANTED = {"yes": _("同意"), "no": _("不同意")}

notices.register(
    notices.Event("case_dispatched", _("案卷 {number} 派给本单位，请签收。")),
    notices.Event("case_assigned", _("案卷 {number} 交由您办理。")),
    notices.Event("case_rework", _("案卷 {number} 核查未通过，退回返工。")),
    notices.Event("case_supervised", _("案卷 {number} 已被督办。")),
    notices.Event("case_answered", _("案卷 {number} 的督办已有回复。")),
    notices.Event("case_to_check", _("案卷 {number} 等待核查。")),
    notices.Event("case_asked", _("案卷 {number} 申请{what}，请批复。"), choices={"what": _WHAT}),
    notices.Event(
        "case_decided", _("案卷 {number} 的{what}申请：{granted}。"), choices={"what": _WHAT, "granted": _GRANTED}
    ),
)

places.register_leaning("cases", _("这期间立的案卷已经写着它们的编码。"), queries.leaning_on_places)
