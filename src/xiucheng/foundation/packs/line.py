"""The time line of published versions, as a process remembers it.

A transaction that has published sees its own change at once; nobody else sees it before the commit, and nobody ever
where the transaction is undone (kit/remembered.py).
"""

from collections.abc import Mapping, Sequence

from xiucheng.kit.remembered import Remembered

from . import rules
from .models import Version
from .rules import Entry

remembered = Remembered("packs")


def entries(kind: str) -> Sequence[Entry]:
    """The published versions of a kind in order of effective_from; no statement on most calls."""
    return remembered.get("lines", _read).get(kind, ())


def _read() -> Mapping[str, Sequence[Entry]]:
    lines: dict[str, list[Entry]] = {}
    rows = Version.objects.filter(state=rules.PUBLISHED).order_by("kind", "effective_from")
    for kind, effective_from, version, version_id, digest in rows.values_list(
        "kind", "effective_from", "version", "id", "digest"
    ):
        assert effective_from is not None
        lines.setdefault(kind, []).append(Entry(effective_from, version, version_id, digest))
    return lines
