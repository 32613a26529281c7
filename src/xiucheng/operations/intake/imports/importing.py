"""One import from file to report: read, judge, skip what is there, write in batches, list what was refused and why."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused

from ..models import ImportedRow, Run
from ..queries.sources import import_lock
from ..secrets import row_key
from ..words import FILE, sentence
from . import founding, live, past
from .errors import ErrorsFile, told
from .mapping import Mapping as MappingFile
from .reading import Row, Table, Unreadable, open_table
from .requests import ImportedRequest, Reader, Reason, Rejected

BATCH = 500
_KEPT = 50

Progress = Callable[[int, int], None]
Refusing = Callable[[Rejected], None]


@dataclass(slots=True)
class ImportReport:
    """What became of a file. rows = accepted + rejected + unchanged.

    flags: how many accepted requests bear which flag of quality. reasons: how many rejected rows name which code.
    rejections: the first reasons (row, column, code, reason), for a screen; all of them are in the errors file.
    per_second: rows gone through in a second of wall time. Plain values only, so that it can be printed as JSON.
    """

    source: str
    dry_run: bool
    encoding: str
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    unchanged: int = 0
    flags: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    rejections: list[dict[str, str | int]] = field(default_factory=list)
    seconds: float = 0.0
    per_second: float = 0.0
    run_id: str | None = None


def run(
    path: Path | str,
    mapping: MappingFile,
    *,
    by: Standing,
    now: datetime,
    dry_run: bool = False,
    errors_path: Path | None = None,
    progress: Progress | None = None,
    refusing: Refusing | None = None,
    batch: int = BATCH,
) -> ImportReport:
    """Import a file by a mapping; each batch of rows is a transaction, and what came in before is not touched.

    dry_run: everything is read and judged, nothing is stored. errors_path: where the refused rows are listed as CSV.
    progress(done, total) is called after each batch, refusing(rejected) for each refused row. Importing the same file
    again changes nothing; a row that has changed since is refused as `changed_since`, because what happened is not
    rewritten.
    Refused: `not_yours` (403; act intake.import), `wrong_site`, `unreadable_file` with the words of words.FILE,
    `import_running` (409) while the same source is being imported, and what founding refuses.
    """
    if not people.may(by, "intake.import"):
        raise Refused("not_yours", _("您的岗位不能批量导入。"), status=403)
    if mapping.site is not None and mapping.site != settings.SITE:
        text = _("这个映射的数据属于站点“%(site)s”，不能导入当前站点。") % {"site": mapping.site}
        raise Refused("wrong_site", text)
    begun = time.monotonic()
    with readable():
        table = open_table(Path(path), encoding=mapping.encoding, delimiter=mapping.delimiter)
        job = _Job(table, mapping, by, now, dry_run, errors_path, progress, refusing, batch)
        with _alone(mapping.name):
            report = job.work()
    seconds = time.monotonic() - begun
    report.seconds, report.per_second = round(seconds, 2), round(report.rows / seconds, 1)
    return report


@contextmanager
def readable() -> Iterator[None]:
    """What the reader cannot make out is refused as `unreadable_file`, with the words of words.FILE."""
    try:
        yield
    except Unreadable as fault:
        text = sentence(FILE, fault.code, fault.detail)
        raise Refused("unreadable_file", text, fields={"file": text, "code": fault.code}) from fault


@contextmanager
def _alone(source: str) -> Iterator[None]:
    """One import of a source at a time; the lock is the connection's, which this thread keeps until the end."""
    key = import_lock(source)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if not cursor.fetchone()[0]:
            raise Refused("import_running", _("同一来源正在导入，请等它结束。"), status=409)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


