"""Which statuses an endpoint may answer with, for the description."""

from typing import Any

from ninja.constants import NOT_SET

from .schemas import Error

_ERRORS = (400, 401, 403, 404, 409, 410, 413, 422, 428, 429)


def answers(schema: Any = NOT_SET, status: int = 200) -> dict[int, Any]:
    """The good answer and the shapes of refusals."""
    return {status: schema, **dict.fromkeys(_ERRORS, Error)}
