"""Keyset paging from either end: a page costs the same wherever it lies, and both ends are one step away."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .refused import Refused

T = TypeVar("T")
MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after (or, backward, before) a key; an empty key is the first (backward: the last) page."""

    key: tuple[Any, ...] = ()
    backward: bool = False

    def token(self, of: str) -> str:
        """The cursor as a reader carries it; of: the list that it is a place in, and that alone takes it back."""
        text = json.dumps([self.backward, [_plain(value) for value in self.key]], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(_mark(text, of) + text).decode().rstrip("=")

    @classmethod
    def parse(cls, token: str | None, width: int, of: str) -> "Cursor":
        """The cursor of a token of the list `of`, whose key has `width` values; refused `bad_cursor` (422)."""
        if not token:
            return cls()
        if token == "last":
            return cls(backward=True)
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (ValueError, binascii.Error):
            raw = b""
        # Only what this very list has handed out is read again, so that no guessed value ever reaches a statement, nor
        # the key of one list the columns of another.
        if len(raw) <= _MARK or not hmac.compare_digest(raw[:_MARK], _mark(raw[_MARK:], of)):
            raise Refused("bad_cursor", _("翻页标记无效，请从第一页开始。"))
        backward, key = json.loads(raw[_MARK:])
        values = tuple(_value(item) for item in key)
        if len(values) not in (0, width):
            raise Refused("bad_cursor", _("翻页标记无效，请从第一页开始。"))
        return cls(values, bool(backward))


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows in reading order and the tokens of the neighbours (None at an end)."""

    rows: list[T]
    next: str | None
    previous: str | None
    last: str = "last"


@dataclass(frozen=True, slots=True)
class Keyset:
    """An order of the list `name` over columns that are never null and together unique, all in one direction."""

    name: str
    columns: tuple[str, ...]
    descending: bool = False

    @property
    def of(self) -> str:
        """What its cursors are marked with: another list, or the same in another order, does not take them."""
        return f"{self.name}:{','.join(self.columns)}:{'desc' if self.descending else 'asc'}"

    def parse(self, token: str | None) -> Cursor:
        """The place in this list that a token stands for; refused `bad_cursor` (422)."""
        return Cursor.parse(token, len(self.columns), self.of)

    def where(self, cursor: Cursor) -> tuple[str, list[Any]]:
        """The predicate of the page (`TRUE` for an end) and its parameters."""
        if not cursor.key:
            return "TRUE", []
        sign = "<" if self.descending != cursor.backward else ">"
        marks = ", ".join(["%s"] * len(self.columns))
        return f"({', '.join(self.columns)}) {sign} ({marks})", list(cursor.key)

    def order(self, cursor: Cursor) -> str:
        """The ORDER BY list; a backward page is read from the other end."""
        direction = "DESC" if self.descending != cursor.backward else "ASC"
        return ", ".join(f"{column} {direction}" for column in self.columns)

    def page(self, rows: Sequence[T], cursor: Cursor, limit: int, key: Callable[[T], tuple[Any, ...]]) -> Page[T]:
        """The page from up to limit + 1 rows as the database gave them; `key(row)` gives its column values."""
        more = len(rows) > limit
        kept = list(rows[:limit])
        if cursor.backward:
            kept.reverse()
        before = more if cursor.backward else bool(cursor.key)
        after = bool(cursor.key) if cursor.backward else more
        return Page(
            rows=kept,
            next=Cursor(key(kept[-1])).token(self.of) if kept and after else None,
            previous=Cursor(key(kept[0]), backward=True).token(self.of) if kept and before else None,
        )


def bounded(limit: int | None, default: int = 50) -> int:
    """A page size between 1 and 200."""
    return max(1, min(limit or default, MAX_LIMIT))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    return value if isinstance(value, int | float) else str(value)


def _value(item: Any) -> Any:
    return datetime.fromisoformat(item["t"]) if isinstance(item, dict) else item


_MARK = 8


def _mark(text: bytes, of: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), f"kit.paging:{of}\0".encode() + text, hashlib.sha256)[:_MARK]
