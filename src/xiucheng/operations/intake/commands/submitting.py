"""Receiving a report: judged, placed, offered its neighbours, stored once, told to the journal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.media import commands as media_commands
from xiucheng.foundation.media import queries as media_queries
from xiucheng.foundation.people import commands as people_commands
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing, reaches
from xiucheng.kit import idempotency, journal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.kit.words import shows, visible
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.cases.rules import MATRIX as CASE_MATRIX

from .. import components, placing, storing
from ..channels import CHANNELS, Channel
from ..models import Report
from ..rules import Contact, Problem, Submission, judge
from ..secrets import tracking_key
from ..storing import NewReport
from ..words import refusal
from .filing import Filing, file_locked


@dataclass(frozen=True, slots=True)
class Submitted:
    """The answer to a report: its id, the key to follow it by, open cases close by, and whether it was there before.

    nearby: dicts of id, number, state, filed_at, due_at, lon, lat, metres, ready for JSON (so that the answer to the
    same request again is the same to the letter). case_id: the open case that the report joined at once (`same_as`);
    None else, also where a case has been made of it since: how it stands now is to be looked up by the tracking key.
    """

    report_id: UUID
    tracking_key: str
    nearby: tuple[Mapping[str, Any], ...] = ()
    case_id: UUID | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an imported report comes from: mapping name, its digest's beginning, the identity there, flags."""

    source: str
    mapping: str
    external_id: str
    quality: tuple[str, ...] = ()
    category_by: str = "mapping"


@dataclass(frozen=True, slots=True)
class Once:
    """An Idempotency-Key and whose it is (token, account or session).

    flaw: why this key is not taken; it is told together with whatever else is wrong with the request.
    """

    scope: str
    key: str
    flaw: Refused | None = None


@verb
def submit_report(
    *,
    by: Standing,
    now: datetime,
    channel: str,
    text: str,
    title: str | None = None,
    category: str | None = None,
    lon: float | None = None,
    lat: float | None = None,
    datum: str = "wgs84",
    address: str | None = None,
    area: str | None = None,
    component: str | None = None,
    occurred_at: datetime | None = None,
    contact: Contact | None = None,
    media: Sequence[UUID] = (),
    elements: Mapping[str, str] | None = None,
    same_as: UUID | None = None,
    once: Once | None = None,
    origin: Origin | None = None,
    needs: frozenset[str] = frozenset(),
) -> Submitted:
    """Receive a report. At most 6 statements, 4 without contact and pictures; filing is not its business.

    1. Judge what was handed in, all problems at once. 2. Look up category and place in memory, and open cases of the
    same category within 50 m and 24 h. 3. Claim the Idempotency-Key: the same request again gets the same answer, also
    where what was looked up has changed since. 4. Keep the contact in the vault. 5. Store, and tell the journal (step
    intake.receive; intake.attach where `same_as` names a case, which is held until the end).

    What nobody sees is left out of all words (kit.words). text: ≤ 2,000 characters. category: a minor category of the
    catalogue, chosen by a person. lon, lat: degrees of `datum`. occurred_at: aware. media: ids from
    media.commands.store. elements: some of rules.submission.ELEMENTS. same_as: an open case that the reporter says is
    the same. component: 16 digits, of the category's kind; where no point is given its own counts. needs: what is asked
    for beside what the channel requires.
    Refused: the codes of words.SUBMISSION (`invalid_report` for several), `unknown_channel`, `not_yours` (403),
    `unknown_category`, `major_not_minor`, `no_catalogue`, `outside`, `unknown_area`, `unknown_picture`,
    `no_such_case`, `case_closed`, `bad_key`, `key_reused`, the flaw of `once`.
    """
    door = channel_of(channel, by)
    contact = Contact(_words(contact.name), _words(contact.phone)) if contact else Contact()
    text, title, address = visible(text), _words(title), _words(address)
    elements = {name: visible(value) for name, value in (elements or {}).items()}
    # An import says what it cannot tell; a door asks for what its channel needs.
    required = door.required | needs if origin is None else frozenset[str]()
    submission = Submission(
        text=text,
        title=title,
        category=category or None,
        lon=lon,
        lat=lat,
        datum=datum,
        address=address,
        area=area,
        component=component or None,
        occurred_at=occurred_at,
        contact=contact,
        media=len(media),
        elements=elements,
        external_id=origin.external_id if origin else None,
    )
    flaw = once.flaw if once else None
    _judge(submission, now, required, flaw)
    ground = _ground(door, submission, media, same_as, now)
    if flaw is not None:
        raise _together(flaw, ground.refusal)
    report_id = uuid7()
    if once is not None:
        case = str(ground.case_id) if ground.case_id else None
        answer = {"report": str(report_id), "nearby": ground.nearby, "case": case}
        asked = _asked(submission, media, same_as)
        earlier = idempotency.claim(scope=once.scope, key=once.key, fields=asked, answer=answer, now=now)
        if earlier is not None:
            return answered_before(earlier)
    if ground.refusal is not None:
        raise ground.refusal
    case_id = ground.case_id
    new = NewReport(
        id=report_id,
        state="attached" if case_id else "received",
        channel=door.name,
        source=origin.source if origin else "",
        external_id=origin.external_id if origin else None,
        category=category or "",
        category_by=(origin.category_by if origin else "person") if category else "",
        place=ground.place,
        occurred_at=occurred_at,
        received_at=now,
        case_id=case_id,
        subject_id=people_commands.keep_contact(by=by, now=now, name=contact.name, phone=contact.phone)
        if contact
        else None,
        person_id=by.person_id,
        sealed=storing.seal(vault.new_key(), text, title, address, elements),
        media=media,
        quality=origin.quality if origin else (),
    )
    serial = storing.insert(new)
    _record(new, by, now, origin)
    return Submitted(report_id, tracking_key(serial), tuple(ground.nearby), case_id)


