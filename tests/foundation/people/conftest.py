"""An account of an acceptor, and the site as it is for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xiucheng.foundation.people.models import Account


@pytest.fixture
def staff(settings):
    """The site as it is for staff: no demo."""
    settings.DEMO = False
    return settings


@pytest.fixture
def account(db) -> Account:
    from xiucheng.foundation.people.models import Account

    from . import make

    return Account.objects.get(id=make.account(make.person("acceptor"), "acceptor"))
