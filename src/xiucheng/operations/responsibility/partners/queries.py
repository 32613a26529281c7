"""Who stands by which community, as far as the reader may see; terms about to end; communities without a pairing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.neighbourhood import neighbours
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.queries import AreaView
from xiucheng.kit.moves import UNDO_WINDOW
from xiucheng.kit.refused import Refused

from ..models import Partnership
from . import rules
from .frame import NO_PARTNERSHIP

OFFICES = ("street_office", "community_office")


@dataclass(frozen=True, slots=True)
class Row:
    """A partnership as a list shows one. whose: "organisation" or "person"; renewed: a further term is agreed; what was
    taken on lies sealed, `words_of` opens it."""

    id: UUID
    kind: str
    area: str
    organisation_id: UUID | None
    person_id: UUID | None
    neighbour_id: UUID | None
    need_id: UUID | None
    need_kind: str | None
    need_place: str | None
    topics: list[str]
    state: str
    starts_on: date
    ends_on: date | None
    ended_on: date | None
    reason: str
    result: str
    renews_id: UUID | None
    changed_at: datetime
    changed_by: str
    need_key: UUID | None
    need_sealed: bytes | None
    undoable: bool
    renewed: bool

    @property
    def whose(self) -> str:
        """Whose it is."""
        return "person" if self.person_id or self.neighbour_id else "organisation"

    def phase(self, today: date) -> str:
        """How it stands, as rules.phase; a term that ran out and was renewed is past."""
        found = rules.phase(self.state, self.starts_on, self.ends_on, today)
        return "past" if found == "over" and self.renewed else found


_COLUMNS = (
    "id", "kind", "area", "organisation_id", "person_id", "neighbour_id", "need_id", "need__kind", "need__place",
    "topics", "state", "starts_on", "ends_on", "ended_on", "reason", "result", "renews_id", "changed_at", "changed_by",
    "need__key", "need__sealed",
)  # fmt: skip


def sees(standing: Standing) -> rules.Sees:
    """Whose registrations this reader sees; at most one statement."""
    offices = {one.id: one.area for one in people.organisations().values() if one.kind in OFFICES}
    return rules.sees(standing, offices)


def _visible(found: rules.Sees) -> Q:
    """Everything of organisations, everything taken on, and the people's registrations that the reader sees."""
    if found.everything:
        return Q()
    personal = Q(organisation_id__in=found.organisations) | Q(area__in=found.communities)
    if found.person_id is not None:
        personal |= Q(person_id=found.person_id)
    return ~Q(kind="registration") | Q(person__isnull=True, neighbour__isnull=True) | personal


def _read(rows: QuerySet[Partnership], limit: int) -> list[Row]:
    later = Partnership.objects.filter(renews=OuterRef("pk"))
    rows = rows.annotate(renewed=Exists(later), taken_back=Q(before__isnull=False))
    found = rows.values_list(*_COLUMNS, "taken_back", "renewed")[:limit]
    return [Row(*row) for row in found]


def _term(phase: str, today: date) -> Q:
    """Which terms: "" those that go on or ran out unrenewed, "now" those in force today, "ending", "past", "all"."""
    live, until = Q(state__in=rules.LIVE), Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    unrenewed = ~Q(Exists(Partnership.objects.filter(renews=OuterRef("pk"))))
    return {
        "": live & (until | unrenewed),
        "now": live & until & Q(starts_on__lte=today),
        "ending": live & unrenewed & Q(ends_on__lte=today + rules.NOTICE),
        "past": ~live | ~until & ~unrenewed,
        "all": Q(),
    }[phase]


PHASES = ("", "now", "ending", "past", "all")


def partnerships(
    standing: Standing,
    *,
    today: date,
    within: str = "",
    kind: str = "",
    organisation_id: UUID | None = None,
    phase: str = "",
    only: Collection[UUID] | None = None,
    limit: int = 300,
) -> list[Row]:
    """Partnerships of an area and an organisation that the reader may see, those to act on first; two statements.

    phase: one of PHASES, "" for what goes on together with terms that ran out without being renewed.
    """
    rows = Partnership.objects.filter(_visible(sees(standing)), _term(phase, today), area__startswith=within)
    if kind:
        rows = rows.filter(kind=kind)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    if only is not None:
        rows = rows.filter(id__in=only)
    # What waits to be confirmed, then by the day it ends; nothing is ordered by how much somebody does.
    waiting = Case(When(state="registered", then=0), default=1)
    return _read(rows.order_by(waiting, "ends_on", "area", "starts_on", "id"), limit)


def partnership(partnership_id: UUID, standing: Standing) -> Row:
    """One partnership; two statements. Refused: not_found (404), also where the reader may not know of it."""
    found = _read(Partnership.objects.filter(_visible(sees(standing)), id=partnership_id), 1)
    if not found:
        raise Refused("not_found", NO_PARTNERSHIP, status=404)
    return found[0]


def of_need(need_id: UUID, limit: int = 20) -> list[Row]:
    """Who took a need on, the latest first; one statement."""
    return _read(Partnership.objects.filter(need_id=need_id).order_by("-starts_on", "-id"), limit)


