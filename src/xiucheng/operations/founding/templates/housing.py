"""Template 5: compounds with their buildings and dwellings; a row is as deep as what it fills in."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands, housing, registry
from xiucheng.foundation.places.commands import BuildingRow, CompoundRow, DwellingRow
from xiucheng.foundation.places.rules import MOST_FLOORS, building_form, housing_form, plain_number
from xiucheng.kit.ids import uuid7

from ..judging import drop_repeated
from ..rules.cells import BadCell
from . import looking
from .base import Change, Column, Done, Key, KnownRows, Record, Settled, Template, There, Values

_PART = 5000
"""So many rows are written before the page hears how far it is."""

DEPTHS = ("compound", "building", "dwelling")


def _uses() -> Mapping[str, str]:
    return {code: gettext(str(word)) for code, word in housing.USES.items()}


@dataclass(frozen=True, slots=True)
class Ground:
    """What the site has, by key; in use or not."""

    there: Mapping[Key, There]
    alive: frozenset[str]


class Housing(Template):
    name = "housing"
    number = 5
    title = _("小区与房屋")
    about = _("小区、楼栋、房屋。有多少填多少：只有小区名也行；住户的姓名和电话不要放进来。")
    closing = _("停用：拆除了或合并了")
    columns = (
        Column("compound", "小区名称", _("小区、院落的名称。"), "示例花园", required=True,
               also=("小区", "住宅小区", "院落", "院落名称", "项目名称")),
        Column("community", "所属社区", _("社区的名称或代码。"), "示例社区", required=True,
               also=("社区", "所在社区", "社区名称")),
        Column("address", "小区地址", _("路名和门牌；同一小区写一次就够。"), "示例路 1 号", also=("地址", "坐落")),
        Column("building", "楼栋", _("如 3号楼、3栋、3#，算同一栋；只登记小区时留空。"), "3号楼", longest=40,
               also=("楼号", "栋号", "幢号", "楼栋号", "楼栋名称", "楼幢")),
        Column("floors", "层数", _("这栋楼地上的层数。"), "6", kind="whole", also=("楼层数", "总层数", "地上层数")),
        Column("stairwell", "单元", _("如 1单元；没有就留空。"), "1单元", longest=40, also=("单元号", "门洞号")),
        Column("dwelling", "房号", _("如 301；只登记楼栋时留空。"), "301", longest=40,
               also=("室号", "户号", "房屋号", "房间号", "门牌号", "室")),
        Column("use", "用途", _("从下拉列表选；留空算住宅。"), "住宅", also=("房屋用途", "房屋类型"), choices=_uses),
        Column("square_metres", "建筑面积", _("平方米，登记簿上的数。"), "88.5", kind="number",
               also=("面积", "建筑面积平方米")),
    )  # fmt: skip

    def ground(self, now: datetime, known: KnownRows) -> Ground:
        there = _held()
        return Ground(there, frozenset(one.ref for one in there.values() if one.values["active"]))

    def there(self, ground: Ground) -> Mapping[Key, There]:
        return ground.there

    def alive(self, ref: str, ground: Ground) -> bool:
        return ref in ground.alive

    def differs(self, record: Record, there: There, ground: Ground) -> bool:
        # An empty cell leaves what is known as it is: a list without sizes takes none away.
        return any(value != there.values[name] for name, value in _said(record.values, there).items())

    def settle(self, rows: Sequence[tuple[int, Values]], ground: Ground) -> Settled:
        settled = Settled()
        community = looking.community("not_a_community")
        placed = [(row, values, key) for row, values in rows if (key := _key(row, values, community, settled))]
        # Homes that are told twice and differently fall out before they can say anything about their compound.
        for row, values, key in placed:
            if key[0] == "dwelling":
                settled.records.append(_dwelling(row, values, key))
        drop_repeated(settled)
        contrary = {one.row for one in settled.faults if one.code == "same_key"}
        standing = [one for one in placed if one[0] not in contrary]
        _above(standing, "compound", ("address",), settled)
        _above(standing, "building", ("floors",), settled)
        return settled

    def rank(self, change: Change) -> tuple[Any, ...]:
        return (change.kind == "missing", DEPTHS.index(change.key[0]) if change.key[0] else 0, change.key)

    def write(
        self, changes: Sequence[Change], *, by: Standing, now: datetime, ground: Ground, tick: Callable[[int], None]
    ) -> Iterator[list[Done]]:
        ids = {key: UUID(one.ref) for key, one in ground.there.items()}
        rows = []
        for change in changes:
            if change.record is not None:
                ids.setdefault(change.key, uuid7())
                rows.append((change.key, _will_be(change)))
        closed = [UUID(one.there.ref) for one in changes if one.kind == "missing" and one.there]
        # Compounds come before what stands in them (`rank`), so that any part of the rows finds what it needs.
        for at in range(0, len(rows), _PART):
            commands.load_housing(actor=by.actor, now=now, **_rows(rows[at : at + _PART], ids))
            tick(min(at + _PART, len(rows)))
        if closed:
            commands.close_housing(actor=by.actor, now=now, ids=closed)
        tick(len(changes))
        return iter([[_done(change, ids)] for change in changes])

    def take_back(self, done: Done, *, by: Standing, now: datetime) -> str | None:
        self.take_back_all([done], by=by, now=now, tick=lambda count: None)
        return None

    def take_back_all(
        self, dones: Sequence[Done], *, by: Standing, now: datetime, tick: Callable[[int], None]
    ) -> Mapping[str, str]:
        of: dict[str, list[Done]] = defaultdict(list)
        for one in dones:
            of[one.action].append(one)
        if of["close"]:
            closed = [UUID(one.ref) for one in of["close"]]
            commands.close_housing(actor=by.actor, now=now, ids=closed, active=True)
        if of["change"]:
            there = {UUID(one.ref): key for key, one in _held().items()}
            rows = [(there[UUID(one.ref)], one.before or {}) for one in of["change"]]
            ids = {key: one for one, key in there.items()}
            commands.load_housing(actor=by.actor, now=now, **_rows(rows, ids))
            idle = [UUID(one.ref) for one in of["change"] if not (one.before or {}).get("active")]
            commands.close_housing(actor=by.actor, now=now, ids=idle)
        if of["add"]:
            # Who leans on one of them was asked before anything was taken back.
            commands.drop_housing(actor=by.actor, now=now, ids=[UUID(one.ref) for one in of["add"]], since=now)
        tick(len(dones))
        return {}

    def leans(self, refs: Sequence[str], now: datetime) -> Mapping[str, str]:
        said: dict[str, str] = {}
        for leaner, used in registry.leaning("housing", refs, registry.EVER):
            said.update(dict.fromkeys(used, str(leaner.why)))
        return said

    def lists(self, ground: Ground) -> Mapping[str, Sequence[str]]:
        return {"community": looking.community_names()}


def _mark(live: bool) -> str:
    return "1" if live else ""


def _size(size: Decimal | None) -> str:
    return f"{float(size):g}" if size is not None else ""


def _held() -> dict[Key, There]:
    """All housing of the site by what it is known by."""
    held = housing.held()
    there: dict[Key, There] = {}
    compounds: dict[UUID, Key] = {}
    for key, (one, name, address, live) in held.compounds.items():
        compounds[one] = key
        there["compound", *key] = There(str(one), {"address": address, "active": _mark(live)}, name)
    buildings: dict[UUID, Key] = {}
    for (compound, form), (one, name, floors, live) in held.buildings.items():
        buildings[one] = (*compounds[compound], form)
        there["building", *buildings[one]] = There(
            str(one), {"floors": str(floors or ""), "active": _mark(live)}, name
        )  # fmt: skip
    for (building, stairwell, room), (one, use, size, live) in held.dwellings.items():
        values = {"use": use, "square_metres": _size(size), "active": _mark(live)}
        there["dwelling", *buildings[building], stairwell, room] = There(str(one), values, room)
    return there


def _key(row: int, values: Values, community: looking.Once, settled: Settled) -> Key:
    """What a row is about; () where it is wrong, which is told."""
    faults = len(settled.faults)
    try:
        area = community(values["community"])
    except BadCell as bad:
        settled.fault(row, "community", bad.code, bad.detail)
        return ()
    _check_numbers(row, values, settled)
    if values["dwelling"] and not values["building"]:
        settled.fault(row, "building", "building_missing")
    return () if len(settled.faults) > faults else _deep(values, area)


def _check_numbers(row: int, values: Values, settled: Settled) -> None:
    if values["floors"] and not 1 <= int(values["floors"]) <= MOST_FLOORS:
        settled.fault(row, "floors", "bad_floors", str(MOST_FLOORS))
    if values["square_metres"] and not 0 < float(values["square_metres"]) < 1e6:
        settled.fault(row, "square_metres", "bad_size")


def _deep(values: Values, area: str) -> Key:
    """The key of the deepest thing that a row names."""
    key: Key = (area, housing_form(values["compound"]))
    if not values["building"]:
        return ("compound", *key)
    key = (*key, building_form(values["building"]))
    if not values["dwelling"]:
        return ("building", *key)
    stairwell = plain_number(values["stairwell"], "stairwell") if values["stairwell"] else ""
    return ("dwelling", *key, stairwell, plain_number(values["dwelling"], "room"))


def _dwelling(row: int, values: Values, key: Key) -> Record:
    kept = {"use": values["use"], "square_metres": _plain(values["square_metres"]), "active": "1"}
    where = "-".join(part for part in (values["building"], values["stairwell"], values["dwelling"]) if part)
    return Record(row, key, kept, f"{values['compound']} {where}")


def _plain(size: str) -> str:
    return _size(round(Decimal(size), 2)) if size else ""


def _above(rows: Sequence[tuple[int, Values, Key]], level: str, stated: Sequence[str], settled: Settled) -> None:
    """One record for each compound or building that any row names, with what the rows say of it.

    Flat lists repeat these cells in every row; where rows say different things none of it is taken, and it is told.
    """
    length = {"compound": 3, "building": 4}[level]
    groups: dict[Key, list[tuple[int, Values]]] = defaultdict(list)
    for row, values, key in rows:
        if len(key) >= length:
            groups[level, *key[1:length]].append((row, values))
    for key, group in groups.items():
        # The first by row for the reader; what is said must not depend on the order.
        group.sort(key=lambda one: one[0])
        said = {column: _one(column, group, settled) for column in stated}
        name = min((values[level] for _row, values in group), key=lambda one: (len(one), one))
        compound = min((values["compound"] for _row, values in group), key=lambda one: (len(one), one))
        label = name if level == "compound" else f"{compound} {name}"
        settled.records.append(Record(group[0][0], key, {**said, "name": name, "active": "1"}, label))


def _one(column: str, group: Sequence[tuple[int, Values]], settled: Settled) -> str:
    found = {values[column]: row for row, values in reversed(group) if values[column]}
    if len(found) < 2:
        return next(iter(found), "")
    first, second = sorted(found.values())[:2]
    settled.fault(second, column, "said_differently", str(first))
    return ""


def _said(values: Values, there: There) -> dict[str, str]:
    """What a row says of what is there, empty cells apart."""
    return {name: values[name] for name in there.values if values.get(name)}


def _will_be(change: Change) -> dict[str, str]:
    """The values as they will be: what the row says over what is there; a name stays as it was first written."""
    record, there = change.record, change.there
    assert record is not None
    values = {**(there.values if there else {}), **{name: said for name, said in record.values.items() if said}}
    return {**values, "name": there.label} if there else values


def _rows(rows: Sequence[tuple[Key, Values]], ids: Mapping[Key, UUID]) -> dict[str, Any]:
    """What places loads, from keys and values; ids: of all that is there or comes."""
    compounds, buildings, dwellings = [], [], []
    for key, values in rows:
        if key[0] == "compound":
            compounds.append(CompoundRow(ids[key], key[1], values["name"], values.get("address", "")))
        elif key[0] == "building":
            floors = int(values["floors"]) if values.get("floors") else None
            buildings.append(BuildingRow(ids[key], ids["compound", *key[1:3]], values["name"], floors))
        else:
            size = Decimal(values["square_metres"]) if values.get("square_metres") else None
            use = values.get("use") or "home"
            dwellings.append(DwellingRow(ids[key], ids["building", *key[1:4]], key[4], key[5], use, size))
    return {"compounds": compounds, "buildings": buildings, "dwellings": dwellings}


def _done(change: Change, ids: Mapping[Key, UUID]) -> Done:
    if change.record is None:
        assert change.there is not None
        return Done("close", change.there.ref, {"active": "1"})
    ref = str(ids[change.key])
    if change.there is None:
        return Done("add", ref, row=change.record.row)
    before = {**change.there.values, "name": change.there.label}
    return Done("change", ref, before, change.record.row)
