"""Writing packs: draft, revise, publish from a date, roll back, withdraw, and the way into and out of a file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing, may
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused
from xiucheng.kit.site import lock_key
from xiucheng.kit.verbs import verb
from xiucheng.kit.words import legible

from . import files, line, registry, rules
from .models import Version
from .queries import Pack, pack_of
from .refusals import OBSTACLES, bad_body, not_found, stale


@verb
def draft(
    *,
    by: Standing,
    now: datetime,
    kind: str,
    body: Mapping[str, Any] | None = None,
    based_on: int | None = None,
    note: str | None = None,
) -> Pack:
    """Begin a new version of a kind.

    body: any JSON object; None takes that of the version it is based on. based_on: None is the version in force.
    A draft may have problems; only publishing asks for none. note: why, in words, at most 500 characters, sealed.
    Refused: not_yours, unknown_kind, not_found (the version it is based on), bad_body, too_large, note_too_long.
    """
    _allowed(by, "packs.draft")
    known = registry.kind_of(kind)
    _lock(kind)
    base = _base(kind, based_on, now)
    if body is None:
        body = base.body if base else {}
    row = _new(known, body, by=by, now=now, based_on=base.version if base else None)
    _seal_note(row, note, now)
    row.save(force_insert=True)
    _step(row, "draft", by, now, based_on=row.based_on)
    return pack_of(row)


@verb
def revise(
    *,
    by: Standing,
    now: datetime,
    pack_id: UUID,
    revision: int,
    body: Mapping[str, Any],
    based_on: int | None = None,
    note: str | None = None,
) -> Pack:
    """Replace the body of a draft.

    revision: the one the editor saw; another means that somebody was faster: stale (409). based_on: a newer version
    that the editor has compared the draft with; None leaves it. note: None leaves it.
    Refused: not_yours, not_found, not_a_draft, stale, bad_body, too_large, note_too_long.
    """
    _allowed(by, "packs.draft")
    row = _row(pack_id)
    _must_be_draft(row, revision)
    kind = registry.kind_of(row.kind)
    if based_on is not None:
        row.based_on = _other(row, based_on)
    row.body = _body(kind, body)
    row.digest = rules.digest(row.kind, row.body)
    row.revision += 1
    row.revised_at = now
    _seal_note(row, note, now)
    row.save(force_update=True)
    _step(row, "revise", by, now, revision=row.revision)
    return pack_of(row)


@verb
def publish(
    *, by: Standing, now: datetime, pack_id: UUID, effective_from: datetime | None = None, revision: int | None = None
) -> Pack:
    """Let a draft apply from a date (aware; None: now), until the next version begins.

    revision: the one that was looked at; None takes what stands. Whoever drafted it may publish it: in a small
    district one person does both, and the journal names them (D).
    Refused: not_yours, not_found, not_a_draft, stale, problems (with the fields), too_far, in_the_past, date_taken,
    nothing_changed, based_on_other (409).
    """
    _allowed(by, "packs.publish")
    _lock(_row(pack_id, locked=False).kind)
    row = _row(pack_id)
    _must_be_draft(row, revision)
    _publish(row, by=by, now=now, effective_from=effective_from or now)
    row.save(force_update=True)
    line.remembered.changed()
    _step(row, "publish", by, now, effective_from=row.effective_from, based_on=row.based_on)
    return pack_of(row)


@verb
def roll_back(
    *,
    by: Standing,
    now: datetime,
    kind: str,
    to_version: int,
    effective_from: datetime | None = None,
    note: str | None = None,
) -> Pack:
    """Let an earlier published version apply again, as a new version with its body.

    The body is checked anew: what was right then may name an agency that is gone. Refused as publish, and
    never_published where the version was not.
    """
    _allowed(by, "packs.publish")
    known = registry.kind_of(kind)
    _lock(kind)
    start = effective_from or now
    earlier = Version.objects.filter(kind=kind, version=to_version).first()
    if earlier is None:
        raise not_found()
    if earlier.published_at is None:
        raise Refused("never_published", _("第 %(version)s 版没有发布过，不能退回到它。") % {"version": to_version})
    before = rules.in_force(line.entries(kind), start)
    row = _new(known, earlier.body, by=by, now=now, based_on=before.version if before else None)
    _seal_note(row, note, now)
    row.rolled_back_to = to_version
    _publish(row, by=by, now=now, effective_from=start)
    row.save(force_insert=True)
    line.remembered.changed()
    _step(row, "roll_back", by, now, effective_from=row.effective_from, to=to_version)
    return pack_of(row)


@verb
def withdraw(*, by: Standing, now: datetime, pack_id: UUID) -> Pack:
    """Give up a draft, or a published version before its date.

    What applies, or has applied, cannot be withdrawn: it is rolled back. Refused: not_yours, not_found,
    already_withdrawn, already_in_force.
    """
    first = _row(pack_id, locked=False)
    _allowed(by, "packs.draft" if first.state == rules.DRAFT else "packs.publish")
    _lock(first.kind)
    row = _row(pack_id)
    if row.state != first.state:
        raise stale()
    if row.state == rules.WITHDRAWN:
        raise Refused("already_withdrawn", _("这一版已经撤回。"))
    if row.effective_from is not None and row.effective_from <= now:
        raise Refused("already_in_force", _("这一版已经生效，不能撤回；请退回到以前的版本。"))
    row.state, row.withdrawn_by, row.withdrawn_at = rules.WITHDRAWN, str(by.actor), now
    row.save(force_update=True)
    line.remembered.changed()
    _step(row, "withdraw", by, now)
    return pack_of(row)


@verb
def import_file(*, by: Standing, now: datetime, content: bytes, note: str | None = None) -> Pack:
    """A draft from a file that export_file made, here or elsewhere; based on the version in force.

    The same content again changes nothing: the version in force, or the open draft, that says the same is returned.
    Refused: not_yours, too_large (413), bad_file, unknown_format, unknown_kind, digest_changed, bad_body,
    note_too_long.
    """
    _allowed(by, "packs.draft")
    said = files.parse(content)
    known = registry.kind_of(said.kind)
    found = rules.digest(said.kind, said.body)
    if found != said.digest:
        text = _("文件的内容与其摘要不符：导出之后被改动过。请在草稿里修改，不要改文件。")
        raise Refused("digest_changed", text, fields={"file": text})
    _lock(said.kind)
    base = _base(said.kind, None, now)
    row = _new(known, said.body, by=by, now=now, based_on=base.version if base else None)
    same = _same(row, base)
    if same is not None:
        return pack_of(same)
    _seal_note(row, note, now)
    row.save(force_insert=True)
    _step(row, "import_file", by, now, based_on=row.based_on)
    return pack_of(row)


@verb
def export_file(*, by: Standing, now: datetime, pack_id: UUID) -> bytes:
    """A version as a file: JSON in UTF-8 with its digest, the same bytes whenever it is asked for.

    Refused: not_yours, not_found.
    """
    _allowed(by, "packs.draft")
    row = _row(pack_id, locked=False)
    _step(row, "export_file", by, now)
    return files.write(site=settings.SITE, pack=pack_of(row))


# -- the parts --------------------------------------------------------------------------------------------------------


def _allowed(by: Standing, act: str) -> None:
    if not may(by, act):
        raise Refused("not_yours", _("这项配置不归您管理；请找系统管理员或值班长。"), status=403)


def _lock(kind: str) -> None:
    """One writer per kind: numbers and dates are given one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(f"packs.{kind}")])
    # What this transaction reads of the time line from here on must not be older than the lock. (A mere draft thereby
    # lets others read the line once more; that is one short statement, and drafts are rare.)
    line.remembered.changed()


