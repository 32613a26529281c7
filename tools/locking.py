"""Lock files: a hash that was locked once for a version is not lost because an index offers fewer files of it."""

from __future__ import annotations

import re

_PIN = re.compile(r"^(?P<pin>[A-Za-z0-9._-]+(?:\[[^\]]*\])?==\S+)")
_HASH = re.compile(r"--hash=(\S+)")


def keep_hashes(before: str, after: str) -> str:
    """The new lock file, where each pin that is unchanged also keeps the hashes it had before.

    Both are what `uv pip compile --generate-hashes` writes: a pin, then its hashes, each line but the last continued
    by a backslash. A pin of another version keeps nothing: its files are others.
    """
    known = {pin: hashes for pin, _line, hashes, _rest in _entries(before)}
    out: list[str] = []
    for pin, line, hashes, rest in _entries(after):
        kept = sorted({*hashes, *known.get(pin, ())}) if pin else []
        out += [line] if not kept else [line + " \\", *_lines(kept)]
        out += rest
    return "\n".join(out) + "\n"


def _lines(hashes: list[str]) -> list[str]:
    lines = [f"    --hash={one} \\" for one in hashes]
    return [*lines[:-1], lines[-1].removesuffix(" \\")]


def _entries(text: str) -> list[tuple[str, str, list[str], list[str]]]:
    """(pin with its marker, its line, hashes, comment lines after them); lines before the first pin have no pin."""
    entries: list[tuple[str, str, list[str], list[str]]] = []
    for line in text.splitlines():
        if _PIN.match(line):
            plain = line.removesuffix("\\").rstrip()
            entries.append((plain, plain, [], []))
        elif found := _HASH.search(line):
            entries[-1][2].append(found[1])
        elif entries:
            entries[-1][3].append(line)
        else:
            entries.append(("", line, [], []))
    return entries
