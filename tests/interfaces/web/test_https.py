"""Opened to others, the site is spoken to by TLS alone, and browsers remember that."""

import json
import os
import subprocess
import sys

import pytest
from django.test import Client

SHOWN = """
import json
from django.conf import settings
names = ("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
         "SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT")
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def settings_with(**environment):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "xiucheng.config.settings", **environment}
    run = subprocess.run([sys.executable, "-c", SHOWN], env=environment, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_https_is_all_or_nothing():
    plain = settings_with(XIUCHENG_HTTPS="", XIUCHENG_PROXIES="")
    assert not any(value for value in plain.values())
    told = settings_with(XIUCHENG_HTTPS="1", XIUCHENG_PROXIES="2")
    assert all(told[name] for name in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"))
    assert told["SECURE_HSTS_SECONDS"] == 365 * 86400
    assert told["ALLAUTH_TRUSTED_PROXY_COUNT"] == 2
    assert settings_with(XIUCHENG_HTTPS="1", XIUCHENG_HSTS_SECONDS="60")["SECURE_HSTS_SECONDS"] == 60


@pytest.fixture
def https(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 60
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def test_plain_requests_are_led_to_tls(db, https):
    client = Client()
    answer = client.get("/report?x=1")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/report?x=1")
    safe = client.get("/", headers={"X-Forwarded-Proto": "https"})
    assert (safe.status_code, safe["Strict-Transport-Security"]) == (200, "max-age=60")
    assert client.get("/healthz").status_code in {200, 503}, "asked from inside, without TLS"
