"""The second factor: demanded of staff, sealed, good once, guessed in vain, reset by the security administrator."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation

from xiucheng.foundation.people import commands, vault
from xiucheng.foundation.people.models import Account
from xiucheng.kit.refused import Refused

from . import make
from .make import NOW, PASSWORD
from .signing import code, sign_in


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


# What the library itself says in Chinese, in words that differ from page to page and from ours.
_OTHER_WORDS = re.compile(
    "双因素|身份认证|身份验证|恢复代码|恢复码|认证器|验证代码|错误代码|帐户|账户|帐号|激活|停用|无效"
)


def _said(response) -> str:
    """The page's words without its scripts and tags."""
    html = re.sub(r"<(script|style|svg)\b.*?</\1>", "", response.content.decode(), flags=re.S)
    return re.sub(r"<[^>]+>", " ", html)


def test_its_pages_speak_our_words_and_lead_back_to_the_desk(client, account, settings) -> None:
    settings.DEMO = True  # where a factor may also be taken off again, so that every page is reached
    sign_in(client)
    pages = [client.get(reverse("mfa_index")), client.get(reverse("mfa_activate_totp"))]
    secret = client.session["mfa.totp.secret"]
    pages.append(client.post(reverse("mfa_activate_totp"), {"code": "000000"}))
    assert "验证码不对" in _said(pages[-1])
    pages.append(client.post(reverse("mfa_activate_totp"), {"code": code(secret)}, follow=True))
    assert "10 个备用码里，还有 10 个没用过" in _said(pages[-1])
    names = ("mfa_index", "mfa_generate_recovery_codes", "mfa_deactivate_totp", "mfa_reauthenticate")
    pages += [client.get(reverse(name)) for name in (*names, "account_reauthenticate", "account_change_password")]
    for page in pages:
        assert page.status_code == 200
        said = _said(page)
        assert not _OTHER_WORDS.search(said), said
        assert not re.search(r"\b(?:code|codes|Authenticator|password)\b", said), said
        assert "回工作台" in said
        assert reverse("console:home") in page.content.decode()
    stranger = Client()
    sign_in(stranger)
    asked = [stranger.get(reverse("mfa_authenticate")), stranger.post(reverse("mfa_authenticate"), {"code": "000000"})]
    assert "验证码不对" in _said(asked[1])
    assert not any(_OTHER_WORDS.search(_said(page)) for page in asked)


def test_who_must_set_it_up_first_is_offered_the_way_out_and_no_way_round(client, account, staff) -> None:
    sign_in(client)
    html = client.get(reverse("mfa_activate_totp")).content.decode()
    assert f'action="{reverse("account_logout")}"' in html
    assert "回工作台" not in html


@pytest.mark.parametrize("password", ["123", "password12", "1029384756", "longacceptor"])
def test_a_weak_password_is_told_in_chinese_alone(account, password: str) -> None:
    Account.objects.filter(pk=account.pk).update(username="longacceptor")
    with translation.override("zh-hans"), pytest.raises(Refused) as refused:
        commands.set_password(by=make.person("system_admin"), now=NOW, account_id=account.pk, password=password)
    assert refused.value.code == "weak_password"
    assert not re.search(r"[A-Za-z]", refused.value.text), refused.value.text


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
