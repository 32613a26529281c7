"""Signing in through allauth's own pages: lock-out over processes, the second factor, the audit trail."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse

from xiucheng.foundation.people import commands, queries, vault
from xiucheng.foundation.people.models import Account, ApiToken
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal

from . import make
from .make import MACHINE, NOW, PASSWORD
from .test_commands import refused

MINUTE = timedelta(minutes=1)


@pytest.fixture
def staff(settings):
    """The site as it is for staff: no demo."""
    settings.DEMO = False
    return settings


@pytest.fixture
def account(db) -> Account:
    return Account.objects.get(id=make.account(make.person("acceptor"), "acceptor"))


def sign_in(client: Client, username: str = "acceptor", password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": username, "password": password})


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


# -- accounts ---------------------------------------------------------------------------------------------------------


def test_a_password_is_kept_as_argon2_with_our_weights(account: Account) -> None:
    assert account.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert account.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"username": "Upper"}, "bad_username"),
        ({"username": "x"}, "bad_username"),
        ({"username": "acceptor"}, "username_taken"),
        ({"password": "short"}, "weak_password"),
        ({"password": "1234567890123"}, "weak_password"),
        ({"password": "password123"}, "weak_password"),
        ({"person_id": uuid4()}, "not_found"),
        ({"by": Standing(uuid4())}, "not_yours"),
    ],
)
def test_an_account_that_cannot_be_is_refused(account: Account, change: dict, code: str) -> None:
    person = make.person().person_id
    given = {"by": MACHINE, "now": NOW, "person_id": person, "username": "other", "password": PASSWORD, **change}
    with refused(code):
        commands.create_account(**given)
    assert Account.objects.count() == 1


def test_a_person_has_one_account(account: Account) -> None:
    with refused("has_account"):
        make.account(Standing(account.person_id), "again")


# -- signing in -------------------------------------------------------------------------------------------------------


def test_signing_in_leaves_a_step_and_no_words(client: Client, account: Account, settings) -> None:
    settings.DEMO = True
    response = sign_in(client, "ACCEPTOR ")
    assert (response.status_code, response["Location"]) == (302, settings.LOGIN_REDIRECT_URL)
    step = journal.of_subject(account.id)[-1]
    assert (step.verb, step.actor, step.payload) == ("sign_in", f"person:{account.person_id}", {})


def test_nobody_signs_up(client: Client, db) -> None:
    given = {"username": "intruder", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post(reverse("account_signup"), given).status_code == 404
    assert not Account.objects.exists()


def test_a_locked_account_gets_no_further_and_its_sessions_end(client: Client, account: Account, settings) -> None:
    settings.DEMO = True
    sign_in(client)
    assert client.get(reverse("account_change_password")).status_code == 200
    commands.lock_account(by=MACHINE, now=NOW, account_id=account.id)
    assert client.get(reverse("account_change_password")).status_code == 302
    assert sign_in(client)["Location"] == reverse("account_inactive")
    commands.unlock_account(by=make.person("security_admin"), now=NOW, account_id=account.id)
    assert sign_in(client)["Location"] == settings.LOGIN_REDIRECT_URL


def test_changing_the_password_on_the_page_is_a_verb(client: Client, account: Account, settings) -> None:
    settings.DEMO = True
    sign_in(client)
    change = {"oldpassword": PASSWORD, "password1": "neue-worte-0815", "password2": "neue-worte-0815"}
    assert client.post(reverse("account_change_password"), change).status_code == 302
    account.refresh_from_db()
    assert account.check_password("neue-worte-0815")
    step = journal.of_subject(account.id)[-1]
    assert (step.verb, step.payload) == ("set_password", {"own": True})


# -- lock-out ---------------------------------------------------------------------------------------------------------


def test_after_five_wrong_passwords_the_right_one_waits(client: Client, account: Account, settings) -> None:
    settings.DEMO = True
    pages = [sign_in(client, password="wrong-password").content.decode() for _ in range(5)]
    assert all("用户名或密码不对" in page for page in pages[:4])
    assert "连续 5 次没有通过，账号已锁定到" in pages[4]
    assert "安全管理员" in pages[4]
    assert "账号已锁定到" in sign_in(client).content.decode()
    assert [step.verb for step in journal.of_subject(account.id)] == ["create_account", "lock_out"]
    commands.unlock_account(by=make.person("security_admin"), now=NOW, account_id=account.id)
    cache.clear()  # the limit per address and name of allauth runs beside ours
    assert sign_in(client).status_code == 302


def test_a_name_that_does_not_exist_locks_alike(client: Client, db) -> None:
    pages = [sign_in(client, "nobody", "wrong-password").content.decode() for _ in range(6)]
    assert "用户名或密码不对" in pages[3]
    assert "账号已锁定到" in pages[4]
    assert "账号已锁定到" in pages[5]


def test_a_success_wipes_the_count(client: Client, account: Account, settings) -> None:
    settings.DEMO = True
    for _ in range(3):
        for _ in range(4):
            sign_in(client, password="wrong-password")
            cache.clear()
        assert sign_in(client).status_code == 302
        client.logout()


@pytest.mark.django_db
def test_the_lock_opens_by_itself_and_old_failures_are_forgotten() -> None:
    def attempt(minutes: float) -> commands.Attempt:
        return commands.begin_attempt(username="Somebody", now=NOW + minutes * MINUTE)

    assert [attempt(0).refused for _ in range(5)] == [False] * 5
    assert attempt(1).refused
    assert attempt(14.9).refused
    assert attempt(14.9).locked_until == NOW + 15 * MINUTE
    after = attempt(15)
    assert (after.failures, after.locked_until, after.refused) == (1, None, False)
    attempt(16)
    assert attempt(31.5).failures == 1
    assert commands.begin_attempt(username="somebody ", now=NOW + 32 * MINUTE).failures == 2


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_many_at_once_are_no_better_than_one_by_one() -> None:
    allowed = []

    def work() -> None:
        allowed.append(not commands.begin_attempt(username="acceptor", now=NOW).refused)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(allowed) == [False] * 7 + [True] * 5


def test_the_rates_are_remembered_in_the_database(db, django_assert_num_queries) -> None:
    cache.set("rate", [1.5], 60)
    assert cache.get("rate") == [1.5]
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_remembered")
        assert cursor.fetchone() == (1,)


def test_what_sign_in_need_not_remember_is_dropped(client: Client, account: Account, settings) -> None:
    from django.contrib.sessions.models import Session

    from xiucheng.foundation.people import timers
    from xiucheng.foundation.people.models import Remembered, SignInAttempts
    from xiucheng.kit.now import now

    settings.DEMO = True
    sign_in(client)
    sign_in(Client(), password="wrong-password")
    Session.objects.create(session_key="old", session_data="", expire_date=now() - MINUTE)
    assert timers.tidy(now()) == 0
    assert timers.tidy(now() + timedelta(days=2)) >= 2
    assert not SignInAttempts.objects.exists()
    assert not Remembered.objects.exists()
    assert not Session.objects.filter(session_key="old").exists()
    assert Session.objects.exists()


# -- the second factor ------------------------------------------------------------------------------------------------


def test_staff_without_a_second_factor_come_no_further_than_setting_one_up(client, account, staff) -> None:
    sign_in(client)
    for name in ("mfa_index", "account_change_password", "mfa_generate_recovery_codes"):
        response = client.get(reverse(name))
        assert (response.status_code, response["Location"].partition("?")[0]) == (302, reverse("mfa_activate_totp"))
    refusal = client.post(reverse("account_change_password"), {"oldpassword": PASSWORD})
    assert (refusal.status_code, refusal.json()["code"]) == (403, "second_factor")
    program = client.get(reverse("mfa_index"), headers={"accept": "application/json"})
    assert (program.status_code, program.json()["code"]) == (403, "second_factor")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302


def test_whoever_signed_in_long_ago_gives_the_password_again_first(client, account, staff) -> None:
    sign_in(client)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    session = client.session
    session["signed_in_at"] -= 301
    session.save()
    response = client.get(reverse("mfa_activate_totp"))
    assert response["Location"].partition("?")[0] == reverse("account_reauthenticate")
    assert client.post(response["Location"], {"password": "wrong-password"}).status_code == 200
    assert client.post(response["Location"], {"password": PASSWORD})["Location"] == reverse("mfa_activate_totp")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_in_the_demo_no_second_factor_is_asked_for(client, account, settings) -> None:
    settings.DEMO = True
    sign_in(client)
    assert client.get(reverse("mfa_index")).status_code == 200


def test_the_second_factor_is_set_up_sealed_and_then_asked_for(client, account, staff) -> None:
    sign_in(client)
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    response = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get(reverse("mfa_index")).status_code == 200

    kept = Authenticator.objects.get(user_id=account.id, type="totp").data["secret"]
    assert secret not in kept
    other = Client()
    response = sign_in(other)
    assert response["Location"].partition("?")[0] == reverse("mfa_authenticate")
    assert other.get(reverse("mfa_index")).status_code == 302
    assert "_auth_user_id" not in other.session
    assert other.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    cache.delete(f"allauth.mfa.totp.used?user={account.id}&code={code(secret)}")
    assert other.post(reverse("mfa_authenticate"), {"code": code(secret)}).status_code == 302
    assert other.get(reverse("mfa_index")).status_code == 200

    # Nobody takes off the factor that the site demands; the security administrator resets a lost one.
    other.post(reverse("mfa_deactivate_totp"))
    assert _has_factor(account)
    assert commands.reset_second_factor(by=make.person("security_admin"), now=NOW, account_id=account.id) == 2
    assert not _has_factor(account)
    fresh = Client()
    sign_in(fresh)
    assert fresh.get(reverse("mfa_index"))["Location"].startswith(reverse("mfa_activate_totp"))


def _has_factor(account: Account) -> bool:
    return Authenticator.objects.filter(user_id=account.id, type="totp").exists()


def test_a_code_is_good_once(client, account, staff) -> None:
    sign_in(client)
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    once = code(secret)
    first, second = Client(), Client()
    for other, status in ((first, 302), (second, 200)):
        sign_in(other)
        assert other.post(reverse("mfa_authenticate"), {"code": once}).status_code == status


def test_guessing_codes_is_limited(client, account, staff) -> None:
    sign_in(client)
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    other = Client()
    sign_in(other)
    for _ in range(5):
        other.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert other.post(reverse("mfa_authenticate"), {"code": code(secret)}).status_code == 200
    assert "_auth_user_id" not in other.session


def test_a_signed_in_page_asks_for_the_factor_once(client, account, staff, django_assert_num_queries) -> None:
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(account, "JBSWY3DPEHPK3PXP")
    client.force_login(account)
    client.get(reverse("account_logout"))
    client.get(reverse("account_change_password"))
    with django_assert_num_queries(2):  # session and account
        client.get(reverse("account_change_password"))


@pytest.mark.django_db
def test_a_secret_sealed_by_name_opens_by_that_name_alone() -> None:
    sealed = vault.named_seal("second_factor", "JBSWY3DP")
    assert b"JBSWY3DP" not in sealed
    assert vault.named_open("second_factor", sealed) == "JBSWY3DP"
    with pytest.raises(vault.Tampered):
        vault.named_open("blind", sealed)


# -- tokens -----------------------------------------------------------------------------------------------------------


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