@verb
def report_self_handled(
    *,
    by: Standing,
    now: datetime,
    text: str,
    category: str,
    lon: float | None = None,
    lat: float | None = None,
    datum: str = "wgs84",
    address: str | None = None,
    area: str | None = None,
    before: Sequence[UUID],
    after: Sequence[UUID],
    condition: str | None = None,
    component: str | None = None,
    once: Once | None = None,
) -> tuple[Submitted, cases.Filed]:
    """A grid officer settles a small thing on the spot 自处置 and says so, with a picture before and one after.

    The report is accepted and a case filed that waits for review; shown apart in every rate (STANDARDS §1). Refused:
    as submit_report, `pictures_before_after` (none of each, one that is no picture, or the same one twice),
    `not_yours` (403) outside the officer's area.
    """
    _two_pictures(before, after)
    submitted = submit_report(
        by=by,
        now=now,
        channel="patrol",
        text=text,
        category=category,
        lon=lon,
        lat=lat,
        datum=datum,
        address=address,
        area=area,
        component=component,
        media=(*before, *after),
        once=once,
    )
    row = storing.lock(submitted.report_id)
    if submitted.repeated and row.case_id is not None:
        there = case_queries.case(row.case_id, Standing.for_system("intake"), now)
        return submitted, cases.Filed(there.id, there.number, there.version, there.state, there.facts.due_at)
    if not reaches(by, CASE_MATRIX["file_self_handled"], area=row.area):
        raise Refused("not_yours", _("只能上报自己责任区内的自处置。"), status=403)
    pictures = [(one, "before") for one in before] + [(one, "after") for one in after]
    filing = Filing(submitted.report_id, condition=condition, self_handled=True, pictures=tuple(pictures))
    return submitted, file_locked(by=by, now=now, filings=[filing])[0]


def channel_of(name: str, by: Standing) -> Channel:
    """The channel, if this one may hand in there; refused `unknown_channel`, `not_yours` (403)."""
    door = CHANNELS.get(name)
    if door is None:
        text = _("没有名为“%(name)s”的渠道。") % {"name": name[:40]}
        raise Refused("unknown_channel", text, fields={"channel": text})
    if not door.admits(by):
        raise Refused("not_yours", _("您的岗位不能通过“%(name)s”登记。") % {"name": door.title}, status=403)
    return door


def _words(said: str | None) -> str | None:
    """What can be seen of a field that may be left empty; None where that is nothing."""
    seen = visible(said or "")
    return seen if shows(seen) else None


def _judge(submission: Submission, now: datetime, required: frozenset[str], flaw: Refused | None) -> None:
    problems = judge(submission, now, required=required)
    if problems:
        found = refusal(problems)
        raise _together(flaw, found, _no_category(submission, now)) if flaw else found


def _no_category(submission: Submission, now: datetime) -> Refused | None:
    """What the catalogue has against the category."""
    try:
        if submission.category:
            configuration.catalogue(now).category(submission.category)
    except Refused as refused:
        return refused
    return None


def _together(flaw: Refused, *others: Refused | None) -> Refused:
    """One refusal of several, so that nobody mends one thing only to be told of the next."""
    found = [flaw, *(one for one in others if one is not None)]
    if len(found) == 1:
        return flaw
    fields = {name: text for one in found for name, text in one.fields.items()}
    return Refused("invalid_report", " ".join(str(one.text) for one in found), fields=fields)


