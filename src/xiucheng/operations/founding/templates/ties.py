"""The columns of template 1 that tie organisations to others beside their parent: read, resolved, written, undone."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people import commands, queries
from xiucheng.foundation.people.rules import AGENCY_LINKS, Standing

from ..rules.cells import BadCell, form
from .base import Change, Column, Done, Record, Settled

NONE = "-"
"""What a cell that says 无 is read as: the relation ends; an empty cell leaves it as it is."""

_NONE_WORDS = frozenset({"无", "没有", "none", "-", "—", "/"})
_BETWEEN = re.compile(r"[、,，;；\n]+")

COLUMNS = (
    Column("competent", "业务主管单位", _("管这一行业务的上级单位，可与上级单位不同；几个用顿号隔开；写“无”取消。"),
           "", longest=400, also=("行业主管单位", "行业主管部门")),
    Column("guide", "业务指导单位", _("指导业务、不领导人员的单位；几个用顿号隔开。"), "", longest=400,
           also=("指导单位",)),
    Column("cooperate", "协作单位", _("常在一起办案的单位；几个用顿号隔开。"), "", longest=400, also=("配合单位",)),
    Column("caretake", "代管单位", _("受委托代为管理它的单位；几个用顿号隔开。"), "", longest=400, also=("托管单位",)),
)  # fmt: skip
assert {column.key for column in COLUMNS} == set(AGENCY_LINKS)

Resolve = Callable[[str], str]


def held(now: datetime, code_by_id: Mapping[UUID, str]) -> dict[str, dict[str, dict[str, UUID]]]:
    """Code → relation → code of the other → the link, as the site has it now."""
    found: dict[str, dict[str, dict[str, UUID]]] = {}
    for tie in queries.agency_ties(at=now):
        of_one = found.setdefault(code_by_id[tie.agency_id], {})
        of_one.setdefault(tie.relation, {})[code_by_id[tie.other_id]] = tie.link_id
    return found


def joined(codes: Sequence[str] | Mapping[str, UUID]) -> str:
    """The codes of one relation in one form, whatever order a cell names them in."""
    return ",".join(sorted(set(codes)))


def settle(settled: Settled, resolve: Callable[[Mapping[str, str], str], str]) -> bool:
    """Names become codes; a row that names nobody known, or itself, is not taken. Returns whether any row fell out.

    resolve: (code by name of the rows of this file, the name said) → the code; raises BadCell.
    """
    own = _names(settled.records)
    kept = []
    for one in settled.records:
        values = dict(one.values)
        try:
            for relation in AGENCY_LINKS:
                values[relation] = _codes(values.get(relation, ""), values["code"], lambda said: resolve(own, said))
        except BadCell as bad:
            settled.fault(one.row, relation, bad.code, bad.detail)
            continue
        kept.append(Record(one.row, one.key, values, one.label, one.extras))
    fell = len(kept) < len(settled.records)
    settled.records[:] = kept
    return fell


def _names(records: Sequence[Record]) -> dict[str, str]:
    """Code by code and by name in this file; a name that two rows bear names neither."""
    names: dict[str, set[str]] = {}
    for one in records:
        for said in (one.values["code"], form(one.values["name"])):
            names.setdefault(said, set()).add(one.values["code"])
    return {said: codes.pop() for said, codes in names.items() if len(codes) == 1}


def _codes(cell: str, own: str, resolve: Resolve) -> str:
    said = [part.strip() for part in _BETWEEN.split(cell) if part.strip()]
    if not said:
        return ""
    if len(said) == 1 and form(said[0]) in _NONE_WORDS:
        return NONE
    codes = [resolve(one) for one in said]
    if own in codes:
        raise BadCell("tied_to_itself")
    return joined(codes)


def differs(said: str, there: str) -> bool:
    """Would the cell change what the site has?"""
    return bool(said) and (there != "" if said == NONE else said != there)


def write(
    change: Change,
    ids: Mapping[str, UUID],
    there: Mapping[str, Mapping[str, UUID]],
    *,
    by: Standing,
    now: datetime,
) -> list[Done]:
    """Make the relations of one organisation those of its row; there: as the site has them (`held`)."""
    record = change.record
    if record is None:
        return []
    done = []
    own = record.values["code"]
    for relation in AGENCY_LINKS:
        said, has = record.values.get(relation, ""), there.get(relation, {})
        if not differs(said, joined(has)):
            continue
        wanted = set() if said == NONE else set(said.split(","))
        for other in sorted(set(has) - wanted):
            commands.end_agency_link(by=by, now=now, link_id=has[other])
            before = {"agency": str(ids[own]), "relation": relation, "other": str(ids[other])}
            done.append(Done("untie", str(has[other]), before, record.row, main=False))
        for other in sorted(wanted - set(has)):
            link = commands.link_agencies(
                by=by, now=now, agency_id=ids[own], relation=relation, other_id=ids[other]
            )  # fmt: skip
            done.append(Done("tie", str(link), row=record.row, main=False))
    return done


def take_back(done: Done, *, by: Standing, now: datetime) -> str | None:
    """End a relation that was made; make one anew that was ended, and say by which reference."""
    if done.action == "tie":
        commands.end_agency_link(by=by, now=now, link_id=UUID(done.ref))
        return None
    before = done.before or {}
    link = commands.link_agencies(
        by=by, now=now, agency_id=UUID(before["agency"]), relation=before["relation"], other_id=UUID(before["other"])
    )
    return str(link)
