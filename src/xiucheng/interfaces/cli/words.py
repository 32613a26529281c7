"""The language of the terminal: Chinese where the locale says so, else English; settings are not needed."""

import gettext
import os
from pathlib import Path

_LOCALE = Path(__file__).resolve().parents[2] / "locale"


def language() -> str:
    """`zh-hans` or `en`, by XIUCHENG_LANG, else the usual variables; a machine without a locale speaks English (D)."""
    given = (os.environ.get(name, "") for name in ("XIUCHENG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh-hans" if next((word for word in given if word), "").lower().startswith("zh") else "en"


_catalogue = (
    gettext.NullTranslations()
    if language() == "zh-hans"
    else gettext.translation("django", _LOCALE, languages=["en"], fallback=True)
)


def _(text: str) -> str:
    """The sentence in the terminal's language."""
    return _catalogue.gettext(text)
