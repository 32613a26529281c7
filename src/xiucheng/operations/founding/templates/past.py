"""Template 8: old cases, through intake's own import: steps marked as imported, with the dates that were stated."""

import csv
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import queries as places
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases.catalogue import Catalogue
from xiucheng.operations.intake import imports
from xiucheng.operations.intake.imports.errors import told
from xiucheng.operations.intake.imports.importing import ImportReport
from xiucheng.operations.intake.imports.mapping import parse
from xiucheng.operations.intake.imports.requests import Rejected

from ..rules.cells import BadCell, form
from . import looking
from .base import Change, Column, Done, Key, KnownRows, Record, Settled, Template, There, Values
from .routing import category_words

# The heading of the file that is handed to the import stands above it.
_FIRST_ROW = 2
_FIELDS = ("external_id", "text", "category", "created", "replied", "closed", "agency", "area", "address", "reply",
           "name", "phone")  # fmt: skip
_HEAD = """name = "founding_past"
title = "建区时导入的历史案卷"
version = 1
mode = "historical"
zone = "{zone}"
channel = "import"
place = "optional"
district = "{district}"
[columns]
"""
_COLUMNS = {
    "created": '{ column = "created", as = "datetime" }',
    "replied": '{ column = "replied", as = "datetime" }',
    "closed": '{ column = "closed", as = "datetime" }',
}


@dataclass(frozen=True, slots=True)
class Ground:
    """The catalogue and the agencies; which identities came in before; when it is judged."""

    categories: Mapping[str, str]
    catalogue: Catalogue | None
    agencies: looking.Agencies
    known: KnownRows
    now: datetime


