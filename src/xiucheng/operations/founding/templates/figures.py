"""Template 9: figures of places: population, households, vaccinations, members, hydrants, by day and source."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import amounts, commands, figures
from xiucheng.foundation.places.amounts import FIGURE_KINDS, Amount
from xiucheng.foundation.places.figures import PlaceRef
from xiucheng.kit.days import local_day
from xiucheng.kit.refused import Refused

from ..rules.cells import BadCell
from . import looking
from .base import Change, Column, Done, Key, KnownRows, Record, Settled, Template, There, Values

_BATCH = 1000


def _kinds() -> Mapping[str, str]:
    return {code: str(kind.name) for code, kind in FIGURE_KINDS.items()}


def _kept(amount: Amount) -> str:
    return f"{amounts.plain_number(amount.value).replace(',', '')}|{amount.mark}"


def _amount(kept: str) -> Amount:
    value, _sep, mark = kept.partition("|")
    return Amount(Decimal(value), mark)


@dataclass(frozen=True, slots=True)
class Ground:
    """What is recorded already, by key, and the local day."""

    there: Mapping[Key, There]
    today: date


class Figures(Template):
    name = "figures"
    number = 9
    title = _("底数")
    about = _("各处的人口、户数、接种、会员、消火栓等数，写明哪天的、从哪里来。可以以后再导。")
    columns = (
        Column("place", "地方", _("镇街、社区、责任网格或设施的名称或代码。"), "示例社区", required=True, longest=60,
               also=("区域", "社区", "镇街", "网格", "名称", "单位")),
        Column("kind", "项目", _("从下拉列表选；列表里没有的选“其他”，并写明数的是什么。"), "户数", required=True,
               also=("指标", "类别", "统计项"), choices=_kinds),
        Column("title", "数的是什么", _("项目选“其他”时填，带上单位，20 个字以内。"), "", longest=20,
               also=("其他项目", "说明")),
        Column("amount", "数", _("如 12000、1.2万、3000余、300多、近3000、约3000。"), "3000余",
               required=True, longest=20, also=("数量", "数值", "人数", "值")),
        Column("as_of", "截至日期", _("这个数是哪天的。"), "2026-01-31", kind="date", required=True,
               also=("日期", "统计日期", "时间", "截至")),
        Column("source", "来源", _("这个数从哪里来，60 个字以内。"), "示例：社区 1 月报表", required=True, longest=60,
               also=("数据来源", "出处", "来源单位")),
    )  # fmt: skip

    def ground(self, now: datetime, known: KnownRows) -> Ground:
        there: dict[Key, There] = {
            (f"{one.place.kind}:{one.place.code}", one.kind, one.title, one.as_of.isoformat(), one.source): There(
                str(one.id), {"amount": _kept(one.amount)}, f"{one.place.name} {one.counted}"
            )
            for one in figures.in_force()
        }
        return Ground(there, local_day(now))

    def there(self, ground: Ground) -> Mapping[Key, There]:
        return ground.there

    def settle(self, rows: Sequence[tuple[int, Values]], ground: Ground) -> Settled:
        settled = Settled()
        look = looking.Once(_place)
        for row, values in rows:
            faults = len(settled.faults)
            place = ""
            try:
                place = look(values["place"])
            except BadCell as bad:
                settled.fault(row, "place", bad.code, bad.detail)
            amount = amounts.read_amount(values["amount"])
            if amount is None:
                settled.fault(row, "amount", "bad_amount", values["amount"][:20])
            if (values["kind"] == "other") != bool(values["title"]):
                settled.fault(row, "title", "title_needed")
            if values["as_of"] > ground.today.isoformat():
                settled.fault(row, "as_of", "day_ahead")
            if amount is not None and len(settled.faults) == faults:
                key: Key = (place, values["kind"], values["title"], values["as_of"], values["source"])
                label = f"{values['place']} {amounts.kind_name(values['kind'], values['title'])}"
                settled.records.append(Record(row, key, {"amount": _kept(amount)}, label))
        return settled

    def write(
        self, changes: Sequence[Change], *, by: Standing, now: datetime, ground: Ground, tick: Callable[[int], None]
    ) -> Iterator[list[Done]]:
        for start in range(0, len(changes), _BATCH):
            batch = changes[start : start + _BATCH]
            made = commands.record_figures(actor=by.actor, now=now, rows=[_row(change) for change in batch])
            for count, (change, figure_id) in enumerate(zip(batch, made, strict=True), start=start + 1):
                record = change.record
                assert record is not None
                before = dict(change.there.values) if change.there is not None else None
                yield [Done("figure", str(figure_id), before, row=record.row)]
                tick(count)

    def take_back(self, done: Done, *, by: Standing, now: datetime) -> None:
        # Whoever took it down by hand since then has done it already; what it corrected stands again either way.
        if figures.figure(UUID(done.ref)).withdrawn_at is None:
            commands.withdraw_figure(actor=by.actor, now=now, figure_id=UUID(done.ref))

    def lists(self, ground: Ground) -> Mapping[str, Sequence[str]]:
        return {"place": looking.area_names()}


def _place(said: str) -> str:
    """`kind:code` of the place meant. Raises by_place with the sentence of places."""
    try:
        found = figures.find_place(said)
    except Refused as refusal:
        raise BadCell("by_place", str(refusal.text)) from None
    return f"{found.kind}:{found.code}"


def _row(change: Change) -> commands.FigureRow:
    place, kind, title, as_of, source = change.key
    place_kind, _sep, code = place.partition(":")
    assert change.record is not None
    found: PlaceRef = figures.place_of(place_kind, code)
    return commands.FigureRow(
        found, kind, _amount(change.record.values["amount"]), date.fromisoformat(as_of), source, title
    )
