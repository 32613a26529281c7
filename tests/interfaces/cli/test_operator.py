"""user, token, keys, verify, migrate and doctor on a site in use: answers, refusals, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest

from tests.cluster import Databases
from tests.interfaces.cli.conftest import Here, run

PASSWORD = "correct-horse-battery-7"
OF_PROCESSES = ("demo", "serve", "worker")
OF_ROOMS = (
    "migrate",
    "provision",
    "import",
    "stats",
    "bench",
    "doctor",
    "verify",
    "site",
    "user",
    "token",
    "keys",
    "backup",
    "restore",
    "upgrade",
)
COMMANDS = (*OF_PROCESSES, *OF_ROOMS)


def test_help_names_every_command_and_needs_no_database() -> None:
    answer = run("--help", DATABASE_URL="", DATABASE_KEYS_URL="")
    assert answer.code == 0
    for name in COMMANDS:
        assert name in answer.out


@pytest.mark.parametrize("command", [("import",), ("user", "add")])
def test_every_command_explains_itself_in_both_languages(command: tuple[str, ...]) -> None:
    english = run(*command, "--help")
    chinese = run(*command, "--help", XIUCHENG_LANG="zh_CN.UTF-8")
    assert (english.code, chinese.code) == (0, 0)
    han = [character for character in english.out if "\u4e00" <= character <= "\u9fff"]
    assert han == []
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese.out)


@pytest.mark.parametrize("command", [("verify",), ("user", "add"), ("token", "list"), ("demo",), ()])
def test_a_flag_names_no_value_and_help_is_in_one_language(command: tuple[str, ...]) -> None:
    chinese = run(*command, "--help", XIUCHENG_LANG="zh")
    assert chinese.code == 0
    assert "bool" not in chinese.out
    assert "--help" in chinese.out
    assert "显示这段说明" in chinese.out
    for word in ("Show this", "Options", "Commands"):
        assert word not in chinese.out


@pytest.mark.parametrize(
    ("locale", "encoding", "language"),
    [
        ({}, "utf-8", "zh-hans"),
        ({"LC_ALL": "C"}, "utf-8", "zh-hans"),
        ({"LANG": "C.UTF-8"}, "utf-8", "zh-hans"),
        ({"LANG": "POSIX"}, "utf-8", "zh-hans"),
        ({}, "ascii", "en"),
        ({"LANG": "en_GB.UTF-8"}, "utf-8", "en"),
        ({"LANG": "zh_CN.GB18030"}, "gb18030", "zh-hans"),
        ({"XIUCHENG_LANG": "en", "LANG": "zh_CN.UTF-8"}, "utf-8", "en"),
        ({"XIUCHENG_LANG": "zh", "LC_ALL": "en_GB.UTF-8"}, "utf-8", "zh-hans"),
    ],
)
def test_which_language_the_terminal_gets(locale: dict[str, str], encoding: str, language: str) -> None:
    names = ("XIUCHENG_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    told = {**os.environ, **dict.fromkeys(names, ""), **locale, "PYTHONIOENCODING": encoding}
    asked = "from xiucheng.interfaces.cli.words import language; print(language())"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, env=told, check=True)
    assert done.stdout.strip() == language


@pytest.mark.parametrize(
    "words",
    [
        ("no-such-command",),
        ("user", "add"),
        ("demo", "--port", "70000"),
        ("import", "/nowhere.csv", "--mapping", "la311"),
    ],
)
def test_misuse_exits_with_two(words: tuple[str, ...]) -> None:
    answer = run(*words)
    assert answer.code == 2
    assert answer.err


def test_the_way_of_an_account(here: Here, site: Databases) -> None:
    add = here("user", "add", "boss", "--name", "示例安全员", "--role", "security_admin", stdin=f"{PASSWORD}\n")
    assert (add.code, add.err) == (0, "")
    (row,) = here("user", "list", "--json").json
    assert (row["username"], row["posts"], row["is_active"]) == ("boss", ["security_admin"], True)

    again = here("user", "add", "boss", "--name", "另一人", stdin=f"{PASSWORD}\n")
    assert again.code == 1
    assert "username_taken" in again.err

    second = here("user", "role", "boss", "--role", "audit_admin")
    assert second.code == 1
    assert "administrators_apart" in second.err

    assert here("user", "lock", "boss").code == 0
    assert here("user", "list", "--json").json[0]["is_active"] is False
    assert here("user", "unlock", "boss").code == 0
    assert here("user", "role", "boss", "--role", "security_admin", "--end").code == 0
    assert here("user", "list", "--json").json[0]["posts"] == []
    assert here("user", "role", "boss", "--role", "security_admin", "--end").code == 1


def test_half_an_account_is_never_left(here: Here, site: Databases) -> None:
    answer = here("user", "add", "boss", "--name", "示例", "--role", "no_such_role", stdin=f"{PASSWORD}\n")
    assert answer.code == 1
    assert "unknown_role" in answer.err
    assert here("user", "list", "--json").json == []
    with psycopg.connect(site.url) as connection:
        assert connection.execute("SELECT count(*) FROM people_person").fetchone() == (0,)


def test_a_weak_password_and_an_unknown_account_are_sentences(here: Here, site: Databases) -> None:
    weak = here("user", "add", "boss", "--name", "示例", stdin="1\n")
    assert weak.code == 1
    assert "weak_password" in weak.err
    nobody = here("user", "lock", "nobody")
    assert nobody.code == 1
    assert "nobody" in nobody.err
    assert "Traceback" not in weak.err + nobody.err


def test_a_generated_password_is_shown_once_and_works(here: Here, site: Databases) -> None:
    made = here("user", "add", "clerk", "--name", "示例", "--generate")
    word = made.out.rsplit(":", 1)[1].strip()
    with psycopg.connect(site.url) as connection:
        stored = connection.execute("SELECT password FROM people_account").fetchone()
    from django.contrib.auth.hashers import check_password

    assert stored is not None
    assert check_password(word, stored[0])


def test_the_way_of_a_token(here: Here, site: Databases) -> None:
    issued = here("token", "issue", "城市平台", "--channel", "city", "--scope", "reports", "--json")
    assert issued.code == 0
    secret, token_id = issued.json["secret"], issued.json["token_id"]
    (row,) = here("token", "list", "--json").json
    assert (row["id"], row["channel"], row["scopes"], row["revoked_at"]) == (token_id, "city", ["reports"], None)
    assert secret not in str(row)
    assert here("token", "revoke", token_id).code == 0
    assert here("token", "list", "--json").json[0]["revoked_at"]
    both = here("token", "issue", "x", "--channel", "city", "--user", "boss", "--scope", "reports")
    assert both.code == 2


def test_verify_passes_and_then_tells_of_a_cut(here: Here, site: Databases) -> None:
    here("user", "add", "boss", "--name", "示例", stdin=f"{PASSWORD}\n")
    whole = here("verify", "--json")
    assert (whole.code, whole.json["ok"], whole.json["pending"] > 0) == (0, True, True)
    with psycopg.connect(site.admin_url, dbname=psycopg.conninfo.conninfo_to_dict(site.url)["dbname"]) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM testsite.kit_pending")
    cut = here("verify")
    assert cut.code == 1
    assert "neither a position" in cut.err


def test_migrate_check_says_what_waits(here: Here, site: Databases) -> None:
    assert here("migrate", "--check").code == 0
    with psycopg.connect(site.url) as connection:
        connection.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    waiting = here("migrate", "--check")
    assert (waiting.code, waiting.out.strip()) == (1, "Migrations waiting: 1")


def test_doctor_finds_what_is_wrong_and_says_so(site: Databases) -> None:
    findings = run("doctor", "--json", XIUCHENG_HTTPS="1").json
    # The tests' own server writes nothing to the disk, their keys are written down in the checkout.
    assert {one["check"] for one in findings if one["level"] == "error"} == {"durability", "secrets"}
    told = " ".join(one["text"] for one in findings if one["check"] in {"durability", "secrets"})
    for word in ("fsync", "XIUCHENG_SECRET_KEY", "t1"):
        assert word in told
    assert {"worker shows no heartbeat", "All migrations are applied"} <= {one["text"] for one in findings}

    unsafe = run("doctor", "--json", XIUCHENG_DEBUG="1", XIUCHENG_HOSTS="*", XIUCHENG_SECRET_KEY="short")
    errors = " ".join(one["text"] for one in unsafe.json if one["level"] == "error")
    assert unsafe.code == 1
    for word in ("XIUCHENG_DEBUG", "XIUCHENG_HOSTS", "XIUCHENG_SECRET_KEY", "XIUCHENG_HTTPS"):
        assert word in errors


def test_a_database_without_the_site_is_refused_in_words(site: Databases) -> None:
    answer = run("verify", XIUCHENG_SITE="elsewhere")
    assert answer.code == 1
    assert "wrong_site" in answer.err
    assert "elsewhere" in answer.err
    assert "Traceback" not in answer.err


def test_keys_status_names_a_missing_master_key(here: Here, site: Databases) -> None:
    with_words = here("user", "add", "boss", "--name", "示例", stdin=f"{PASSWORD}\n")
    assert with_words.code == 0
    assert here("keys", "status").code == 0
    made = here("keys", "new", "k2")
    name, _, key = made.out.strip().partition(":")
    assert (name, len(key) >= 43) == ("k2", True)
