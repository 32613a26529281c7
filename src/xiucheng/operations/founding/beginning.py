"""The first and the last step of a founding: the district with its subtree and default packs; going live."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from xiucheng.foundation.packs import commands as packs_commands
from xiucheng.foundation.packs import queries as packs
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands as places_commands
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.loaders.divisions import AreaRow, read_folder
from xiucheng.foundation.places.loaders.report import LoadReport
from xiucheng.foundation.places.rules import level_of, trim_code
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import verb
from xiucheng.kit.worktime import seed
from xiucheng.operations.cases.catalogue import DEFAULT_LIMITS, body_from_csv
from xiucheng.operations.intake.imports.importing import readable
from xiucheng.operations.intake.imports.reading import open_table

from . import gaps
from .books import limits
from .frame import WORKER, demand, record, rehearsing
from .models import Effect, Import, Site
from .rules import states

_DIVISION = re.compile(r"[0-9]{6}")
_CODES = frozenset({"code", "代码", "区划代码", "统计用区划代码"})
_NAMES = frozenset({"name", "名称", "区划名称"})
DRAFTED = ("calendar", "routing")
"""Packs that founding drafts and going live publishes, calendars first: routing may look at hours."""


@dataclass(frozen=True, slots=True)
class SiteState:
    """How far the founding is: the last rehearsal and its end, and since when the site is live."""

    rehearsal_state: str
    rehearsed_at: datetime | None
    live_at: datetime | None


@verb
def found_district(*, by: Standing, now: datetime, code: str, name: str, rows: Sequence[AreaRow] = ()) -> LoadReport:
    """The district by its division code, with what lies below it; and the default packs where none is published.

    rows: its streets and communities (`list_of`, `folder_of`), may be none: template 3 adds them by name. Default
    packs: the catalogue, the calendar of the zone, the limits of the centre's stages; each may be replaced later.
    Refused: not_yours, bad_division, name_missing, other_district (another one is founded).
    """
    demand(by)
    code = trim_code(code.strip())
    if not _DIVISION.fullmatch(code):
        text = _("区划代码是 6 位数字，如 371002。")
        raise Refused("bad_division", text, fields={"code": text})
    there = places.district()
    if there is not None and there.code != code:
        text = _("本站点已是 %(name)s（%(code)s）。一个站点只管一个区。") % {"name": there.name, "code": there.code}
        raise Refused("other_district", text, fields={"code": text})
    named = name.strip() or next((row.name for row in rows if row.code == code), "") or (there.name if there else "")
    if not named:
        text = _("请填写本区的名称。")
        raise Refused("name_missing", text, fields={"name": text})
    below = [row for row in rows if row.code != code]
    report = places_commands.load_areas(actor=WORKER.actor, now=now, rows=[AreaRow(1, code, named), *below])
    _default_packs(now)
    Site.objects.get_or_create(id=1)
    record("found_district", uuid7(), by, now, division=code, areas=report.taken, refused=len(report.refused))
    return report


def _default_packs(now: datetime) -> None:
    bodies: dict[str, Any] = {
        "catalogue": body_from_csv(),
        "calendar": seed.body(settings.TIME_ZONE),
        "limits": dict(DEFAULT_LIMITS),
    }
    for kind, body in bodies.items():
        if packs.current(kind, now) is None:
            made = packs_commands.draft(by=WORKER, now=now, kind=kind, body=body)
            packs_commands.publish(by=WORKER, now=now, pack_id=made.id, effective_from=now)


def list_of(content: bytes, district: str) -> list[AreaRow]:
    """Areas of a district from a list (CSV, XLSX) with a column of codes and one of names; rows of others are left out.

    Refused: column_missing, what intake's reader cannot make out (`unreadable_file`), what limits.check refuses.
    """
    if content.startswith(b"PK"):
        limits.check(content)
    with tempfile.TemporaryDirectory() as folder, readable():
        path = Path(folder) / "areas"
        path.write_bytes(content)
        table = open_table(path, packed=False)
        head = [column.lower() for column in table.columns]
        code = next((at for at, cell in enumerate(head) if cell in _CODES), None)
        name = next((at for at, cell in enumerate(head) if cell in _NAMES), None)
        if code is None or name is None:
            text = _("表里要有“代码”和“名称”两列。")
            raise Refused("column_missing", text, fields={"file": text})
        found = [(row.number, trim_code(row.cells[code].strip()), row.cells[name].strip()) for row in table.rows()
                 if row.problem is None]  # fmt: skip
    return [AreaRow(number, of, named) for number, of, named in found if of.startswith(district) and level_of(of)]


def folder_of(folder: Path, district: str) -> list[AreaRow]:
    """Areas of a district from a folder of the statistics office's lists. Refused: division_missing."""
    return read_folder(folder, district)


