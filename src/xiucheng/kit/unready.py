"""A refusal from before the settings are loaded: its sentence travels untranslated, with its details."""


def mark(text: str) -> str:
    """Marks a sentence for translation; the door that prints it translates."""
    return text


class Unready(Exception):
    """The ground is not there (database, site, folder): a stable code, a marked sentence with {names}, its details."""

    def __init__(self, code: str, text: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.details = details

    def __str__(self) -> str:
        return self.text.format(**self.details)
