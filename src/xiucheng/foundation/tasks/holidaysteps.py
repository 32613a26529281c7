"""A step in entering holidays and the way back from it: per calendar, exactly the days that the step changed.

A way back is {"calendars": {key: {part: [days or years]}}, "names": {day: name or null}}. It is for the body that the
step made and no other: what it lists changes sides again.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

_PARTS = ("holidays", "workdays", "announced")


def way_back(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What leads from the body after a step to the one before it; both without problems, with the same calendars."""
    calendars = {}
    for key, held in after["calendars"].items():
        was = before["calendars"][key]
        moved = {part: sorted(set(was.get(part, [])) ^ set(held.get(part, []))) for part in _PARTS}
        changed = {part: values for part, values in moved.items() if values}
        if changed:
            calendars[key] = changed
    old, new = before.get("names", {}), after.get("names", {})
    names = {day: old.get(day) for day in sorted({*old, *new}) if old.get(day) != new.get(day)}
    return {"calendars": calendars, "names": names}


def gone_back(body: Mapping[str, Any], way: Mapping[str, Any]) -> dict[str, Any]:
    """The body as it was before the step: the days of each calendar on the side where they were, with their names."""
    made = deepcopy(dict(body))
    for key, parts in way["calendars"].items():
        for part, values in parts.items():
            made["calendars"][key][part] = sorted(set(made["calendars"][key].get(part, [])) ^ set(values))
    names = {**made.pop("names", {}), **way["names"]}
    kept = {day: name for day, name in sorted(names.items()) if name is not None}
    return {**made, "names": kept} if kept else made
