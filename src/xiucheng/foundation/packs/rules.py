"""What makes a version of configuration: its canonical form and digest, what differs, from when it may apply."""

import hashlib
import json
import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any, Literal
from uuid import UUID

FORMAT = "xiucheng-pack/1"
MAX_BYTES = 8 * 1024 * 1024
"""A body as canonical JSON, and a file; the default catalogue has 0.2 MB (D)."""
MAX_DEPTH = 32
MAX_NOTE = 500
AHEAD = timedelta(days=5 * 365)

DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"
STATES = (DRAFT, PUBLISHED, WITHDRAWN)


# -- the canonical form -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NotJson(Exception):
    """A body that would not come back from the database as it went in: where, and why (a code of WHY)."""

    path: str
    why: Literal["kind", "key", "text", "number", "depth"]


def plain(body: Any, path: str = "", depth: int = 0) -> Any:
    """The body as JSON values that survive jsonb and another program unchanged; raises NotJson.

    Whole floats become integers (jsonb knows no difference), tuples lists. Refused are NaN and infinities, keys that
    are no strings, the NUL character and lone surrogates, and more than 32 levels.
    """
    if depth > MAX_DEPTH:
        raise NotJson(path, "depth")
    if body is None or isinstance(body, bool | int):
        return body
    if isinstance(body, float):
        return _number(body, path)
    if isinstance(body, str):
        return _text(body, path)
    if isinstance(body, Mapping):
        return {_key(key, path): plain(value, _under(path, key), depth + 1) for key, value in body.items()}
    if isinstance(body, list | tuple):
        return [plain(value, f"{path}[{index}]", depth + 1) for index, value in enumerate(body)]
    raise NotJson(path, "kind")


def _number(value: float, path: str) -> int | float:
    if not math.isfinite(value):
        raise NotJson(path, "number")
    return int(value) if value.is_integer() else value


def _text(value: str, path: str) -> str:
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise NotJson(path, "text")
    return value


def _key(key: Any, path: str) -> str:
    if not isinstance(key, str):
        raise NotJson(path, "key")
    return _text(key, path)


def _under(path: str, key: Any) -> str:
    return f"{path}.{key}" if path else str(key)


def canonical(value: Any) -> bytes:
    """The one form of a plain value that is digested and compared: keys sorted, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(kind: str, body: Any) -> str:
    """64 hex digits over kind and plain body: a file says what it is for, and is what it says."""
    return hashlib.sha256(canonical([FORMAT, kind, body])).hexdigest()


# -- what differs -----------------------------------------------------------------------------------------------------

What = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. path: names, row keys and 1-based positions ("#3") from the top; before/after: plain values."""

    what: What
    path: tuple[str, ...]
    before: Any = None
    after: Any = None

    @property
    def where(self) -> str:
        """The path as one line."""
        return " › ".join(self.path)


def diff(before: Any, after: Any, row_keys: Mapping[str, str] | None = None) -> list[Change]:
    """The differences of two plain bodies, in reading order.

    row_keys: which field names a row of which list, e.g. {"categories": "key", "categories.conditions": "key"}; such
    rows are compared by name wherever they stand, and one whose place among the others changed is "moved". Other lists
    are compared by position, after what both have in common is lined up.
    """
    return list(_diff(before, after, (), "", row_keys or {}))


