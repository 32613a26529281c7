"""A founded district with one thing of each kind in it, and everybody who may come: what every address is tried on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model
from django.test import Client

from tests.pictures import jpeg
from tests.world import SETUP, World, build, publish
from xiucheng.foundation.media import commands as media
from xiucheng.foundation.notices.models import Notice
from xiucheng.foundation.packs import commands as packs
from xiucheng.foundation.people import commands as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import jobs
from xiucheng.kit.journal import readers
from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.now import now
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake.rules import Contact

if TYPE_CHECKING:
    from xiucheng.operations.intake.commands import Submitted

# Role → whoever of the small district holds it; a stranger is a clerk whom the case does not concern.
HOLDERS = {
    "grid_officer": "grid_officer",
    "inspector": "inspector",
    "acceptor": "acceptor",
    "dispatcher": "dispatcher",
    "shift_leader": "shift_leader",
    "agency_clerk": "roads_clerk",
    "crew": "roads_crew",
    "community_secretary": "secretary",
    "street_head": "street_head",
    "leader": "leader",
    "system_admin": "system_admin",
    "security_admin": "security_admin",
    "audit_admin": "audit_admin",
    "stranger": "parks_clerk",
}
PASSWORD = "a Password for tests 7"
EAST = "990101001001"


@dataclass
class Scene:
    """The district, the browsers and tokens of its people, and what goes into the addresses."""

    world: World
    clients: dict[str, Client] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def browser(self, who: str) -> Client:
        """The browser of a role, or one of a resident."""
        return self.clients.get(who) or Client()


def furnish() -> Scene:
    """Found the district, file a case and dispatch it, leave a report waiting, sign everybody in."""
    scene = Scene(build(now()))
    publish("routing", {"rules": [{"no": 1, "agency": "roads"}]}, now())
    _cases(scene)
    _people(scene)
    _packs(scene)
    readers.catch_up()
    jobs.run_waiting()
    scene.values["notice"] = _notice(scene.world.people["roads_clerk"])
    return scene


def _cases(scene: Scene) -> None:
    # Long enough ago that nobody can take a step back any more, so that whoever is told of it has been told.
    world, at = scene.world, now() - 2 * UNDO_WINDOW
    actor = world.standing("acceptor", at).actor
    picture = media.store(actor=actor, now=at, content=jpeg(), name="a.jpg", purpose="before").id
    report = _report(media=(picture,), now=at)
    filed = intake.file_report(by=world.standing("acceptor", at), now=at, report_id=report.report_id)
    for name, who, args in (
        ("dispatch", "dispatcher", {"agency": str(world.agencies["roads"])}),
        ("sign", "roads_clerk", {}),
        ("assign_inside", "roads_clerk", {"person": str(world.people["roads_crew"])}),
        ("extend", "roads_clerk", {"reason": "等配件"}),
    ):
        view = cases.move(by=world.standing(who, at), now=at, case_id=filed.case_id, version=None, name=name, args=args)
    waiting = _report(text="井盖松动，走上去响")
    scene.values |= {
        "case": filed.case_id,
        "version": view.version,
        "words": next(line.content_id for line in case_queries.story(filed.case_id) if line.content_id),
        "number": filed.number,
        "picture": picture,
        "filed": report.report_id,
        "report": waiting.report_id,
        "key": report.tracking_key,
        "agency": world.agencies["roads"],
    }


def _report(**values: Any) -> Submitted:
    plain = {"text": "路灯不亮，晚上看不见", "category": "C0137", "area": EAST, "lon": 122.1203, "lat": 37.5131}
    return intake.submit_report(
        by=Standing.resident("resident"),
        channel="resident",
        contact=Contact("示例居民", "13900000000"),
        **{"now": now(), **plain, **values},
    )


def _people(scene: Scene) -> None:
    at, accounts = now(), get_user_model().objects
    for role, name in HOLDERS.items():
        account = people.create_account(
            by=SETUP, now=at, person_id=scene.world.people[name], username=name, password=PASSWORD
        )
        scene.clients[role] = Client()
        scene.clients[role].force_login(accounts.get(id=account))
        issued = people.issue_token(
            by=SETUP, now=at, label="test", scopes=("reports", "read", "moves"), account_id=account
        )
        scene.tokens[role] = issued.secret
    other = people.register_person(by=SETUP, now=at, name="示例新人")
    scene.values |= {
        "person": other,
        "account": people.create_account(by=SETUP, now=at, person_id=other, username="new", password=PASSWORD),
        "membership": people.start_membership(by=SETUP, now=at, person_id=other, role="inspector"),
        "nobody": uuid4(),
    }


def _packs(scene: Scene) -> None:
    publish("routing", {"rules": [{"no": 1, "agency": "roads", "note": "night"}]}, now())
    made = packs.draft(by=SETUP, now=now(), kind="routing", body={"rules": [{"no": 1, "agency": "lights"}]})
    calendar = packs.draft(by=SETUP, now=now(), kind="calendar")
    scene.values |= {"draft": made.id, "revision": made.revision, "pack": "routing", "calendar": calendar.id}


def _notice(person: UUID) -> UUID:
    seen = Notice.objects.filter(person_id=person, visible_at__lte=now())
    return seen.order_by("id").values_list("id", flat=True)[0]
