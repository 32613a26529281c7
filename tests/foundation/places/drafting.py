"""Uploads for tests: a survey and a town to lie in, the worker's part done in the test's own transaction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from .ground import ACTOR, NOW, found_town

if TYPE_CHECKING:
    from uuid import UUID

    from xiucheng.foundation.places.models import Draft


BOX = (119.95, 29.95, 120.05, 30.05)


def upload(path: Path, kind: str = "", **more) -> UUID:
    from xiucheng.foundation.places import commands

    return commands.open_draft(actor=ACTOR, now=NOW, name=path.name, content=[path.read_bytes()], kind=kind, **more)


def work(draft_id: UUID) -> Draft:
    """What the worker would do now, done here: the same functions, in the test's transaction."""
    from xiucheng.foundation.places import jobs
    from xiucheng.foundation.places.models import Draft

    while (draft := Draft.objects.get(pk=draft_id)).state in ("reading", "judging", "taking"):
        getattr(jobs, draft.state).run(str(draft_id), draft.revision)
    return draft


def findings(draft: Draft, severity: str | None = None) -> list[tuple[str, str]]:
    from xiucheng.foundation.places.models import DraftFinding

    rows = DraftFinding.objects.filter(draft=draft).order_by("number")
    return [(one.code, one.about) for one in rows if severity in (None, one.severity)]


def things(count: int, *, west: float = 120.0005, seed: int = 5) -> tuple[list, dict]:
    """Points in the town of `found_town`, with the columns of a survey."""
    random = np.random.default_rng(seed)
    shapes = [shapely.Point(x, y) for x, y in random.uniform([west, 30.0005], [west + 0.003, 30.0025], (count, 2))]
    columns = {
        "标识码": [f"9901010137{at:06d}" for at in range(count)],
        "部件名称": ["路灯"] * count,
        "权属单位": ["路灯管理所"] * count,
    }
    return shapes, columns


def boxed_town() -> dict:
    from xiucheng.foundation.places import commands

    cells = found_town()
    commands.set_outline(actor=ACTOR, now=NOW, code="990101", box=BOX)
    return cells


def take(draft: Draft) -> Draft:
    from xiucheng.foundation.places import commands

    commands.take_draft(actor=ACTOR, now=NOW, draft_id=draft.pk, revision=draft.revision)
    return work(draft.pk)


def stored() -> list[tuple]:
    """Everything that components say, without the ids that each row is born with."""
    from xiucheng.foundation.places.models import Component

    fields = ("code", "kind", "name", "state", "community_id", "unit_grid", "lon", "lat", "note", "source")
    return list(Component.objects.order_by("code").values_list(*fields))
