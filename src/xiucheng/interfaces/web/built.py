"""Reads what the asset build left: hashed names of the entry's script and styles, and the drawings of icons."""

import json
import logging
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings

log = logging.getLogger(__name__)
ICONS = Path(__file__).resolve().parents[1] / "assets" / "icons"
ENTRY = "src/main.ts"


def entry() -> tuple[list[str], list[str]]:
    """Styles and scripts of the entry, relative to STATIC_URL; empty (and said in the log) before the first build."""
    manifest = Path(settings.ASSETS) / "manifest.json"
    try:
        stamp = manifest.stat().st_mtime_ns
    except FileNotFoundError:
        log.error("assets are not built: %s is missing; run `npm ci && npm run build` in interfaces/assets", manifest)
        return [], []
    return _read(manifest, stamp)


@lru_cache(maxsize=4)
def _read(manifest: Path, stamp: int) -> tuple[list[str], list[str]]:
    chunk = json.loads(manifest.read_text(encoding="utf-8"))[ENTRY]
    return chunk.get("css", []), [chunk["file"]]


@lru_cache(maxsize=256)
def drawing(name: str) -> str:
    """The inside of an icon's SVG; KeyError for a name that is not in assets/icons."""
    path = ICONS / f"{name}.svg"
    if not path.is_file():
        raise KeyError(name)
    found = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found.group(1)
