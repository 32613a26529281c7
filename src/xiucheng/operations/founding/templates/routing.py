"""Template 6: the duty list 权责清单 as a draft of the routing pack; it is published by going live."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs import commands as packs_commands
from xiucheng.foundation.packs import queries as packs
from xiucheng.foundation.packs import registry as pack_kinds
from xiucheng.foundation.people.rules import RELATIONS, Standing
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases.catalogue import Catalogue

from ..rules.cells import BadCell, form
from . import looking
from .base import Change, Column, Done, Key, KnownRows, Record, Settled, Template, There, Values
from .rosters import published

KIND = "routing"
_ALL = frozenset({"全部", "所有", "全部类别"})
_STEP = 10


def _hours() -> Mapping[str, str]:
    return {"duty": gettext("工作时间内"), "off_duty": gettext("工作时间外")}


def _relations() -> Mapping[str, str]:
    return {code: gettext(name) for code, name in RELATIONS.items()}


def _offices() -> Mapping[str, str]:
    return {"street_office": gettext("所在镇街"), "community_office": gettext("所在社区")}


@dataclass(frozen=True, slots=True)
class Ground:
    """The catalogue by word, the agencies, the draft that founding wrote last."""

    catalogue: Catalogue | None
    categories: Mapping[str, str]
    agencies: looking.Agencies
    draft: Any
    now: datetime


class Routing(Template):
    name = "routing"
    number = 6
    title = _("权责清单")
    about = _("哪类事在哪里交给谁。自上而下按序号试，第一条合的算数。导入后是一份草稿，上线时发布。")
    columns = (
        Column("no", "序号", _("1 至 99999，小的先试。"), "10", kind="whole", required=True, also=("编号", "次序")),
        Column("categories", "类别", _("小类、大类的名称或代码，几个用顿号分开；管所有的写“全部”。"), "路灯",
               required=True, longest=2000, also=("事项", "案卷类别", "小类", "事项名称", "部件类别")),
        Column("areas", "区域", _("镇街、社区，几个用顿号分开；全区留空。"), "", longest=2000,
               also=("范围", "适用区域")),
        Column("hours", "时间", _("只管工作时间内或外的才填。"), "", choices=_hours, also=("时段",)),
        Column("owner", "部件单位", _("交给部件的权属、养护或主管单位时选；与“承办单位”只填一个。"), "",
               choices=_relations, also=("按部件归属",)),
        Column("agency", "承办单位", _("单位的名称或代码，或“所在镇街”“所在社区”。"), "示例区市政养护所",
               also=("责任单位", "主责部门", "处置单位", "牵头部门")),
        Column("note", "依据", _("为什么归它管，可写文件名和条款。"), "三定方案（示例）", longest=200,
               also=("说明", "备注")),
    )  # fmt: skip

    def ground(self, now: datetime, known: KnownRows) -> Ground:
        catalogue = configuration.catalogue_if_any(now)
        return Ground(catalogue, category_words(catalogue), looking.Agencies.load(), packs.open_draft(KIND), now)

    def there(self, ground: Ground) -> Mapping[Key, There]:
        if ground.draft is None:
            return {}
        shown: dict[Key, There] = {}
        for row in ground.draft.body.get("rules", []):
            body = {name: _plain(row.get(name)) for name in _BODY}
            shown[(f"{row.get('no', 0):05}",)] = There(str(ground.draft.id), body, str(row.get("no")))
        return shown

    def settle(self, rows: Sequence[tuple[int, Values]], ground: Ground) -> Settled:
        settled = Settled()
        for row, values in rows:
            if ground.catalogue is None:
                settled.fault(row, "categories", "no_catalogue")
                continue
            faults = len(settled.faults)
            kept = {
                "categories": self._try(settled, row, "categories", _categories, values, ground),
                "areas": self._try(settled, row, "areas", _areas, values, ground),
                "hours": values["hours"],
                "component_owner": values["owner"],
                "agency": self._try(settled, row, "agency", _target, values, ground),
                "note": values["note"],
            }
            if len(settled.faults) == faults:
                number = f"{int(values['no']):05}"
                settled.records.append(Record(row, (number,), kept, f"{values['no']} · {values['categories'][:40]}"))
        self._check(settled)
        return settled

    def _try(
        self, settled: Settled, row: int, column: str, read: Callable[[Values, Ground], str], values: Values,
        ground: Ground,
    ) -> str:  # fmt: skip
        try:
            return read(values, ground)
        except BadCell as bad:
            settled.fault(row, column, bad.code, bad.detail)
            return ""

    def _check(self, settled: Settled) -> None:
        """What the pack's own kind finds wrong with the rows, told at the row it belongs to."""
        rows = sorted(settled.records, key=lambda one: (one.key, one.row))
        for problem in pack_kinds.kind_of(KIND).validate(_body(rows)):
            place = problem.path.partition("[")[2].partition("]")[0]
            if place.isdigit() and int(place) < len(rows):
                settled.fault(rows[int(place)].row, "", "by_pack", str(problem.text))

    def write(
        self, changes: Sequence[Change], *, by: Standing, now: datetime, ground: Ground, tick: Callable[[int], None]
    ) -> Iterator[list[Done]]:
        records = {change.key: change.record for change in changes if change.record}
        old = [row for row in (ground.draft.body["rules"] if ground.draft else [])
               if (f"{row.get('no', 0):05}",) not in records]  # fmt: skip
        body = _body(sorted(records.values(), key=lambda one: one.key))
        body["rules"] = sorted([*old, *body["rules"]], key=lambda row: row["no"])
        first: list[Done] = []
        if ground.draft is not None:
            packs_commands.withdraw(by=by, now=now, pack_id=ground.draft.id)
            first.append(Done("replaced", str(ground.draft.id), {"body": json.dumps(ground.draft.body)}, main=False))
        made = packs_commands.draft(by=by, now=now, kind=KIND, body=body, note=gettext("由权责清单导入"))
        first.append(Done("draft", str(made.id), main=False))
        for count, change in enumerate(changes, start=1):
            # One draft carries all rows; each row is known by its place in it.
            yield [*first, Done("part", f"{made.id}/{change.key[0]}", row=change.record.row if change.record else 0)]
            first = []
            tick(count)

    def take_back(self, done: Done, *, by: Standing, now: datetime) -> str | None:
        if done.action == "draft":
            packs_commands.withdraw(by=by, now=now, pack_id=UUID(done.ref))
        elif done.action == "replaced" and done.before:
            return str(packs_commands.draft(by=by, now=now, kind=KIND, body=json.loads(done.before["body"])).id)
        return None

    def leans(self, refs: Sequence[str], now: datetime) -> Mapping[str, str]:
        return published(refs, KIND)

    def lists(self, ground: Ground) -> Mapping[str, Sequence[str]]:
        names = sorted({one.minor_name for one in ground.catalogue.categories.values()}) if ground.catalogue else []
        return {"categories": names, "agency": [*_offices().values(), *ground.agencies.names()],
                "areas": looking.area_names()}  # fmt: skip


