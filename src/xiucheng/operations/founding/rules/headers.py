"""Finds the heading of a table in a stranger's sheet: below a title, over two rows, in other words. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .cells import form, text

# A heading stands among the first rows; whoever writes a longer preface moves it (D).
LOOK = 12
_TAIL = re.compile(r"[*＊:：]|\(.*?\)|（.*?）|\s")


def plain(label: object) -> str:
    """A heading as it is compared: without blanks, stars, colons and what stands in brackets."""
    return form(_TAIL.sub("", text(label)))


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the table begins. places: column key → index; others: index → heading of what no template knows.

    rows: how many rows of the sheet come before the first row of the table.
    """

    rows: int
    places: Mapping[str, int]
    others: Mapping[int, str]


def find(
    rows: Sequence[Sequence[object]], names: Mapping[str, Collection[str]], required: Collection[str]
) -> Heading | None:
    """The best heading among the first rows: one row, or two of which the lower fills what the upper leaves open.

    names: column key → the headings it goes by. None where fewer than half of the required columns are recognised.
    """
    wanted = {plain(name): key for key, known in names.items() for name in known}
    best: tuple[int, int, int, Heading] | None = None
    for index in range(min(LOOK, len(rows))):
        for depth in (1, 2):
            if index + depth > len(rows):
                continue
            labels = _labels(rows[index], rows[index + 1] if depth == 2 else ())
            heading = _read(labels, wanted, index + depth)
            # Of equals the first: lists repeat their heading on every printed page.
            score = (len(heading.places), -index, -depth)
            if best is None or score > best[:3]:
                best = (*score, heading)
    if best is None or best[0] * 2 < max(1, len(required)):
        return None
    return best[3]


def _labels(upper: Sequence[object], lower: Sequence[object]) -> list[str]:
    width = max(len(upper), len(lower))
    tops = [text(cell) for cell in upper] + [""] * (width - len(upper))
    downs = [text(cell) for cell in lower] + [""] * (width - len(lower))
    return [down or top for top, down in zip(tops, downs, strict=True)]


def _read(labels: Sequence[str], wanted: Mapping[str, str], rows: int) -> Heading:
    places: dict[str, int] = {}
    others: dict[int, str] = {}
    for index, label in enumerate(labels):
        key = wanted.get(plain(label))
        if key is not None and key not in places:
            places[key] = index
        elif label:
            others[index] = label
    return Heading(rows, places, others)