class Past(Template):
    name = "past"
    number = 8
    title = _("历史案卷")
    about = _("另一个平台上的旧案卷。带原来的日期导入，不派遣、不提醒、不计入现在的时限。")
    can_undo = False
    columns = (
        Column("external_id", "原编号", _("旧平台的编号；再次导入靠它认出同一件。"), "A2025-0001", required=True,
               kind="code", longest=60, also=("编号", "工单编号", "案卷编号", "案件编号", "工单号")),
        Column("text", "内容", _("事情的经过。"), "示例：路口路灯不亮。", required=True, longest=2000,
               also=("问题描述", "诉求内容", "描述", "案件描述", "工单内容")),
        Column("category", "类别", _("立案目录里的名称或代码。"), "路灯", required=True,
               also=("小类", "事项", "问题类型")),
        Column("created", "上报时间", _("日期，或日期和时间。"), "2025-03-01 08:30", kind="moment", required=True,
               also=("受理时间", "来电时间", "登记时间", "创建时间")),
        Column("agency", "承办单位", _("单位的名称或代码。"), "示例区市政养护所", required=True,
               also=("责任单位", "处置单位", "办理单位")),
        Column("replied", "反馈时间", _("没有就留空。"), "", kind="moment",
               also=("处置时间", "办理时间", "回复时间")),
        Column("closed", "结案时间", _("没有就留空，作为未了结的旧事标出来。"), "2025-03-03 16:00", kind="moment",
               also=("办结时间", "归档时间", "完成时间")),
        Column("area", "区域", _("镇街、社区的名称或代码。"), "",
               also=("所属社区", "所属镇街", "社区", "镇街")),
        Column("address", "地址", _("在哪里。"), "", longest=200, also=("地点", "位置", "事发地址")),
        Column("reply", "办理结果", _("怎么办的。"), "", longest=2000,
               also=("处置结果", "答复", "回复内容")),
        Column("name", "反映人", _("密封保存。"), "", longest=60,
               also=("姓名", "来电人", "诉求人"), personal=True),
        Column("phone", "联系电话", _("密封保存。"), "", kind="phone", longest=15,
               also=("电话", "来电号码"),
               personal=True),
    )  # fmt: skip

    def ground(self, now: datetime, known: KnownRows) -> Ground:
        try:
            catalogue = configuration.catalogue(now)
        except Refused:
            catalogue = None
        return Ground(category_words(catalogue), catalogue, looking.Agencies.load(), known, now)

    def there(self, ground: Ground) -> Mapping[Key, There]:
        return {}

    def find(self, record: Record, ground: Ground) -> There | None:
        row = ground.known.of(record.key)
        return There(row.ref, {}, record.label) if row else None

    def differs(self, record: Record, there: There, ground: Ground) -> bool:
        # What happened is not rewritten; intake refuses it (changed_since), here it simply stays as it came.
        return False

    def settle(self, rows: Sequence[tuple[int, Values]], ground: Ground) -> Settled:
        settled = Settled()
        for row, values in rows:
            faults = len(settled.faults)
            kept = dict(values)
            category = ground.categories.get(form(values["category"]))
            # A case bears a minor category; the words name majors and kinds as well.
            if ground.catalogue is None or category not in ground.catalogue.categories:
                code = "unknown_category" if ground.catalogue else "no_catalogue"
                settled.fault(row, "category", code, values["category"][:30])
            for name, look in (("agency", ground.agencies.code), ("area", looking.area)):
                try:
                    kept[name] = look(values[name])
                except BadCell as bad:
                    settled.fault(row, name, bad.code, bad.detail)
            for name in ("replied", "closed"):
                if values[name] and values[name] < values["created"][: len(values[name])]:
                    settled.fault(row, name, "backwards")
            if len(settled.faults) == faults:
                kept["category"] = category or ""
                settled.records.append(Record(row, (values["external_id"],), kept, values["external_id"]))
        self._rehearse(settled, ground)
        return settled

    def _rehearse(self, settled: Settled, ground: Ground) -> None:
        """What intake's import would refuse, told at the row it belongs to."""
        if not settled.records:
            return
        new = [one for one in settled.records if self.find(one, ground) is None]

        def refuse(rejected: Rejected) -> None:
            row = new[rejected.row.number - _FIRST_ROW].row
            for reason in rejected.reasons:
                settled.fault(row, reason.column, "by_import", told(reason))

        _run(new, Standing.for_system("founding"), ground.now, dry_run=True, refusing=refuse)

    def write(
        self, changes: Sequence[Change], *, by: Standing, now: datetime, ground: Ground, tick: Callable[[int], None]
    ) -> Iterator[list[Done]]:
        records = [change.record for change in changes if change.record]
        report = _run(records, by, now, dry_run=False)
        if report.rejected:
            raise Refused("stale", gettext("检查之后系统里的内容有了变化。请重新检查这份文件，再决定。"), status=409)
        tick(len(changes))
        for record in records:
            # Known by a digest of the old number: the number itself may tell of a person.
            yield [Done("past", vault.blind("founding.past", record.key[0]).hex()[:32], row=record.row)]

    def take_back(self, done: Done, *, by: Standing, now: datetime) -> str | None:
        raise Refused("cannot_undo", gettext("历史案卷导入后就是记录的一部分，不能整批撤销。"))

    def lists(self, ground: Ground) -> Mapping[str, Sequence[str]]:
        return {"agency": ground.agencies.names(), "area": looking.area_names()}


def _run(
    records: Sequence[Record],
    by: Standing,
    now: datetime,
    *,
    dry_run: bool,
    refusing: Callable[[Rejected], None] | None = None,
) -> ImportReport:
    district = places.district()
    head = _HEAD.format(zone=settings.TIME_ZONE, district=district.code if district else "000000")
    body = head + "\n".join(f"{name} = {_COLUMNS.get(name, chr(34) + name + chr(34))}" for name in _FIELDS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "past.csv"
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(_FIELDS)
            writer.writerows([one.values[name] for name in _FIELDS] for one in records)
        return imports.run(path, parse(body.encode()), dry_run, by=by, now=now, refusing=refusing)