class _Job:
    """The state of one import while it runs."""

    def __init__(
        self,
        table: Table,
        mapping: MappingFile,
        by: Standing,
        now: datetime,
        dry_run: bool,
        errors_path: Path | None,
        progress: Progress | None,
        refusing: Refusing | None,
        batch: int,
    ) -> None:
        self.table, self.mapping, self.by, self.now = table, mapping, by, now
        self.begun = time.monotonic()
        self.dry_run, self.errors_path, self.batch = dry_run, errors_path, batch
        self.progress = progress or (lambda done, total: None)
        self.refusing = refusing or (lambda rejected: None)
        self.report = ImportReport(mapping.name, dry_run, table.encoding)

    def work(self) -> ImportReport:
        if not self.dry_run:
            founding.found(by=self.by, now=self.now, mapping=self.mapping)
        self.ground = founding.ground(self.mapping, self.now)
        columns = self.table.columns
        self.reader = Reader(self.mapping, columns, self.ground.known, key=row_key(), now=self.now)
        total = self.table.count()
        self.run_id = None if self.dry_run else self._begin()
        self.report.run_id = str(self.run_id) if self.run_id else None
        with ErrorsFile(self.errors_path, columns) as errors:
            self.errors = errors
            rows = self.table.rows()
            while batch := list(islice(rows, self.batch)):
                self._batch(batch)
                self.progress(self.report.rows, total)
        if self.run_id is not None:
            self._finish(self.run_id)
        return self.report

    def _batch(self, batch: Sequence[Row]) -> None:
        read = [self.reader.read(row) for row in batch]
        requests = self._new([one for one in read if isinstance(one, ImportedRequest)], batch)
        refused = self._write(requests) if requests and not self.dry_run else []
        for rejected in (*(one for one in read if isinstance(one, Rejected)), *refused):
            self._reject(rejected)
        left_out = {rejected.row.number for rejected in refused}
        accepted = [one for one in requests if one.number not in left_out]
        self.report.rows += len(batch)
        self.report.accepted += len(accepted)
        _count(self.report.flags, (flag for one in accepted for flag in one.flags))

    def _new(self, requests: Sequence[ImportedRequest], batch: Sequence[Row]) -> list[ImportedRequest]:
        """Those that are not in yet; the same again is counted, another under an old identity is refused."""
        there = {
            external_id: bytes(digest)
            for external_id, digest in ImportedRow.objects.filter(
                source=self.mapping.name, external_id__in=[one.external_id for one in requests]
            ).values_list("external_id", "digest")
        }
        rows = {row.number: row for row in batch}
        new = []
        for one in requests:
            earlier = there.get(one.external_id)
            if earlier is None:
                new.append(one)
            elif earlier == one.digest:
                self.report.unchanged += 1
            else:
                column = self.mapping.columns["external_id"].names
                self._reject(Rejected(rows[one.number], (Reason(" + ".join(column), "changed_since"),)))
        self._rows = rows
        return new

    def _write(self, requests: Sequence[ImportedRequest]) -> list[Rejected]:
        assert self.run_id is not None
        if self.mapping.historical:
            past.write(
                by=self.by,
                now=self.now,
                mapping=self.mapping,
                run_id=self.run_id,
                agencies=self.ground.agencies,
                requests=requests,
            )
            return []
        refusals = live.write(by=self.by, now=self.now, mapping=self.mapping, run_id=self.run_id, requests=requests)
        return [
            Rejected(self._rows[one.number], (Reason("", refusal.code, text=str(refusal.text)),))
            for one, refusal in refusals
        ]

    def _reject(self, rejected: Rejected) -> None:
        self.report.rejected += 1
        _count(self.report.reasons, {reason.code for reason in rejected.reasons})
        room = _KEPT - len(self.report.rejections)
        for reason in rejected.reasons[:room]:
            self.report.rejections.append(
                {"row": rejected.row.number, "column": reason.column, "code": reason.code, "reason": told(reason)}
            )
        self.errors.write(rejected)
        self.refusing(rejected)

    def _begin(self) -> UUID:
        run_id = uuid7()
        Run.objects.create(
            id=run_id,
            source=self.mapping.name,
            mapping_version=self.mapping.version,
            mapping_digest=self.mapping.digest,
            file_digest=_digest(self.table.path),
            by=str(self.by.actor),
            started_at=self.now,
        )
        return run_id

    def _finish(self, run_id: UUID) -> None:
        report = self.report
        with transaction.atomic():
            Run.objects.filter(id=run_id).update(
                finished_at=self.now + timedelta(seconds=time.monotonic() - self.begun),
                rows=report.rows,
                accepted=report.accepted,
                rejected=report.rejected,
                unchanged=report.unchanged,
            )


def _count(counts: dict[str, int], codes: Iterable[str]) -> None:
    for code in codes:
        counts[code] = counts.get(code, 0) + 1


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            found.update(chunk)
    return found.hexdigest()
