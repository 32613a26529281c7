"""What came of a file: how much was taken, and every row that was not, with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..partition import Finding


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Rows read and taken; `refused` rows are not stored, `warnings` are stored and worth a look.

    `parties` are (code, relation, name as written) with relation department, owner or maintainer: places
    knows no agency, so whoever loads components or facilities gives these to people. `change` is the id under which
    the whole load can be undone, None where nothing was taken.
    """

    read: int
    taken: int
    refused: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    parties: tuple[tuple[str, str, str], ...] = ()
    change: str | None = None


@dataclass(slots=True)
class Sieve:
    """Collects findings while rows are checked; one row is refused for its first fault only."""

    refused: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def refuse(self, row: int, code: str, about: str, **values: str) -> None:
        self.refused.append(Finding(row, code, about, values or None))

    def warn(self, row: int, code: str, about: str, **values: str) -> None:
        self.warnings.append(Finding(row, code, about, values or None))

    def report(self, read: int, taken: int, parties: Sequence[tuple[str, str, str]] = ()) -> LoadReport:
        by_row = sorted(self.refused, key=lambda finding: finding.row)
        return LoadReport(read, taken, tuple(by_row), tuple(self.warnings), tuple(parties))
