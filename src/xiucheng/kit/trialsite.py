"""A site on the trial database: everything the settings read, made from one data folder."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg

from . import site
from .trialdb import TrialDatabase
from .unready import Unready
from .unready import mark as _

DATABASE = "xiucheng"
# What makes a folder a data folder of ours; `wipe` touches no other.
_MARK = "trial.secret"


def default_data() -> Path:
    """Where a trial keeps its data when nobody says: XIUCHENG_DATA, else `.xiucheng` in the checkout.

    As root in a checkout that other accounts cannot enter (under /root), and for a user who may not write into the
    checkout, a folder of the machine or of the user's own, named after the checkout.
    """
    given = os.environ.get("XIUCHENG_DATA")
    if given:
        return Path(given).absolute()
    home = Path(os.environ.get("XIUCHENG_HOME") or ".").absolute()
    name = f"xiucheng-{hashlib.sha256(os.fsencode(home)).hexdigest()[:8]}"
    if os.geteuid() == 0:
        reachable = all(folder.stat().st_mode & 0o001 for folder in (home, *home.parents))
        return home / ".xiucheng" if reachable else Path("/var/lib") / name
    if os.access(home, os.W_OK):
        return home / ".xiucheng"
    share = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(share) / name


def wipe(data: Path) -> None:
    """Removes what a trial left in its folder, which the caller holds (`TrialDatabase.hold`).

    Refused: `not_ours` when the folder holds something else.
    """
    if not (data / _MARK).exists():
        if {path.name for path in data.iterdir()} <= {"postgres.lock"}:
            return
        raise site.SiteRefused("not_ours", _("目录 {data} 不是试用数据目录，不予清空"), data=data)
    kept = {"postgres.lock", _MARK}  # the lock is held by us; the mark goes last, so a killed wipe can be repeated
    for path in data.iterdir():
        if path.name in kept:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    (data / _MARK).unlink()


class TrialSite:
    """One site in one data folder: `open()` starts or joins the database and provisions the site."""

    def __init__(self, data: Path, name: str = "sample", zone: str = "Asia/Shanghai") -> None:
        self.data = data
        self.name = site.check_name(name)
        self.zone = zone
        self.database = TrialDatabase(data)
        self.owned = False

    def open(self, tell: Callable[[str], None] = lambda what: None, *, make: bool = True) -> None:
        """Starts the database unless somebody keeps it running already, and makes the site where it is missing.

        `tell` hears `database` and `site` before each of the two that has to be done. make: whether what is missing
        may be made; else a folder or a site that is not there is refused (`no_site`) and nothing is written.
        Refused besides: as TrialDatabase.start and site.provision.
        """
        if not make and not self.database.status().initialised:
            raise self._missing()
        if not self.database.attach():
            tell("database")
            self.database.start()
            self.owned = True
        if not self._provisioned():
            if not make:
                self.close()
                raise self._missing()
            tell("site")
            site.provision(
                self.database.url(),
                self.name,
                database=DATABASE,
                password=self.database.password(site.role_name(self.name)),
                keys_password=self.database.password(site.role_name(self.name, keys=True)),
            )

    def close(self) -> None:
        """Stops the database if this is who started it."""
        if self.owned:
            self.database.stop()
            self.owned = False

    def environment(self) -> dict[str, str]:
        """What the settings read. The keys come from the folder's secret: good for a trial, not for a district."""
        base = self.database
        master = hashlib.sha256(base.password("master key").encode()).digest()
        return {
            "DJANGO_SETTINGS_MODULE": "xiucheng.config.settings",
            "DATABASE_URL": base.url(DATABASE, site.role_name(self.name)),
            "DATABASE_KEYS_URL": base.url(DATABASE + site.KEYS_SUFFIX, site.role_name(self.name, keys=True)),
            "XIUCHENG_SITE": self.name,
            "XIUCHENG_ZONE": self.zone,
            "XIUCHENG_DATA": str(self.data),
            "XIUCHENG_SECRET_KEY": base.password("secret key"),
            "XIUCHENG_MASTER_KEYS": f"trial1:{base64.b64encode(master).decode()}",
            "XIUCHENG_TRIAL": "1",
        }

    def _missing(self) -> Unready:
        return Unready(
            "no_site",
            _("{data} 里没有站点 {site}，什么也没有建立。请先运行 demo、migrate 或 import，或用 --data 指明目录。"),
            data=self.data,
            site=self.name,
        )

    def _provisioned(self) -> bool:
        """The key store's schema is made last, so its presence stands for all that comes before."""
        try:
            with psycopg.connect(
                self.database.url(DATABASE + site.KEYS_SUFFIX, site.role_name(self.name, keys=True))
            ) as connection:
                return connection.execute("SELECT current_schema()").fetchone() == (self.name,)
        except psycopg.OperationalError:
            return False
