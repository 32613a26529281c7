"""Writes docs/settings.md from the table of settings: `python -m tools.settings_page`; a test keeps it current."""

from __future__ import annotations

import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"

if __name__ == "__main__":
    sys.path.insert(0, str(PAGE.parents[1] / "src"))
    from xiucheng.config.environment import page

    PAGE.write_text(page(), encoding="utf-8")
