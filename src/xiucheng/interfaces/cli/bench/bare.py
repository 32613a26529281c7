"""The floor's means: statements as our code sent them, renewed for another subject, sent by psycopg and nothing else.

As a process of its own (`python -m …bench.bare`) it is one of several clients that do so one after another: orders as
JSON from stdin, a line to start, what happened as JSON to stdout. No Django in here.
"""

import json
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import psycopg

from xiucheng.kit.ids import uuid7


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as our code sent it, with the database it went to."""

    alias: str
    sql: str


def run_bare(bare: Mapping[str, psycopg.Connection], statements: Sequence[Statement]) -> None:
    """Send statements as they are and fetch what comes, one transaction per database."""
    for one in statements:
        cursor = bare[one.alias].execute(one.sql.encode())
        if cursor.description:
            cursor.fetchall()
    for connection in bare.values():
        connection.commit()


# What belongs to one subject alone: ids made by us, keyed digests of 32 bytes, case numbers.
# (psycopg writes ids without dashes, JSON and text have them; inside of longer hexadecimals there are none.)
_OWN = re.compile(
    r"(?P<id>(?<![0-9a-f])[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}(?![0-9a-f]))"
    r"|(?P<digest>\\x[0-9a-f]{64}(?='))"
    r"|(?P<number>\b\d{2}-\d{4,}-\d{3}-\d\b)"
)
_FRESH = {
    "id": lambda: str(uuid7()),
    "digest": lambda: "\\x" + os.urandom(32).hex(),
    "number": lambda: f"99-{int.from_bytes(os.urandom(6)):04d}-000-0",
}


@dataclass(frozen=True, slots=True)
class Renewal:
    """Transactions of statements with what belongs to their subject cut out, to be sent again for another one.

    pieces: per transaction and statement, text at even places and the number of a slot at odd ones. slots: the kind
    of each; the same id stands in many statements and gets one successor.
    """

    aliases: tuple[tuple[str, ...], ...]
    pieces: tuple[tuple[tuple[str | int, ...], ...], ...]
    slots: tuple[str, ...]

    @classmethod
    def of(cls, transactions: Sequence[Sequence[Statement]], since: UUID) -> "Renewal":
        """Cut out digests, numbers, and ids made after `since`."""
        known: dict[str, int] = {}
        kinds: list[str] = []

        def cut(sql: str) -> tuple[str | int, ...]:
            pieces: list[str | int] = []
            end = 0
            for match in _OWN.finditer(sql):
                kind, text = str(match.lastgroup), match.group()
                if kind == "id":
                    text = str(UUID(text))
                    if UUID(text) <= since:
                        continue
                if text not in known:
                    known[text] = len(kinds)
                    kinds.append(kind)
                pieces += [sql[end : match.start()], known[text]]
                end = match.end()
            return (*pieces, sql[end:])

        pieces = tuple(tuple(cut(one.sql) for one in statements) for statements in transactions)
        aliases = tuple(tuple(one.alias for one in statements) for statements in transactions)
        return cls(aliases, pieces, tuple(kinds))

    def fresh(self) -> list[list[Statement]]:
        """The transactions for a new subject."""
        values = [_FRESH[kind]() for kind in self.slots]
        return [
            [
                Statement(alias, "".join(piece if isinstance(piece, str) else values[piece] for piece in pieces))
                for alias, pieces in zip(aliases, transaction, strict=True)
            ]
            for aliases, transaction in zip(self.aliases, self.pieces, strict=True)
        ]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def main() -> None:
    """Send the transactions again and again for the ordered seconds; the first one of each round is what is timed."""
    orders = json.loads(sys.stdin.readline())
    renewal = Renewal(**orders["renewal"])
    bare = {alias: psycopg.connect(**arguments) for alias, arguments in orders["databases"].items()}
    print("ready", flush=True)
    sys.stdin.readline()
    spent: list[float] = []
    until = time.monotonic() + orders["seconds"]
    while time.monotonic() < until:
        first, *others = renewal.fresh()
        begun = time.perf_counter()
        run_bare(bare, first)
        spent.append((time.perf_counter() - begun) * 1000)
        for statements in others:
            run_bare(bare, statements)
    print(json.dumps({"spent": spent, "failures": {}}), flush=True)


if __name__ == "__main__":
    main()