def _row(pack_id: UUID, *, locked: bool = True) -> Version:
    rows = Version.objects.select_for_update() if locked else Version.objects.all()
    row = rows.filter(id=pack_id).first()
    if row is None:
        raise not_found()
    return row


def _must_be_draft(row: Version, revision: int | None) -> None:
    if row.state != rules.DRAFT:
        raise Refused("not_a_draft", _("这一版已经发布或撤回，不能再改；请另起一份草稿。"))
    if revision is not None and row.revision != revision:
        raise stale()


def _base(kind: str, version: int | None, now: datetime) -> Version | None:
    if version is None:
        entry = rules.in_force(line.entries(kind), now)
        return Version.objects.get(id=entry.id) if entry else None
    base = Version.objects.filter(kind=kind, version=version).first()
    if base is None:
        raise not_found()
    return base


def _other(row: Version, version: int) -> int:
    if version == row.version or not Version.objects.filter(kind=row.kind, version=version).exists():
        raise not_found()
    return version


def _new(
    kind: registry.PackKind,
    body: Mapping[str, Any],
    *,
    by: Standing,
    now: datetime,
    based_on: int | None,
) -> Version:
    """The next version of a kind, without its note, not yet stored; the kind is locked."""
    kept = _body(kind, body)
    last = Version.objects.filter(kind=kind.name).aggregate(last=Max("version"))["last"]
    row = Version(
        kind=kind.name,
        version=(last or 0) + 1,
        body=kept,
        digest=rules.digest(kind.name, kept),
        based_on=based_on,
        created_by=str(by.actor),
        created_at=now,
        revised_at=now,
    )
    return row


