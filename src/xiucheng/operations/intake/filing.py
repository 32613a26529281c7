"""The pack `filing`: which reports are filed without a hand, because a person published that they are.

A body is {"rules": [{"channel": "resident"}, {"channel": "hotline", "mapping": "hotline_fuzhou", "digest": "…"}]}. A
row without a mapping takes reports whose category a person chose; a row with one takes what that very file brought
(its digest), so a mapping that was edited afterwards files nothing until it is published again. A model's choice is
neither: it never files (STANDARDS §1). What a row says of a mapping that comes along has to agree with it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from xiucheng.foundation.packs.registry import Problem

from .channels import CHANNELS
from .imports.mapping import Mapping as MappingFile
from .imports.mapping import load, names

KIND = "filing"
_KEYS = frozenset({"channel", "mapping", "digest"})


def mark_of(mapping: MappingFile) -> str:
    """What tells one text of a mapping from another, as steps and rows of the pack hold it: 16 digits of its digest."""
    return mapping.digest[:16]


def row_for(mapping: MappingFile) -> dict[str, str]:
    """The row that lets a mapping's reports be filed, for the channel it names."""
    return {"channel": mapping.channel, "mapping": mapping.name, "digest": mark_of(mapping)}


def normalise(body: dict[str, Any]) -> dict[str, Any]:
    """With the digest of the file that now comes with the program, where a row names the file and no digest."""
    rules = body.get("rules")
    if not isinstance(rules, list):
        return body
    return body | {"rules": [_with_digest(row) for row in rules]}


def _with_digest(row: Any) -> Any:
    mapping = _known(row.get("mapping")) if isinstance(row, dict) and not row.get("digest") else None
    return row if mapping is None else row | {"digest": mark_of(mapping)}


def _known(name: Any) -> MappingFile | None:
    """The mapping of this name; None where it does not come with the program, but was a file of the site's own."""
    return load(name) if isinstance(name, str) and name in names() else None


def matching(rules: Sequence[Mapping[str, str]], received: Mapping[str, Any]) -> int | None:
    """The number (from 1) of the first row that takes a report as its step intake.receive tells of it; else None.

    Nothing is filed without a category or without a place: where it lies decides who handles it.
    """
    if not received["category"] or not received["area"]:
        return None
    for number, row in enumerate(rules, start=1):
        if row["channel"] == received["channel"] and _chosen(row, received):
            return number
    return None


def _chosen(row: Mapping[str, str], received: Mapping[str, Any]) -> bool:
    if not row.get("mapping"):
        return bool(received["category_by"] == "person")
    return (
        received["category_by"] == "mapping"
        and received["source"] == row["mapping"]
        and received["mapping"] == row.get("digest")
    )


def check(body: dict[str, Any]) -> list[Problem]:
    """What is wrong with a draft of the pack; an empty list means it may be published."""
    rules = body.get("rules")
    if not isinstance(rules, list):
        return [Problem("rules", _("缺少规则列表。"))]
    return [problem for index, row in enumerate(rules) for problem in _check_row(f"rules[{index}]", row)]


def _check_row(where: str, row: Any) -> list[Problem]:
    if not isinstance(row, dict) or not set(row) <= _KEYS or not all(isinstance(v, str) for v in row.values()):
        return [Problem(where, _("规则只能写渠道、映射和映射的校验值。"))]
    problems = []
    if row.get("channel") not in CHANNELS:
        problems.append(Problem(f"{where}.channel", _("没有这个渠道。")))
    if bool(row.get("mapping")) != bool(row.get("digest")):
        problems.append(Problem(f"{where}.digest", _("映射要连同其文件的校验值一起发布。")))
        return problems
    mapping = _known(row.get("mapping"))
    if mapping is None or problems:
        return problems
    if row["channel"] != mapping.channel:
        text = _("这个映射文件带来的上报，渠道是“%(channel)s”，请选它。")
        problems.append(Problem(f"{where}.channel", text % {"channel": CHANNELS[mapping.channel].title}))
    if row["digest"] != mark_of(mapping):
        problems.append(Problem(f"{where}.digest", _("不是这个映射文件现在的校验值。清空校验值再存，就填上现在的。")))
    return problems
