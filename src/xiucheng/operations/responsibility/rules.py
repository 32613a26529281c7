"""The pack `responsibility`: how many people must answer for a place of each level, and what is wrong with a body."""

from collections.abc import Iterator, Mapping
from typing import Any

from xiucheng.foundation.people.neighbourhood.rules import DEFAULT, LEVELS, Requirement
from xiucheng.foundation.people.rules import ROLES

MOST = 20
"""More people than this for one place is a slip of the pen (D)."""


def body_of(required: Mapping[str, Requirement]) -> dict[str, Any]:
    """Requirements as a pack holds them."""
    return {
        "levels": {
            level: {"least": one.least, "posts": sorted(one.posts), "walkers": one.walkers}
            for level, one in required.items()
        }
    }


def read(body: Mapping[str, Any]) -> dict[str, Requirement]:
    """The requirements of a body that `problems` finds nothing wrong with; a level left out is not required."""
    levels = body["levels"]
    return {
        level: Requirement(
            levels[level]["least"],
            frozenset(levels[level].get("posts", ())),
            bool(levels[level].get("walkers", False)),
        )
        for level in LEVELS
        if level in levels
    }


def normalised(body: dict[str, Any]) -> dict[str, Any]:
    """The form in which a body is kept; what makes no sense stays for `problems`."""
    return body_of(read(body)) if not list(problems(body)) else body


DEFAULT_BODY = body_of(DEFAULT)


def problems(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What keeps a body from being published: (path, code of the sentence in configuration.WRONG)."""
    levels = body.get("levels")
    if set(body) != {"levels"} or not isinstance(levels, dict) or not levels:
        yield "levels", "form"
        return
    for level, one in levels.items():
        if level not in LEVELS:
            yield f"levels.{level}"[:80], "level"
        elif not isinstance(one, dict) or set(one) - {"least", "posts", "walkers"} or "least" not in one:
            yield f"levels.{level}", "form"
        else:
            yield from _wrong(level, one)


def _wrong(level: str, one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    least, posts = one["least"], one.get("posts", [])
    if not isinstance(least, int) or isinstance(least, bool) or not 0 <= least <= MOST:
        yield f"levels.{level}.least", "least"
    known = isinstance(posts, list) and all(isinstance(post, str) and post in ROLES for post in posts)
    if not known or any(ROLES[post].level != level or ROLES[post].needs != "area" for post in posts):
        yield f"levels.{level}.posts", "posts"
    if not isinstance(one.get("walkers", False), bool) or (one.get("walkers") and level != "grid"):
        yield f"levels.{level}.walkers", "walkers"
