"""Signing in as a browser does, and the codes of a second factor."""

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from .make import PASSWORD


def sign_in(client: Client, username: str = "acceptor", password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": username, "password": password})


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))
