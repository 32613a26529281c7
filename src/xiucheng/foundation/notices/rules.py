"""How a notice reads: a sentence with places, filled from codes at the moment somebody looks."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

FOLD = timedelta(minutes=10)
"""The same event on the same subject, told again within this time and not read yet, raises a count only (D)."""
KEEP = timedelta(days=180)
"""How long what was read is kept (D: a notice only points at what the journal holds for good)."""
MAX_WAIT_S = 3600
CODE = re.compile(r"[a-z][a-z0-9_.]{0,59}")

_PLACE = re.compile(r"\{(\w+)\}")
_MISSING = "—"


def fill(sentence: str, args: Mapping[str, Any], choices: Mapping[str, Mapping[str, Any]], zone: tzinfo) -> str:
    """The sentence with each {name} replaced by what stands under that name in args.

    choices: for a name, what a code is called (in the reader's language). A name that ends in _at is a moment in ISO
    form and reads as month-day hour:minute in `zone`. What is missing or cannot be read is a dash: a notice of last
    year must not break the page because its sentence was changed since.
    """
    return _PLACE.sub(lambda place: _word(place[1], args.get(place[1]), choices, zone), sentence)


def _word(name: str, value: Any, choices: Mapping[str, Mapping[str, Any]], zone: tzinfo) -> str:
    if value is None or value == "":
        return _MISSING
    if name in choices:
        return str(choices[name].get(str(value), _MISSING))
    return _moment(value, zone) if name.endswith("_at") else str(value)


def _moment(value: Any, zone: tzinfo) -> str:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return _MISSING
    return f"{moment.astimezone(zone):%m-%d %H:%M}" if moment.tzinfo else _MISSING
