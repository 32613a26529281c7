"""What is taken away from lists: a step that says who, which list, which area and how many rows."""

from collections.abc import Sequence
from datetime import datetime

from xiucheng.kit.ids import uuid7
from xiucheng.kit.verbs import verb

from .. import queries
from ..acts import LISTS
from ..rules import Standing
from .frame import record


@verb
def note_export(
    *, by: Standing, now: datetime, which: str, rows: int, area: str = "", asked: Sequence[str] = (), form: str = "xlsx"
) -> None:
    """A list goes away as a file (STANDARDS §6: exports are on record; the audit administrator reads them).

    which: a key of acts.LISTS. area: the code it was narrowed to. asked: codes of other filters. The door writes the
    file after this, in the same transaction or not: a step without a file is harmless, the other way round is not.
    Refused: not_yours (the act of LISTS).
    """
    queries.demand(by, LISTS[which][1], area=area)
    record("export", uuid7(), by, now, list=which, form=form, area=area, asked=list(asked), rows=rows)
