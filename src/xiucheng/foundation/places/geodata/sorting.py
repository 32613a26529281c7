"""Rows in an order that does not depend on the file's: whichever way a list is sorted, the same site comes of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping


def order_key(code: str, fields: Mapping[str, str], shape: bytes) -> tuple[str, str]:
    """By code, and where two rows claim one code by a digest of all that they say."""
    said = json.dumps(dict(fields), ensure_ascii=False, sort_keys=True).encode()
    return code, hashlib.sha256(said + b"\0" + shape).hexdigest()


def facility_code(kind: str, name: str, lon: float, lat: float) -> str:
    """A code for a facility whose list has none: the same place and name get the same one again."""
    said = f"{kind}|{''.join(name.split())}|{lon:.4f}|{lat:.4f}"
    return "F" + hashlib.sha256(said.encode()).hexdigest()[:11].upper()
