"""Template 11: which organisations report to a community (双报到) or are paired with it, for what and how long."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.days import local_day
from xiucheng.operations.responsibility.partners import commands, queries, rules
from xiucheng.operations.responsibility.partners.queries import Row

from ..rules.cells import BadCell, day, form
from . import looking
from .base import Change, Column, Done, Key, KnownRows, Record, Settled, Template, There, Values

Span = tuple[date, date]
"""The first day, and the first one on which it no longer holds."""

_KINDS = ("registration", "pairing")
_BETWEEN = re.compile(r"[、,，;；\n]+")
_MOST = 20_000
"""Partnerships a district has at most (D): every organisation with every community would be fewer."""


def _kinds() -> Mapping[str, str]:
    return {kind: gettext(rules.KINDS[kind]) for kind in _KINDS}


@dataclass(frozen=True, slots=True)
class Ground:
    """Organisations by code and name, what is entered already by key, the days it takes, and today."""

    agencies: looking.Agencies
    there: Mapping[Key, There]
    spans: Mapping[tuple[str, ...], Sequence[tuple[Key, Span]]]
    today: date


class Partners(Template):
    name = "partners"
    number = 11
    title = _("报到和结对")
    about = _("哪些单位到社区报到、和社区结对，从哪天到哪天，合作什么。个人的报到不在这里导入。可以以后再导。")
    columns = (
        Column("organisation", "单位", _("“单位”表里有的单位，填名称或代码。"), "示例路灯所", required=True, longest=60,
               also=("单位名称", "共建单位", "结对单位", "报到单位", "驻区单位")),
        Column("area", "社区", _("社区的名称或代码。"), "示例社区", required=True, longest=60,
               also=("社区名称", "结对社区", "报到社区", "所在社区")),
        Column("kind", "哪一种", _("从下拉列表选：双报到或结对。"), "结对", required=True, choices=_kinds,
               also=("种类", "类别", "关系")),
        Column("starts_on", "起", _("报到或结对从哪天起，一年之内。"), "2026-01-01", kind="date", required=True,
               also=("开始日期", "报到日期", "结对日期", "起始日期")),
        Column("ends_on", "止", _("结对到哪天，必填，最长五年；报到不填。"), "2026-12-31", kind="date",
               also=("截止日期", "结束日期", "到期日期")),
        Column("topics", "合作事项", _("结对合作的事，几项用顿号隔开，如：法律咨询、文化体育。"), "法律咨询",
               longest=200, also=("事项", "结对内容", "共建内容")),
    )  # fmt: skip

    def ground(self, now: datetime, known: KnownRows) -> Ground:
        today = local_day(now)
        codes = {one.id: one.code for one in people.organisations().values()}
        there: dict[Key, There] = {}
        spans: dict[tuple[str, ...], list[tuple[Key, Span]]] = defaultdict(list)
        rows = queries.partnerships(Standing.for_system("founding"), today=today, phase="all", limit=_MOST)
        for row in rows:
            if row.kind in _KINDS and row.whose == "organisation" and row.state != "declined" and row.organisation_id:
                key: Key = (row.kind, codes[row.organisation_id], row.area, row.starts_on.isoformat())
                there[key] = There(str(row.id), _values(row), codes[row.organisation_id])
                spans[key[:3]].append((key, (row.starts_on, row.ended_on or _after(row.ends_on))))
        return Ground(looking.Agencies.load(), there, spans, today)

    def there(self, ground: Ground) -> Mapping[Key, There]:
        return ground.there

    def settle(self, rows: Sequence[tuple[int, Values]], ground: Ground) -> Settled:
        settled = Settled()
        look = looking.community("not_the_community")
        for row, values in rows:
            faults = len(settled.faults)
            named: dict[str, str] = {}
            for column, find in (("organisation", ground.agencies.code), ("area", look), ("topics", _topics)):
                try:
                    named[column] = find(values.get(column, ""))
                except BadCell as bad:
                    settled.fault(row, column, bad.code, bad.detail)
            starts, ends = date.fromisoformat(values["starts_on"]), day(values.get("ends_on", ""))
            pairing = values["kind"] == "pairing"
            if rules.span_fault(starts, ends if pairing else None, ground.today, needs_end=pairing):
                settled.fault(row, "ends_on" if pairing else "starts_on", "bad_span_of_days")
            if len(settled.faults) == faults:
                key: Key = (values["kind"], named["organisation"], named["area"], starts.isoformat())
                kept = {"ends_on": values.get("ends_on", ""), "topics": named["topics"]} if pairing else {}
                settled.records.append(Record(row, key, kept, f"{values['organisation']} · {values['area']}"))
        _refuse_overlaps(settled, ground)
        return settled

    def write(
        self, changes: Sequence[Change], *, by: Standing, now: datetime, ground: Ground, tick: Callable[[int], None]
    ) -> Iterator[list[Done]]:
        for count, change in enumerate(changes, start=1):
            record = change.record
            assert record is not None
            if change.there is None:
                yield [Done("entered", _enter(record, by, now, ground), row=record.row)]
            else:
                _correct(change.there.ref, record.values, by, now)
                yield [Done("corrected", change.there.ref, dict(change.there.values), row=record.row)]
            tick(count)

    def take_back(self, done: Done, *, by: Standing, now: datetime) -> None:
        if done.action == "entered":
            commands.strike(by=by, now=now, partnership_id=UUID(done.ref))
        else:
            _correct(done.ref, done.before or {}, by, now)

    def lists(self, ground: Ground) -> Mapping[str, Sequence[str]]:
        return {"organisation": ground.agencies.names(), "area": looking.community_names()}


def _values(row: Row) -> dict[str, str]:
    """What a file may change: of a pairing that goes on its last day and topics, of nothing else anything."""
    if row.kind != "pairing" or row.state != "paired" or row.ends_on is None:
        return {}
    return {"ends_on": row.ends_on.isoformat(), "topics": ",".join(row.topics)}


def _after(last: date | None) -> date:
    return last + timedelta(days=1) if last else date.max


def _topics(said: str) -> str:
    """Codes of topics in the order of the table, by their words. Raises unknown_topic."""
    words = {form(gettext(title)): code for code, title in rules.TOPICS.items()}
    chosen = set()
    for one in filter(None, (part.strip() for part in _BETWEEN.split(said))):
        code = words.get(form(one)) or (one if one in rules.TOPICS else None)
        if code is None:
            raise BadCell("unknown_topic", one[:30])
        chosen.add(code)
    return ",".join(code for code in rules.TOPICS if code in chosen)


def _refuse_overlaps(settled: Settled, ground: Ground) -> None:
    """Of rows whose terms overlap with one another none is taken, nor one that overlaps with what is entered."""
    held: dict[tuple[str, ...], list[tuple[Key, Span]]] = defaultdict(list)
    for one in settled.records:
        held[one.key[:3]].append((one.key, _span(one)))
    kept = []
    for one in settled.records:
        others = [*held[one.key[:3]], *ground.spans.get(one.key[:3], ())]
        starts, after = _span(one)
        if any(key != one.key and starts < until and since < after for key, (since, until) in others):
            settled.fault(one.row, "starts_on", "terms_overlap")
        else:
            kept.append(one)
    settled.records[:] = kept


def _span(one: Record) -> Span:
    return date.fromisoformat(one.key[3]), _after(day(one.values.get("ends_on", "")))


def _enter(record: Record, by: Standing, now: datetime, ground: Ground) -> str:
    kind, organisation, area, starts = record.key
    agency = ground.agencies.by_code[organisation].id
    if kind == "registration":
        made = commands.register(by=by, now=now, area=area, organisation_id=agency, since=date.fromisoformat(starts))
    else:
        made = commands.pair(
            by=by, now=now, organisation_id=agency, area=area, starts_on=date.fromisoformat(starts),
            ends_on=date.fromisoformat(record.values["ends_on"]), topics=_codes(record.values["topics"]),
        )  # fmt: skip
    return str(made)


def _correct(ref: str, values: Values, by: Standing, now: datetime) -> None:
    commands.correct_pairing(
        by=by, now=now, partnership_id=UUID(ref), ends_on=date.fromisoformat(values["ends_on"]),
        topics=_codes(values["topics"]),
    )  # fmt: skip


def _codes(joined: str) -> list[str]:
    return joined.split(",") if joined else []
