"""Whether history written by COPY is what the verbs would have made: both paths, and a digest of what is stored."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection

from tests.operations.intake.make import settle
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Post, Standing
from xiucheng.kit import journal
from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal import readers
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.intake import commands
from xiucheng.operations.intake.commands.submitting import Origin
from xiucheng.operations.intake.imports import Mapping
from xiucheng.operations.intake.imports.requests import ImportedRequest

# Columns whose values differ by nature: identities, keys, tasks (history has none), who did it, and the flag itself.
_REPORT = (
    "state, version, channel, source, external_id, category, category_by, area, unit_grid, lon, lat, occurred_at,"
    " received_at, found, outcome, quality"
)
_CASE = (
    "state, version, channel, category, condition, condition_assumed, severity, catalogue_version, area, unit_grid,"
    ' component, lon, lat, "limit", needs_check, after_photo, filed_at, clock_from, due_at, provisional, handle_due_at,'
    " agency_id, agencies, checked, rework_count, reopen_count, extend_count, supervised, self_handled, quality,"
    " closed_at, closing, moved_at"
)
_IDS = {"case", "report", "number", "person"}


def by_verbs(mapping: Mapping, requests: Sequence[ImportedRequest], by: Standing) -> None:
    """What an import of history amounts to, verb by verb, each at its stated time."""
    readers.ensure_rows()
    desk = Standing(uuid7(), posts=(Post("acceptor"), Post("dispatcher")))
    for one in requests:
        done = commands.submit_report(
            by=by,
            now=one.created,
            channel=one.channel,
            text=one.text,
            title=one.title or None,
            category=one.category,
            lon=one.lon,
            lat=one.lat,
            address=one.address,
            area=one.area,
            occurred_at=one.created,
            origin=Origin(mapping.name, mapping.digest[:16], one.external_id, one.flags),
        )
        filed = commands.file_report(by=by, now=one.created, report_id=done.report_id)
        _work(one, filed.case_id, desk)
    settle("intake.outcome")


def _work(one: ImportedRequest, case_id: UUID, desk: Standing) -> None:
    assert one.agency is not None
    agency = people.agency_by_code(one.agency)
    assert agency is not None
    clerk = Standing(uuid7(), posts=(Post("agency_clerk", agency_id=agency.id),))
    cases.dispatch_case(by=desk, now=one.created, case_id=case_id, agency_id=agency.id)
    cases.sign_case(by=clerk, now=one.created, case_id=case_id)
    replied = one.replied or one.closed
    if replied is not None:
        cases.reply_case(by=clerk, now=replied, case_id=case_id, reason=one.reply or "已办理")
    if one.closed is not None:
        cases.close_case(by=desk, now=one.closed, case_id=case_id, closing=one.closing)


def without_stated_due(one: ImportedRequest) -> ImportedRequest:
    """The verbs reckon the deadline; so must the import for the comparison."""
    return replace(one, due_stated=False)


def stored(source: str) -> list[list[Any]]:
    """Everything stored of a source that is not an identity, row by row in the order of its own identities."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, case_id, {_REPORT} FROM intake_report WHERE source = %s ORDER BY external_id", [source]
        )
        return [
            [list(row[2:]), _one("cases_case", _CASE, "id", row[1]), _words(row[0], row[1]), _steps(row[0], row[1])]
            for row in cursor.fetchall()
        ]


def digest(rows: list[list[Any]]) -> str:
    """One digest of what `stored` found."""
    return hashlib.sha256(json.dumps(rows, default=str, ensure_ascii=False).encode()).hexdigest()


def _one(table: str, columns: str, key: str, value: UUID) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} WHERE {key} = %s", [value])
        return list(cursor.fetchone())


def _words(report_id: UUID, case_id: UUID) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key_id, title, text, address FROM intake_content WHERE report_id = %s", [report_id])
        key_id, *sealed = cursor.fetchone()
        cursor.execute(
            "SELECT key_id, sealed FROM cases_content WHERE case_id = %s AND kind IN ('title', 'address')"
            " ORDER BY kind",
            [case_id],
        )
        of_case = [(key, bytes(words)) for key, words in cursor.fetchall()]
    return vault.open_texts([*((key_id, bytes(one)) for one in sealed if one is not None), *of_case])


def _steps(report_id: UUID, case_id: UUID) -> list[Any]:
    return [
        [step.room, step.verb, step.occurred_at, {k: v for k, v in step.payload.items() if k not in _IDS}]
        for subject in (report_id, case_id)
        for step in journal.of_subject(subject)
        if step.room in ("intake", "cases") and step.verb != "outcome"
    ]
