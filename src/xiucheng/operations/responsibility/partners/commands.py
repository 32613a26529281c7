"""Registering, pairing, renewing, taking on, and the moves of the table; the last one taken back within ten seconds."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from xiucheng.foundation.people import vault
from xiucheng.foundation.people.neighbourhood import neighbours
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.days import local_day
from xiucheng.kit.refused import Refused
from xiucheng.kit.rows import locked, refusing
from xiucheng.kit.verbs import verb

from ..models import Need, Partnership
from . import needs, queries, rules
from .frame import (
    NO_NEED,
    NO_PARTNERSHIP,
    checked_organisation,
    checked_person,
    demand,
    demand_move,
    overlaps,
    record,
    refusal,
    undoable,
    whose,
)

_KEPT = ("state", "reason", "result")


@verb
def register(
    *,
    by: Standing,
    now: datetime,
    area: str,
    organisation_id: UUID | None = None,
    person_id: UUID | None = None,
    neighbour_id: UUID | None = None,
    since: date | None = None,
) -> UUID:
    """Double registration (双报到): an organisation reports to the community (code or name) it sits in, or a person to
    the one they live in, with the organisation they work in where it is named, from `since` (default today). Where
    whoever registers may confirm for this community it is confirmed with it.

    person_id: one of the staff; neighbour_id: somebody whom the community keeps. Refused: no_such_place, not_yours,
    not_found, closed_organisation, left, other_community, erased (410), who_needed, bad_term, overlaps,
    lives_elsewhere.
    """
    community, today = neighbours.community_of(area), local_day(now)
    row = Partnership(
        kind="registration", area=community, organisation_id=organisation_id, person_id=person_id,
        neighbour_id=neighbour_id, state="registered", starts_on=since or today,
    )  # fmt: skip
    if (person_id and neighbour_id) or not (person_id or neighbour_id or organisation_id):
        raise refusal("who_needed")
    personal = whose(row) == "person"
    agency_id = None if personal else organisation_id
    demand(by, f"register_{whose(row)}", area=community, agency_id=agency_id, person_id=person_id)
    if rules.may(by, f"confirm_{whose(row)}", area=community):
        row.state = "confirmed"
    checked_organisation(organisation_id)
    checked_person(by, community, person_id, neighbour_id)
    return _begin("register", row, by, now, today)


@verb
def register_neighbour(
    *,
    by: Standing,
    now: datetime,
    area: str,
    name: str,
    phone: str = "",
    home: str = "",
    organisation_id: UUID | None = None,
    since: date | None = None,
) -> UUID:
    """Somebody whom the community may not keep yet registers there: kept in the vault and registered, both or neither.

    Refused: as keep_neighbour and register.
    """
    kept = neighbours.keep_neighbour(by=by, now=now, area=area, name=name, phone=phone, home=home)
    return register(by=by, now=now, area=area, organisation_id=organisation_id, neighbour_id=kept, since=since)


@verb
def pair(
    *,
    by: Standing,
    now: datetime,
    organisation_id: UUID,
    area: str,
    starts_on: date,
    ends_on: date,
    topics: Sequence[str] = (),
) -> UUID:
    """An organisation is paired with a community (code or name) from the first to the last day agreed, for topics of
    rules.TOPICS. Refused: no_such_place, not_yours, not_found, closed_organisation, unknown_topic, bad_term, overlaps.
    """
    community = neighbours.community_of(area)
    demand(by, "pair", area=community, agency_id=organisation_id)
    checked_organisation(organisation_id)
    if not set(topics) <= rules.TOPICS.keys():
        raise refusal("unknown_topic")
    row = Partnership(
        kind="pairing", area=community, organisation_id=organisation_id, state="paired",
        topics=[topic for topic in rules.TOPICS if topic in topics], starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    return _begin("pair", row, by, now, local_day(now))


@verb
def renew(*, by: Standing, now: datetime, partnership_id: UUID, ends_on: date) -> UUID:
    """A further term of a pairing for the same topics, from the day after its last one (from today where that has
    passed); the pairing itself stays as it was. Returns the new one.

    Refused: not_found, not_yours, illegal_move (409: ended, or no pairing), closed_organisation, bad_term, overlaps
    (renewed already).
    """
    old = locked(Partnership, partnership_id, NO_PARTNERSHIP)
    demand(by, "pair", area=old.area, agency_id=old.organisation_id)
    if old.state != "paired" or old.ends_on is None:
        raise refusal("illegal_move")
    checked_organisation(old.organisation_id)
    today = local_day(now)
    row = Partnership(
        kind="pairing", area=old.area, organisation_id=old.organisation_id, state="paired", topics=old.topics,
        starts_on=rules.next_start(old.ends_on, today), ends_on=ends_on, renews=old,
    )  # fmt: skip
    return _begin("renew", row, by, now, today, renews=old.id)


@verb
def correct_pairing(
    *, by: Standing, now: datetime, partnership_id: UUID, ends_on: date, topics: Sequence[str] = ()
) -> None:
    """The last day and the topics of a pairing as they were really agreed; what was entered is not kept beside it.

    Refused: not_found, not_yours, illegal_move (409: ended, or no pairing), unknown_topic, bad_term, overlaps.
    """
    row = locked(Partnership, partnership_id, NO_PARTNERSHIP)
    demand(by, "pair", area=row.area, agency_id=row.organisation_id)
    if row.state != "paired":
        raise refusal("illegal_move")
    if not set(topics) <= rules.TOPICS.keys():
        raise refusal("unknown_topic")
    # Judged as on the day it began: a term that has run since is corrected all the same.
    if rules.span_fault(row.starts_on, ends_on, row.starts_on, needs_end=True):
        raise refusal("bad_term")
    row.ends_on, row.topics = ends_on, [topic for topic in rules.TOPICS if topic in topics]
    row.changed_at, row.changed_by, row.before = now, str(by.actor), None
    with refusing(overlaps()):
        row.save()
    record("correct_pairing", row, by, now)


@verb
def strike(*, by: Standing, now: datetime, partnership_id: UUID) -> None:
    """An import takes back what it entered, as if it had never been; people end what was, and leave it on record.

    Refused: not_yours (whoever is not the site's own process), not_found, illegal_move (409: moved or renewed since).
    """
    row = locked(Partnership, partnership_id, NO_PARTNERSHIP)
    if not by.is_system:
        raise refusal("not_yours")
    if row.before or Partnership.objects.filter(renews=row).exists():
        raise refusal("illegal_move")
    record("strike", row, by, now)
    row.delete()


@verb
def take_on(
    *,
    by: Standing,
    now: datetime,
    need_id: UUID,
    organisation_id: UUID | None = None,
    person_id: UUID | None = None,
    neighbour_id: UUID | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> UUID:
    """One organisation, one of the staff or one neighbour takes on what a community asks for, from starts_on (default
    today), to ends_on where a day is agreed; nobody else does at the same time.

    Refused: not_found, not_yours, who_needed, closed_organisation, left, other_community, erased (410), bad_term,
    already_taken (409), illegal_move (409: withdrawn, or settled meanwhile).
    """
    need = locked(Need, need_id, NO_NEED)
    if sum(one is not None for one in (organisation_id, person_id, neighbour_id)) != 1:
        raise refusal("who_needed")
    today = local_day(now)
    row = Partnership(
        kind="take_on", area=need.area, need=need, organisation_id=organisation_id, person_id=person_id,
        neighbour_id=neighbour_id, state="taken", starts_on=starts_on or today, ends_on=ends_on,
    )  # fmt: skip
    demand(by, f"take_on_{whose(row)}", area=need.area, agency_id=organisation_id, person_id=person_id)
    if not needs.open_needs([need.id]):
        raise refusal("illegal_move")
    checked_organisation(organisation_id)
    checked_person(by, need.area, person_id, neighbour_id)
    return _begin("take_on", row, by, now, today, need=need.id, need_kind=need.kind)


def _begin(verb_name: str, row: Partnership, by: Standing, now: datetime, today: date, **more: object) -> UUID:
    """Check the term, save, tell; what there was before is nothing."""
    if rules.span_fault(row.starts_on, row.ends_on, today, needs_end=row.kind == "pairing"):
        raise refusal("bad_term")
    row.changed_at, row.changed_by, row.before = now, str(by.actor), {}
    with refusing(overlaps()):
        row.save(force_insert=True)
    record(verb_name, row, by, now, **more)
    return row.id


@verb
def move(
    *, by: Standing, now: datetime, partnership_id: UUID, name: str, reason: str = "", result: str = "", words: str = ""
) -> str:
    """One move of rules.MOVES: confirm, decline, end, report the result of what was taken on, release it; returns the
    new state. words: what is to be said with a result, sealed with the words of the need.

    Refused: not_found, not_yours, unknown_move, illegal_move (409), reason_needed, result_needed, too_long, erased
    (410).
    """
    row = locked(Partnership, partnership_id, NO_PARTNERSHIP)
    if name not in rules.MOVES:
        raise refusal("unknown_move")
    demand_move(by, row, name)
    if code := rules.fault(name, row.kind, row.state, reason=reason, result=result):
        raise refusal(code)
    plain = needs.checked_words(words, "words") if rules.MOVES[name].asks == "result" else ""
    row.before = {kept: getattr(row, kept) for kept in _KEPT}
    row.state = rules.MOVES[name].to
    if row.state not in rules.LIVE:
        _close(row, local_day(now), reason if rules.MOVES[name].asks == "reason" else "")
    if rules.MOVES[name].asks == "result":
        row.result = result
        row.result_sealed = _sealed(row, plain) if plain else None
    row.changed_at, row.changed_by = now, str(by.actor)
    row.save()
    record("move", row, by, now, move=name, reason=row.reason, result=row.result)
    return row.state


def _close(row: Partnership, today: date, reason: str) -> None:
    """Its last day was yesterday, or the last one agreed where that has passed; what has not begun never will."""
    agreed = rules.next_start(row.ends_on, row.ends_on) if row.ends_on else today
    row.ended_on, row.reason = max(row.starts_on, min(today, agreed)), reason


def _sealed(row: Partnership, words: str) -> bytes:
    need = row.need
    if need is None or need.sealed is None:
        raise refusal("erased")
    return vault.seal(need.key, words)


@verb
def undo(*, by: Standing, now: datetime, partnership_id: UUID) -> str:
    """Take the last move back, by whoever made it, within ten seconds; what had just begun is gone. Returns the state
    that stands again, "" for none.

    Refused: not_found, too_late, illegal_move (409: renewed since), and as terms that overlap since.
    """
    row = locked(Partnership, partnership_id, NO_PARTNERSHIP)
    if not undoable(row, by, now):
        raise refusal("too_late")
    before = row.before or {}
    if Partnership.objects.filter(renews=row).exists():
        raise refusal("illegal_move")
    if not before:
        record("undo", row, by, now, undone=row.state)
        row.delete()
        return ""
    undone = row.state
    for name in _KEPT:
        setattr(row, name, before[name])
    row.ended_on, row.result_sealed, row.before = None, None, None
    with refusing({name: Refused(one.code, one.text, status=409) for name, one in overlaps().items()}):
        row.save()
    record("undo", row, by, now, undone=undone)
    return row.state


@verb
def forget(*, by: Standing, now: datetime, partnership_id: UUID) -> None:
    """A person's registration that is over goes for good, asked by themselves or their community: where somebody lived
    is kept no longer than it is needed. What the community keeps of a neighbour is destroyed with it, unless another
    registration or take-on of theirs still stands here.

    Refused: not_found, not_yours, illegal_move (409: an organisation's, or not over), still_serving (409: a steward).
    """
    row = locked(Partnership, partnership_id, NO_PARTNERSHIP)
    if row.kind != "registration" or whose(row) != "person":
        raise refusal("illegal_move")
    demand(by, "register_person", area=row.area, person_id=row.person_id)
    if row.state in rules.LIVE:
        raise refusal("illegal_move")
    neighbour_id = row.neighbour_id
    record("forget", row, by, now)
    row.delete()
    if neighbour_id and not Partnership.objects.filter(neighbour_id=neighbour_id).exists():
        neighbours.erase_neighbour(by=by, now=now, neighbour_id=neighbour_id)


@verb
def note_reminded(*, by: Standing, now: datetime, partnership_id: UUID, ends_on: date) -> bool:
    """Somebody is reminded of this last day, once; False where another worker was faster or it has changed."""
    rows = Partnership.objects.filter(id=partnership_id, state__in=rules.LIVE, ends_on=ends_on)
    fresh = rows.filter(queries.UNREMINDED).update(reminded_for=ends_on)
    if fresh:
        record("note_reminded", Partnership.objects.get(id=partnership_id), by, now, ends_on=ends_on)
    return bool(fresh)
