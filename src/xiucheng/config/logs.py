"""The log: one JSON object a line (or a plain line in a terminal), without anybody's words.

A message keeps what the program says; of what is put into it only numbers and codes stay, since anything else may be a
name, a sentence, an address with a tracking key. Of errors: types, places and the database's codes, never messages.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from xiucheng.kit import wordless
from xiucheng.kit.journal import codes

# As of the journal's payloads: a code is short, of ASCII, without spaces and without the marks of an address.
_CODE = re.compile(r"[A-Za-z0-9_.:+-]{1,80}")
_ID = re.compile(r"[0-9a-f]{32}")
_NUMBER_BOUND = 10**7
HIDDEN = "…"


def plain(value: object) -> object:
    """A number or a code as it is, everything else hidden. A telephone number is no code, however it is written."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        # A spreadsheet makes 13800138000.0 of it.
        return value if abs(value) < _NUMBER_BOUND else HIDDEN
    text = str(value)
    if codes.is_reference(text) or _ID.fullmatch(text):
        return value
    return value if _CODE.fullmatch(text) and not codes.may_be_telephone(text) else HIDDEN


def message(record: logging.LogRecord) -> str:
    """The record's sentence with only plain values in it."""
    try:
        if isinstance(record.args, dict):
            return str(record.msg) % {name: plain(value) for name, value in record.args.items()}
        if record.args:
            return str(record.msg) % tuple(plain(value) for value in record.args)
    except (TypeError, ValueError):
        # A hidden number does not fit %d; the bare sentence says enough.
        pass
    return str(record.msg)


class Json(logging.Formatter):
    """`{"at", "level", "logger", "text", "request", "site", "error"}`, in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        from django.conf import settings

        from .observing import request_id

        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": message(record),
            "site": settings.SITE,
            "process": record.process,
        }
        if request_id.get():
            entry["request"] = request_id.get()
        if record.exc_info and record.exc_info[1] is not None:
            entry["error"] = wordless.described(record.exc_info[1], sep=" | ")
        return json.dumps(entry, ensure_ascii=False)


class Line(wordless.Formatter):
    """The same for a terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = message(record)
        return super().formatMessage(record)
