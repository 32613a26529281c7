"""Writes docs/moves.md from the tables of moves: `python -m tools.diagrams`; a test fails when the page is stale."""

from __future__ import annotations

import os
from pathlib import Path

_OTHERS = {"undo": "whoever made the last move, within ten seconds", "decide": "as below"}
"""Moves that no post makes by the matrix."""

PAGE = Path(__file__).resolve().parents[1] / "docs" / "moves.md"


def text() -> str:
    """The page: a diagram and a table for reports and for cases, with who may make each move."""
    from xiucheng.foundation.people.rules import ROLES
    from xiucheng.operations.cases.rules import DECIDERS, MATRIX, MOVES
    from xiucheng.operations.intake.rules import MATRIX as REPORT_MATRIX
    from xiucheng.operations.intake.rules import REPORT_MOVES

    lines = [
        "# Moves 流转动作",
        "",
        "Made from the tables in the code by `python -m tools.diagrams`; not edited by hand.",
        "",
    ]
    for title, table, matrix in (
        ("A report 上报", REPORT_MOVES, REPORT_MATRIX),
        ("A case 案卷", MOVES, MATRIX),
    ):
        lines += [f"## {title}", "", "```mermaid", table.mermaid(), "```", ""]
        lines += ["| move | 动作 | from | to | who and how far |", "|---|---|---|---|---|"]
        for move in table:
            who = ", ".join(f"{ROLES[role].name} {reach}" for role, reach in matrix.get(move.name, {}).items())
            who = who or _OTHERS.get(move.name, "system, rule")
            sources = ", ".join(sorted(source or "–" for source in move.sources))
            lines.append(f"| {move.name} | {move.label} | {sources} | {move.target or 'same'} | {who} |")
        lines.append("")
    lines += ["## Who decides what is asked", "", "| asked | decided by |", "|---|---|"]
    for what, reach in DECIDERS.items():
        lines.append(f"| {what} | {', '.join(ROLES[role].name for role in reach)} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the page."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiucheng.config.settings")
    os.environ.setdefault("XIUCHENG_SECRET_KEY", "diagrams")
    django.setup()
    PAGE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
