"""For the audit administrator: the heads of the journal's days, and who opened which contact and why."""

from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from xiucheng.foundation.people import queries as people
from xiucheng.kit import journal

from .. import names
from ..doors import Visit, desk, page


@require_GET
@desk
def audit(request: Visit) -> HttpResponse:
    """Day heads to compare with those kept elsewhere, and the log of reveals."""
    people.demand(request.standing, "journal.audit")
    position, link = journal.head()
    reveals = people.reveal_log(before=parse_datetime(request.GET.get("before", "")), limit=50)
    known = names.Names.of_actors(str(one.actor) for one in reveals)
    context = {
        "position": position,
        "head": link.hex(),
        "days": journal.day_heads(limit=31),
        "reveals": [{"row": one, "who": known.actor(str(one.actor))} for one in reveals],
    }
    return page(request, "console/audit.html", context)
