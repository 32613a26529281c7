"""Files of reports: read whatever they are, mapped by a file that a person wrote, live or as history.

    mapping = imports.load("la311")
    report = imports.run(path, mapping, dry_run=True, now=now())

A mapping can be read before the site's settings are there, because it says which site that is; `run` needs them.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .mapping import BadMapping, Mapping, load, names, parse

if TYPE_CHECKING:
    from xiucheng.foundation.people.rules import Standing

    from .importing import ImportReport
    from .requests import Rejected

__all__ = ["BadMapping", "Mapping", "load", "names", "parse", "run"]


def run(
    path: Path | str,
    mapping: Mapping,
    dry_run: bool = False,
    errors_path: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    by: "Standing | None" = None,
    now: datetime,
    refusing: "Callable[[Rejected], None] | None" = None,
    batch: int = 500,
) -> "ImportReport":
    """Import a file by a mapping: `importing.run`, by default by the command line."""
    from xiucheng.foundation.people.rules import Standing

    from . import importing

    return importing.run(
        path,
        mapping,
        by=by or Standing.for_system("import"),
        now=now,
        dry_run=dry_run,
        errors_path=errors_path,
        progress=progress,
        refusing=refusing,
        batch=batch,
    )
