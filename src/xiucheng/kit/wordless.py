"""What a log may say of an error: its types, where it arose and the database's codes; never its message.

A message quotes what was at hand: the value that could not be read, the row that broke a constraint, with every word in
it. Words belong into sealed columns that can be erased, and nobody erases a log.
"""

import logging
from traceback import extract_tb
from types import TracebackType

import psycopg

_CODES = ("table_name", "column_name", "constraint_name")
_DEEPEST = 6
"""Errors of one chain that are told; a longer one goes round in circles."""


class Formatter(logging.Formatter):
    """A line as any other, with a traceback from which messages and source are left out."""

    def format(self, record: logging.LogRecord) -> str:
        # A handler before this one may have left its own text of the error on the record.
        record.exc_text = None
        return super().format(record)

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return described(ei[1], sep="\n  ") if ei[1] is not None else ""

    def formatStack(self, stack_info: str) -> str:
        return ""


def described(error: BaseException, *, sep: str = " ") -> str:
    """The error and those it arose from: `IntegrityError 23505 kit_reacted kit_reacted_pkey at readers.py:140 _claim`.

    The frames stand innermost last, as in a traceback; `sep` parts the errors.
    """
    told: list[str] = []
    one: BaseException | None = error
    while one is not None and len(told) < _DEEPEST:
        told.append(" ".join([type(one).__name__, *_codes(one), *_frames(one)]))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return f"{sep}from ".join(told)


def _codes(error: BaseException) -> list[str]:
    if not isinstance(error, psycopg.Error):
        return []
    names = (getattr(error.diag, code) for code in _CODES)
    return [error.sqlstate or "", *(name for name in names if name)]


def _frames(error: BaseException) -> list[str]:
    frames = extract_tb(error.__traceback__, limit=-8)
    return [f"at {frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
