"""What may stand in a step: codes, numbers, references, dates and keyed digests; never a word, a name or a contact.

A step can never be taken back, so what goes in is known by its shape. Where long numbers are codes (divisions, grids,
components) the name under which they are recorded says so, and how long they are: nobody's telephone fits.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_CLOCK = r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
_REFERENCES = re.compile(
    "|".join(
        [
            rf"(person:)?{_UUID}",
            r"rule:[a-z][a-z0-9_.]*@\d{1,6}",
            rf"\d{{4}}-\d\d-\d\d([T ]{_CLOCK}(Z|[+-]\d\d:\d\d)?)?",
            _CLOCK,
            # The short number of a subject, as people read it out: year, running number, part, check digit.
            r"\d\d-\d{4,6}-\d{3}-\d",
        ]
    )
)
_DIGESTS = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")
"""sha256 and its kin, and the first half of one."""
# Not among the signs: the @ of an address. Not among the words: a name's capital before small letters.
_CODE = re.compile(r"(?!.*[A-Z][a-z])[A-Za-z0-9_.:/|+-]{0,80}")
_LONGEST_RUN = 6
"""Digits in a row, whatever signs stand between them: from seven on they may be a telephone's."""
_TOO_LONG = re.compile(rf"[0-9](?:[^A-Za-z_0-9]*[0-9]){{{_LONGEST_RUN}}}")

_PLAIN = re.compile(r"[a-z_]{0,80}")
"""Most of what is told: names of entries and codes without a digit, which need no second look."""

_NUMBER_BOUND = 10**9
"""Whole numbers from here on are long enough for a mobile telephone; nothing that is counted gets there."""

_AREA = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|[1-9]\d{11}|\d{15}")
_OWN = re.compile(r"[A-Za-z0-9_.-]{1,40}")
NUMBER_CODES: Mapping[str, re.Pattern[str]] = {
    "area": _AREA,
    "to_area": _AREA,
    "unit_grid": re.compile(r"\d{15}"),
    "component": re.compile(r"\d{16}"),
    # Codes that a city gives to its own grids and organisations (a social credit code has 18 signs).
    "duty_grid": _OWN,
    "code": _OWN,
}
"""Names of payload entries whose values are codes of many digits, and how these look (STANDARDS §1)."""


def is_reference(text: str) -> bool:
    """An id, an instant, a rule's version, a subject's number: many digits, and nobody's telephone."""
    return _REFERENCES.fullmatch(text) is not None


def may_be_telephone(text: str) -> bool:
    """Does it hold seven digits or more with nothing but signs between them (010-6234-5678, +86.138.0013.8000)?

    Asked here of what goes into a step, and by the log of what goes into a line.
    """
    return _TOO_LONG.search(text) is not None


def checked(value: Any, name: str = "payload") -> Any:
    """The value as JSON holds it. Raises ValueError for whatever is none of the above; `name` is that of the entry."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        if abs(value) >= _NUMBER_BOUND:
            raise ValueError(f"{name}: steps hold no number of ten digits")
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str):
        return _text(value, name)
    return _nested(value, name)


def _nested(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {_text(str(key), "key"): checked(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [checked(item, name) for item in value]
    raise ValueError(f"{name}: {type(value).__name__} cannot stand in a step")


def _text(value: str, name: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    known = NUMBER_CODES.get(name)
    if (known and known.fullmatch(value)) or is_reference(value) or _DIGESTS.fullmatch(value):
        return value
    if not _CODE.fullmatch(value) or may_be_telephone(value):
        # The value itself is not repeated: whoever reads the log of this error must not read it either.
        raise ValueError(f"{name}: steps hold codes, not words")
    return value
