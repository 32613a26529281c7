"""Template 7: duty calendars (as a draft of the pack) and who is on duty when."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs import commands as packs_commands
from xiucheng.foundation.packs import queries as packs
from xiucheng.foundation.people import commands, queries
from xiucheng.foundation.people.rules import ADMINISTRATORS, ROLES, Standing
from xiucheng.kit.days import local_day
from xiucheng.kit.worktime import seed

from .. import storing
from ..rules import week
from ..rules.cells import BadCell
from . import looking
from .base import Change, Column, Done, Key, KnownRows, Record, Settled, Template, There, Values

KIND = "calendar"


def _what() -> Mapping[str, str]:
    return {"roster": gettext("值班"), "calendar": gettext("日历")}


def _roles() -> Mapping[str, str]:
    return {code: gettext(role.name) for code, role in ROLES.items() if code not in ADMINISTRATORS}


@dataclass(frozen=True, slots=True)
class Ground:
    """The staff, rosters by what they are, the body and its calendars as the next draft would begin with them."""

    people: looking.People
    there: Mapping[Key, There]
    kept: Mapping[str, Any]
    calendars: Mapping[str, Any]
    draft: Any
    today: date


class Rosters(Template):
    name = "rosters"
    number = 7
    title = _("日历与值班")
    about = _("各单位的工作时间（日历），和谁在什么时间值班。日历导入后是一份草稿，上线时发布。")
    columns = (
        Column("what", "种类", _("“日历”写单位的工作时间，“值班”写人的班次。"), "值班", required=True, choices=_what,
               also=("类别", "类型")),
        Column("name", "日历代码或姓名", _("日历写代码，如 default、night；值班写姓名。"), "示例张三", required=True,
               longest=60, also=("姓名", "名称", "日历", "值班人", "值班人员")),
        Column("mark", "手机号或工号", _("有同名的人时必须填。"), "", kind="code", longest=40,
               also=("手机号", "工号", "电话", "联系电话"), personal=True),
        Column("role", "岗位", _("一人有几个岗位时写明是哪个。"), "", choices=_roles),
        Column("days", "星期", _("如 周一至周五、每天、1,3,5。"), "周一至周五", required=True,
               also=("周几", "工作日", "值班日")),
        Column("starts", "开始", _("如 08:00。"), "08:00", kind="time", required=True,
               also=("开始时间", "上班", "起")),
        Column("ends", "结束", _("如 18:00；值班到次日的写次日时间，如 07:00。"), "18:00", kind="time", required=True,
               also=("结束时间", "下班", "止")),
        Column("since", "起始日期", _("值班从哪天起；留空从导入当天起。"), "", kind="date",
               also=("开始日期", "生效日期")),
    )  # fmt: skip

    def ground(self, now: datetime, known: KnownRows) -> Ground:
        persons, _labels = storing.known_rows(looking.PERSONS)
        today = local_day(now)
        there: dict[Key, There] = {
            ("roster", str(one.membership_id), str(one.weekdays), f"{one.starts:%H:%M}", f"{one.ends:%H:%M}"): There(
                str(one.id), {}, one.name
            )
            for one in queries.rosters(on=today)
        }
        draft = packs.open_draft(KIND)
        current = draft or packs.current(KIND, now)
        kept = current.body if current else seed.body(settings.TIME_ZONE)
        calendars = kept["calendars"]
        for code, calendar in calendars.items():
            for day, slots in enumerate(calendar.get("week", [])):
                for starts, ends in slots:
                    there["calendar", code, str(day), starts, ends] = There(f"{code}:{day}:{starts}", {}, code)
        return Ground(looking.People.load(now, persons), there, kept, calendars, draft, today)

    def there(self, ground: Ground) -> Mapping[Key, There]:
        return ground.there

    def find(self, record: Record, ground: Ground) -> There | None:
        if record.key[0] == "roster":
            return ground.there.get(record.key)
        _what, code, bits, starts, ends = record.key
        days = [str(day) for day in range(7) if int(bits) >> day & 1]
        found = [ground.there.get(("calendar", code, day, starts, ends)) for day in days]
        return found[0] if all(found) else None

    def settle(self, rows: Sequence[tuple[int, Values]], ground: Ground) -> Settled:
        settled = Settled()
        for row, values in rows:
            bits = week.weekdays(values["days"])
            if bits is None:
                settled.fault(row, "days", "bad_weekdays", values["days"][:30])
                continue
            if values["what"] == "calendar":
                self._slot(row, values, bits, settled)
            else:
                self._shift(row, values, bits, ground, settled)
        self._overlaps(settled)
        return settled

    def _slot(self, row: int, values: Values, bits: int, settled: Settled) -> None:
        code = values["name"].lower()
        if not code.replace("_", "").isalnum() or not code.isascii():
            settled.fault(row, "name", "bad_code")
        elif values["ends"] <= values["starts"]:
            settled.fault(row, "ends", "backwards")
        else:
            key: Key = ("calendar", code, str(bits), values["starts"], values["ends"])
            settled.records.append(Record(row, key, {"what": "calendar"}, f"{code} {values['starts']}"))

    def _shift(self, row: int, values: Values, bits: int, ground: Ground, settled: Settled) -> None:
        try:
            person = ground.people.one(values["name"], values["mark"])
        except BadCell as bad:
            settled.fault(row, "name", bad.code, bad.detail)
            return
        posts = [one for one in ground.people.posts.get(person, ()) if values["role"] in ("", one.post.role)]
        if values["starts"] == "24:00" or values["starts"] == values["ends"]:
            settled.fault(row, "ends", "backwards")
        elif not posts or (len(posts) > 1 and not values["role"]):
            settled.fault(row, "role", "no_post" if not posts else "which_post", values["name"])
        else:
            post = min(posts, key=lambda one: str(one.membership_id))
            ends = "00:00" if values["ends"] == "24:00" else values["ends"]
            key: Key = ("roster", str(post.membership_id), str(bits), values["starts"], ends)
            kept = {"what": "roster", "since": values["since"]}
            settled.records.append(Record(row, key, kept, f"{values['name']} {values['starts']}"))

    def _overlaps(self, settled: Settled) -> None:
        by_day: dict[tuple[str, int], list[tuple[str, str, int]]] = defaultdict(list)
        for one in settled.records:
            what, code, bits, starts, ends = one.key
            for day in range(7) if what == "calendar" else ():
                if int(bits) >> day & 1:
                    by_day[code, day].append((starts, ends, one.row))
        told: set[int] = set()
        for slots in by_day.values():
            slots.sort()
            for before, after in pairwise(slots):
                if before[:2] != after[:2] and before[1] > after[0] and not {before[2], after[2]} <= told:
                    settled.fault(before[2], "starts", "slots_overlap", str(after[2]))
                    settled.fault(after[2], "starts", "slots_overlap", str(before[2]))
                    told |= {before[2], after[2]}

    def rank(self, change: Change) -> tuple[Any, ...]:
        return change.key

    def write(
        self, changes: Sequence[Change], *, by: Standing, now: datetime, ground: Ground, tick: Callable[[int], None]
    ) -> Iterator[list[Done]]:
        drafted = self._draft([one for one in changes if one.key[0] == "calendar"], by, now, ground)
        for count, change in enumerate(changes, start=1):
            record = change.record
            assert record is not None
            if change.key[0] == "calendar":
                yield [*drafted, Done("part", "/".join(change.key), row=record.row)]
                drafted = []
            else:
                yield [self._start(change.key, record, by, now, ground)]
            tick(count)

    def _start(self, key: Key, record: Record, by: Standing, now: datetime, ground: Ground) -> Done:
        _what, post, bits, starts, ends = key
        since = date.fromisoformat(record.values["since"]) if record.values["since"] else ground.today
        roster = commands.start_roster(
            by=by, now=now, membership_id=UUID(post), weekdays=int(bits), starts=time.fromisoformat(starts),
            ends=time.fromisoformat(ends), since=since,
        )  # fmt: skip
        return Done("roster", str(roster), row=record.row)

    def _draft(self, changes: Sequence[Change], by: Standing, now: datetime, ground: Ground) -> list[Done]:
        """One draft with the calendars of the list in place of those of the same code; holidays stay."""
        if not changes:
            return []
        weeks: dict[str, list[list[list[str]]]] = defaultdict(lambda: [[] for _day in range(7)])
        for change in changes:
            _what, code, bits, starts, ends = change.key
            for day in range(7):
                if int(bits) >> day & 1:
                    weeks[code][day].append([starts, ends])
        base = ground.calendars["default"]
        calendars = {
            **ground.calendars,
            **{code: {**ground.calendars.get(code, base), "week": [sorted(day) for day in days]}
               for code, days in weeks.items()},
        }  # fmt: skip
        done = []
        if ground.draft is not None:
            packs_commands.withdraw(by=by, now=now, pack_id=ground.draft.id)
            done.append(Done("replaced", str(ground.draft.id), {"body": json.dumps(ground.draft.body)}, main=False))
        # What else the calendars' pack says, the names of holidays, stays as well.
        made = packs_commands.draft(by=by, now=now, kind=KIND, body={**ground.kept, "calendars": calendars})
        return [*done, Done("draft", str(made.id), main=False)]

    def take_back(self, done: Done, *, by: Standing, now: datetime) -> str | None:
        if done.action == "roster":
            commands.end_roster(by=by, now=now, roster_id=UUID(done.ref), until=date.min + timedelta(days=1))
        elif done.action == "draft":
            packs_commands.withdraw(by=by, now=now, pack_id=UUID(done.ref))
        elif done.action == "replaced" and done.before:
            return str(packs_commands.draft(by=by, now=now, kind=KIND, body=json.loads(done.before["body"])).id)
        return None

    def leans(self, refs: Sequence[str], now: datetime) -> Mapping[str, str]:
        return published(refs, KIND)

    def lists(self, ground: Ground) -> Mapping[str, Sequence[str]]:
        return {"name": sorted(ground.people.by_name)}


def published(refs: Sequence[str], kind: str) -> Mapping[str, str]:
    """Those of the references that are versions of this kind and no drafts any more."""
    drafts = {str(one.id): one.state for one in packs.versions(kind)}
    text = gettext("这份草稿已经发布或换过，请在“配置”里退回")
    return {ref: text for ref in refs if drafts.get(ref, "draft") != "draft"}
