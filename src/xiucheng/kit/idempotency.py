"""The same request twice does the work once: a claimed key with digests of what was asked and references answered."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from . import prepared
from .refused import Refused

MAX_KEY = 200


def claim(
    *, scope: str, key: str, fields: Mapping[str, Any], answer: Mapping[str, Any], now: datetime
) -> dict[str, Any] | None:
    """Claim `key` inside the running verb; None: go on and do the work, which will be answered by `answer`.

    scope: who asks (token, account or session), so that keys of two callers never meet. fields: the request as sent;
    only keyed digests are kept. answer: references only (ids), from which the door rebuilds what it replied.
    Returns the earlier answer where the same request was done. Refused `key_reused` (422) with the fields that differ
    where the key stood for another request; `bad_key` (422) where it is empty or over 200 characters.
    Two at once: the second waits for the first to commit, then gets its answer.
    """
    if not key or len(key) > MAX_KEY:
        raise Refused("bad_key", _("Idempotency-Key 应为 1 至 200 个字符。"))
    digest = _key(scope, key)
    digests = {name: _digest(value) for name, value in fields.items() if value is not None}
    with prepared.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kit_idempotency (digest, fields, answer, claimed_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [digest, json.dumps(digests), json.dumps(answer), now],
        )
        if cursor.rowcount:
            return None
        cursor.execute("SELECT fields, answer FROM kit_idempotency WHERE digest = %s", [digest])
        before, earlier = (_loaded(value) for value in cursor.fetchone())
    differing = sorted(name for name in before.keys() | digests.keys() if before.get(name) != digests.get(name))
    if differing:
        raise Refused(
            "key_reused",
            _("这个 Idempotency-Key 已用于另一份内容。请换一个新键重新提交。"),
            fields={name: _("与先前提交的内容不同。") for name in differing},
        )
    return earlier


def answered(*, scope: str, key: str) -> dict[str, Any] | None:
    """The answer that a key stands for, whatever was asked; None where it is free. One statement."""
    with prepared.cursor() as cursor:
        cursor.execute("SELECT answer FROM kit_idempotency WHERE digest = %s", [_key(scope, key)])
        row = cursor.fetchone()
    return _loaded(row[0]) if row else None


def forget(before: datetime) -> int:
    """Drop keys claimed before `before`; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kit_idempotency WHERE claimed_at < %s", [before])
        return cursor.rowcount


def _key(scope: str, key: str) -> bytes:
    return hashlib.sha256(f"{scope}\0{key}".encode()).digest()


def _digest(value: Any) -> str:
    # Keyed, so that a phone number cannot be found again by trying all of them against the table.
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:24]


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
