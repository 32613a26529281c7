"""My desk: what waits for me in the order of due, decisions asked of me, and what I asked that was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from xiucheng.foundation.tasks import queries as tasks
from xiucheng.foundation.tasks.rules import Request, Task
from xiucheng.operations.board import queries as board
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.cases import rules as case_rules
from xiucheng.operations.intake import queries as intake
from xiucheng.operations.intake.rules import may_somewhere

from ..doors import Visit, desk, page
from ..names import Names
from ..wording import ASKED

KINDS: dict[str, str | Promise] = {
    "handle": gettext_lazy("处置"),
    "post_check": gettext_lazy("现场核查"),
    "pre_verify": gettext_lazy("现场核实"),
    "supervision_answer": gettext_lazy("回复督办"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits."""

    href: str
    title: str
    number: str
    what: str
    due: datetime | None
    warn: datetime | None
    paused: bool
    since: datetime
    mine: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One decision, waiting or made."""

    href: str
    number: str
    title: str
    who: str
    what: str
    at: datetime
    granted: bool | None


@require_GET
@desk
def my_desk(request: Visit) -> HttpResponse:
    """The page; at most twelve statements."""
    found = tasks.my_desk(request.standing, cursor=request.GET.get("cursor"))
    waiting = tasks.requests_for(request.standing, limit=20).rows
    answered = tasks.answered(request.standing, limit=10).rows
    everything: list[Task | Request] = [*found.rows, *waiting, *answered]
    subjects = {one.subject for one in everything if one.room == "cases"}
    named = cases.named(subjects) if subjects else {}
    known = Names.of_actors([one.asked_by for one in waiting])
    queues = _queues(request)
    counts = tasks.desk_counts(request.standing, request.moment)
    context = {
        "queues": queues,
        "nothing": not (counts.tasks or counts.requests or queues),
        "page": found,
        "lines": [_line(one, request.standing.person_id, named) for one in found.rows],
        "waiting": _asked(waiting, known, named),
        "answered": _asked(answered, known, named),
        "counts": counts,
    }
    return page(request, "console/my_desk.html", context)


# Queue of the hall → the move it waits for: it is shown to whoever makes that move. What waits for an agency or an
# inspector is a task, listed by itself.
QUEUES: Mapping[str, str] = {
    "to_dispatch": "dispatch",
    "returned": "dispatch",
    "self_review": "approve_self_review",
    "replied": "close",
    "to_check": "close",
}


def _queues(request: Visit) -> list[dict[str, object]]:
    """What waits in the hall for the reader's posts, as links with their numbers; at most three statements."""
    names = [name for name, move in QUEUES.items() if case_rules.may_somewhere(move, request.standing)]
    if not names:
        return []
    counted = board.counts(request.standing, now=request.moment)
    found: list[dict[str, object]] = [
        {
            "label": board.QUEUES[name].label,
            "count": counted.get(name, 0),
            "href": f"{reverse('console:hall')}?queue={name}",
        }
        for name in names
    ]
    if may_somewhere("file", request.standing):
        waiting = intake.counts(request.standing)["received"]
        found.insert(0, {"label": _("待受理"), "count": waiting, "href": reverse("console:reports")})
    return [one for one in found if one["count"]]


def _line(task: Task, person_id: UUID | None, named: Mapping[UUID, tuple[str, str | None]]) -> Line:
    in_cases = task.room == "cases"
    number, title = named.get(task.subject, ("", None))
    href = (
        reverse("console:case", args=[number or str(task.subject)])
        if in_cases
        else reverse("console:report", args=[task.subject])
    )
    return Line(
        href=href,
        title=(title or _("文字已按规定删除")) if in_cases else _("一条上报，请到现场看是否属实"),
        number=number,
        what=str(KINDS.get(task.kind, task.kind)),
        due=task.due_at,
        warn=task.warn_at,
        paused=task.paused_at is not None,
        since=task.given_at,
        mine=task.person_id is not None and task.person_id == person_id,
    )


def _asked(requests: Sequence[Request], known: Names, named: Mapping[UUID, tuple[str, str | None]]) -> list[Asked]:
    found = ((one, *named.get(one.subject, ("", None))) for one in requests)
    return [
        Asked(
            href=reverse("console:case", args=[number or str(one.subject)]),
            number=number,
            title=title or _("文字已按规定删除"),
            who=known.actor(one.asked_by),
            what=str(ASKED.get(one.what, one.what)),
            at=one.decided_at or one.asked_at,
            granted=None if one.state == "pending" else one.state == "granted",
        )
        for one, number, title in found
    ]
