"""Who did a thing, in the form the journal stores: a kind and a reference, never a name."""

import re
from dataclasses import dataclass
from typing import Self
from uuid import UUID

KINDS = ("person", "rule", "system", "channel")
_ID = re.compile(r"[A-Za-z0-9_.@:-]{1,80}")


@dataclass(frozen=True, slots=True)
class Actor:
    """`person:<uuid>`, `rule:<pack kind>@<version>`, `system:<name>` or `channel:<name>`."""

    kind: str
    id: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not _ID.fullmatch(self.id):
            raise ValueError(f"not an actor: {self.kind}:{self.id}")

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def person(cls, person_id: UUID) -> Self:
        return cls("person", str(person_id))

    @classmethod
    def rule(cls, pack_kind: str, version: int) -> Self:
        """The published version of a pack; its publisher decided (STANDARDS §1, last but one paragraph of moves)."""
        return cls("rule", f"{pack_kind}@{version}")

    @classmethod
    def system(cls, name: str) -> Self:
        return cls("system", name)

    @classmethod
    def channel(cls, name: str) -> Self:
        """Somebody without an account, known only by the door they came through."""
        return cls("channel", name)

    @classmethod
    def parse(cls, text: str) -> Self:
        kind, _, rest = text.partition(":")
        return cls(kind, rest)

    @property
    def person_id(self) -> UUID | None:
        return UUID(self.id) if self.kind == "person" else None
