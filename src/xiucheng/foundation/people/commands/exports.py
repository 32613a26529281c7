"""What is taken away from lists: a step that says who, which list, which area and how many rows."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from .. import queries
from ..acts import LISTS
from ..rules import Standing
from .frame import record


def check_whole(rows: int, most: int) -> None:
    """A list that is cut short would be taken for the whole. Refused: too_many_rows, with what to do."""
    if rows > most:
        text = _("这份清单超过 %(n)s 行，一份文件装不下。请先按区域、种类或状态筛选，再分几次导出。") % {"n": most}
        raise Refused("too_many_rows", text)


@verb
def note_export(
    *,
    by: Standing,
    now: datetime,
    which: str,
    rows: int,
    most: int | None = None,
    area: str = "",
    asked: Sequence[str] = (),
    form: str = "xlsx",
) -> None:
    """A list goes away as a file (STANDARDS §6: exports are on record; the audit administrator reads them).

    which: a key of acts.LISTS. rows: how many there are; of what has more than `most` nothing is taken. area: the code
    it was narrowed to. asked: codes of other filters. The door writes the file after this, in the same transaction or
    not: a step without a file is harmless, the other way round is not.
    Refused: not_yours (the act of LISTS), too_many_rows.
    """
    queries.demand(by, LISTS[which][1], area=area)
    if most is not None:
        check_whole(rows, most)
    record("export", uuid7(), by, now, list=which, form=form, area=area, asked=list(asked), rows=rows)
