"""A refusal is an answer: what is wrong, in the reader's language, with a stable code; mapped once at the doors."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """Raised by a verb or a rule; nothing of the transaction stays.

    code: stable snake_case, listed in the room's README. text: a (lazy) translated sentence saying what is wrong and
    what to do next. fields: name of the input → sentence. status: HTTP status, 422 unless it is about right (403),
    presence (404), version (409), time (410) or size (413).
    """

    def __init__(self, code: str, text: Any, fields: Mapping[str, Any] | None = None, status: int = 422) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.fields = dict(fields or {})
        self.status = status

    def __str__(self) -> str:
        return f"{self.code}: {self.text}" + (f" {self.fields}" if self.fields else "")

    def as_dict(self) -> dict[str, Any]:
        """The body of the API's answer, strings already in the active language."""
        return {
            "code": self.code,
            "text": str(self.text),
            "fields": {name: str(text) for name, text in self.fields.items()},
        }
