"""Template 4: who answers for a place: heads of streets, secretaries, grid officers, inspectors, walkers of a grid."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people import commands, queries
from xiucheng.foundation.people.rules import ADMINISTRATORS, ROLES, Standing
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.rules import name_forms

from .. import storing
from ..rules.cells import BadCell
from . import looking
from .base import Change, Column, Done, Key, KnownRows, Record, Settled, Template, There, Values

WALKER = "walker"
"""Not a post but a link: this person walks and answers for the duty grid (people.link_grid)."""

_LENGTH = {"street": 9, "community": 12, "grid": 12}


def _duties() -> Mapping[str, str]:
    posts = {
        code: gettext(role.name) for code, role in ROLES.items()
        if role.level in _LENGTH and code not in ADMINISTRATORS
    }  # fmt: skip
    return {**posts, WALKER: gettext("责任网格负责人")}


@dataclass(frozen=True, slots=True)
class Ground:
    """The staff, the grids by code and name, what is held already."""

    people: looking.People
    grids: Mapping[str, tuple[str, ...]]
    there: Mapping[Key, There]


class Duties(Template):
    name = "duties"
    number = 4
    title = _("职责与包保")
    about = _("谁负责哪个镇街、社区、责任网格。人要先在人员表里。")
    closing = _("结束这项职责")
    columns = (
        Column("name", "姓名", _("与人员表一致。"), "示例张三", required=True, longest=60,
               also=("责任人", "负责人", "名字")),
        Column("mark", "手机号或工号", _("有同名的人时必须填。"), "13900000000", kind="code", longest=40,
               also=("手机号", "工号", "电话", "联系电话"), personal=True),
        Column("duty", "职责", _("从下拉列表选；包保责任网格的选“责任网格负责人”。"), "网格员", required=True,
               also=("岗位", "职务", "责任"), choices=_duties),
        Column("place", "负责的地方", _("镇街、社区或责任网格的名称或代码。"), "示例社区", required=True,
               also=("区域", "责任区域", "网格", "社区", "所在区域", "责任网格")),
    )  # fmt: skip

    def ground(self, now: datetime, known: KnownRows) -> Ground:
        persons, _labels = storing.known_rows(looking.PERSONS)
        staff = queries.staff(at=now)
        grids: dict[str, list[str]] = {}
        for grid in places.duty_grids():
            for said in {grid.code, *name_forms(grid.name)}:
                grids.setdefault(said, []).append(grid.code)
        there: dict[Key, There] = {
            (str(one.person_id), one.post.role, one.post.area): There(str(one.membership_id), {}, one.name)
            for one in staff
        }
        for walker in queries.grid_walkers(at=now):
            there[str(walker.person_id), WALKER, walker.duty_grid] = There(str(walker.link_id), {}, walker.name)
        return Ground(looking.People.of(staff, persons), {said: tuple(codes) for said, codes in grids.items()}, there)

    def there(self, ground: Ground) -> Mapping[Key, There]:
        return ground.there

    def settle(self, rows: Sequence[tuple[int, Values]], ground: Ground) -> Settled:
        settled = Settled()
        for row, values in rows:
            faults = len(settled.faults)
            person, place = "", ""
            try:
                person = str(ground.people.one(values["name"], values["mark"]))
            except BadCell as bad:
                settled.fault(row, "name", bad.code, bad.detail)
            try:
                place = self._place(values, ground)
            except BadCell as bad:
                settled.fault(row, "place", bad.code, bad.detail)
            if len(settled.faults) == faults:
                key: Key = (person, values["duty"], place)
                kept = {"person": person, "duty": values["duty"], "place": place}
                settled.records.append(Record(row, key, kept, f"{values['name']} · {values['place']}"))
        return settled

    def _place(self, values: Values, ground: Ground) -> str:
        said = values["place"]
        if values["duty"] == WALKER:
            found = ground.grids.get(said) or ground.grids.get(name_forms(said)[0]) or ()
            if len(found) != 1:
                raise BadCell("two_areas" if found else "unknown_grid", said[:30])
            return found[0]
        role = ROLES[values["duty"]]
        area = looking.area(said)
        fits = len(area) == _LENGTH[role.level] or (role.level == "grid" and (len(area) == 9 or role.needs != "area"))
        if not fits:
            raise BadCell("wrong_level", said[:30])
        return area

    def write(
        self, changes: Sequence[Change], *, by: Standing, now: datetime, ground: Ground, tick: Callable[[int], None]
    ) -> Iterator[list[Done]]:
        ended = {one.ref: key for key, one in ground.there.items()}
        for count, change in enumerate(changes, start=1):
            if change.record is not None:
                yield [self._begin(change.key, by, now, change.record.row)]
            elif change.there is not None:
                yield [self._end(ended[change.there.ref], change.there.ref, by, now)]
            tick(count)

    def _begin(self, key: Key, by: Standing, now: datetime, row: int) -> Done:
        person, duty, place = key
        if duty == WALKER:
            link = commands.link_grid(by=by, now=now, duty_grid=place, person_id=UUID(person))
            return Done("link", str(link), row=row, subject=person)
        post = commands.start_membership(by=by, now=now, person_id=UUID(person), role=duty, area=place)
        return Done("start", str(post), row=row, subject=person)

    def _end(self, key: Key, ref: str, by: Standing, now: datetime) -> Done:
        person, duty, place = key
        if duty == WALKER:
            commands.end_grid_link(by=by, now=now, link_id=UUID(ref))
        else:
            commands.end_membership(by=by, now=now, membership_id=UUID(ref))
        return Done("end", ref, {"person": person, "duty": duty, "place": place})

    def take_back(self, done: Done, *, by: Standing, now: datetime) -> str | None:
        before = done.before or {}
        if done.action == "link":
            commands.end_grid_link(by=by, now=now, link_id=UUID(done.ref))
        elif done.action == "start":
            commands.end_membership(by=by, now=now, membership_id=UUID(done.ref))
        else:
            return self._begin((before["person"], before["duty"], before["place"]), by, now, done.row).ref
        return None

    def lists(self, ground: Ground) -> Mapping[str, Sequence[str]]:
        return {"name": sorted(ground.people.by_name), "place": looking.area_names()}
