"""For the audit administrator: what administrators did, the heads of the journal's days, who opened which contact."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from xiucheng.foundation.people import queries as people
from xiucheng.interfaces.web.typed import identifier, moment
from xiucheng.kit import journal

from .. import acts, names
from ..doors import Visit, desk, page


@require_GET
@desk
def audit(request: Visit) -> HttpResponse:
    """Acts by group and person, day heads to compare with those kept elsewhere, and the log of reveals."""
    people.demand(request.standing, "journal.audit")
    position, link = journal.head()
    reveals = people.reveal_log(before=moment(request.GET.get("before"), "before"), limit=50)
    known = names.Names.of_actors(str(one.actor) for one in reveals)
    group, person = request.GET.get("group", ""), identifier(request.GET.get("person", ""))
    done, older = acts.read(group, person, identifier(request.GET.get("acts_before", "")))
    context = {
        "acts": done,
        "older": older,
        "group": group,
        "groups": acts.GROUPS.items(),
        "person": person,
        "staff": people.person_names({one.person_id for one in people.staff(at=request.moment)}).items(),
        "position": position,
        "head": link.hex(),
        "days": journal.day_heads(limit=31),
        "reveals": [{"row": one, "who": known.actor(str(one.actor))} for one in reveals],
    }
    return page(request, "console/audit.html", context)