@verb
def go_live(*, by: Standing, now: datetime, without_rehearsal: bool = False) -> list[str]:
    """Publish what founding drafted, destroy the files that were handed in, drop the rehearsal; the kinds published.

    without_rehearsal: somebody decides to go live although nothing has been rehearsed since the last import.
    Refused: not_yours, already_live, no_district, import_running (409), rehearsing (409), grave_gaps (with what is
    missing), not_rehearsed, and what publishing refuses.
    """
    from . import jobs

    demand(by)
    site, _made = Site.objects.select_for_update().get_or_create(id=1)
    _check_ready(site, now)
    fresh = rehearsed_since_last_import(site)
    if not (fresh or without_rehearsal):
        raise Refused("not_rehearsed", _("最后一次导入之后还没有演练过。请先演练，或注明不演练直接上线。"))
    published = []
    for kind in DRAFTED:
        draft = packs.open_draft(kind)
        if draft is not None:
            packs_commands.publish(by=WORKER, now=now, pack_id=draft.id, effective_from=now)
            published.append(kind)
    destroy_files(now)
    site.live_at, site.live_by = now, str(by.actor)
    site.save()
    record("go_live", uuid7(), by, now, published=published, rehearsed=fresh)
    jobs.drop_rehearsal.defer()
    return published


def _check_ready(site: Site, now: datetime) -> None:
    """What keeps a site from going live, by name."""
    if site.live_at is not None:
        raise Refused("already_live", _("本站点已经上线。"))
    if places.district() is None:
        raise Refused("no_district", _("还没有设本区的区划。请先在第一步填区划代码。"))
    if Import.objects.filter(state__in=sorted(states.BUSY)).exists():
        raise Refused("import_running", _("还有文件正在处理，请等它结束。"), status=409)
    if rehearsing(site, now):
        raise Refused("rehearsing", _("正在演练，请等它结束。"), status=409)
    missing = {code: found for code, found in gaps.gaps(now).items() if found and gaps.KINDS[code].grave}
    if missing:
        fields = {code: f"{gaps.KINDS[code].title}：{found[0].name}" + ("…" if len(found) > 1 else "")
                  for code, found in missing.items()}  # fmt: skip
        raise Refused("grave_gaps", _("还有会让案卷卡住的缺口，补上后再上线。"), fields=fields)


def rehearsed_since_last_import(site: "Site | SiteState | None") -> bool:
    """Has the site been rehearsed as it is? At most one statement."""
    if site is None or site.rehearsal_state != "done" or site.rehearsed_at is None:
        return False
    changed = Import.objects.filter(state__in=("taken", "undone"), changed_at__gt=site.rehearsed_at)
    return not changed.exists()


def destroy_files(now: datetime) -> None:
    """The lists themselves are no longer needed. Where something could still be undone its key stays with it."""
    rows = Import.objects.filter(file_sealed__isnull=False).exclude(state__in=("checking", "taking", "undoing"))
    rows.update(file_sealed=None)
    idle = rows.model.objects.filter(state__in=("refused", "checked"))
    keys = list(idle.filter(~Exists(Effect.objects.filter(of=OuterRef("pk")))).values_list("key_id", flat=True))
    idle.update(findings_sealed=None, state="given_up", changed_at=now)
    if keys:
        vault.destroy(keys, reason="founding_live", now=now)


def site() -> SiteState | None:
    """How far the founding is, None before it has begun; one statement."""
    row = Site.objects.filter(id=1).values_list("rehearsal_state", "rehearsed_at", "live_at").first()
    return SiteState(*row) if row else None
