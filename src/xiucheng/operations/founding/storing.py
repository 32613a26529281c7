"""How founding keeps what is personal: file, name and findings under one key per import, opened and sealed here."""

import json
import zlib
from typing import Any
from uuid import UUID

from django.db import connections

from xiucheng.foundation.people import vault

from .models import Import, Known
from .templates.base import KnownRow, KnownRows


def seal_json(key_id: UUID, value: Any) -> bytes:
    """Any JSON value, packed and sealed."""
    return vault.seal(key_id, zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()))


def open_json(key_id: UUID, sealed: bytes | memoryview | None) -> Any:
    """The value again; None where there is none or its key is destroyed."""
    clear = vault.open(key_id, bytes(sealed)) if sealed is not None else None
    return json.loads(zlib.decompress(clear)) if clear is not None else None


def content_of(row: Import) -> bytes | None:
    """The file as it was handed in; None once it is no longer kept."""
    return vault.open(row.key_id, bytes(row.file_sealed)) if row.file_sealed is not None else None


def name_of(row: Import) -> str:
    """The file's name; "" where it is erased."""
    return vault.open_text(row.key_id, bytes(row.name_sealed)) or ""


def known_rows(template: str) -> tuple[KnownRows, dict[bytes, str]]:
    """What came by a template before, and what each is called; two statements."""
    rows = list(
        Known.objects.filter(template=template).values_list("key", "ref", "digest", "of__key_id", "label_sealed")
    )
    names = vault.open_texts([(row[3], bytes(row[4])) for row in rows])
    held = {bytes(key): KnownRow(ref, bytes(digest)) for key, ref, digest, _of, _label in rows}
    labels = {bytes(row[0]): name or row[1] for row, name in zip(rows, names, strict=True)}
    return KnownRows(template, held), labels


def tell_progress(import_id: UUID, done: int, total: int) -> None:
    """How far a running import is, seen by others at once: over a connection of its own, outside the transaction."""
    beside = connections.create_connection("default")
    try:
        with beside.cursor() as cursor:
            cursor.execute(
                "INSERT INTO founding_progress (import_id, done, total) VALUES (%s, %s, %s)"
                " ON CONFLICT (import_id) DO UPDATE SET done = EXCLUDED.done, total = EXCLUDED.total",
                [import_id, done, total],
            )
    finally:
        beside.close()


def fault_json(faults: Any) -> list[list[Any]]:
    """Faults as they are kept."""
    return [[fault.row, fault.column, fault.code, fault.detail] for fault in faults]
