"""Template 2: the staff and what they do in their agency or in the centre."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people import commands, queries
from xiucheng.foundation.people.queries import Member
from xiucheng.foundation.people.rules import ADMINISTRATORS, ROLES, Standing

from .. import storing
from ..rules.cells import BadCell
from . import looking
from .base import Change, Column, Done, KnownRows, Record, Settled, Template, There, Values, values_digest

_MOBILE = re.compile(r"1[3-9]\d{9}")


def _roles() -> Mapping[str, str]:
    """Posts of an agency or of the centre; those of a place are template 4, administrators are appointed at the
    machine."""
    return {
        code: gettext(role.name) for code, role in ROLES.items()
        if role.needs != "area" and code not in ADMINISTRATORS
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ground:
    """Who is there: agencies, staff by name, posts by their id and by what they are."""

    agencies: looking.Agencies
    people: looking.People
    members: Mapping[str, Member]
    by_post: Mapping[tuple[str, str, str, UUID | None], tuple[Member, ...]]
    known: KnownRows
    claimed: frozenset[str]


class People(Template):
    name = "people"
    number = 2
    title = _("人员与岗位")
    about = _("谁在哪个单位做什么。一人有几个岗位就写几行。")
    closing = _("结束这个岗位")
    of_people = True
    columns = (
        Column("number", "工号", _("没有就留空；有工号时，改名换号也能认出是同一人。"), "", kind="code", longest=40,
               also=("编号", "员工编号", "人员编号")),
        Column("name", "姓名", _("真实姓名。"), "示例张三", required=True, longest=60,
               also=("名字", "人员姓名", "联系人")),
        Column("phone", "手机号", _("工作手机；密封保存，同事之间也只在需要时看到。"), "13900000000", kind="phone",
               longest=15, also=("电话", "联系电话", "手机", "手机号码", "联系方式", "座机"), personal=True),
        Column("agency", "单位", _("单位的名称或代码；值班长等中心岗位可以留空。"), "示例区市政养护所",
               also=("所在单位", "单位名称", "部门", "工作单位")),
        Column("role", "岗位", _("从下拉列表选。镇街、社区、网格的岗位在“职责”表里填。"), "承办单位经办人",
               required=True, also=("职务", "职位", "角色"), choices=_roles),
        Column("area", "区域", _("采集员负责的镇街；管全区的留空。"), "",
               also=("负责区域", "辖区")),
    )  # fmt: skip

    def ground(self, now: datetime, known: KnownRows) -> Ground:
        persons, _labels = storing.known_rows(looking.PERSONS)
        staff = queries.staff(at=now)
        by_post: dict[tuple[str, str, str, UUID | None], list[Member]] = defaultdict(list)
        for one in staff:
            by_post[one.name, one.post.role, one.post.area, one.post.agency_id].append(one)
        return Ground(
            looking.Agencies.load(),
            looking.People.of(staff, persons),
            {str(one.membership_id): one for one in staff},
            {post: tuple(found) for post, found in by_post.items()},
            known,
            frozenset(row.ref for row in known.rows.values()),
        )

    def there(self, ground: Ground) -> Mapping[Any, There]:
        # People are found one by one (`find`): their keys are digests.
        return {}

    def alive(self, ref: str, ground: Ground) -> bool:
        return ref in ground.members

    def find(self, record: Record, ground: Ground) -> There | None:
        row = ground.known.of(record.key)
        if row is not None and row.ref in ground.members:
            return There(row.ref, {}, record.label)
        agency = record.values["agency"]
        post = (record.values["name"], record.values["role"], record.values["area"],
                ground.agencies.by_code[agency].id if agency else None)  # fmt: skip
        free = [one for one in ground.by_post.get(post, ()) if str(one.membership_id) not in ground.claimed]
        return There(str(free[0].membership_id), {}, record.label) if len(free) == 1 else None

    def differs(self, record: Record, there: There, ground: Ground) -> bool:
        row = ground.known.of(record.key)
        if row is not None and row.ref == there.ref:
            return row.digest != values_digest(self.name, record.values)
        return bool(record.values["phone"])

    def settle(self, rows: Sequence[tuple[int, Values]], ground: Ground) -> Settled:
        settled = Settled()
        agency, area = looking.Once(ground.agencies.code), looking.Once(looking.area)
        names = {code: gettext(role.name) for code, role in ROLES.items()}
        for row, values in rows:
            self._one(row, values, agency, area, names, settled)
        self._numbers(settled)
        self._phones(settled)
        self._namesakes(settled, ground)
        return settled

    def _one(
        self,
        row: int,
        values: Values,
        agency_of: looking.Once,
        area_of: looking.Once,
        names: Mapping[str, str],
        settled: Settled,
    ) -> None:
        faults = len(settled.faults)
        role = ROLES[values["role"]]
        agency = area = ""
        try:
            agency = agency_of(values["agency"]) if values["agency"] else ""
        except BadCell as bad:
            settled.fault(row, "agency", bad.code, bad.detail)
        if role.needs == "agency" and not values["agency"]:
            settled.fault(row, "agency", "agency_missing")
        try:
            area = area_of(values["area"]) if values["area"] else ""
        except BadCell as bad:
            settled.fault(row, "area", bad.code, bad.detail)
        if len(settled.faults) > faults:
            return
        kept = {**values, "agency": agency, "area": area}
        person = looking.person_key(values["number"], values["name"], values["phone"])
        key = (*person, values["role"], agency, area)
        settled.records.append(Record(row, key, kept, f"{values['name']} · {names[values['role']]}"))

    def _numbers(self, settled: Settled) -> None:
        """One number is one person: two names under it are a slip."""
        names: dict[str, dict[str, int]] = defaultdict(dict)
        for one in settled.records:
            if one.values["number"]:
                names[one.values["number"]].setdefault(one.values["name"], one.row)
        for one in settled.records:
            others = [row for name, row in names.get(one.values["number"], {}).items() if name != one.values["name"]]
            if one.values["number"] and others:
                settled.fault(one.row, "number", "number_of_another", str(min(others)))

    def _phones(self, settled: Settled) -> None:
        """A mobile phone belongs to one person; offices share their fixed lines."""
        holders: dict[str, dict[str, int]] = defaultdict(dict)
        for one in settled.records:
            if _MOBILE.fullmatch(one.values["phone"]):
                name = one.values["name"]
                first = holders[one.values["phone"]].get(name, one.row)
                holders[one.values["phone"]][name] = min(first, one.row)
        for one in settled.records:
            others = [row for name, row in holders.get(one.values["phone"], {}).items() if name != one.values["name"]]
            if others:
                settled.fault(one.row, "phone", "phone_shared", str(min(others)))

    def _namesakes(self, settled: Settled, ground: Ground) -> None:
        for one in settled.records:
            known = ground.people.known_as(one.key[:2])
            if known is None and one.values["name"] in ground.people.by_name and self.find(one, ground) is None:
                settled.fault(one.row, "name", "name_known")

    def write(
        self, changes: Sequence[Change], *, by: Standing, now: datetime, ground: Ground, tick: Callable[[int], None]
    ) -> Iterator[list[Done]]:
        made: dict[tuple[str, ...], UUID] = {}
        for count, change in enumerate(changes, start=1):
            if change.kind == "created":
                yield self._join(change, made, by, now, ground)
            elif change.kind == "changed":
                yield self._change(change, by, now, ground)
            elif change.there is not None:
                yield self._end(change.there.ref, by, now, ground)
            tick(count)

    def _join(
        self, change: Change, made: dict[tuple[str, ...], UUID], by: Standing, now: datetime, ground: Ground
    ) -> list[Done]:
        record = change.record
        assert record is not None
        key, values = record.key[:2], record.values
        done: list[Done] = []
        person = made.get(key) or ground.people.known_as(key)
        if person is None:
            person = commands.register_person(by=by, now=now, name=values["name"], phone=values["phone"] or None)
            known_as = (looking.PERSONS, key, values["name"])
            done.append(Done("register", str(person), row=record.row, main=False, known_as=known_as))
        made[key] = person
        post = commands.start_membership(
            by=by, now=now, person_id=person, role=values["role"], area=values["area"],
            agency_id=ground.agencies.by_code[values["agency"]].id if values["agency"] else None,
        )  # fmt: skip
        return [*done, Done("start", str(post), row=record.row, subject=str(person))]

    def _change(self, change: Change, by: Standing, now: datetime, ground: Ground) -> list[Done]:
        assert change.record is not None
        assert change.there is not None
        member, values = ground.members[change.there.ref], change.record.values
        before = {
            "person": str(member.person_id),
            "name": member.name,
            "phone": queries.phone_of(member.person_id) or "",
        }
        phone = values["phone"] or None
        commands.change_person(by=by, now=now, person_id=member.person_id, name=values["name"], phone=phone)
        known_as = (looking.PERSONS, change.record.key[:2], values["name"])
        row = change.record.row
        return [
            Done("change", change.there.ref, before, row, subject=str(member.person_id)),
            Done("known", str(member.person_id), before, row, main=False, known_as=known_as),
        ]

    def _end(self, ref: str, by: Standing, now: datetime, ground: Ground) -> list[Done]:
        member = ground.members[ref]
        commands.end_membership(by=by, now=now, membership_id=member.membership_id)
        post = member.post
        before = {
            "person": str(member.person_id),
            "role": post.role,
            "area": post.area,
            "agency": str(post.agency_id or ""),
        }
        return [Done("end", ref, before)]

    def take_back(self, done: Done, *, by: Standing, now: datetime) -> str | None:
        before = done.before or {}
        if done.action == "register":
            commands.leave_person(by=by, now=now, person_id=UUID(done.ref))
        elif done.action == "start":
            commands.end_membership(by=by, now=now, membership_id=UUID(done.ref))
        elif done.action == "change":
            commands.change_person(
                by=by, now=now, person_id=UUID(before["person"]), name=before["name"], phone=before["phone"]
            )
        elif done.action == "end":
            return str(commands.start_membership(
                by=by, now=now, person_id=UUID(before["person"]), role=before["role"], area=before["area"],
                agency_id=UUID(before["agency"]) if before["agency"] else None,
            ))  # fmt: skip
        return None

    def lists(self, ground: Ground) -> Mapping[str, Sequence[str]]:
        return {"agency": ground.agencies.names(), "area": looking.area_names()}