def _body(kind: registry.PackKind, body: Any) -> dict[str, Any]:
    if not isinstance(body, Mapping):
        raise Refused("bad_body", _("配置的内容应是一个 JSON 对象。"))
    try:
        kept: dict[str, Any] = rules.plain(kind.normalise(rules.plain(body)))
    except rules.NotJson as error:
        raise bad_body(error) from None
    if len(rules.canonical(kept)) > rules.MAX_BYTES:
        raise Refused("too_large", _("配置的内容太大，不能超过 8 MB。"), status=413)
    return kept


def _seal_note(row: Version, note: str | None, now: datetime) -> None:
    """What it said before opens no more; no word leaves the note as it is."""
    text = legible(note or "")
    if not text:
        return
    if len(text) > rules.MAX_NOTE:
        text = _("说明请不超过 500 字。")
        raise Refused("note_too_long", text, fields={"note": text})
    if row.note_key is not None:
        vault.destroy([row.note_key], reason="packs.note_revised", now=now)
    row.note_key = vault.new_key()
    row.note = vault.seal(row.note_key, text)


def _publish(row: Version, *, by: Standing, now: datetime, effective_from: datetime) -> None:
    problems = registry.kind_of(row.kind).validate(row.body)
    if problems:
        fields: dict[str, Any] = {}
        for problem in problems:
            fields.setdefault(problem.path, problem.text)
        raise Refused("problems", _("还有 %(n)s 处问题，改好后才能发布。") % {"n": len(problems)}, fields=fields)
    code = rules.why_not_publish(
        line.entries(row.kind), digest=row.digest, based_on=row.based_on, effective_from=effective_from, now=now
    )
    if code is not None:
        text, status = OBSTACLES[code]
        raise Refused(code, text, fields={"effective_from": text} if status == 422 else None, status=status)
    row.state, row.effective_from = rules.PUBLISHED, effective_from
    row.published_by, row.published_at = str(by.actor), now


def _same(row: Version, base: Version | None) -> Version | None:
    """What says the same already: the version in force or an open draft."""
    if base is not None and base.digest == row.digest:
        return base
    return Version.objects.filter(kind=row.kind, state=rules.DRAFT, digest=row.digest).order_by("-version").first()


def _step(row: Version, what: str, by: Standing, now: datetime, **more: Any) -> None:
    journal.record(
        room="packs",
        subject=row.id,
        verb=what,
        actor=by.actor,
        occurred_at=now,
        payload={"kind": row.kind, "version": row.version, "digest": row.digest, **more},
    )
