"""Looking up a caller by the number they call from; that it was done, and by whom, stays in the journal."""

from datetime import datetime

from django.utils.translation import gettext as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing, plain_phone
from xiucheng.kit import journal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb

from ..queries.callers import Earlier, of_subjects


@verb
def look_up_caller(*, by: Standing, now: datetime, phone: str) -> list[Earlier]:
    """Earlier reports of whoever left this number, the latest first; nothing of the vault is opened. At most 5
    statements.

    phone: as typed. That a number is known here is already something about a person, so the look-up is a step: who,
    when, and how many were found; not the number. Refused: `not_yours` (403; act people.find_caller), `bad_phone`.
    Step: intake.look_up_caller.
    """
    people.demand(by, "people.find_caller")
    if plain_phone(phone) is None:
        text = _("请先填好电话号码，再查以前的上报。")
        raise Refused("bad_phone", text, fields={"phone": text})
    found = of_subjects(people.subjects_by_phone(phone))
    journal.record(
        room="intake",
        subject=by.person_id or uuid7(),
        verb="look_up_caller",
        actor=by.actor,
        occurred_at=now,
        payload={"found": len(found), "reports": [str(one.report_id) for one in found]},
    )
    return found
