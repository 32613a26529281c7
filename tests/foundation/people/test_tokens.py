"""Tokens of programs: who issues them, what they may, when they die."""

from datetime import timedelta

import pytest

from tests.refusing import refused
from xiucheng.foundation.people import commands, queries
from xiucheng.foundation.people.models import Account, ApiToken
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal

from . import make
from .make import MACHINE, NOW

MINUTE = timedelta(minutes=1)


def issue(by: Standing = MACHINE, **given: object) -> commands.Issued:
    return commands.issue_token(**{"by": by, "now": NOW, "label": "示例平台", "scopes": ["reports"], **given})


def test_a_token_speaks_for_its_account_until_it_is_revoked(account: Account) -> None:
    own = queries.standing_of(account, NOW)
    issued = issue(own, account_id=account.id, scopes=["read", "moves"])
    bearer = commands.use_token(secret=issued.secret, now=NOW)
    assert bearer.standing == own
    assert bearer.standing.has("acceptor")
    assert bearer.scopes == {"read", "moves"}
    assert ApiToken.objects.get().last_used_at == NOW
    commands.use_token(secret=issued.secret, now=NOW + MINUTE / 2)
    assert ApiToken.objects.get().last_used_at == NOW
    commands.revoke_token(by=own, now=NOW, token_id=issued.token_id)
    with refused("bad_token"):
        commands.use_token(secret=issued.secret, now=NOW + MINUTE)
    assert [step.verb for step in journal.of_subject(issued.token_id)] == ["issue_token", "revoke_token"]


def test_a_channels_token_comes_from_the_security_administrator(account: Account) -> None:
    guard = make.person("security_admin")
    issued = issue(guard, channel="city_platform")
    bearer = commands.use_token(secret=issued.secret, now=NOW)
    assert str(bearer.standing.actor) == "channel:city_platform"
    assert bearer.standing.posts == ()
    for by in (queries.standing_of(account, NOW), make.person("system_admin")):
        with refused("not_yours"):
            issue(by, channel="city_platform")
        with refused("not_yours"):
            commands.revoke_token(by=by, now=NOW, token_id=issued.token_id)
    with refused("not_yours"):
        issue(guard, account_id=account.id)
    (row,) = queries.tokens()
    assert (row.channel, row.username, row.scopes, row.start) == (
        "city_platform",
        None,
        ("reports",),
        issued.secret[:8],
    )


def test_a_token_dies_with_its_time_and_with_its_account(account: Account) -> None:
    issued = issue(account_id=account.id, days=1)
    with refused("bad_token"):
        commands.use_token(secret=issued.secret, now=NOW + timedelta(days=1))
    with refused("bad_token"):
        commands.use_token(secret=issued.secret + "x", now=NOW)
    commands.lock_account(by=MACHINE, now=NOW, account_id=account.id)
    with refused("bad_token"):
        commands.use_token(secret=issued.secret, now=NOW)


def test_only_the_digest_of_a_secret_is_kept(account: Account) -> None:
    issued = issue(account_id=account.id)
    row = ApiToken.objects.values().get()
    assert issued.secret not in str(row)
    assert issued.secret[8:] not in str(row)
    assert len(issued.secret) >= 40


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"scopes": []}, "bad_scope"),
        ({"scopes": ["all of it"]}, "bad_scope"),
        ({"channel": "City"}, "bad_channel"),
        ({"days": 0}, "bad_span"),
        ({"days": 367}, "bad_span"),
        ({"label": ""}, "bad_name"),
    ],
)
def test_a_token_that_cannot_be_is_refused(change: dict, code: str) -> None:
    with refused(code):
        issue(**{"channel": "city_platform", **change})
