"""Template 10: centre households and stewards of buildings, stairwells and alleys, in office or just chosen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people.neighbourhood import neighbours, terms
from xiucheng.foundation.people.neighbourhood import stewards as book
from xiucheng.foundation.people.neighbourhood.stewardship import KINDS, SELECTIONS, runs
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.days import local_day

from ..rules.cells import BadCell, day
from . import looking
from .base import Change, Column, Done, Key, KnownRows, Record, Settled, Template, There, Values

_MOST = 50_000
_READER = Standing.for_system("founding")
_KEPT = ("households", "starts_on", "ends_on")


def _kinds() -> Mapping[str, str]:
    return {code: gettext(name) for code, name in KINDS.items()}


def _selections() -> Mapping[str, str]:
    return {code: gettext(name) for code, name in SELECTIONS.items()}


@dataclass(frozen=True, slots=True)
class Ground:
    """Who is there, by key, and the local day."""

    there: Mapping[Key, There]
    today: date


class Stewards(Template):
    name = "stewards"
    number = 10
    title = _("中心户和楼长")
    about = _("中心户、楼长、单元长、小巷管家：在任的写任期，刚产生的不写、随后公示。可以以后再导。")
    columns = (
        Column("community", "社区", _("社区的名称或代码。"), "示例社区", required=True, longest=60,
               also=("所在社区", "区域", "村居")),
        Column("kind", "哪一种", _("从下拉列表选。"), "楼长", required=True, also=("类别", "职务", "骨干类别", "身份"),
               choices=_kinds),
        Column("covers", "管哪里", _("哪栋楼、哪个单元、哪条巷，40 个字以内；不要写人名。"), "3 号楼 1 单元",
               required=True, longest=40, also=("负责范围", "楼栋", "责任范围", "范围")),
        Column("name", "姓名", _("加密保存。"), "示例李四", required=True, longest=60, also=("名字",), personal=True),
        Column("phone", "电话", _("可不填，加密保存。已在册的人不会因为再导一次而改电话、住处。"), "13900000000",
               kind="phone", also=("手机号", "联系电话", "手机"), personal=True),
        Column("home", "住处", _("可不填，加密保存。"), "", also=("住址", "地址", "门牌"), personal=True),
        Column("households", "联系户数", _("可不填。"), "24", kind="whole", longest=5, also=("户数", "联系几户")),
        Column("selection", "怎样产生", _("从下拉列表选。"), "居民推选", required=True, also=("产生方式",),
               choices=_selections),
        Column("chosen_on", "产生日期", _("哪天产生的。"), "2026-01-31", kind="date", required=True,
               also=("推选日期", "聘任日期")),
        Column("starts_on", "任期起", _("在任的填；刚产生、还没公示的留空。"), "2026-02-10", kind="date",
               also=("任期开始", "就任日期", "起")),
        Column("ends_on", "任期止", _("在任的填，最长五年。"), "2029-02-09", kind="date",
               also=("任期结束", "届满日期", "止")),
    )  # fmt: skip

    def ground(self, now: datetime, known: KnownRows) -> Ground:
        rows = book.stewards(_READER, limit=_MOST)
        held = neighbours.known((one.neighbour_id for one in rows), _READER)
        there: dict[Key, There] = {
            terms.key_of(one.area, one.kind, one.covers, held[one.neighbour_id].name): There(
                str(one.id),
                {
                    "households": "" if one.households is None else str(one.households),
                    "starts_on": one.starts_on.isoformat() if one.starts_on else "",
                    "ends_on": one.ends_on.isoformat() if one.ends_on else "",
                },
                f"{one.covers} · {gettext(KINDS[one.kind])}",
            )
            for one in rows
        }
        return Ground(there, local_day(now))

    def there(self, ground: Ground) -> Mapping[Key, There]:
        return ground.there

    def differs(self, record: Record, there: There, ground: Ground) -> bool:
        """What the list leaves empty stays as it is."""
        return any(record.values[name] not in ("", there.values[name]) for name in _KEPT)

    def settle(self, rows: Sequence[tuple[int, Values]], ground: Ground) -> Settled:
        settled = Settled()
        look = looking.community("not_steward_place")
        for row, values in rows:
            faults = len(settled.faults)
            community = ""
            try:
                community = look(values["community"])
            except BadCell as bad:
                settled.fault(row, "community", bad.code, bad.detail)
            if values["chosen_on"] > ground.today.isoformat():
                settled.fault(row, "chosen_on", "chosen_ahead")
            key = terms.key_of(community, values["kind"], values["covers"], values["name"])
            self._check_term(row, values, ground.there.get(key), ground.today, settled)
            if len(settled.faults) == faults:
                kept = {**values, "community": community}
                label = f"{values['covers']} · {gettext(KINDS[values['kind']])}"
                settled.records.append(Record(row, key, kept, label))
        return settled

    def _check_term(self, row: int, values: Values, there: There | None, today: date, settled: Settled) -> None:
        starts, ends = day(values.get("starts_on", "")), day(values.get("ends_on", ""))
        if starts is None and ends is None:
            return
        if not runs(starts, ends, today):
            settled.fault(row, "ends_on", "bad_term")
        elif there is not None and not there.values["starts_on"]:
            # Known already and on the way into office: publication comes first, on the page of this one.
            settled.fault(row, "starts_on", "not_in_office")

    def write(
        self, changes: Sequence[Change], *, by: Standing, now: datetime, ground: Ground, tick: Callable[[int], None]
    ) -> Iterator[list[Done]]:
        for count, change in enumerate(changes, start=1):
            assert change.record is not None
            values, row = change.record.values, change.record.row
            if change.there is None:
                yield [Done("enter", str(_enter(values, by, now)), row=row)]
            else:
                _correct(UUID(change.there.ref), values, by, now)
                yield [Done("correct", change.there.ref, dict(change.there.values), row=row)]
            tick(count)

    def take_back(self, done: Done, *, by: Standing, now: datetime) -> None:
        if done.action == "enter":
            terms.take_back_steward(by=by, now=now, steward_id=UUID(done.ref))
        else:
            _correct(UUID(done.ref), done.before or {}, by, now)

    def leans(self, refs: Sequence[str], now: datetime) -> Mapping[str, str]:
        tied = terms.chained([UUID(ref) for ref in refs], at=now)
        return {str(one): gettext("已在联系链里") for one in tied}

    def lists(self, ground: Ground) -> Mapping[str, Sequence[str]]:
        return {"community": looking.community_names()}


def _households(values: Values) -> int | None:
    return int(values["households"]) if values.get("households") else None


def _enter(values: Values, by: Standing, now: datetime) -> UUID:
    said = terms.Listed(
        area=values["community"], name=values["name"], kind=values["kind"], covers=values["covers"],
        selection=values["selection"], chosen_on=date.fromisoformat(values["chosen_on"]), phone=values["phone"],
        home=values["home"], households=_households(values), starts_on=day(values.get("starts_on", "")),
        ends_on=day(values.get("ends_on", "")),
    )  # fmt: skip
    return terms.enter_listed(by=by, now=now, said=said)


def _correct(steward_id: UUID, values: Values, by: Standing, now: datetime) -> None:
    terms.correct_steward(
        by=by, now=now, steward_id=steward_id, households=_households(values),
        starts_on=day(values.get("starts_on", "")), ends_on=day(values.get("ends_on", "")),
    )  # fmt: skip
