"""The published packs that the room works under, compiled once per version and process."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from xiucheng.foundation.packs import queries as packs
from xiucheng.foundation.packs.queries import Pack
from xiucheng.kit.refused import Refused
from xiucheng.kit.worktime import Calendar, seed

from .catalogue import DEFAULT_LIMITS, Catalogue, StageLimits, compile_catalogue, compile_limits
from .rules.apply import Clocks

_compiled: dict[tuple[str, int, str], Any] = {}


def catalogue(at: datetime) -> Catalogue:
    """The catalogue in force at a moment; refused `no_catalogue` (422) where none is published."""
    return _catalogue(packs.current("catalogue", at))


def catalogue_of(version: int) -> Catalogue:
    """A given version of the catalogue, under which a case was filed; refused `no_catalogue` (422) without it."""
    return _catalogue(packs.get("catalogue", version))


def _catalogue(pack: Pack | None) -> Catalogue:
    if pack is None:
        raise Refused("no_catalogue", _("尚未发布立案目录，请先在“配置”中发布。"))
    key = ("catalogue", pack.version, pack.digest)
    if key not in _compiled:
        _compiled[key] = compile_catalogue(pack.version, pack.body)
    return _compiled[key]


def stage_limits(at: datetime) -> StageLimits:
    """The limits of the centre's own stages; the defaults where no pack is published."""
    pack = packs.current("limits", at)
    if pack is None:
        return compile_limits(DEFAULT_LIMITS)
    key = ("limits", pack.version, pack.digest)
    if key not in _compiled:
        _compiled[key] = compile_limits(pack.body)
    return _compiled[key]


def calendar(name: str, at: datetime) -> Calendar:
    """A calendar of the pack in force by its key, its default where the key is unknown there."""
    pack = packs.current("calendar", at)
    if pack is None:
        return seed.calendar(settings.TIME_ZONE)
    name = name if name in pack.body["calendars"] else "default"
    key = (f"calendar:{name}", pack.version, pack.digest)
    if key not in _compiled:
        _compiled[key] = Calendar.from_json(pack.body["calendars"][name], key=name)
    return _compiled[key]


def clocks(at: datetime) -> Clocks:
    """What a case's own clock runs by: the district's calendar and the limits of the centre's stages."""
    limits = stage_limits(at)
    return Clocks(calendar=calendar("default", at), dispatch_limit=limits.dispatch, check_limit=limits.check)


def catalogue_if_any(at: datetime) -> Catalogue | None:
    """The catalogue in force at a moment, None where none is published: for who goes on without one."""
    try:
        return catalogue(at)
    except Refused:
        return None
