"""Template 1: organisations, whose they are, where they work, to whom they are tied beside their parent."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs import queries as packs
from xiucheng.foundation.people import commands, queries
from xiucheng.foundation.people.queries import Agency
from xiucheng.foundation.people.rules import AGENCY_LINKS, KINDS, Standing

from ..judging import drop_repeated
from ..rules.cells import BadCell, form
from . import looking, ties
from .base import Change, Column, Done, Key, KnownRows, Record, Settled, Template, There, Values


def _kinds() -> Mapping[str, str]:
    return {code: gettext(kind.name) for code, kind in KINDS.items()}


def code_of(name: str) -> str:
    """The code of an organisation whose list gives none: the same for the same name, whatever else is in the list."""
    return f"u-{hashlib.sha256(name.encode()).hexdigest()[:10]}"


@dataclass(frozen=True, slots=True)
class Ground:
    """All organisations by code, closed ones as well; the calendars a code may name."""

    everyone: Mapping[str, Agency]
    code_by_id: Mapping[UUID, str]
    looked_up: looking.Agencies
    calendars: frozenset[str]
    ties: Mapping[str, Mapping[str, Mapping[str, UUID]]]
    there: Mapping[Key, There]


class Agencies(Template):
    name = "agencies"
    number = 1
    title = _("单位")
    about = _("区里的部门、镇街、社区、公用企业、物业和作业单位，谁是谁的上级，谁主管、指导、协作、代管。")
    closing = _("停用：不再派件给它；有人任职的不能停用")
    columns = (
        Column("code", "单位代码", _("小写字母和数字，如 roads；没有就留空，由系统按名称编。"), "roads", kind="lower",
               longest=40, also=("代码", "机构代码", "编码")),
        Column("name", "单位名称", _("全称，与公文一致。"), "示例区市政养护所", required=True,
               also=("名称", "单位", "机构名称", "部门名称", "承办单位")),
        Column("kind", "单位类别", _("从下拉列表选。"), "职能部门", required=True, also=("类别", "类型", "单位性质"),
               choices=_kinds),
        Column("parent", "上级单位", _("上级的代码或名称；可以是本表里的另一行；没有就留空。"), "示例区城市管理局",
               also=("上级", "主管单位", "主管部门", "上级部门")),
        Column("area", "所在区域", _("镇街、社区的名称或代码；管全区的留空。"), "", also=("区域", "辖区", "所属镇街")),
        Column("calendar", "工作日历", _("日历的代码；留空按全区日历。"), "", kind="lower", also=("日历", "作息")),
        *ties.COLUMNS,
    )  # fmt: skip

    def ground(self, now: datetime, known: KnownRows) -> Ground:
        held = queries.organisations()
        by_id = {one.id: one.code for one in held.values()}
        calendars = packs.current("calendar", now)
        tied = ties.held(now, by_id)
        there: dict[Key, There] = {
            (one.code,): There(
                str(one.id),
                {
                    "name": one.name,
                    "parent": by_id.get(one.parent_id, "") if one.parent_id else "",
                    "area": one.area,
                    "calendar": one.calendar,
                    "active": "1" if one.is_active else "",
                    **{relation: ties.joined(tied.get(one.code, {}).get(relation, {})) for relation in AGENCY_LINKS},
                },
                one.name,
            )
            for one in held.values()
        }
        return Ground(
            {one.code: one for one in held.values()},
            by_id,
            looking.Agencies.load(),
            frozenset(calendars.body["calendars"]) if calendars else frozenset({"default"}),
            tied,
            there,
        )

    def there(self, ground: Ground) -> Mapping[Key, There]:
        return ground.there

    def alive(self, ref: str, ground: Ground) -> bool:
        code = ground.code_by_id.get(UUID(ref))
        return code is not None and ground.everyone[code].is_active

    def differs(self, record: Record, there: There, ground: Ground) -> bool:
        # An empty cell leaves parent and relations as they are: a list that does not know them takes nothing away.
        return any(
            ties.differs(record.values.get(name, ""), value)
            if name in AGENCY_LINKS
            else record.values.get(name, "") != value
            for name, value in there.values.items()
            if name != "parent" or record.values.get("parent")
        )

    def settle(self, rows: Sequence[tuple[int, Values]], ground: Ground) -> Settled:
        settled = Settled()
        for row, values in rows:
            self._one(row, values, ground, settled)
        drop_repeated(settled)
        self._parents(settled, ground)
        self._circles(settled, ground)
        while ties.settle(settled, lambda own, said: _named(said, own, ground)):
            while self._orphans(settled, ground):
                pass
        return settled

    def _one(self, row: int, values: Values, ground: Ground, settled: Settled) -> None:
        code = values["code"] or next(
            iter(ground.looked_up.by_name.get(form(values["name"]), ())), code_of(values["name"])
        )
        faults = len(settled.faults)
        if not _fits(code):
            settled.fault(row, "code", "bad_code")
        known = ground.everyone.get(code)
        if known is not None and known.kind != values["kind"]:
            settled.fault(row, "kind", "kind_fixed", gettext(KINDS[known.kind].name))
        calendar = values["calendar"] or "default"
        if calendar not in ground.calendars and calendar != "default":
            settled.fault(row, "calendar", "unknown_calendar", calendar)
        try:
            area = looking.area(values["area"])
        except BadCell as bad:
            settled.fault(row, "area", bad.code, bad.detail)
            area = ""
        if len(settled.faults) == faults:
            kept = {**values, "code": code, "area": area, "calendar": calendar, "active": "1"}
            settled.records.append(Record(row, (code,), kept, values["name"]))

    def _parents(self, settled: Settled, ground: Ground) -> None:
        """Names of parents become codes; whose parent is not taken is not taken either, down the branch."""
        own: dict[str, list[str]] = {}
        for one in settled.records:
            own.setdefault(form(one.values["name"]), []).append(one.values["code"])
        for at, one in enumerate(list(settled.records)):
            said = one.values["parent"]
            if not said:
                continue
            code = said.lower() if (said.lower(),) in {record.key for record in settled.records} else None
            named = own.get(form(said), [])
            if code is None and len(named) == 1:
                code = named[0]
            settled.records[at] = _with(one, parent=code or said)
        wrong = True
        while wrong:
            wrong = self._orphans(settled, ground)

    def _orphans(self, settled: Settled, ground: Ground) -> bool:
        codes = {one.values["code"] for one in settled.records}
        kept = []
        for one in settled.records:
            try:
                parent = one.values["parent"]
                code = parent if not parent or parent in codes else ground.looked_up.code(parent)
            except BadCell as bad:
                settled.fault(one.row, "parent", bad.code, bad.detail)
                continue
            if code and code == one.values["code"]:
                settled.fault(one.row, "parent", "own_parent")
                continue
            kept.append(_with(one, parent=code))
        changed = len(kept) < len(settled.records)
        settled.records[:] = kept
        return changed

    def _circles(self, settled: Settled, ground: Ground) -> None:
        above = {code: values.values["parent"] for (code,), values in ground.there.items()}
        above |= {one.values["code"]: one.values["parent"] or above.get(one.values["code"], "")
                  for one in settled.records}  # fmt: skip
        names = {one.values["code"]: one.label for one in settled.records}
        in_circle = {code: circle for code in names if (circle := _circle(code, above))}
        kept = []
        for one in settled.records:
            circle = in_circle.get(one.values["code"], [])
            if circle:
                said = " → ".join(names.get(code, code) for code in circle)
                settled.fault(one.row, "parent", "circle", said[:120])
            else:
                kept.append(one)
        settled.records[:] = kept
        if in_circle:
            while self._orphans(settled, ground):
                pass

    def rank(self, change: Change) -> tuple[Any, ...]:
        # Closing comes last; parents are registered before those below them, which `write` sees to.
        return (change.kind == "missing", change.key)

    def write(
        self, changes: Sequence[Change], *, by: Standing, now: datetime, ground: Ground, tick: Callable[[int], None]
    ) -> Iterator[list[Done]]:
        ids = {code: one.id for code, one in ground.everyone.items()}
        done = self._register([one.record for one in changes if one.kind == "created" and one.record], ids, by, now)
        for count, change in enumerate(changes, start=1):
            if change.kind == "changed":
                done[change.key] = self._change(change, ids, by, now)
            elif change.kind == "missing" and change.there is not None:
                commands.close_organisation(by=by, now=now, organisation_id=UUID(change.there.ref))
                done[change.key] = [Done("close", change.there.ref, {"active": "1"})]
            tick(count)
        # Relations come last: they may name an organisation from anywhere in the same list.
        for change in changes:
            held = ground.ties.get(change.key[0], {})
            done[change.key] += ties.write(change, ids, held, by=by, now=now)
        return iter([done[change.key] for change in changes])

    def _register(
        self, records: Sequence[Record], ids: dict[str, UUID], by: Standing, now: datetime
    ) -> dict[Key, list[Done]]:
        """The new ones, parents before those below them; their ids are added to `ids`."""
        new = {one.values["code"]: one for one in records}
        done: dict[Key, list[Done]] = {}

        def register(record: Record) -> None:
            values = record.values
            if values["code"] in ids:
                return
            if values["parent"] in new:
                register(new[values["parent"]])
            ids[values["code"]] = commands.register_organisation(
                by=by, now=now, code=values["code"], name=values["name"], kind=values["kind"],
                parent_id=ids[values["parent"]] if values["parent"] else None, calendar=values["calendar"],
                area=values["area"],
            )  # fmt: skip
            done[record.key] = [Done("register", str(ids[values["code"]]), row=record.row)]

        for record in records:
            register(record)
        return done

    def _change(self, change: Change, ids: Mapping[str, UUID], by: Standing, now: datetime) -> list[Done]:
        assert change.record is not None
        assert change.there is not None
        found, values = UUID(change.there.ref), change.record.values
        if not change.there.values["active"]:
            commands.reopen_organisation(by=by, now=now, organisation_id=found)
        commands.change_organisation(
            by=by, now=now, organisation_id=found, name=values["name"], calendar=values["calendar"],
            area=values["area"], parent_id=ids[values["parent"]] if values["parent"] else None,
        )  # fmt: skip
        before = {**change.there.values, "parent_id": str(ids.get(change.there.values["parent"], ""))}
        return [Done("change", change.there.ref, before, change.record.row)]

    def take_back(self, done: Done, *, by: Standing, now: datetime) -> str | None:
        if done.action in ("tie", "untie"):
            return ties.take_back(done, by=by, now=now)
        organisation, before = UUID(done.ref), done.before or {}
        if done.action == "register":
            commands.close_organisation(by=by, now=now, organisation_id=organisation)
            return None
        if done.action == "close":
            commands.reopen_organisation(by=by, now=now, organisation_id=organisation)
            return None
        parent = before["parent_id"]
        commands.change_organisation(
            by=by, now=now, organisation_id=organisation, name=before["name"], calendar=before["calendar"],
            area=before["area"], parent_id=UUID(parent) if parent else None,
        )  # fmt: skip
        if not before["active"]:
            commands.close_organisation(by=by, now=now, organisation_id=organisation)
        return None

    def leans(self, refs: Sequence[str], now: datetime) -> Mapping[str, str]:
        wanted = set(refs)
        held = {str(one.post.agency_id) for one in queries.staff(at=now) if one.post.agency_id}
        return {ref: gettext("还有人在这个单位任职，请先撤销人员的导入") for ref in wanted & held}

    def lists(self, ground: Ground) -> Mapping[str, Sequence[str]]:
        return {"parent": ground.looked_up.names(), "area": looking.area_names()}


def _named(said: str, own: Mapping[str, str], ground: Ground) -> str:
    """The code of an organisation of this file or of the site, by code or name. Raises BadCell."""
    return own.get(said.lower()) or own.get(form(said)) or ground.looked_up.code(said)


def _fits(code: str) -> bool:
    return 0 < len(code) <= 40 and code[0].isalnum() and all(c.isascii() and (c.isalnum() or c in "._-") for c in code)


def _with(record: Record, **values: str) -> Record:
    return Record(record.row, record.key, {**record.values, **values}, record.label)


def _circle(code: str, above: Mapping[str, str]) -> list[str]:
    """The codes of the circle that this one is part of; empty where the way up ends."""
    way, at = [code], above.get(code, "")
    while at and at not in way:
        way.append(at)
        at = above.get(at, "")
    return [*way, code] if at == code else []
