"""Schemathesis throws at every operation what its description allows and what it forbids: no 5xx, and every answer is
one that the description names, in the shape that it gives."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks

from tests.interfaces.api.conftest import API
from tests.pictures import jpeg

pytestmark = pytest.mark.slow
checks.load_all_checks()
HELD = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]
BOUNDED = settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


@pytest.fixture
def described(world, program):
    """The description as a caller reads it, before an application in this process; and something to find in it."""
    from xiucheng.config.wsgi import application
    from xiucheng.kit.journal import readers

    world.file()
    program("dispatcher").report({"text": "路灯不亮", "category": "C0137", "area": "990101001001"})
    program("dispatcher").send(jpeg())
    readers.catch_up()
    # Requests keep the connection of the test, as Django's own client has it.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi(f"{API}/openapi.json", application)
    for signal in signals:
        signal.connect(close_old_connections)


def throw(described, mode: GenerationMode, headers: dict[str, str] | None = None) -> int:
    """Every operation in turn; returns how many there are."""
    from xiucheng.interfaces.web.rates import RATES

    count = 0
    for found in described.get_all_operations():
        operation = found.ok()
        count += 1

        @given(case=operation.as_strategy(generation_mode=mode))
        @BOUNDED
        def holds(case):
            RATES.clear()
            case.call_and_validate(checks=HELD, headers=headers)

        holds()
    return count


def test_what_the_description_allows(described, program):
    assert throw(described, GenerationMode.POSITIVE, program("shift_leader").headers) >= 25


def test_what_the_description_forbids(described, program):
    assert throw(described, GenerationMode.NEGATIVE, program("shift_leader").headers) >= 25


def test_somebody_without_an_account(described):
    throw(described, GenerationMode.POSITIVE)
