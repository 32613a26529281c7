"""What a reporter is told: one plain sentence, five dots, and what comes next; no personal data, no words of others."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from xiucheng.foundation.people import queries as people
from xiucheng.interfaces.web.faces import Dot
from xiucheng.operations.intake.queries import Tracked

LABELS = (
    pgettext_lazy("stage", "收到"),
    pgettext_lazy("stage", "受理"),
    pgettext_lazy("stage", "派遣"),
    pgettext_lazy("stage", "处置"),
    pgettext_lazy("stage", "办结"),
)
SENTENCES: Mapping[str, str | Promise] = {
    "received": gettext_lazy("已收到，工作人员正在看。"),
    "pre_verifying": gettext_lazy("已收到，已请人到现场看。"),
    "rejected": gettext_lazy("这件事没有受理。"),
    "filed": gettext_lazy("已立案，马上派给负责的单位。"),
    "self_review": gettext_lazy("网格员已在现场处置，等待审核。"),
    "dispatched": gettext_lazy("已派给负责的单位，等他们签收。"),
    "handling": gettext_lazy("负责的单位正在处置。"),
    "replied": gettext_lazy("单位说已经处置好了，我们来核实。"),
    "post_checking": gettext_lazy("单位说已经处置好了，正派人到现场核查。"),
    "returned": gettext_lazy("正在重新确定由谁负责。"),
    "closed": gettext_lazy("已办结。"),
    "void": gettext_lazy("这件事经核对后已作废。"),
}
CLOSED: Mapping[str, str | Promise] = {
    "by_notice": gettext_lazy("已办结：不能当场解决，情况已说明。"),
    "forced": gettext_lazy("已由区里决定结案。"),
    "self_handled": gettext_lazy("网格员已在现场处置好了。"),
}

NO_DOTS = frozenset({"rejected", "void"})


@dataclass(frozen=True, slots=True)
class Told:
    """The page's words."""

    sentence: str
    ended: bool
    dots: tuple[Dot, ...]
    agency: str = ""


def told(tracked: Tracked) -> Told:
    """The sentence and the dots of a report."""
    key = tracked.case_state or tracked.state
    sentence = CLOSED.get(tracked.closing) if key == "closed" else None
    stage = tracked.stage
    ended = stage >= len(LABELS)
    # What was not taken up, or was voided, went through none of the stages between.
    dots = (
        ()
        if key in NO_DOTS
        else tuple(
            Dot(
                str(label),
                "past" if number < stage or ended else "now" if number == stage else "ahead",
                {1: tracked.received_at, len(LABELS): tracked.closed_at}.get(number),
            )
            for number, label in enumerate(LABELS, 1)
        )
    )
    agency = people.agency_names([tracked.agency_id]).get(tracked.agency_id, "") if tracked.agency_id else ""
    return Told(str(sentence or SENTENCES.get(key, _("正在办理。"))), ended, dots, agency)
