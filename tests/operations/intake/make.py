"""Short ways to hand in reports in tests."""

from typing import Any
from uuid import UUID

from tests.world import World
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.journal import readers, sequencer
from xiucheng.operations.intake import commands
from xiucheng.operations.intake.commands import Submitted
from xiucheng.operations.intake.models import Content


def submit(world: World, **values: Any) -> Submitted:
    """A resident's report of a street lamp, changed as told."""
    plain = {
        "by": Standing.resident("resident"),
        "now": world.now,
        "channel": "resident",
        "text": "路灯不亮",
        "category": "C0137",
        "area": "990101001001",
    }
    return commands.submit_report(**{**plain, **values})


def settle(*names: str) -> None:
    """Sequence what is pending and let these readers (this room's own, unless told) go on until nothing is left."""
    readers.ensure_rows()
    moved = 1
    while moved:
        moved = sequencer.run_once()
        for name in names or ("intake.file_by_rule", "intake.outcome"):
            moved += readers.run(name)


def words_of(report_id: UUID) -> tuple[str | None, str | None]:
    """Title and text, opened."""
    row = Content.objects.get(report_id=report_id)
    title, text = vault.open_texts([(row.key_id, bytes(row.title)), (row.key_id, bytes(row.text))])
    return title, text
