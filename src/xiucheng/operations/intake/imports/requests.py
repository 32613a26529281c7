"""From one row of a file, by the mapping, to one request of ours, or to the reasons why not; pure."""

import hmac
import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from xiucheng.kit.words import shows, visible

from ..rules.quality import Stated, flags_of
from ..rules.submission import EARLIEST, Contact, Submission, judge
from .mapping import Column
from .mapping import Mapping as MappingFile
from .reading import Row, Unreadable
from .transforms import TRANSFORMS, Bad, Ground

# What contradicts itself is refused where the source is strict; history keeps it, flagged.
CONTRADICTIONS = ("closed_before_created", "replied_before_created")


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why a row is refused: the column of the file ("" where the whole row is meant), code and detail.

    text: the sentence of the verb that refused it, where that was not this reader.
    """

    column: str
    code: str
    detail: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not imported, with everything wrong with it and its cells as they were."""

    row: Row
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ImportedRequest:
    """A row understood: codes of ours, times in UTC, words as stated; the digest stands for the row's own cells."""

    number: int
    external_id: str
    digest: bytes
    text: str
    title: str
    category: str
    channel: str
    area: str | None
    address: str | None
    lon: float | None
    lat: float | None
    created: datetime
    due: datetime | None
    due_stated: bool
    replied: datetime | None
    closed: datetime | None
    closing: str
    agency: str | None
    reply: str
    contact: Contact
    redispatched: int
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The codes that exist where the rows go: categories, areas, channels, agencies."""

    categories: Container[str]
    areas: Container[str]
    channels: Container[str]
    agencies: Container[str]


class Reader:
    """Applies one mapping to the rows of one table; remembers which identities it has met.

    columns: the header of the file. key: what digests are keyed with. Unreadable `missing_columns` where the mapping
    needs a column that is not there.
    """

    def __init__(
        self, mapping: MappingFile, columns: tuple[str, ...], known: Known, *, key: bytes, now: datetime
    ) -> None:
        missing = sorted(mapping.needed_columns() - set(columns))
        if missing:
            raise Unreadable("missing_columns", ", ".join(missing))
        self.mapping = mapping
        self.known = known
        self._key = key
        self._tz = mapping.tz
        self._now = now
        self._columns = columns
        self._place = {name: index for index, name in enumerate(columns)}
        self._met: set[str] = set()

    def read(self, row: Row) -> ImportedRequest | Rejected:
        """One row as a request, or as rejected with every reason found."""
        if row.problem is not None:
            return Rejected(row, (Reason("", row.problem),))
        values, reasons = self._values(row)
        if not reasons:
            reasons = [*self._unknown(values), *self._twice(values), *self._unfit(values)]
        if reasons:
            return Rejected(row, tuple(reasons))
        request = self._request(row, values)
        if not self.mapping.historical:
            reasons = [Reason(self._column("closed"), flag) for flag in request.flags if flag in CONTRADICTIONS]
        return Rejected(row, tuple(reasons)) if reasons else request

    def digest(self, row: Row) -> bytes:
        """A keyed digest of the row as it stands in the file: any changed cell changes it."""
        cells = json.dumps(sorted(zip(self._columns, row.cells, strict=False)), ensure_ascii=False)
        return hmac.digest(self._key, cells.encode(), "sha256")

    def _column(self, target: str) -> str:
        column = self.mapping.columns.get(target)
        return " + ".join(column.names) if column else ""

    def _values(self, row: Row) -> tuple[dict[str, Any], list[Reason]]:
        values: dict[str, Any] = {}
        reasons: list[Reason] = []
        for target, column in self.mapping.columns.items():
            try:
                values[target] = self._value(column, row)
            except Bad as bad:
                reasons.append(Reason(self._column(target), bad.code, bad.detail))
        for target in self.mapping.required:
            if target in values and values[target] in (None, ""):
                reasons.append(Reason(self._column(target), "empty"))
        return values, reasons

    def _value(self, column: Column, row: Row) -> Any:
        cells = [row.cells[self._place[name]] for name in column.names] or [column.constant]
        cell = "\n".join(cell for cell in map(visible, cells) if shows(cell))
        if not cell:
            return column.otherwise
        value = TRANSFORMS[column.transform](cell, Ground(self._tz, column.pattern))
        if column.values is None:
            return value
        found = column.values.get(str(value), column.otherwise)
        if found is None:
            raise Bad("unknown_value", str(value)[:60])
        return found

    def _unknown(self, values: Mapping[str, Any]) -> Iterator[Reason]:
        for target, code, known in (
            ("category", "unknown_category", self.known.categories),
            ("area", "unknown_area", self.known.areas),
            ("channel", "unknown_channel", self.known.channels),
            ("agency", "unknown_agency", self.known.agencies),
        ):
            value = values.get(target)
            if value and value not in known:
                yield Reason(self._column(target), code, str(value)[:60])

    def _twice(self, values: Mapping[str, Any]) -> Iterator[Reason]:
        identity = values["external_id"]
        if identity in self._met:
            yield Reason(self._column("external_id"), "duplicate_in_file", identity[:60])
        self._met.add(identity)

    def _unfit(self, values: Mapping[str, Any]) -> Iterator[Reason]:
        submission = Submission(
            text=values["text"],
            title=values.get("title"),
            lon=values.get("lon"),
            lat=values.get("lat"),
            datum=self.mapping.datum,
            address=values.get("address"),
            area=values.get("area"),
            occurred_at=values["created"],
            contact=Contact(values.get("name"), values.get("phone")),
            external_id=values["external_id"],
        )
        required = frozenset() if self.mapping.place_optional else frozenset({"place"})
        for problem in judge(submission, self._now, required=required):
            # A record may be older than anything that is still to be settled.
            if not (self.mapping.historical and problem.code == "too_long_ago" and _recorded(values["created"])):
                yield Reason(self._column(_TARGET.get(problem.field, problem.field)), problem.code, problem.detail)

    def _request(self, row: Row, values: Mapping[str, Any]) -> ImportedRequest:
        created = values["created"]
        replied = values.get("replied") or _after(created, values.get("replied_after"))
        closed = values.get("closed") or _after(created, values.get("closed_after"))
        agency = self.mapping.columns.get("agency")
        stated = Stated(
            created=created,
            due=values.get("due"),
            replied=replied,
            closed=closed,
            has_point=values.get("lon") is not None,
            # One agency for all rows is the mapping's stand-in, not what the source says.
            has_agency=agency is not None and bool(agency.names),
            date_only=self.mapping.date_only,
        )
        earned = flags_of(stated, self._tz)
        return ImportedRequest(
            number=row.number,
            external_id=values["external_id"],
            digest=self.digest(row),
            text=values["text"],
            title=values.get("title") or "",
            category=values["category"],
            channel=values.get("channel") or self.mapping.channel,
            area=values.get("area") or self.mapping.district,
            address=values.get("address") or None,
            lon=values.get("lon"),
            lat=values.get("lat"),
            created=created,
            due=values.get("due"),
            due_stated="due" in self.mapping.columns,
            replied=replied,
            closed=closed,
            closing=values.get("closing") or "handled",
            agency=values.get("agency") or None,
            reply=values.get("reply") or "",
            contact=Contact(values.get("name") or None, values.get("phone") or None),
            redispatched=int(values.get("redispatched") or 0),
            # What arrives now is not over yet: that it has no end is no flaw.
            flags=earned if self.mapping.historical else tuple(flag for flag in earned if flag not in _OF_THE_PAST),
        )


_OF_THE_PAST = frozenset({"never_closed", "no_due", "no_agency"})
_TARGET = {"occurred_at": "created", "contact.name": "name", "contact.phone": "phone"}
# History older than this is a slip of the pen too; the empty date of a form is 1900-01-01 (D).
_OLDEST_RECORD = EARLIEST.replace(year=1949)


def _recorded(created: datetime) -> bool:
    return created >= _OLDEST_RECORD


def _after(start: datetime, span: timedelta | None) -> datetime | None:
    return start + span if span is not None else None
