"""Small changes of a body: an entry put, put in between or taken out; the body itself is never written into."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Edit:
    """what: put (replace or add an entry), insert (before a position of a list), remove. path: names and positions
    (from 0) from the top."""

    what: Literal["put", "insert", "remove"]
    path: tuple[str, ...]
    value: Any = None


def found(body: Any, path: Sequence[str]) -> Any:
    """The value at a path; LookupError where there is none."""
    for token in path:
        body = body[_step(body, token)]
    return body


def carried_out(body: dict[str, Any], edits: Sequence[Edit]) -> dict[str, Any]:
    """A copy of the body with the changes made one after the other; LookupError where a path leads nowhere."""
    made = deepcopy(body)
    for edit in edits:
        if not edit.path:
            made = deepcopy(edit.value)
            continue
        holder = found(made, edit.path[:-1])
        _WAYS[edit.what](holder, edit.path[-1], deepcopy(edit.value))
    return made


def _step(holder: Any, token: str) -> Any:
    if isinstance(holder, dict):
        return token
    if isinstance(holder, list) and token.isdecimal():
        return int(token)
    raise LookupError(token)


def _put(holder: Any, token: str, value: Any) -> None:
    step = _step(holder, token)
    if isinstance(holder, list) and step == len(holder):
        holder.append(value)
    else:
        holder[step] = value


def _insert(holder: Any, token: str, value: Any) -> None:
    holder.insert(_step(holder, token), value)


def _remove(holder: Any, token: str, value: Any) -> None:
    del holder[_step(holder, token)]


_WAYS = {"put": _put, "insert": _insert, "remove": _remove}
