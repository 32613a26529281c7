"""What a template is: its columns, how its rows are understood, what is there already, and what it does and undoes."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.utils.functional import Promise

from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing

from ..rules import cells
from ..rules.cells import BadCell

Key = tuple[str, ...]
Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KnownRow:
    """What came by a template: its reference on the site, the digest of its values as they were taken."""

    ref: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class KnownRows:
    """What came by one template, found by its key; keys and values lie as keyed digests only."""

    template: str
    rows: Mapping[bytes, KnownRow] = field(default_factory=dict)

    def of(self, key: Key) -> KnownRow | None:
        """The row known under this key."""
        return self.rows.get(key_digest(self.template, key)) if self.rows else None


def key_digest(template: str, key: Key) -> bytes:
    """The keyed digest a row is found again by."""
    return vault.blind(f"founding.{template}", "\x1f".join(key))


def values_digest(template: str, values: Values) -> bytes:
    """The keyed digest of a row's values, by which a later file shows whether they have changed."""
    return vault.blind(f"founding.{template}.values", "\x1f".join(f"{name}={values[name]}" for name in sorted(values)))


@dataclass(frozen=True, slots=True)
class Column:
    """One column. also: other headings it goes by in lists that people have. choices: code → word, also a list.

    explain: a sentence for the explanations. kind: a key of rules.cells.KINDS. listed: the template fills the list of
    the download with what the site has (`Template.lists`).
    """

    key: str
    label: str
    explain: Promise
    example: str = ""
    kind: str = "text"
    required: bool = False
    also: tuple[str, ...] = ()
    choices: Callable[[], Mapping[str, str]] | None = None
    longest: int = 80
    personal: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every heading it goes by."""
        return (self.label, *self.also)

    def words(self) -> Mapping[str, str]:
        """What a cell may say → the code it means; empty where anything may be said. Asked once a file."""
        choices = self.choices() if self.choices is not None else {}
        said = {word: code for code, word in choices.items()}
        return {**{cells.form(word): code for word, code in said.items()}, **said, **{code: code for code in choices}}

    def read(self, value: Any, words: Mapping[str, str]) -> str:
        """The cell in its one form; "" where it is empty. words: what `words()` gave. Raises BadCell."""
        said = cells.text(value)
        if not said:
            if self.required:
                raise BadCell("empty")
            return ""
        found = said if self.kind == "text" else cells.KINDS[self.kind](value)
        if len(found) > self.longest:
            raise BadCell("too_long", str(self.longest))
        if not words:
            return found
        chosen = words.get(found) or words.get(cells.form(found))
        if chosen is None:
            raise BadCell("not_a_choice", found[:30])
        return chosen


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong (or doubtful, words.DOUBTS) with a cell; column: a key, "" for the row as a whole."""

    row: int
    column: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A row that has been understood: what it is known by, its values in their one form, a name for lists."""

    row: int
    key: Key
    values: Values
    label: str
    extras: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class There:
    """What the site has under a key: the reference to it, and its values as far as the template may change them."""

    ref: str
    values: Values
    label: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do. kind: created, changed, missing. record: None for missing; there: None for created."""

    kind: str
    key: Key
    record: Record | None = None
    there: There | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What was done and how it is taken back: a key of the template's undoings, and the values before."""

    action: str
    ref: str
    before: Values | None = None
    row: int = 0
    # The row's own reference (what it is known by from now on), where several things were done for it.
    main: bool = True
    # The person it is about, for columns that were given a purpose.
    subject: str = ""
    # Also known from now on in this space, under this key and name (a person, whatever post the row is about).
    known_as: tuple[str, Key, str] | None = None


@dataclass(slots=True)
class Settled:
    """What became of the rows taken together."""

    records: list[Record] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, row: int, column: str, code: str, detail: str = "") -> None:
        self.faults.append(Fault(row, column, code, detail))


class Template(ABC):
    """One of the lists a district has. Its ground (what it looks things up in) is read once for a whole file."""

    name: ClassVar[str]
    number: ClassVar[int]
    title: ClassVar[Promise]
    about: ClassVar[Promise]
    # What a missing row means, in words; None: rows that are missing are never touched.
    closing: ClassVar[Promise | None] = None
    can_undo: ClassVar[bool] = True
    # Extra columns may be given a purpose (they tell of people); elsewhere they are simply dropped.
    of_people: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]]

    @abstractmethod
    def ground(self, now: datetime, known: "KnownRows") -> Any:
        """Everything the rows may name, read once. known: what came by this template before."""

    @abstractmethod
    def settle(self, rows: Sequence[tuple[int, Values]], ground: Any) -> Settled:
        """Rows whose cells are right, understood together: names resolved, keys given. The order must not matter."""

    @abstractmethod
    def there(self, ground: Any) -> Mapping[Key, There]:
        """What the site has now, by key."""

    def find(self, record: Record, ground: Any) -> There | None:
        """What the site has under the key of a record."""
        return self.there(ground).get(record.key)

    def differs(self, record: Record, there: There, ground: Any) -> bool:
        """Would taking the record change what is there?"""
        return any(record.values.get(name, "") != value for name, value in there.values.items())

    def alive(self, ref: str, ground: Any) -> bool:
        """Is what came by this template under this reference still in use?"""
        return any(one.ref == ref for one in self.there(ground).values())

    def rank(self, change: Change) -> tuple[Any, ...]:
        """The order in which changes are made: parents first, else by key."""
        return change.key

    @abstractmethod
    def write(self, changes: Sequence[Change], *, by: Standing, now: datetime, ground: Any, tick: Callable[[int], None]
              ) -> Iterable[Sequence[Done]]:  # fmt: skip
        """Carry changes out, in this order; for each what was done. Refused as the rooms below refuse."""

    @abstractmethod
    def take_back(self, done: Done, *, by: Standing, now: datetime) -> str | None:
        """Undo one thing by a compensating step. Returns the new reference of what had ended and begins anew."""

    def take_back_all(
        self, dones: Sequence[Done], *, by: Standing, now: datetime, tick: Callable[[int], None]
    ) -> Mapping[str, str]:
        """Undo what an import did, the last first. Returns old → new reference of what begins anew.

        A template whose lists are long does it in bulk.
        """
        renewed = {}
        for count, done in enumerate(dones, start=1):
            if anew := self.take_back(done, by=by, now=now):
                renewed[done.ref] = anew
            tick(count)
        return renewed

    def leans(self, refs: Sequence[str], now: datetime) -> Mapping[str, str]:
        """Reference → what of the present leans on it, in words; beside what the journal tells."""
        return {}

    def lists(self, ground: Any) -> Mapping[str, Sequence[str]]:
        """Column key → words for the download's list, beyond the columns' own choices."""
        return {}
