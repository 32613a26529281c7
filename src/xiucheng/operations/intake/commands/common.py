"""What the moves of one report share: lock and judge, change, check the words, find the case."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.refused import Refused
from xiucheng.kit.words import legible
from xiucheng.operations.cases import queries as case_queries

from .. import storing
from ..models import Report
from ..rules import REPORT_MOVES, may_move
from ..rules.submission import LIMITS
from ..words import SUBMISSION, sentence


def judged(name: str, by: Standing, report_id: UUID, version: int | None) -> Report:
    """The locked report, if this one may make this move on it now."""
    row = storing.lock(report_id, version)
    if not may_move(name, row.area, by):
        label = REPORT_MOVES[name].label
        raise Refused("not_yours", _("您的岗位不能对这条上报“%(move)s”。") % {"move": label}, status=403)
    REPORT_MOVES.check(name, row.state)
    return row


def checked_reason(reason: str, *, required: bool) -> str:
    """The words said with a move; refused `reason_missing`, `too_long`."""
    text = legible(reason)
    if required and not text:
        missing = _("请说明理由。")
        raise Refused("reason_missing", missing, fields={"reason": missing})
    if len(text) > LIMITS["text"]:
        long = sentence(SUBMISSION, "too_long", str(LIMITS["text"]))
        raise Refused("too_long", long, fields={"reason": long})
    return text


def open_case(key: UUID | str, by: Standing, now: datetime) -> UUID:
    """An open case that `by` may see, by id or number; of a merged one the master."""
    text = _("没有这件案卷，或不在您的范围内。")
    try:
        facts = case_queries.case(key, by, now).facts
        if facts.merged_into is not None:
            facts = case_queries.case(facts.merged_into, by, now).facts
    except Refused:
        raise Refused("no_such_case", text, fields={"case": text}) from None
    if not facts.is_open:
        raise Refused("case_closed", _("这件案卷已经办结，请立为新的案卷。"))
    return facts.id


def change(row: Report, **values: object) -> None:
    """Write new values of a locked report, with its next version, and into its copy in memory."""
    values["version"] = row.version + 1
    Report.objects.filter(id=row.id).update(**values)
    for key, value in values.items():
        setattr(row, key, value)
