"""Accounts, and signing in through allauth's own pages: lock-out over processes, the audit trail."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse

from tests.refusing import refused
from xiucheng.foundation.people import commands, queries
from xiucheng.foundation.people.models import Account, Person
from xiucheng.foundation.people.rules import Post, Standing
from xiucheng.kit import journal

from . import make
from .make import MACHINE, NOW, PASSWORD
from .signing import sign_in

MINUTE = timedelta(minutes=1)


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


def test_somebody_new_has_person_account_and_post_or_nothing(account: Account) -> None:
    given = {"by": MACHINE, "now": NOW, "name": "示例新人", "password": PASSWORD}
    person_id = commands.register_with_account(**given, username="new", post=Post("dispatcher"))
    assert queries.standing_of(person_id, NOW).posts == (Post("dispatcher"),)
    assert queries.account_of("new") is not None
    before = Person.objects.count()
    for code, wrong in (
        ("username_taken", {"username": "acceptor"}),
        ("weak_password", {"username": "other", "password": "short"}),
        ("unknown_role", {"username": "other", "post": Post("emperor")}),
    ):
        with refused(code):
            commands.register_with_account(**{**given, **wrong})
    assert (Person.objects.count(), queries.account_of("other")) == (before, None)


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
