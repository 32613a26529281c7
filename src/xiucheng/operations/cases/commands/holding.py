"""Holding a case open while something of another room joins it."""

from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from ..models import Case
from ..rules import OPEN_STATES
from .moving import lock


@verb
def hold_open(*, case_id: UUID) -> UUID:
    """The open case that this one stands for (itself, or the master it was merged into), held until the verb ends.

    Nobody closes or merges it meanwhile, so that a report which joins it is among those who are told of its end. Two
    statements, one more for each merge that it went through. Refused: `not_found` (404), `case_closed`, `stale` (409)
    where it was merged this very instant.
    """
    master = case_id
    while (following := Case.objects.filter(id=master).values_list("merged_into", flat=True).first()) is not None:
        master = following
    row = lock(master)
    if row.merged_into is not None:
        raise Refused("stale", _("这件案卷刚被并入另一件，请再试一次。"), status=409)
    if row.state not in OPEN_STATES:
        raise Refused("case_closed", _("这件案卷已经办结，请立为新的案卷。"))
    return row.id
