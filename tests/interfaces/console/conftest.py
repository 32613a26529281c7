"""The desk's tests: the small district with somebody signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from tests.world import World


@pytest.fixture
def world(db: None) -> World:
    """A founded district, standing at this very moment: pages ask the clock themselves."""
    from tests.world import build
    from xiucheng.kit.now import now

    return build(now())


@pytest.fixture
def sign_in(world: World, settings: SettingsWrapper) -> Callable[[str], Client]:
    """A browser of somebody by their post's name; their account is made on the first call.

    As in the demo nobody is asked for a second factor; that staff are is tested with the people.
    """
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tests.world import SETUP
    from xiucheng.foundation.people import commands, queries

    settings.DEMO = True

    def enter(name: str) -> Client:
        if queries.account_of(name) is None:
            commands.create_account(
                by=SETUP,
                now=world.now,
                person_id=world.people[name],
                username=name,
                password="a Password for tests 7",
            )
        client = Client()
        client.force_login(get_user_model().objects.get(username=name))
        return client

    return enter