def names_of(rows: Sequence[Row], standing: Standing) -> dict[UUID, str]:
    """Partnership → who it is, "" for a person whose name is not for this reader; four statements at most.

    Of somebody whom a community keeps the name is full for those who work with them and for whoever leads them.
    """
    seen = sees(standing)
    open_rows = [row for row in rows if seen.one(row.person_id, row.area, row.organisation_id)]
    staff = people.person_names(row.person_id for row in open_rows)
    held = {row.neighbour_id for row in open_rows if row.neighbour_id}
    kept = neighbours.known(held, standing, also=held) if held else {}
    agencies = people.agency_names(row.organisation_id for row in rows)
    named: dict[UUID, str] = {}
    for row in rows:
        if row.whose == "organisation":
            named[row.id] = agencies.get(row.organisation_id, "") if row.organisation_id else ""
        elif row.person_id:
            named[row.id] = staff.get(row.person_id, "")
        else:
            named[row.id] = kept[row.neighbour_id].name if row.neighbour_id in kept else ""
    return named


def words_of(rows: Sequence[Row]) -> dict[UUID, str]:
    """Partnership → what was taken on, in words, "" where they were erased; one statement on `keys`, none for none."""
    told = [row for row in rows if row.need_key is not None and row.need_sealed is not None]
    clear = vault.open_texts((row.need_key, bytes(row.need_sealed)) for row in told if row.need_key and row.need_sealed)
    return {row.id: words or "" for row, words in zip(told, clear, strict=True)}


def allowed(row: Row, standing: Standing) -> list[str]:
    """The moves that this reader may make now, in the order of the table; no statement."""
    agency = row.organisation_id if row.whose == "organisation" else None
    return [
        name
        for name in rules.moves_from(row.kind, row.state)
        if rules.may(standing, rules.act_of(name, row.whose), area=row.area, agency_id=agency, person_id=row.person_id)
    ]


def may_renew(row: Row, standing: Standing) -> bool:
    """May this reader agree on a further term of a pairing, which has none yet; no statement."""
    goes_on = row.kind == "pairing" and row.state == "paired" and not row.renewed
    return goes_on and rules.may(standing, "pair", area=row.area, agency_id=row.organisation_id)


def may_forget(row: Row, standing: Standing) -> bool:
    """May this reader have a person's registration that is over forgotten, with what the community keeps of them; no
    statement."""
    if row.kind != "registration" or row.whose != "person" or row.state in rules.LIVE:
        return False
    kept = not row.neighbour_id or people.may(standing, "people.stewards", area=row.area)
    return kept and rules.may(standing, "register_person", area=row.area, person_id=row.person_id)


def undo_until(row: Row, standing: Standing, now: datetime) -> datetime | None:
    """Until when this reader may take the last move back; None where they may not, or no longer."""
    until = row.changed_at + UNDO_WINDOW
    mine = row.undoable and not row.renewed and row.changed_by == str(standing.actor)
    return until if mine and until > now else None


def unpaired(today: date, within: str = "") -> list[AreaView]:
    """The communities of an area ("": the district) with which no organisation is paired today; one statement."""
    asked = places.communities(within)
    rows = Partnership.objects.filter(_term("now", today), kind="pairing", area__in=[one.code for one in asked])
    paired = set(rows.values_list("area", flat=True))
    return [one for one in asked if one.code not in paired]


def communities(standing: Standing, act: str) -> list[AreaView]:
    """The communities in which this reader may do an act of rules.MAY, for an own organisation or oneself anywhere; no
    statement."""
    mine = rules.own_organisations(standing)
    agency_id, person_id = mine[0] if mine else None, standing.person_id if act.endswith("_person") else None
    return [
        one
        for one in places.communities()
        if rules.may(standing, act, area=one.code, agency_id=agency_id, person_id=person_id)
    ]


def organisations(standing: Standing, act: str, area: str = "") -> list[people.Agency]:
    """The organisations for which this reader may do an act of rules.MAY, their own first, then by code: all where a
    community ("": of any of their posts) is theirs, else their own; at most one statement."""
    every = rules.may(standing, act, area=area) if area else rules.may_somewhere(standing, act)
    mine = rules.own_organisations(standing)
    held = [one for one in people.organisations().values() if one.is_active and (every or one.id in mine)]
    return sorted(held, key=lambda one: (one.id not in mine, one.code))


UNREMINDED = Q(reminded_for__isnull=True) | ~Q(reminded_for=F("ends_on"))
"""Nobody has been told of this last day yet."""


def ending(today: date, limit: int = 1000) -> list[Row]:
    """What ends within rules.NOTICE, or has run out, unrenewed, and nobody was reminded of; one statement."""
    rows = Partnership.objects.filter(_term("ending", today), UNREMINDED)
    return _read(rows.order_by("ends_on", "id"), limit)


def open_of(organisation_id: UUID) -> int:
    """How many pairings and take-ons of an organisation nobody has ended, renewed ones once; one statement."""
    rows = Partnership.objects.filter(organisation_id=organisation_id, kind__in=("pairing", "take_on"))
    return rows.filter(~Q(Exists(Partnership.objects.filter(renews=OuterRef("pk")))), state__in=rules.LIVE).count()
