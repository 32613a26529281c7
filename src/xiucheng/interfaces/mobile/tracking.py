"""What a reporter is told: one plain sentence, five dots, and what comes next; no personal data, no words of others."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from xiucheng.foundation.people import queries as people
from xiucheng.interfaces.web.faces import Dot
from xiucheng.operations.intake import queries as intake
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
    "void": gettext_lazy("这件事经核对后已作废，不再办理。"),
}
CLOSED: Mapping[str, str | Promise] = {
    "by_notice": gettext_lazy("已办结：不能当场解决，情况已说明。"),
    "forced": gettext_lazy("区里决定强制结案：没有走完办理的步骤，不再继续办理。"),
    "self_handled": gettext_lazy("网格员已在现场处置好了。"),
}

# Ended without anybody having settled it: it went through none of the stages between, or nobody knows how far.
UNSETTLED = frozenset({"rejected", "void", "forced"})
# Of these nothing can be reopened: what is still wrong is said anew.
SAID_ANEW = frozenset({"rejected", "void"})


@dataclass(frozen=True, slots=True)
class Told:
    """The page's words."""

    sentence: str
    ended: bool
    dots: tuple[Dot, ...]
    agency: str = ""
    again: bool = False
    hotline: str = ""


def told(tracked: Tracked) -> Told:
    """The sentence and the dots of a report."""
    key = tracked.case_state or tracked.state
    sentence = CLOSED.get(tracked.closing) if key == "closed" else None
    unsettled = (tracked.closing if key == "closed" else key) in UNSETTLED
    stage = tracked.stage
    ended = stage >= len(LABELS)
    dots = (
        ()
        if unsettled
        else tuple(
            Dot(
                str(label),
                "past" if number < stage or ended else "now" if number == stage else "ahead",
                {1: tracked.received_at, len(LABELS): tracked.closed_at}.get(number),
            )
            for number, label in enumerate(LABELS, 1)
        )
    )
    worked = tracked.agency_id if not unsettled else None
    agency = people.agency_names([worked]).get(worked, "") if worked else ""
    said = str(sentence or SENTENCES.get(key, _("正在办理。")))
    return Told(said, ended, dots, agency, key in SAID_ANEW, _hotline())


def _hotline() -> str:
    """The name of the channel that people can call, where the site has one."""
    return next((str(one.title) for one in intake.channels() if one.name == "hotline"), "")
