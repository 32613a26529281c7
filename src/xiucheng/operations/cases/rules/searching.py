"""What somebody types to find a case, pure: one form of writing, words, digits of a number, and what an index holds."""

import re
import unicodedata

from .number import parse_number

LONGEST_SEARCH = 60
MOST_WORDS = 6
"""More words than these narrow nothing any more that a person would miss (D)."""

_DASHES = "-‐‑–—−"
_DIGITS = re.compile(rf"[0-9][0-9{_DASHES}]*")


def searchable(text: str) -> str:
    """A text in the form in which it is searched: full-width signs as the narrow ones (NFKC), Latin letters small."""
    return unicodedata.normalize("NFKC", text).lower()


def words_of(text: str) -> list[str]:
    """The words of what was typed, each of which a case must hold: what blanks part; a whole case number is one.

    Of more than LONGEST_SEARCH signs or MOST_WORDS words only the first count.
    """
    typed = searchable(text).strip()[:LONGEST_SEARCH]
    number = parse_number(typed)
    return [number] if number else list(dict.fromkeys(typed.split()))[:MOST_WORDS]


def digits_of(word: str) -> str | None:
    """The digits of a word that may be part of a case number, without dashes; None where it is none. Two at least: one
    digit stands in every number."""
    digits = re.sub(rf"[{_DASHES}]", "", word) if _DIGITS.fullmatch(word) else ""
    return digits if len(digits) >= 2 else None


def tokens(text: str) -> list[str]:
    """What of a text the index looks up: every two characters that stand together, or the only one (as the database's
    function cases_tokens, less the single characters that pairs imply)."""
    pairs = {text[place : place + 2] for place in range(len(text) - 1)}
    return sorted(pairs) or [text]
