"""One case through its seven steps by the rooms' own verbs, as the people whose posts it falls to."""

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from PIL import Image

from xiucheng.foundation.media import commands as media
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import points
from xiucheng.foundation.places import queries as places
from xiucheng.kit.days import local_time
from xiucheng.kit.journal import readers
from xiucheng.kit.now import now
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import configuration, timers
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.cases.views import CaseView
from xiucheng.operations.dispatch import queries as dispatch
from xiucheng.operations.intake import commands as intake

from ..frame import WORKER
from ..rules.rehearsal import LACKS, Planned, next_night


@dataclass(slots=True)
class Walked:
    """What became of one rehearsed case: codes and references only, for a page that finds the names.

    rule: number of the routing row, None where a dispatcher decided. night: agency and rule at 22:00, where that
    differs. lacks: codes of rules.rehearsal.LACKS with a detail. state: how far it came.
    """

    number: int
    category: str
    area: str
    component: str = ""
    rule: int | None = None
    agency: str = ""
    acceptor: str = ""
    clerk: str = ""
    checker: str = ""
    night: tuple[str, int | None] | None = None
    state: str = "received"
    lacks: list[tuple[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class _Stopped(Exception):
    """The case cannot go on."""


class Walk:
    """Lets one planned case take place."""

    def __init__(self, planned: Planned) -> None:
        self.at = Walked(planned.number, planned.category, planned.area)

    def go(self) -> Walked:
        """As far as it comes; what it lacks stands in the answer."""
        try:
            self._report()
            case = self._file()
            case = self._dispatched(case)
            case = self._handled(case)
            self._closed(self._checked(case))
        except _Stopped:
            pass
        except Refused as refusal:
            self._lack("refused", refusal.code)
        return self.at

    # -- who ------------------------------------------------------------------------------------------------------

    def _somebody(self, roles: Sequence[str], who: str, **where: Any) -> Standing:
        """The nearest on duty of the first role that anybody holds there; stops where nobody does."""
        moment = now()
        for role in roles:
            held = people.holders(role, at=moment, **where)
            on_duty = people.on_duty(role, at=moment, **where) if held else []
            if held and not on_duty:
                self._lack(f"off_{who}")
            if held:
                return people.standing_of((on_duty or held)[0], moment)
        self._lack(f"no_{who}")
        raise _Stopped

    def _lack(self, code: str, detail: str = "") -> None:
        assert code in LACKS, code
        self.at.lacks.append((code, detail))

    # -- steps ----------------------------------------------------------------------------------------------------

    def _report(self) -> None:
        area, category = self.at.area, self.at.category
        kind = configuration.catalogue(now()).category(category).component_kind
        district = places.district()
        asked = points.Asked(text=f"{district.code}{kind}") if kind and district else None
        found = points.listed("component", asked, limit=1) if asked else []
        where: dict[str, Any] = {"area": area}
        if found and len(kind or "") == 4:
            self.at.component, self.at.area = found[0].code, found[0].community or area
            where = {"component": found[0].code, "lon": found[0].lon, "lat": found[0].lat}
        # A resident reports; the words say what they are, wherever they may be seen.
        submitted = intake.submit_report(
            by=Standing.resident("resident"), now=now(), channel="resident", text=_("演练：这是一件演练上报。"),
            category=category, **where,
        )  # fmt: skip
        self.report: UUID = submitted.report_id
        readers.catch_up()

    def _file(self) -> CaseView:
        acceptor = self._somebody(("acceptor", "shift_leader"), "acceptor")
        self.at.acceptor = str(acceptor.person_id)
        filed = intake.file_report(by=acceptor, now=now(), report_id=self.report, area=None)
        readers.catch_up()
        return self._seen(filed.case_id)

    def _seen(self, case_id: UUID) -> CaseView:
        case = case_queries.case(case_id, WORKER, now())
        self.at.state = case.state
        return case

    def _dispatched(self, case: CaseView) -> CaseView:
        judged = self._explained(case, None)
        night = self._explained(case, next_night(local_time(now())))
        if (night.agency_id, night.rule_no) != (judged.agency_id, judged.rule_no):
            self.at.night = (self._code(night.agency_id), night.rule_no)
        if case.state == "filed":
            self._lack("no_rule")
            case = self._decided(case)
        else:
            self.at.rule = judged.rule_no
        self.at.agency = self._code(case.facts.agency_id)
        return case

    def _explained(self, case: CaseView, at: datetime | None) -> dispatch.Explanation:
        return dispatch.explain(
            case.facts.category, case.lon, case.lat, case.facts.area, at, case.channel, component=case.component,
            now=now(),
        )  # fmt: skip

    def _code(self, agency_id: UUID | None) -> str:
        return people.agency(agency_id).code if agency_id else ""

    def _decided(self, case: CaseView) -> CaseView:
        """No rule took it: the dispatcher sends it to the office of its street, as most would."""
        dispatcher = self._somebody(("dispatcher", "shift_leader"), "dispatcher")
        offices = [one for one in people.agencies() if one.kind == "street_office"]
        near = [one for one in offices if one.area and case.facts.area.startswith(one.area)]
        if not (near or offices):
            self._lack("no_agency")
            raise _Stopped
        chosen = (near or offices)[0]
        cases.dispatch_case(by=dispatcher, now=now(), case_id=case.id, version=case.version, agency_id=chosen.id)
        return self._seen(case.id)

    def _handled(self, case: CaseView) -> CaseView:
        clerk = self._somebody(("agency_clerk",), "clerk", agency_id=case.facts.agency_id)
        self.at.clerk = str(clerk.person_id)
        cases.sign_case(by=clerk, now=now(), case_id=case.id)
        case = self._seen(case.id)
        pictures = [self._picture(clerk)] if case.facts.after_photo else []
        cases.reply_case(by=clerk, now=now(), case_id=case.id, reason=_("演练：已处置。"), media=pictures)
        return self._seen(case.id)

    def _picture(self, by: Standing) -> UUID:
        buffer = io.BytesIO()
        Image.new("RGB", (64, 48), (self.at.number * 12 % 256, 120, 90)).save(buffer, "JPEG")
        content = buffer.getvalue()
        return media.store(actor=by.actor, now=now(), content=content, name="after.jpg", purpose="after").id

    def _checked(self, case: CaseView) -> CaseView:
        if not case.facts.needs_check:
            return case
        cases.start_check(by=timers.CHECKS, now=now(), case_id=case.id)
        self._seen(case.id)
        checker = self._somebody(("inspector", "grid_officer"), "checker", area=case.facts.area)
        self.at.checker = str(checker.person_id)
        cases.pass_check(by=checker, now=now(), case_id=case.id)
        return self._seen(case.id)

    def _closed(self, case: CaseView) -> None:
        acceptor = people.standing_of(UUID(self.at.acceptor), now())
        cases.close_case(by=acceptor, now=now(), case_id=case.id)
        self._seen(case.id)
