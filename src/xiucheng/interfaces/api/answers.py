"""Which statuses an endpoint may answer with, for the description: its own good answer and the shapes of refusals."""

from typing import Any

from ninja.constants import NOT_SET

from .schemas import Error

_ALWAYS = (400, 401, 403, 422, 429)
_ONE = (404, 410)
_MOVES = (409, 428)
_LARGE = (413,)


def answers(schema: Any = NOT_SET, status: int = 200) -> dict[int, Any]:
    """Of a list, or of something that is always there."""
    return {status: schema, **dict.fromkeys(_ALWAYS, Error)}


def of_one(schema: Any = NOT_SET) -> dict[int, Any]:
    """Of one thing that may not be there, or not any more."""
    return {**answers(schema), **dict.fromkeys(_ONE, Error)}


def of_change(schema: Any, status: int = 200) -> dict[int, Any]:
    """Of handing something in."""
    return {**answers(schema, status), **dict.fromkeys((*_ONE, *_LARGE), Error)}


def of_move(schema: Any) -> dict[int, Any]:
    """Of moving something that has a version."""
    return {**of_change(schema), **dict.fromkeys(_MOVES, Error)}
