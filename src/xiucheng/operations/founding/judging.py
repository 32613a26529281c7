"""From a sheet to what it would do: cells read, rows settled, compared with what the site has. Writes nothing."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from xiucheng.kit.refused import Refused

from .books.reading import Row, Sheet
from .rules.cells import BadCell
from .templates.base import Change, Column, Fault, KnownRows, Record, Settled, Template, There, Values, key_digest
from .words import DOUBTS

Tick = Callable[[int, int], None]


@dataclass(slots=True)
class Judgement:
    """What a file would do. faults: also the doubts, which keep no row out. wrong: rows that stay out."""

    rows: int
    records: list[Record]
    faults: list[Fault]
    changes: list[Change]
    same: int
    wrong: int
    ground: Any = field(repr=False)

    @property
    def digest(self) -> str:
        """The same for the same changes in whatever order the rows stand."""
        said = sorted(
            (one.kind, one.key, sorted(one.record.values.items()) if one.record else [], one.there.ref if one.there
             else "") for one in self.changes
        )  # fmt: skip
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def judge(
    template: Template, sheet: Sheet, now: datetime, known: KnownRows, labels: dict[bytes, str], tick: Tick
) -> Judgement:
    """Judge a whole file. known, labels: what came by this template before, and what it is called.

    Refused: missing_columns, where a required column has no heading.
    """
    _check_columns(template, sheet)
    ground = template.ground(now, known)
    faults: list[Fault] = []
    good: list[tuple[int, Values]] = []
    words = [(column, column.words()) for column in template.columns]
    for number, row in enumerate(sheet.rows, start=1):
        values = _read(words, row, faults)
        if values is not None:
            good.append((row.number, values))
        if number % 1000 == 0:
            tick(number, len(sheet.rows))
    settled = template.settle(good, ground)
    drop_repeated(settled)
    faults += settled.faults
    bad = {fault.row for fault in faults if fault.code not in DOUBTS}
    extras = {row.number: row.extras for row in sheet.rows if row.extras}
    records = [_with_extras(one, extras) for one in settled.records if one.row not in bad]
    changes, same = _compare(template, records, ground)
    changes += _missing(template, records, ground, known, labels)
    changes.sort(key=template.rank)
    faults.sort(key=lambda fault: (fault.row, fault.column, fault.code))
    return Judgement(len(sheet.rows), records, faults, changes, same, len(bad), ground)


def _with_extras(record: Record, extras: dict[int, Any]) -> Record:
    if record.row not in extras:
        return record
    return Record(record.row, record.key, record.values, record.label, extras[record.row])


def _check_columns(template: Template, sheet: Sheet) -> None:
    absent = [column.label for column in template.columns if column.required and column.key not in sheet.heading.places]
    if absent:
        text = _("表里缺少这些列：%(columns)s。请对照模板补上列名。") % {"columns": "、".join(absent)}
        raise Refused("missing_columns", text, fields={"file": text})


def _read(columns: Sequence[tuple[Column, Mapping[str, str]]], row: Row, faults: list[Fault]) -> Values | None:
    values: dict[str, str] = {}
    right = True
    for column, words in columns:
        if column.key in row.wrong:
            faults.append(Fault(row.number, column.key, row.wrong[column.key]))
            right = False
            continue
        try:
            values[column.key] = column.read(row.cells.get(column.key), words)
        except BadCell as bad:
            faults.append(Fault(row.number, column.key, bad.code, bad.detail))
            right = False
    faults += [Fault(row.number, key, "filled_from_merged") for key in row.filled]
    return values if right else None


def drop_repeated(settled: Settled) -> None:
    """Of rows with one key: the same thing said twice counts once, different things count not at all."""
    by_key: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in settled.records:
        by_key[record.key].append(record)
    if len(by_key) == len(settled.records):
        return
    kept: list[Record] = []
    for group in by_key.values():
        group.sort(key=lambda one: one.row)
        first = group[0]
        if all(one.values == first.values for one in group):
            kept.append(first)
            for one in group[1:]:
                settled.fault(one.row, "", "row_given_twice", str(first.row))
            continue
        for one in group:
            other = next(other.row for other in group if other is not one)
            settled.fault(one.row, "", "same_key", str(other))
    settled.records[:] = sorted(kept, key=lambda one: one.row)


def _compare(template: Template, records: Sequence[Record], ground: Any) -> tuple[list[Change], int]:
    changes: list[Change] = []
    same = 0
    for record in records:
        there = template.find(record, ground)
        if there is None:
            changes.append(Change("created", record.key, record))
        elif template.differs(record, there, ground):
            changes.append(Change("changed", record.key, record, there))
        else:
            same += 1
    return changes, same


def _missing(
    template: Template, records: Sequence[Record], ground: Any, known: KnownRows, labels: dict[bytes, str]
) -> Iterator[Change]:
    if template.closing is None or not known.rows:
        return
    given = {key_digest(template.name, record.key) for record in records}
    for digest, row in sorted(known.rows.items()):
        if digest not in given and template.alive(row.ref, ground):
            label = labels.get(digest, "")
            yield Change("missing", ("", label, row.ref), there=There(row.ref, {}, label))
