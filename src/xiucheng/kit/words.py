"""Marking words for translation where they stand as data."""


def marked(text: str) -> str:
    """The text as it is; whoever shows it translates it.

    Not Django's gettext_noop: that asks the settings, and rules are read before any are there (commands choose a site).
    """
    return text