_BODY = ("categories", "areas", "hours", "component_owner", "agency", "note")


def category_words(catalogue: Catalogue | None) -> Mapping[str, str]:
    """What a cell may say → key, major or kind of the catalogue; words that mean several things are left out."""
    kinds = {"component": gettext("部件"), "event": gettext("事件"), "service": gettext("诉求")}
    found: dict[str, set[str]] = {form(word): {code} for code, word in kinds.items()}
    for one in catalogue.categories.values() if catalogue else ():
        major = one.key[: 1 + len(one.major_code)]
        for word, code in ((one.key, one.key), (one.minor_name, one.key), (major, major), (one.major_name, major)):
            found.setdefault(form(word), set()).add(code)
    return {word: next(iter(codes)) for word, codes in found.items() if len(codes) == 1}


def _split(said: str) -> list[str]:
    for sign in "，,；;/":
        said = said.replace(sign, "、")
    return [part.strip() for part in said.split("、") if part.strip()]


def _categories(values: Values, ground: Ground) -> str:
    if values["categories"] in _ALL:
        return ""
    codes = []
    for word in _split(values["categories"]):
        code = ground.categories.get(form(word))
        if code is None:
            raise BadCell("unknown_category", word[:30])
        codes.append(code)
    return ",".join(sorted(set(codes)))


def _areas(values: Values, ground: Ground) -> str:
    return ",".join(sorted({looking.area(word) for word in _split(values["areas"])} - {""}))


def _target(values: Values, ground: Ground) -> str:
    said = values["agency"]
    if bool(said) == bool(values["owner"]):
        raise BadCell("two_targets" if said else "no_target")
    offices = {form(word): code for code, word in _offices().items()}
    if not said:
        return ""
    return offices.get(form(said)) or ground.agencies.code(said)


def _body(records: Sequence[Record]) -> dict[str, Any]:
    rules = []
    for one in records:
        row: dict[str, Any] = {"no": int(one.key[0])}
        for name in _BODY:
            if one.values[name]:
                row[name] = one.values[name].split(",") if name in ("categories", "areas") else one.values[name]
        rules.append(row)
    return {"rules": rules}


def _plain(value: Any) -> str:
    return ",".join(sorted(value)) if isinstance(value, list) else str(value or "")
