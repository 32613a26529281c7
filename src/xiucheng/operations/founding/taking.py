"""Carrying an import out: the changes by the template's hand, what was done for undoing, the keys rows are known by."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from xiucheng.foundation.people import vault
from xiucheng.kit.days import local_day
from xiucheng.kit.refused import Refused
from xiucheng.kit.site import lock_key
from xiucheng.kit.verbs import verb

from . import storing
from .frame import WORKER, hand, locked, move, record
from .judging import Judgement
from .models import Effect, Extra, Import, Known
from .rules import personal
from .templates.base import Change, Done, Template, key_digest, values_digest
from .templates.table import template_of

_BATCH = 1000


@verb
def take(*, import_id: UUID, judged: Judgement, now: datetime, tick: Callable[[int, int], None]) -> None:
    """All that was accepted, in one transaction; one import of the site at a time.

    Refused: stale (409) where the file would now do something else than what was looked at, and what the rooms below
    refuse.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key("founding.take")])
    row = locked(import_id)
    if row.state != "taking":
        return
    if judged.digest != row.plan_digest:
        raise Refused("stale", _("检查之后系统里的内容有了变化。请重新检查这份文件，再决定。"), status=409)
    template = template_of(row.template)
    changes = [one for one in judged.changes if one.kind != "missing" or row.close_missing]
    done = [
        list(group)
        for group in template.write(
            changes, by=hand(row.id), now=now, ground=judged.ground, tick=lambda count: tick(count, len(changes))
        )
    ]
    _keep_effects(row, done)
    _keep_keys(row, template, judged, changes, done)
    _keep_extras(row, changes, done, now)
    move(row, "taken", now)
    # The database's own moment of this transaction, which its steps bear too: what comes later leans (undoing.py).
    row.taken_at = Now()
    row.refused = ""
    row.save()
    counts = {"created": row.created, "changed": row.changed, "closed": row.missing if row.close_missing else 0}
    record("take", row.id, WORKER, now, template=row.template, rows=row.rows, wrong=row.wrong, **counts)


def _keep_effects(row: Import, done: Sequence[Sequence[Done]]) -> None:
    Effect.objects.bulk_create(
        [
            Effect(
                of=row,
                row=one.row,
                action=one.action,
                ref=one.ref,
                before_sealed=storing.seal_json(row.key_id, dict(one.before)) if one.before else None,
            )
            for group in done
            for one in group
        ],
        batch_size=_BATCH,
    )


def _keep_keys(
    row: Import, template: Template, judged: Judgement, changes: Sequence[Change], done: Sequence[Sequence[Done]]
) -> None:
    """From now on the rows are known by their keys, those that were there before by other ways as well."""
    refs = {change.key: next((one.ref for one in group if one.main), "") for change, group in
            zip(changes, done, strict=True) if change.kind != "missing"}  # fmt: skip
    rows = []
    for one in judged.records:
        there = template.find(one, judged.ground)
        ref = refs.get(one.key) or (there.ref if there else "")
        if ref:
            name = vault.seal(row.key_id, one.label[:200])
            values = values_digest(template.name, one.values)
            known = key_digest(template.name, one.key)
            rows.append(Known(template=template.name, key=known, ref=ref, digest=values, of=row, label_sealed=name))
    for also in (one for group in done for one in group):
        if also.known_as is not None:
            space, key, label = also.known_as
            sealed = vault.seal(row.key_id, label[:200])
            digest = key_digest(space, key)
            rows.append(Known(template=space, key=digest, ref=also.ref, digest=b"", of=row, label_sealed=sealed))
    Known.objects.bulk_create(
        rows,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["template", "key"],
        update_fields=["ref", "digest", "of", "label_sealed"],
    )
    closed = [change.there.ref for change in changes if change.kind == "missing" and change.there]
    Known.objects.filter(template=template.name, ref__in=closed).delete()


def _keep_extras(row: Import, changes: Sequence[Change], done: Sequence[Sequence[Done]], now: datetime) -> None:
    """Cells of the columns that were given a purpose and a retention, each under a key of its own."""
    findings = storing.open_json(row.key_id, row.findings_sealed) or {}
    keep = {int(index): kept for index, kept in findings.get("keep", {}).items()}
    if not keep:
        return
    today = local_day(now)
    wanted = []
    for change, group in zip(changes, done, strict=True):
        subject = next((one.subject for one in group if one.subject), "")
        if change.record is None or not subject:
            continue
        for index, (label, purpose, retention) in keep.items():
            if value := change.record.extras.get(index):
                wanted.append((subject, label, purpose, retention, value))
    keys = vault.new_keys(len(wanted))
    Extra.objects.bulk_create(
        [
            Extra(
                of=row,
                ref=subject,
                label=label[:60],
                purpose=purpose,
                retention=retention,
                erase_on=personal.erase_on(retention, today),
                key_id=key,
                sealed=vault.seal(key, value),
            )
            for key, (subject, label, purpose, retention, value) in zip(keys, wanted, strict=True)
        ],
        batch_size=_BATCH,
    )
