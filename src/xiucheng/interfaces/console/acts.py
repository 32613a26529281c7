"""What administrators, publishers and exporters did, as sentences: a table of step → sentence, for the audit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.acts import LISTS
from xiucheng.interfaces.web.typed import identifier
from xiucheng.kit import journal
from xiucheng.kit.journal import Step

from . import names

# step → its group and its sentence; `%(…)s` are filled from `_facts`.
SENTENCES: Mapping[str, tuple[str, str | Promise]] = {
    "people.create_account": ("accounts", gettext_lazy("建了账号 %(account)s")),
    "people.lock_account": ("accounts", gettext_lazy("锁定了账号 %(account)s")),
    "people.unlock_account": ("accounts", gettext_lazy("解锁了账号 %(account)s")),
    "people.lock_out": ("accounts", gettext_lazy("连续输错，账号 %(account)s 被暂时锁定")),
    "people.set_password": ("accounts", gettext_lazy("设了账号 %(account)s 的密码")),
    "people.reset_second_factor": ("accounts", gettext_lazy("清除了账号 %(account)s 的两步验证")),
    "people.register_person": ("accounts", gettext_lazy("登记了人员 %(person)s")),
    "people.change_person": ("accounts", gettext_lazy("改了人员 %(person)s 的姓名或电话")),
    "people.leave_person": ("accounts", gettext_lazy("登记 %(person)s 离岗")),
    "people.start_membership": ("posts", gettext_lazy("让 %(person)s 任%(role)s %(where)s")),
    "people.end_membership": ("posts", gettext_lazy("结束了 %(person)s 的%(role)s任职")),
    "people.name_responsible": ("posts", gettext_lazy("定了 %(person)s 包保 %(where)s")),
    "people.end_responsible": ("posts", gettext_lazy("结束了 %(person)s 对 %(where)s 的包保")),
    "people.resume_responsible": ("posts", gettext_lazy("恢复了 %(person)s 对 %(where)s 的包保")),
    "people.register_organisation": ("posts", gettext_lazy("登记了单位 %(agency)s")),
    "people.change_organisation": ("posts", gettext_lazy("改了单位 %(agency)s")),
    "people.close_organisation": ("posts", gettext_lazy("停用了单位 %(agency)s")),
    "people.issue_token": ("tokens", gettext_lazy("发放了接口令牌，账号 %(token_account)s，范围 %(scopes)s")),
    "people.revoke_token": ("tokens", gettext_lazy("收回了接口令牌")),
    "packs.draft": ("packs", gettext_lazy("起草了%(kind)s第 %(version)s 版")),
    "packs.publish": ("packs", gettext_lazy("发布了%(kind)s第 %(version)s 版")),
    "packs.roll_back": ("packs", gettext_lazy("把%(kind)s退回到第 %(to)s 版")),
    "packs.withdraw": ("packs", gettext_lazy("撤回了%(kind)s第 %(version)s 版")),
    "packs.export": ("exports", gettext_lazy("把%(kind)s第 %(version)s 版存成了文件")),
    "board.export": ("exports", gettext_lazy("导出了 %(rows)s 件案卷（%(form)s）")),
    "people.export": ("exports", gettext_lazy("导出了 %(rows)s 行%(list)s（%(form)s）")),
    "people.erase_subject": ("erasures", gettext_lazy("按本人要求清除了一位上报人")),
}
GROUPS: Mapping[str, str | Promise] = {
    "accounts": gettext_lazy("账号和人员"),
    "posts": gettext_lazy("任职和单位"),
    "packs": gettext_lazy("配置"),
    "tokens": gettext_lazy("接口令牌"),
    "exports": gettext_lazy("导出"),
    "erasures": gettext_lazy("清除"),
}
PAGE = 50


@dataclass(frozen=True, slots=True)
class Act:
    """One act in words."""

    id: UUID
    at: datetime
    who: str
    what: str
    group: str


def read(group: str = "", person: UUID | None = None, before: UUID | None = None) -> tuple[list[Act], bool]:
    """A page of acts, the latest first, and whether there are older ones. Three statements.

    group: one of GROUPS, else all. person: only theirs. before: the last act of the page before.
    """
    wanted = [name for name, (its, _sentence) in SENTENCES.items() if group not in GROUPS or its == group]
    actor = f"person:{person}" if person else None
    steps = journal.audited(names=wanted, actor=actor, before=before, limit=PAGE + 1)
    return _acts(steps[:PAGE]), len(steps) > PAGE


def _acts(steps: Sequence[Step]) -> list[Act]:
    known = names.Names.of_actors((step.actor for step in steps), (identifier(step.subject) for step in steps))
    accounts = people.usernames(_ids([step.subject, step.payload.get("account")] for step in steps))
    return [
        Act(
            step.id,
            step.occurred_at,
            known.actor(step.actor),
            str(SENTENCES[step.name][1]) % _facts(step, known, accounts),
            SENTENCES[step.name][0],
        )
        for step in steps
    ]


def _facts(step: Step, known: names.Names, accounts: Mapping[UUID, str]) -> dict[str, str]:
    said = step.payload
    agency, area = said.get("agency"), str(said.get("area") or "")
    return {
        "account": accounts.get(step.subject, "—"),
        "token_account": accounts.get(identifier(said.get("account")) or step.subject, "—"),
        "person": known.persons.get(step.subject, "—"),
        "role": people.role_name(str(said["role"])) if said.get("role") else "",
        "where": names.agency(agency) if agency else names.place(area) if area else _("全区"),
        "agency": names.agency(step.subject) if step.room == "people" else "",
        "kind": names.pack_title(str(said.get("kind", ""))),
        "version": str(said.get("version", "")),
        "to": str(said.get("to", "")),
        "rows": str(said.get("rows", "")),
        "form": str(said.get("form", "")).upper(),
        "list": str(_(LISTS[said["list"]][0])) if said.get("list") in LISTS else "",
        "scopes": "、".join(str(one) for one in said.get("scopes") or ()) or "—",
    }


def _ids(found: Iterable[Iterable[object]]) -> set[UUID]:
    return {one for values in found for value in values if (one := identifier(value))}
