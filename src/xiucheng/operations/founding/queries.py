"""Every read of founding: the templates with their state, one import with its findings, files to take away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery
from django.utils.translation import gettext as _

from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.refused import Refused

from . import storing
from .books import marking, writing
from .frame import demand
from .models import Extra, Import, Known, Progress
from .rules import personal, states
from .templates.base import Fault, Template
from .templates.table import template_of, templates
from .words import DOUBTS, sentence


@dataclass(frozen=True, slots=True)
class LastImport:
    """The file that was handed in last for a template."""

    id: UUID
    state: str


@dataclass(frozen=True, slots=True)
class TemplateState:
    """A template on the page of all: how many rows of it are on the site, and what its last file became."""

    template: Template
    known: int
    last: LastImport | None

    @property
    def state(self) -> str:
        """empty, busy, waiting (for a decision), done."""
        if self.last is not None and self.last.state in states.BUSY:
            return "busy"
        if self.last is not None and self.last.state in ("checked", "refused"):
            return "waiting"
        return "done" if self.known else "empty"


def overview() -> list[TemplateState]:
    """All templates in order; one statement. What is known of a template came by its imports."""
    known = Known.objects.filter(template=OuterRef("template")).order_by().values("template")
    latest = Import.objects.order_by("template", "-uploaded_at").distinct("template")
    rows = latest.annotate(known=Subquery(known.annotate(n=Count("id")).values("n")))
    found = {one.template: one for one in rows.only("template", "state")}
    return [_state(one, found.get(one.name)) for one in templates()]


def _state(template: Template, last: Any) -> TemplateState:
    if last is None:
        return TemplateState(template, 0, None)
    return TemplateState(template, last.known or 0, LastImport(last.id, last.state))


def _light() -> Any:
    return Import.objects.defer("file_sealed", "findings_sealed")


@dataclass(frozen=True, slots=True)
class OtherColumn:
    """A heading that the template does not know, and what may become of it."""

    index: int
    label: str
    forbidden: str
    purposes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A fault as people read it."""

    row: int
    column: str
    text: str
    doubt: bool
    code: str


@dataclass(frozen=True, slots=True)
class ImportView:
    """One import with its findings in words. said: why the file, the taking or the undoing was refused."""

    id: UUID
    template: Template
    state: str
    state_words: str
    name: str
    uploaded_at: datetime
    taken_at: datetime | None
    rows: int
    wrong: int
    created: int
    changed: int
    same: int
    missing: int
    done: int
    total: int
    plan_digest: str
    said: str
    faults: tuple[Shown, ...]
    doubts: int
    changes: Mapping[str, Sequence[tuple[int, str]]]
    others: tuple[OtherColumn, ...]
    has_file: bool
    broken_off: bool

    @property
    def busy(self) -> bool:
        return self.state in states.BUSY

    @property
    def takes(self) -> int:
        """How many rows taking it would write."""
        return self.created + self.changed

    @property
    def listed(self) -> list[tuple[Sequence[tuple[int, str]], str]]:
        """What it would do, by name: rows and the heading above them."""
        titles = (("created", _("新增")), ("changed", _("更新")), ("missing", _("文件里没有")))
        return [(self.changes.get(kind, ()), title) for kind, title in titles]

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0


def imports(template: str, limit: int = 20) -> list[ImportView]:
    """The files handed in for a template, the latest first, without their findings; three statements at most."""
    rows = list(_light().filter(template=template).order_by("-uploaded_at")[:limit])
    names = vault.open_texts([(row.key_id, bytes(row.name_sealed)) for row in rows])
    running = [row.id for row in rows if row.state in states.BUSY]
    far = Progress.objects.in_bulk(running) if running else {}
    return [_view(row, {}, name or "", far.get(row.id)) for row, name in zip(rows, names, strict=True)]


