"""Every setting that the environment can give, in one table; docs/settings.md is made of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "flag", "number", "list", "address", "path", "secret"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable: how it is written, what holds without it, what it is for, and where on the page it stands."""

    name: str
    kind: Kind
    default: str
    meaning: str
    group: str = "site"


GROUPS = {
    "site": "The site",
    "database": "Databases",
    "secrets": "Secrets",
    "web": "Web",
    "media": "Pictures and files",
    "signin": "Sign-in",
    "operation": "Running it",
    "machine": "The command line and trials",
}

TABLE: tuple[Setting, ...] = (
    Setting("XIUCHENG_SITE", "text", "sample", "The district's short name; also its schema, its role and its cookies."),
    Setting("XIUCHENG_ZONE", "text", "Asia/Shanghai", "The time zone in which people of the site think."),
    Setting("XIUCHENG_DATA", "path", ".xiucheng", "Folder for files, logs and collected static files."),
    Setting("XIUCHENG_DEMO", "flag", "0", "Sample accounts can sign in. Never on a real site: doctor refuses it."),
    Setting(
        "DATABASE_URL",
        "address",
        "postgresql:///xiucheng",
        "The site's database, `postgresql://role:password@host:port/name`; `?host=/folder` for a socket, `sslmode` "
        "and `sslrootcert` as libpq knows them. PostgreSQL 15 to 18.",
        "database",
    ),
    Setting(
        "DATABASE_KEYS_URL",
        "address",
        "",
        "The key store: a database (better: a server) of its own. Without it the name of DATABASE_URL with `_keys`.",
        "database",
    ),
    Setting("XIUCHENG_POOL", "number", "8", "Connections that one process may hold per database.", "database"),
    Setting(
        "XIUCHENG_POSTGRES_BIN",
        "path",
        "",
        "Folder of PostgreSQL's programs (pg_dump, psql …) for backups and trials. Without it the packaged ones and "
        "the usual places are searched for the server's version.",
        "database",
    ),
    Setting(
        "XIUCHENG_SECRET_KEY",
        "secret",
        "",
        "Signs sessions and forms; at least 32 characters. Nothing starts without it.",
        "secrets",
    ),
    Setting(
        "XIUCHENG_MASTER_KEYS",
        "secret",
        "",
        "`id:base64[,id2:base64…]`: the first wraps new keys, the others still open old ones. In no backup: keep a "
        "copy elsewhere, without it nothing sealed can be opened. `xiucheng keys new`",
        "secrets",
    ),
    Setting(
        "XIUCHENG_ERASURE_LIST",
        "path",
        "",
        "A file outside both databases where every erasure is noted too, so that no restore brings it back.",
        "secrets",
    ),
    Setting("XIUCHENG_HOSTS", "list", "localhost,127.0.0.1,[::1]", "Names under which the site is called.", "web"),
    Setting("XIUCHENG_ORIGINS", "list", "", "Origins whose forms are trusted, e.g. `https://city.example`.", "web"),
    Setting("XIUCHENG_HTTPS", "flag", "0", "The proxy in front speaks TLS: cookies travel encrypted only.", "web"),
    Setting("XIUCHENG_HSTS_SECONDS", "number", "31536000", "How long browsers remember to come by TLS alone.", "web"),
    Setting("XIUCHENG_PROXIES", "number", "0", "How many proxies of ours append to X-Forwarded-For.", "web"),
    Setting(
        "XIUCHENG_RATE_REPORTS",
        "number",
        "30",
        "Reports that one address may send in a minute without an account; a carrier may put a street behind one.",
        "web",
    ),
    Setting("XIUCHENG_RATE_PICTURES", "number", "60", "Pictures that one address may hand in, likewise.", "web"),
    Setting(
        "XIUCHENG_RATE_SAME_KEY",
        "number",
        "10",
        "How often an address may send the same Idempotency-Key in a minute; more does not count for the address.",
        "web",
    ),
    Setting(
        "XIUCHENG_STREAM_URL",
        "text",
        "/stream/",
        "Where browsers find the live stream: a path behind the proxy, `:port/stream/`, or a whole address.",
        "web",
    ),
    Setting("XIUCHENG_MEDIA_MAX_BYTES", "number", "20971520", "The largest file that is taken.", "media"),
    Setting("XIUCHENG_S3_BUCKET", "text", "", "Object storage instead of the data folder: the bucket.", "media"),
    Setting("XIUCHENG_S3_ENDPOINT", "address", "", "The object storage's address, where it is not AWS.", "media"),
    # Read by the object storage's library itself.
    Setting("AWS_ACCESS_KEY_ID", "secret", "", "The object storage's account.", "media"),
    Setting("AWS_SECRET_ACCESS_KEY", "secret", "", "The object storage's password.", "media"),
    Setting("XIUCHENG_LOCK_AFTER", "number", "5", "Wrong passwords in a row until the account is locked.", "signin"),
    Setting("XIUCHENG_LOCK_MINUTES", "number", "15", "For so many minutes.", "signin"),
    Setting("XIUCHENG_BACKUPS", "path", "", "Folder of backups, on another disk or machine.", "operation"),
    Setting(
        "XIUCHENG_BACKUPS_KEYS",
        "path",
        "",
        "Folder of the key store's backups; without it the folder of backups with `-keys`. Better on another machine.",
        "operation",
    ),
    Setting("XIUCHENG_LOG", "text", "WARNING", "From which level on the log speaks.", "operation"),
    Setting("XIUCHENG_LOG_FORM", "text", "json", "`json`: one object a line; `line`: for reading.", "operation"),
    Setting(
        "XIUCHENG_METRICS_TOKEN",
        "secret",
        "",
        "Who bears it may read `/metrics`; without it only this machine may, and nobody through a proxy.",
        "operation",
    ),
    Setting(
        "XIUCHENG_TRACES",
        "address",
        "",
        "Where traces go: a collector that speaks OTLP over HTTP, e.g. `http://127.0.0.1:4318`. Empty: nothing is "
        "traced. Needs `xiucheng[traces]`; `OTEL_TRACES_SAMPLER` and its like are read by the library.",
        "operation",
    ),
    Setting(
        "XIUCHENG_CERTIFICATE",
        "path",
        "",
        "The proxy's certificate (PEM), watched by doctor and the operations page.",
        "operation",
    ),
    Setting(
        "XIUCHENG_DEBUG",
        "flag",
        "0",
        "Shows innards on failures. Never on a real site: doctor refuses it.",
        "operation",
    ),
    Setting("XIUCHENG_HOME", "path", "", "The checkout or the installed bundle; `./xiucheng` sets it.", "machine"),
    Setting(
        "XIUCHENG_LANG",
        "text",
        "",
        "The terminal's language: `zh` or `en`; else the locale decides, and Chinese where it names none.",
        "machine",
    ),
    Setting(
        "XIUCHENG_BEGUN", "text", "", "When `./xiucheng` was called, by the machine's clock. Never by hand.", "machine"
    ),
    Setting("XIUCHENG_ADMIN_URL", "address", "", "A superuser's address, for `xiucheng provision` alone.", "machine"),
    Setting("XIUCHENG_TRIAL", "flag", "0", "Set by trials: keys come from the data folder. Never by hand.", "machine"),
)

