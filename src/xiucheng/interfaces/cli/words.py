"""The language of the terminal: Chinese first, English where the locale asks for it; settings are not needed."""

import gettext
import os
import sys
from pathlib import Path

_LOCALE = Path(__file__).resolve().parents[2] / "locale"


def language() -> str:
    """`zh-hans` or `en`, by XIUCHENG_LANG, else the usual variables.

    A machine whose locale names no language (none, C, POSIX) gets Chinese, as the product is, if it can print it (D).
    """
    given = (os.environ.get(name, "") for name in ("XIUCHENG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    name = next((word for word in given if word), "").lower()
    if name.partition(".")[0] in {"", "c", "posix"}:
        return "zh-hans" if _prints_chinese() else "en"
    return "zh-hans" if name.startswith("zh") else "en"


def _prints_chinese() -> bool:
    try:
        "绣城".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


_catalogue = (
    gettext.NullTranslations()
    if language() == "zh-hans"
    else gettext.translation("django", _LOCALE, languages=["en"], fallback=True)
)


def _(text: str) -> str:
    """The sentence in the terminal's language."""
    return _catalogue.gettext(text)
