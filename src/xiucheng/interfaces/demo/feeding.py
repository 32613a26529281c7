"""Working real work orders through live moves by the right people: what `feed.py` does, a move at a time.

1. A shift leader publishes that what the mapping brings is filed by rule.
2. The rows come in; the worker files them by that rule and routes them by the routing pack.
3. The right people do the rest: the dispatcher what the routing left over and what the file says was handed on, the
   agency's clerk signs and replies with the words of the file, the inspector checks, the acceptor closes.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _

from xiucheng.foundation.packs import commands as packs
from xiucheng.foundation.packs import queries as pack_queries
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.cases.views import CaseView
from xiucheng.operations.intake import filing, imports, queries
from xiucheng.operations.intake.imports import Mapping as MappingFile
from xiucheng.operations.intake.imports import founding
from xiucheng.operations.intake.imports.reading import open_table
from xiucheng.operations.intake.imports.requests import ImportedRequest, Reader

# How long the routing pack is waited for before the dispatcher does it by hand.
_ROUTED_WITHIN = timedelta(seconds=10)


@dataclass(slots=True)
class Feed:
    """The state of one feed: the words of the file by identity, and what has been done."""

    mapping: MappingFile
    rows: Mapping[str, ImportedRequest]
    done: Counter[str] = field(default_factory=Counter)
    ended: set[UUID] = field(default_factory=set)

    def work(self, now: datetime) -> int:
        """One round over the cases of the feed: each makes at most one move; returns how many moves were made."""

        return sum(
            self._move(one.case_id, one.external_id, now)
            for one in queries.of_source(self.mapping.name)
            if one.case_id is not None and one.case_id not in self.ended
        )

    @property
    def open(self) -> int:
        """How many rows of the file have not come to an end."""
        return len(self.rows) - len(self.ended)

    def _move(self, case_id: UUID, external_id: str, now: datetime) -> bool:
        view = case_queries.case(case_id, Standing.for_system("feed"), now)
        if not view.facts.is_open:
            self.ended.add(case_id)
            return False
        act = _ACTS.get(view.state)
        name = None
        # Somebody else may move it between the look and the move: a person at the screen, or the routing.
        with suppress(Refused):
            name = act(self, view, self.rows.get(external_id), now) if act else None
        if name:
            self.done[name] += 1
        return name is not None


Act = Callable[[Feed, CaseView, ImportedRequest | None, datetime], str | None]


def _dispatch(feed: Feed, view: CaseView, row: ImportedRequest | None, now: datetime) -> str | None:
    by = somebody("dispatcher", now)
    agency = next(_agencies(view, now), None)
    if by is None or agency is None or now - view.facts.filed_at < _ROUTED_WITHIN:
        return None
    cases.dispatch_case(by=by, now=now, case_id=view.id, version=view.version, agency_id=agency)
    return "dispatch"


def _sign(feed: Feed, view: CaseView, row: ImportedRequest | None, now: datetime) -> str | None:
    handed_on = len(view.facts.agencies) - 1
    if row is not None and handed_on < row.redispatched and _hand_on(view, now):
        return "redispatch"
    by = _clerk(view, now)
    if by is None:
        return "redispatch" if _hand_on(view, now) else None
    cases.sign_case(by=by, now=now, case_id=view.id, version=view.version)
    return "sign"


def _hand_on(view: CaseView, now: datetime) -> bool:
    """To another agency, as the file says that the work order was handed on; False where there is none left."""
    by = somebody("dispatcher", now)
    other = next((one for one in _agencies(view, now) if one not in view.facts.agencies), None)
    if by is None or other is None:
        return False
    reason = _("原单位反映不属其职责，改派。")
    cases.redispatch_case(by=by, now=now, case_id=view.id, version=view.version, agency_id=other, reason=reason)
    return True


def _reply(feed: Feed, view: CaseView, row: ImportedRequest | None, now: datetime) -> str | None:
    by = _clerk(view, now)
    if by is None:
        return None
    said = (row.reply if row else "")[:2000] or _("已办理并答复来电人。")
    cases.reply_case(by=by, now=now, case_id=view.id, version=view.version, reason=said)
    return "reply"


def _check(feed: Feed, view: CaseView, row: ImportedRequest | None, now: datetime) -> str | None:
    if view.facts.checked:
        return _close(feed, view, row, now)
    by = somebody("inspector", now, area=view.facts.area)
    if by is None:
        return None
    cases.pass_check(by=by, now=now, case_id=view.id, version=view.version)
    return "pass_check"


def _close(feed: Feed, view: CaseView, row: ImportedRequest | None, now: datetime) -> str | None:
    if view.state == "replied" and view.facts.needs_check:
        return None
    by = somebody("acceptor", now)
    if by is None:
        return None
    cases.close_case(by=by, now=now, case_id=view.id, version=view.version)
    return "close"


_ACTS: Mapping[str, Act] = {
    "filed": _dispatch,
    "returned": _dispatch,
    "dispatched": _sign,
    "handling": _reply,
    "replied": _close,
    "post_checking": _check,
}


def somebody(role: str, now: datetime, *, area: str | None = None, agency_id: UUID | None = None) -> Standing | None:
    """Somebody who holds the post, the nearest first."""
    found = people.holders(role, area=area, agency_id=agency_id, at=now)
    return people.standing_of(found[0], now) if found else None


def _clerk(view: CaseView, now: datetime) -> Standing | None:
    agency_id = view.facts.agency_id
    return somebody("agency_clerk", now, agency_id=agency_id) if agency_id else None


def _agencies(view: CaseView, now: datetime) -> Iterator[UUID]:
    """Agencies that somebody works for, those of the case's own street first."""
    near = sorted(people.agencies(), key=lambda one: (one.area != view.facts.area[:9], one.code))
    return (one.id for one in near if people.holders("agency_clerk", agency_id=one.id, at=now))


def publish(mapping: MappingFile, by: Standing, now: datetime) -> None:
    """Publish that the mapping's reports are filed by rule, unless the rule stands already."""
    current = pack_queries.current(filing.KIND, now)
    rules = list(current.body["rules"]) if current else []
    row = filing.row_for(mapping)
    if row in rules:
        return
    rules = [one for one in rules if one.get("mapping") != mapping.name]
    draft = packs.draft(by=by, now=now, kind=filing.KIND, body={"rules": [*rules, row]})
    packs.publish(by=by, now=now, pack_id=draft.id)


def begin(file: Path, now: datetime, mapping_name: str) -> Feed:
    """Read the file by its mapping and publish the rule; refused `no_leader` where nobody holds that post."""
    mapping = imports.load(mapping_name)
    leader = somebody("shift_leader", now)
    if leader is None:
        raise Refused("no_leader", _("这里没有值班长，不能发布自动立案规则。"))
    publish(mapping, leader, now)
    table = open_table(file, encoding=mapping.encoding, delimiter=mapping.delimiter)
    # Only the words are wanted here; the digests are the import's own business.
    reader = Reader(mapping, table.columns, founding.ground(mapping, now).known, key=b"feed", now=now)
    rows = (reader.read(row) for row in table.rows())
    return Feed(mapping, {one.external_id: one for one in rows if isinstance(one, ImportedRequest)})