def import_view(import_id: UUID, by: Standing) -> ImportView:
    """One import with everything found. Refused: not_yours, not_found."""
    demand(by)
    row = Import.objects.defer("file_sealed").filter(id=import_id).first()
    if row is None:
        raise Refused("not_found", _("没有这次导入。"), status=404)
    findings = storing.open_json(row.key_id, row.findings_sealed) or {}
    far = Progress.objects.filter(import_id=row.id).first() if row.state in states.BUSY else None
    return _view(row, findings, storing.name_of(row), far)


def _view(row: Import, findings: Mapping[str, Any], name: str, far: Progress | None) -> ImportView:
    template = template_of(row.template)
    labels = {column.key: column.label for column in template.columns}
    faults = tuple(
        Shown(number, labels.get(column, ""), sentence(code, detail), code in DOUBTS, code)
        for number, column, code, detail in findings.get("faults", ())
    )
    others = tuple(_other(int(at), label) for at, label in findings.get("others", {}).items())
    return ImportView(
        id=row.id, template=template, state=row.state, state_words=_(states.STATES[row.state]),
        name=name, uploaded_at=row.uploaded_at, taken_at=row.taken_at, rows=row.rows,
        wrong=row.wrong,
        created=row.created, changed=row.changed, same=row.same, missing=row.missing, done=far.done if far else 0,
        total=far.total if far else 0,
        plan_digest=row.plan_digest, said=str(findings.get("refused", "")) if row.refused else "", faults=faults,
        doubts=sum(1 for one in faults if one.doubt),
        changes={kind: tuple((number, label) for number, label in found)
                 for kind, found in findings.get("changes", {}).items()},
        others=others, has_file=row.state not in ("given_up",),
        broken_off=row.refused == states.BROKEN_OFF,
    )  # fmt: skip


def _other(index: int, label: str) -> OtherColumn:
    found = personal.forbidden(label)
    purposes = tuple((code, _(personal.PURPOSES[code])) for code in personal.purposes_for(label))
    return OtherColumn(index, label, _(found.title) if found else "", purposes)


def retentions() -> list[tuple[str, str]]:
    """The closed list of how long a personal column may be kept."""
    return [(code, _(title)) for code, (title, _months) in personal.RETENTIONS.items()]


def blank(template: str, by: Standing, now: datetime) -> tuple[bytes, int]:
    """The template to fill in, with lists of what the site has, and how many names these hold.

    Refused: not_yours, unknown_template.
    """
    demand(by)
    wanted = template_of(template)
    known, _labels = storing.known_rows(wanted.name)
    lists = wanted.lists(wanted.ground(now, known))
    return writing.blank(wanted, lists), sum(map(len, lists.values()))


def marked_copy(import_id: UUID, by: Standing) -> tuple[bytes, str, str, int]:
    """Their own file with the faults marked, its name, its template's name, its rows.

    Refused: not_yours, not_found, gone (410), broken_file.
    """
    demand(by)
    row = Import.objects.filter(id=import_id).first()
    content = storing.content_of(row) if row else None
    if row is None:
        raise Refused("not_found", _("没有这次导入。"), status=404)
    findings = storing.open_json(row.key_id, row.findings_sealed) if content is not None else None
    if content is None or findings is None:
        raise Refused("gone", _("文件已经销毁，请重新上传。"), status=410)
    faults = [Fault(*fault) for fault in findings.get("faults", ())]
    return marking.marked(content, template_of(row.template), faults), storing.name_of(row), row.template, row.rows


@dataclass(frozen=True, slots=True)
class Kept:
    """A personal column that is kept: for what, how long, how many cells."""

    label: str
    purpose: str
    retention: str
    cells: int


def kept_columns() -> list[Kept]:
    """What is kept of people beyond the templates' own columns; one statement."""
    rows = Extra.objects.values_list("label", "purpose", "retention").annotate(n=Count("id")).order_by("label")
    return [
        Kept(label, _(personal.PURPOSES[purpose]), _(personal.RETENTIONS[retention][0]), cells)
        for label, purpose, retention, cells in rows
    ]
