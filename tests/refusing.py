"""What a refusal must look like in every room's tests: its code, and the status that the contract gives this code."""

import pytest

from xiucheng.kit.refused import Refused

STATUS = {"bad_token": 401, "not_yours": 403, "not_found": 404, "stale": 409, "gone": 410, "too_large": 413}
"""The statuses of docs/architecture.md; every other code is 422."""


def refused(code: str, status: int | None = None) -> pytest.RaisesExc[Refused]:
    """The block is refused with this code and this status, else with the status that all refusals of the code have."""
    expected = status or STATUS.get(code, 422)
    return pytest.raises(Refused, check=lambda error: (error.code, error.status) == (code, expected))
