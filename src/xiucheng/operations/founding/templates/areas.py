"""Template 3: streets, communities and duty grids by name and code; shapes are drawn or loaded elsewhere."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands, housing
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.loaders.divisions import AreaRow
from xiucheng.foundation.places.rules import code_of_local, duty_grid_code_ok, name_forms, trim_code
from xiucheng.kit.days import local_day
from xiucheng.kit.refused import Refused

from . import looking
from .base import Change, Column, Done, Key, KnownRows, Record, Settled, Template, There, Values

LEVELS = ("street", "community", "grid")


def _levels() -> Mapping[str, str]:
    return {"street": gettext("镇街"), "community": gettext("社区"), "grid": gettext("责任网格")}


@dataclass(frozen=True, slots=True)
class Ground:
    """The district, its areas and duty grids by key; closed areas by code."""

    district: str
    there: Mapping[Key, There]
    closed: Mapping[str, str]
    codes: frozenset[str]


class Areas(Template):
    name = "areas"
    number = 3
    title = _("镇街、社区、网格")
    about = _("按名称和代码；没有图也能用，图形以后在地图上画或导入。")
    closing = _("停用；下面还有在用的不能停用")
    columns = (
        Column("level", "层级", _("镇街、社区或责任网格。"), "社区", required=True, also=("级别", "类型", "类别"),
               choices=_levels),
        Column("name", "名称", _("全称。"), "示例社区", required=True,
               also=("区划名称", "网格名称", "社区名称", "镇街名称")),
        Column("parent", "上级", _("社区填所属镇街，责任网格填所属社区；名称或代码都可以；镇街留空。"), "示例街道",
               also=("所属镇街", "所属社区", "上级区划", "上级名称")),
        Column("code", "代码", _("镇街 9 位、社区 12 位统计代码，责任网格用本地编码；没有就留空，由系统编号。"), "",
               kind="code", longest=20, also=("区划代码", "编码", "网格编码", "统计代码")),
    )  # fmt: skip

    def ground(self, now: datetime, known: KnownRows) -> Ground:
        district = places.district()
        top = district.code if district else ""
        there: dict[Key, There] = {}
        closed: dict[str, str] = {}
        codes = set()
        for area in places.everything():
            codes.add(area.code)
            if area.level == "district":
                continue
            if area.active_to is not None:
                closed[area.code] = area.name
            key = (area.level, area.parent or "", name_forms(area.name)[0])
            shown = There(area.code, {"name": area.name, "active": "" if area.active_to else "1"}, area.name)
            there.setdefault(("code", area.code), shown)
            if area.active_to is None or key not in there:
                there[key] = shown
        for grid in places.duty_grids(top) if top else ():
            shown = There(grid.code, {"name": grid.name, "active": "1"}, grid.name)
            there["grid", grid.area, name_forms(grid.name)[0]] = there["code", grid.code] = shown
            codes.add(grid.code)
        return Ground(top, there, closed, frozenset(codes))

    def there(self, ground: Ground) -> Mapping[Key, There]:
        return ground.there

    def find(self, record: Record, ground: Ground) -> There | None:
        code = record.values["code"]
        return ground.there.get(("code", code)) if code else ground.there.get(record.key)

    def alive(self, ref: str, ground: Ground) -> bool:
        return ("code", ref) in ground.there and ref not in ground.closed

    def settle(self, rows: Sequence[tuple[int, Values]], ground: Ground) -> Settled:
        settled = Settled()
        if not ground.district:
            for row, _values in rows:
                settled.fault(row, "", "no_district")
            return settled
        codes: dict[tuple[str, str], str] = {}
        # Level by level, so that a community finds the street that stands anywhere in the same list.
        for level in LEVELS:
            found = [(row, values) for row, values in rows if values["level"] == level]
            self._level(level, found, ground, codes, settled)
        return settled

    def _level(
        self,
        level: str,
        rows: Sequence[tuple[int, Values]],
        ground: Ground,
        codes: dict[tuple[str, str], str],
        settled: Settled,
    ) -> None:
        """codes: (level, name or code as written) → the code that this file gives it."""
        placed: list[tuple[int, Values, str, str]] = []
        for row, values in rows:
            parent = self._parent(level, row, values, ground, codes, settled)
            if parent is not None:
                placed.append((row, values, parent, self._code(level, row, values, parent, settled)))
        taken = set(ground.codes) | {code for *_rest, code in placed if code}
        numbered: dict[tuple[str, str], str] = {}
        # Numbers are given in the order of names, so that the order of rows does not show.
        for row, values, parent, code in sorted(placed, key=lambda one: (one[2], name_forms(one[1]["name"])[0])):
            if code == "!":
                continue
            form = name_forms(values["name"])[0]
            if not code:
                there = ground.there.get((level, parent, form))
                code = numbered.get((parent, form)) or (there.ref if there else _numbered(level, parent, form, taken))
                numbered[parent, form] = code
                taken.add(code)
                if not code:
                    settled.fault(row, "code", "area_full", values["parent"] or values["name"])
                    continue
            key: Key = (level, parent, form)
            kept = {**values, "parent": parent, "code": code, "active": "1"}
            settled.records.append(Record(row, key, kept, values["name"]))
            codes[level, code] = codes[level, form] = code

    def _parent(
        self,
        level: str,
        row: int,
        values: Values,
        ground: Ground,
        codes: Mapping[tuple[str, str], str],
        settled: Settled,
    ) -> str | None:
        said = values["parent"]
        if level == "street":
            return ground.district
        above = {"community": "street", "grid": "community"}[level]
        code = trim_code(values["code"])
        if not said and level == "community" and re.fullmatch(r"[0-9]{12}", code):
            said = code[:9]
        if not said:
            settled.fault(row, "parent", "empty")
            return None
        own = codes.get((above, trim_code(said))) or codes.get((above, name_forms(said)[0]))
        found = own or (said if places.area(said) else places.code_by_name(said))
        found = trim_code(found) if found else None
        if found is None:
            settled.fault(row, "parent", "unknown_area", said[:30])
        elif len(found) != {"street": 9, "community": 12}[above]:
            settled.fault(row, "parent", "wrong_parent", said[:30])
            return None
        return found

    def _code(self, level: str, row: int, values: Values, parent: str, settled: Settled) -> str:
        """The code as given; "" where none is; "!" where it is none (told)."""
        code = values["code"].upper() if level == "grid" else trim_code(values["code"])
        if not code:
            return ""
        if level == "grid":
            if not duty_grid_code_ok(code):
                settled.fault(row, "code", "bad_grid_code")
                return "!"
            return code
        if len(code) != len(parent) + 3 or not code.isdigit() or not code.startswith(parent):
            settled.fault(row, "code", "bad_area_code")
            return "!"
        return code

    def rank(self, change: Change) -> tuple[Any, ...]:
        level = change.key[0]
        order = LEVELS.index(level) if level in LEVELS else 0
        # What is given up goes from below upwards.
        return (1, -len(change.there.ref)) if change.kind == "missing" and change.there else (0, order, change.key)

    def write(
        self, changes: Sequence[Change], *, by: Standing, now: datetime, ground: Ground, tick: Callable[[int], None]
    ) -> Iterator[list[Done]]:
        fresh = [change.record for change in changes if change.kind == "created" and change.record]
        rows = [
            AreaRow(one.row, one.values["code"], one.values["name"], local=_is_local(one.values["code"]))
            for one in fresh if one.values["level"] != "grid"
        ]  # fmt: skip
        report = commands.load_areas(actor=by.actor, now=now, rows=rows) if rows else None
        if report is not None and report.refused:
            raise Refused("stale", gettext("检查之后系统里的内容有了变化。请重新检查这份文件，再决定。"), status=409)
        for count, change in enumerate(changes, start=1):
            yield self._one(change, by, now)
            tick(count)

    def _one(self, change: Change, by: Standing, now: datetime) -> list[Done]:
        record, there = change.record, change.there
        if record is None:
            assert there is not None
            return [_close(there.ref, by, now)]
        code, name = record.values["code"], record.values["name"]
        if record.values["level"] == "grid":
            area = record.values["parent"]
            commands.name_duty_grid(actor=by.actor, now=now, area=area, name=name, code=code)
            before = {"name": there.values["name"], "area": area} if there else None
            return [Done("name_grid" if there else "add_grid", code, before, record.row)]
        if there is None:
            return [Done("add", code, row=record.row)]
        if not there.values["active"]:
            commands.reopen_area(actor=by.actor, now=now, code=code)
        if there.values["name"] != name:
            commands.rename_area(actor=by.actor, now=now, code=code, name=name)
        return [Done("change", code, {"name": there.values["name"], "active": there.values["active"]}, record.row)]

    def take_back(self, done: Done, *, by: Standing, now: datetime) -> str | None:
        before = done.before or {}
        if done.action in ("add", "add_grid"):
            _close(done.ref, by, now)
        elif done.action == "close":
            commands.reopen_area(actor=by.actor, now=now, code=done.ref)
        elif done.action in ("name_grid", "drop_grid"):
            commands.name_duty_grid(actor=by.actor, now=now, area=before["area"], name=before["name"], code=done.ref)
        else:
            commands.rename_area(actor=by.actor, now=now, code=done.ref, name=before["name"])
            if not before["active"]:
                _close(done.ref, by, now)
        return None

    def leans(self, refs: Sequence[str], now: datetime) -> Mapping[str, str]:
        wanted = set(refs)
        held = {one.post.area for one in people.staff(at=now)} | {one.area for one in people.organisations().values()
                                                                  if one.is_active}  # fmt: skip
        walked = people.walked_grids(at=now)
        said = dict.fromkeys(wanted & housing.inhabited(), gettext("这里还有小区，请先撤销小区的导入"))
        kept = gettext("还有人或单位负责这里，请先撤销它们的导入")
        return {**said, **dict.fromkeys(wanted & (held | walked), kept)}

    def lists(self, ground: Ground) -> Mapping[str, Sequence[str]]:
        return {"parent": looking.area_names()}


def _numbered(level: str, parent: str, form: str, taken: set[str]) -> str:
    if level == "grid":
        # The same for the same name: numbering by order would differ from file to file.
        return f"{parent}-{hashlib.sha256(form.encode()).hexdigest()[:6].upper()}"
    return code_of_local(parent, taken) or ""


def _is_local(code: str) -> bool:
    """Numbered down from 999 by us, not by the statistics office."""
    return code[-3:] >= "900"


def _close(code: str, by: Standing, now: datetime) -> Done:
    if code.isdigit() and len(code) in (9, 12):
        commands.close_area(actor=by.actor, now=now, code=code, on=local_day(now))
        return Done("close", code, {"active": "1"})
    grid = places.duty_grid(code)
    commands.drop_duty_grid(actor=by.actor, now=now, code=code)
    return Done("drop_grid", code, {"area": grid.area if grid else "", "name": grid.name if grid else ""})