def _diff(before: Any, after: Any, path: tuple[str, ...], name: str, keys: Mapping[str, str]) -> Iterator[Change]:
    if canonical(before) == canonical(after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _diff_names(before, after, path, name, keys)
    elif isinstance(before, list) and isinstance(after, list):
        field = keys.get(name)
        old, new = _named(before, field), _named(after, field)
        if old is None or new is None:
            yield from _diff_places(before, after, path, name, keys)
        else:
            yield from _diff_names(old, new, path, name, keys, rows=True)
    else:
        yield Change("changed", path, before, after)


def _diff_names(
    before: dict[str, Any],
    after: dict[str, Any],
    path: tuple[str, ...],
    name: str,
    keys: Mapping[str, str],
    *,
    rows: bool = False,
) -> Iterator[Change]:
    elsewhere = moved(list(before), list(after)) if rows else set()
    for key in [*after, *(key for key in before if key not in after)]:
        here = (*path, key)
        if key not in before:
            yield Change("added", here, after=after[key])
        elif key not in after:
            yield Change("removed", here, before=before[key])
        else:
            if key in elsewhere:
                yield Change("moved", here, list(before).index(key) + 1, list(after).index(key) + 1)
            yield from _diff(before[key], after[key], here, name if rows else _under(name, key), keys)


def _diff_places(
    before: list[Any], after: list[Any], path: tuple[str, ...], name: str, keys: Mapping[str, str]
) -> Iterator[Change]:
    matcher = SequenceMatcher(None, [canonical(x) for x in before], [canonical(x) for x in after], autojunk=False)
    for what, a, a_end, b, b_end in matcher.get_opcodes():
        if what == "equal":
            continue
        both = min(a_end - a, b_end - b)
        for offset in range(both):
            yield from _diff(before[a + offset], after[b + offset], (*path, f"#{b + offset + 1}"), name, keys)
        for index in range(a + both, a_end):
            yield Change("removed", (*path, f"#{index + 1}"), before=before[index])
        for index in range(b + both, b_end):
            yield Change("added", (*path, f"#{index + 1}"), after=after[index])


def _named(rows: list[Any], field: str | None) -> dict[str, Any] | None:
    """The rows by their key, or None where they have none, or not each its own."""
    if field is None or not all(isinstance(row, dict) and field in row for row in rows):
        return None
    named = {str(row[field]): row for row in rows}
    return named if len(named) == len(rows) else None


def moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The fewest names that must be moved to get from one order of the common ones to the other.

    What stays is a longest increasing run of the old places in the new order (patience sorting).
    """
    place = {name: index for index, name in enumerate(before)}
    common = [name for name in after if name in place]
    tops: list[int] = []
    top_names: list[str] = []
    below: dict[str, str | None] = {}
    for name in common:
        at = bisect_left(tops, place[name])
        below[name] = top_names[at - 1] if at else None
        tops[at : at + 1] = [place[name]]
        top_names[at : at + 1] = [name]
    stays: set[str] = set()
    last = top_names[-1] if top_names else None
    while last is not None:
        stays.add(last)
        last = below[last]
    return set(common) - stays


# -- from when --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A published version on the time line of its kind: it applies until the next begins."""

    effective_from: datetime
    version: int
    id: UUID
    digest: str


def in_force(line: Sequence[Entry], at: datetime) -> Entry | None:
    """Which version applies at a moment; the line is in order of effective_from."""
    found = None
    for entry in line:
        if entry.effective_from > at:
            break
        found = entry
    return found


def why_not_publish(
    line: Sequence[Entry], *, digest: str, based_on: int | None, effective_from: datetime, now: datetime
) -> str | None:
    """The code of what keeps a version from applying from a date, or None (D, all five).

    too_far: more than five years ahead is a slip of the pen.
    in_the_past: another version has applied between the date and now, and what has applied is not rewritten; a first
    version may go back, since nothing applied. date_taken: another begins at the same moment. nothing_changed: it says
    what applies by then anyway. based_on_other: by then another version applies than the one it was made from, and
    publishing would silently take back what that one changed.
    """
    before = in_force(line, effective_from)
    if effective_from > now + AHEAD:
        return "too_far"
    if effective_from < now and in_force(line, now) is not None:
        return "in_the_past"
    if before is not None and before.effective_from == effective_from:
        return "date_taken"
    if before is not None and before.digest == digest:
        return "nothing_changed"
    if before is not None and before.version != based_on:
        return "based_on_other"
    return None