def _two_pictures(before: Sequence[UUID], after: Sequence[UUID]) -> None:
    """A picture before and another one after; by their content, so that handing in the same one twice is no way out.
    Those that do not exist are submit_report's to refuse."""
    missing = _("请各拍一张处置前和处置后的图片。")
    if not (before and after):
        raise Refused("pictures_before_after", missing, fields={"media": missing})
    known = media_queries.describe([*before, *after])
    if any(one.width is None for one in known.values()):
        raise Refused("pictures_before_after", missing, fields={"media": _("处置前后须为图片，不能是文件。")})
    earlier, later = ({known[one].digest for one in side if one in known} for side in (before, after))
    if earlier & later:
        same = _("处置前和处置后不能是同一张图片。")
        raise Refused("pictures_before_after", same, fields={"media": same})


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a request stands on at this moment: where it lies, what is close by, which case it joins; or why it cannot
    stand."""

    place: placing.Place = field(default_factory=placing.Place)
    nearby: Sequence[Mapping[str, Any]] = ()
    case_id: UUID | None = None
    refusal: Refused | None = None


def _ground(door: Channel, said: Submission, media: Sequence[UUID], same_as: UUID | None, now: datetime) -> _Ground:
    """Look up what may change between two sendings of the same request: catalogue, map, pictures, open cases.

    A refusal waits until the Idempotency-Key has been asked: what was answered once is answered the same again.
    """
    try:
        if said.category:
            configuration.catalogue(now).category(said.category)
        place = placing.find(said.lon, said.lat, said.datum, said.area)
        place = components.placed(place, said.component, said.category, now)
        _must_exist(media)
        joined = _same(same_as)
    except Refused as refusal:
        return _Ground(refusal=refusal)
    return _Ground(place, _nearby(door, said.category, place, same_as, now), joined)


def _must_exist(media: Sequence[UUID]) -> None:
    if media and media_commands.keep(media) != set(media):
        raise refusal([Problem("media", "unknown_picture")])


def _nearby(
    door: Channel, category: str | None, place: placing.Place, same_as: UUID | None, now: datetime
) -> list[dict[str, Any]]:
    if not (door.offers_nearby and category and place.lon is not None and place.lat is not None) or same_as:
        return []
    return [_plain(item) for item in case_queries.near(place.lon, place.lat, category, now=now)]


def _same(same_as: UUID | None) -> UUID | None:
    """The open case that `same_as` stands for, held: itself, or the master it was merged into."""
    if same_as is None:
        return None
    try:
        return cases.hold_open(case_id=same_as)
    except Refused as refusal:
        if refusal.code == "case_closed":
            raise Refused("case_closed", _("这件案卷已经办结，请重新上报。")) from None
        if refusal.code == "not_found":
            text = _("没有这件案卷。")
            raise Refused("no_such_case", text, fields={"same_as": text}) from None
        raise


def _record(new: NewReport, by: Standing, now: datetime, origin: Origin | None) -> None:
    receive = storing.receive_payload(new, origin.mapping if origin else "")
    if new.case_id is not None:
        receive["state"] = "received"
    journal.record(room="intake", subject=new.id, verb="receive", actor=by.actor, occurred_at=now, payload=receive)
    if new.case_id is not None:
        journal.record(
            room="intake",
            subject=new.id,
            verb="attach",
            actor=by.actor,
            occurred_at=now,
            payload={"state": "attached", "version": 1, "case": new.case_id, "by_reporter": True},
        )
        cases.add_source(by=by, now=now, case_id=new.case_id, report_id=new.id, channel=new.channel)


def _asked(submission: Submission, media: Sequence[UUID], same_as: UUID | None) -> dict[str, Any]:
    """The request as sent, by the names the doors use; only keyed digests of it are kept."""
    return {
        "text": submission.text,
        "title": submission.title,
        "category": submission.category,
        "lon": submission.lon,
        "lat": submission.lat,
        "datum": submission.datum,
        "address": submission.address,
        "area": submission.area,
        "component": submission.component,
        "occurred_at": submission.occurred_at,
        "contact": [submission.contact.name, submission.contact.phone] if submission.contact else None,
        "media": [str(one) for one in media] or None,
        "elements": dict(submission.elements) or None,
        "same_as": same_as,
    }


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain_value(value) for key, value in item.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, int | float | str) else str(value)


def answered_before(earlier: Mapping[str, Any]) -> Submitted:
    """The answer again that a key of idempotency stands for, as it was then; one statement, for the tracking key, which
    is derived."""
    report_id, case = UUID(earlier["report"]), earlier.get("case")
    serial = Report.objects.values_list("serial", flat=True).get(id=report_id)
    return Submitted(report_id, tracking_key(serial), tuple(earlier["nearby"]), UUID(case) if case else None, True)