_BY_NAME = {setting.name: setting for setting in TABLE}


def text(name: str) -> str:
    """The value; where there is none or an empty one the table's default. KeyError for a name it does not know."""
    return os.environ.get(name) or _BY_NAME[name].default


def flag(name: str) -> bool:
    """Is it switched on (1, true, yes, on)?"""
    return text(name).lower() in {"1", "true", "yes", "on"}


def number(name: str) -> int:
    """A whole number; a value that is none stops the start with the variable's name."""
    value = text(name)
    try:
        return int(value)
    except ValueError as error:
        raise ValueError(f"{name}: not a whole number: {value!r}") from error


def words(name: str) -> list[str]:
    """The parts between commas."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def page() -> str:
    """docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "All from the environment (an `EnvironmentFile` of systemd, see [deploy.md](deploy.md)).",
        "Made from `src/xiucheng/config/environment.py` by `python -m tools.settings_page`; not edited by hand.",
        "`xiucheng provision` prints a first set, `xiucheng doctor` judges the one in force.",
    ]
    for group, title in GROUPS.items():
        lines += ["", f"## {title}", "", "| variable | written as | without it | for |", "|---|---|---|---|"]
        for one in TABLE:
            if one.group == group:
                default = f"`{one.default}`" if one.default else "–"
                lines.append(f"| `{one.name}` | {one.kind} | {default} | {one.meaning} |")
    return "\n".join([*lines, ""])
