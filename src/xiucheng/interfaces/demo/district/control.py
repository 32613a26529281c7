"""How a running simulator is told to go faster, to pause and to go on: a small file in the site's data folder.

`./xiucheng simulate --speed 60`, `--pause`, `--resume` write it; the simulator looks at it every second.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from xiucheng.kit.words import marked as _

from .account import FATES
from .pacing import FASTEST, SLOWEST

_NAME = "simulator.json"
_REPORTS = "reports"
_DAY = _("{day} 零点清点：计划 {planned} 件，已上报 {handed_in} 件，被拒 {turned_away} 件，未到 {never_came} 件")
_RIGHT, _WRONG = _("各项合计相符。"), _("合计不符，请查日志。")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of the simulator."""

    speed: float = 30.0
    paused: bool = False


def read(folder: Path) -> Wish | None:
    """The wish in this folder; None where there is none, or none that makes sense."""
    try:
        told = json.loads((folder / _NAME).read_text())
        speed, paused = float(told["speed"]), bool(told["paused"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Wish(min(max(speed, SLOWEST), FASTEST), paused)


def write(folder: Path, wish: Wish) -> None:
    """Put the wish there as a whole: whoever reads meanwhile sees the old one or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{_NAME}.{os.getpid()}"
    fresh.write_text(json.dumps(asdict(wish)))
    fresh.replace(folder / _NAME)


def keep_report(folder: Path, day: date, told: Mapping[str, Any]) -> Path:
    """Write down what a day came to; returns where."""
    place = folder / _REPORTS / f"day-{day:%Y%m%d}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(told, ensure_ascii=False, indent=1))
    return place


def reports(folder: Path, say: Callable[[str], str]) -> Iterator[str]:
    """The days' reports as lines for people, the latest last; say: puts a sentence into the reader's language."""
    for place in sorted((folder / _REPORTS).glob("day-*.json")):
        told = json.loads(place.read_text())
        yield say(_DAY).format(**told, turned_away=sum(told["refused"].values()))
        for fate, name in FATES.items():
            if told["totals"].get(fate):
                yield f"  {say(name)} {told['totals'][fate]}"
        yield say(_WRONG) if told["faults"] else say(_RIGHT)
