"""What is typed above a list, as conditions of its statement: each word is in the text, the number or a name."""

from collections.abc import Iterator, Mapping
from typing import Any

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.places import queries as places
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.cases.catalogue import Category
from xiucheng.operations.cases.rules import searchable, words_of

from .sql import Held

COLUMNS: Mapping[str, str] = {"street": "street", "community": "community"}
"""Level of an area → the column of the row that holds its code."""


def held(text: str | None, catalogue: Mapping[str, Category]) -> list[Held]:
    """One SELECT of case ids for each word of `text`; a case of the list is in all of them. [] where nothing was typed.

    A word is in what the case says or part of its number, or part of the name of its street, community, agency or
    category. The district's whole name narrows nothing: every case lies there. ≤ 1 statement.
    """
    words = words_of(text or "")
    district = places.district()
    if district is not None and len(words) > 1:
        words = [word for word in words if word != searchable(district.name)]
    return [_word(word, f"held{place}", catalogue) for place, word in enumerate(words)]


def _word(word: str, name: str, catalogue: Mapping[str, Category]) -> Held:
    statement, values = cases.holding(word, name)
    parts, known = [statement], dict(values)
    for column, codes in _named(word, catalogue):
        if not codes:
            continue
        known[f"{name}_{column}"] = codes
        # Each half has an index of its own for each of these columns.
        parts += [
            f"SELECT case_id FROM board_row WHERE {half} AND {column} = ANY(%({name}_{column})s)"  # noqa: S608
            for half in ("open", "NOT open")
        ]
    return " UNION ALL ".join(parts), known


def _named(word: str, catalogue: Mapping[str, Category]) -> Iterator[tuple[str, list[Any]]]:
    """Column → the codes of all whose name holds the word."""
    for level, column in COLUMNS.items():
        yield column, [one.code for one in places.everything() if one.level == level and word in searchable(one.name)]
    yield "agency_id", [one.id for one in people.organisations().values() if word in searchable(one.name)]
    yield (
        "category",
        [key for key, one in catalogue.items() if word in searchable(f"{one.minor_name}\n{one.major_name}")],
    )
