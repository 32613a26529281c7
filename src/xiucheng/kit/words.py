"""Words as they stand in the code and as people type them: marking for translation, and what of them can be seen."""

import re
import unicodedata

# What nobody sees: letters of no width, and marks that turn the direction of the words around them. A joiner has a use
# between two pictures (a family is one picture of three) and between letters of scripts that join or part by it
# (Arabic to Sinhala, Mongolian).
_JOINED = "\u0600-\u08ff\u0900-\u0dff\u1800-\u18af\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_UNSEEN = re.compile(
    f"[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])"
)
# Letters and marks that are drawn as nothing, beside controls, formats and spaces: fillers of Hangul, the empty cell of
# Braille, selectors of variants.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_EMPTY = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def marked(text: str) -> str:
    """The text as it is; whoever shows it translates it.

    Not Django's gettext_noop: that asks the settings, and rules are read before any are there (commands choose a site).
    """
    return text


def shows(text: str) -> bool:
    """Is there anything to be seen? Not where all is blanks, controls, or letters that are drawn as nothing (D)."""
    return any(unicodedata.category(one) not in _EMPTY and not _BLANK.match(one) for one in text)


def visible(text: str) -> str:
    """The words without what nobody sees: U+200B–200F, U+202A–202E, U+2066–2069, U+FEFF (D), but for joiners in use.

    They come along when text is copied; left in, a text could read as other than it was written.
    """
    return _UNSEEN.sub("", text)


def legible(text: str) -> str:
    """What was typed, by `visible` and without the blanks around it; "" where nothing of it shows.

    By this every text that must be given is judged, whoever types it and wherever.
    """
    return visible(text).strip() if shows(text) else ""
