"""Which rule sends a case where, and why: for one point and category, for a case, for a batch, for a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.queries import Agency
from xiucheng.foundation.people.rules import RELATIONS
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.rules import point_ok, to_wgs84
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import configuration as case_configuration
from xiucheng.operations.cases.views import CaseView

from . import configuration, words
from .configuration import Routing
from .facts import Situation, facts_of
from .preview import effect
from .rules import OFFICES, Match, RoutingFacts, Rule, first_match, unrouted

__all__ = ["Explanation", "Suggestion", "Verdict", "effect", "explain", "matches", "suggest", "unrouted_categories"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row of the pack and what it says to the case; code: one of rules.match.VERDICTS."""

    rule_no: int
    code: str
    sentence: str
    note: str
    target: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a case of this category at this place and moment goes, and why.

    version: of the pack, None where nothing is published (a dispatcher decides). rule_no, agency_id, agency: None
    where no rule matches.
    """

    version: int | None
    category: str
    area: str
    area_name: str
    component: str
    on_duty: bool
    rule_no: int | None
    agency_id: UUID | None
    agency: str | None
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The agency that the published rules name for a case, and by which row."""

    agency_id: UUID
    agency: str
    rule_no: int
    version: int


# What calendars can be asked about; beyond it a zone's offset may fall off the end of time.
_YEARS = (2000, 2101)


def explain(
    category: str,
    lon: float | None = None,
    lat: float | None = None,
    area: str | None = None,
    at: datetime | None = None,
    channel: str = "resident",
    *,
    component: str = "",
    datum: str = "wgs84",
    now: datetime,
) -> Explanation:
    """Where a report of this category would go, row by row; at most 5 statements, mostly none.

    category: a minor of the catalogue. lon, lat: degrees of `datum`; the point wins where the map knows its street,
    else `area` stands, else the whole district. at: the moment of dispatch (None: now). component: 16 digits, else the
    nearest of the category's kind is looked for. Refused: `unknown_category`, `major_not_minor`, `no_catalogue`,
    `impossible_point`, `outside`, `unknown_area`, `bad_time` (before 2000, after 2100).
    """
    moment = at or now
    if not _YEARS[0] <= moment.year < _YEARS[1]:
        text = gettext("时间应在 2000 年至 2100 年之间。")
        raise Refused("bad_time", text, fields={"at": text})
    case_configuration.catalogue(moment).category(category)
    point = _point(lon, lat, datum)
    place = _area(point, area)
    situation = Situation(category, place, channel, component, *(point or (None, None)))
    routing = configuration.routing(moment)
    facts = facts_of([situation], routing or Routing(0, ()), moment)[0]
    match = first_match(routing.rules if routing else (), facts)
    agency = people.agency_by_code(match.agency) if match.agency else None
    return Explanation(
        version=routing.version if routing else None,
        category=category,
        area=place,
        area_name=places.area_name(place),
        component=facts.component,
        on_duty=facts.on_duty,
        rule_no=match.rule_no,
        agency_id=agency.id if agency else None,
        agency=agency.name if agency else None,
        verdicts=_verdicts(routing.rules, match, facts) if routing else (),
    )


def _point(lon: float | None, lat: float | None, datum: str) -> tuple[float, float] | None:
    if lon is None or lat is None:
        return None
    if not point_ok(lon, lat):
        text = gettext("这不是有效的经纬度。")
        raise Refused("impossible_point", text, fields={"lon": text})
    return to_wgs84(lon, lat, datum)


def _area(point: tuple[float, float] | None, stated: str | None) -> str:
    district = places.district()
    known = places.area(stated) if stated else district
    if stated and known is None:
        text = gettext("没有代码为“%(code)s”的镇街或社区。") % {"code": stated[:20]}
        raise Refused("unknown_area", text, fields={"area": text})
    located = places.locate(*point) if point else None
    if located and located.outside:
        text = gettext("这个位置不在本辖区内。")
        raise Refused("outside", text, fields={"lon": text})
    finest = (located.community or located.street) if located else None
    return finest or (known.code if known else "")


def _verdicts(rules: Sequence[Rule], match: Match, facts: RoutingFacts) -> tuple[Verdict, ...]:
    by_code = {agency.code: agency for agency in people.organisations().values()}
    return tuple(
        Verdict(
            rule.no, tried.verdict, _sentence(rule, tried.verdict, facts, by_code), rule.note, target(rule, by_code)
        )
        for rule, tried in zip(rules, match.why, strict=True)
    )


def _sentence(rule: Rule, code: str, facts: RoutingFacts, by_code: dict[str, Agency]) -> str:
    agency = facts.linked.get(rule.component) if rule.component else facts.offices.get(rule.agency, rule.agency)
    return words.verdict(
        code,
        agency=by_code[agency].name if agency in by_code else agency,
        relation=gettext(RELATIONS[rule.component]) if rule.component else "",
        office=str(words.TARGETS[rule.agency]) if rule.agency in OFFICES else "",
    )


def target(rule: Rule, by_code: dict[str, Agency]) -> str:
    """Whom a row names, in words: 养护单位, 所在镇街, or an organisation."""
    if rule.component:
        return gettext(RELATIONS[rule.component])
    if rule.agency in OFFICES:
        return str(words.TARGETS[rule.agency])
    return by_code[rule.agency].name if rule.agency in by_code else rule.agency


def suggest(case: CaseView, now: datetime) -> Suggestion | None:
    """The agency the published rules name for a case now; None where nothing is published or no rule matches.

    At most 3 statements. A suggestion: a dispatcher may decide otherwise.
    """
    facts = case.facts
    situation = Situation(facts.category, facts.area, case.channel, case.component, case.lon, case.lat)
    found = matches([situation], now)
    if found is None:
        return None
    routing, (match,) = found
    agency = people.agency_by_code(match.agency) if match.agency else None
    if agency is None or match.rule_no is None:
        return None
    return Suggestion(agency.id, agency.name, match.rule_no, routing.version)


def matches(situations: Sequence[Situation], at: datetime) -> tuple[Routing, list[Match]] | None:
    """The pack in force and its match for each; None where nothing is published. Statements as facts.facts_of."""
    routing = configuration.routing(at)
    if routing is None:
        return None
    return routing, [first_match(routing.rules, facts) for facts in facts_of(situations, routing, at)]


def rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a body with their targets in words, for the page that lists them; at most one statement."""
    by_code = {agency.code: agency for agency in people.organisations().values()}
    read = {rule.no: rule for rule in configuration.routing_of(body).rules}
    return [{**row, "target": target(read[row["no"]], by_code)} for row in body["rules"]]


def unrouted_categories(body: Mapping[str, Any] | None, at: datetime) -> list[str]:
    """The keys of the categories that no row of a routing body names, all of them where there is no body."""
    known = configuration.known(at)
    return unrouted(configuration.routing_of(body).rules if body else (), known)
