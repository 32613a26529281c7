"""How a clock looks: one shape, one word and one colour for each of its conditions, and its life as a bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from xiucheng.foundation.tasks.rules import WARN_PERCENT

from . import words

# As tasks warn (STANDARDS §1), and as the hall's queue of what is about to be late is reckoned.
WARN_SHARE = WARN_PERCENT / 100


@dataclass(frozen=True)
class Face:
    """What a chip shows. `ticking`: the page lets the word run on by itself."""

    level: str  # good · soon · late · rest
    shape: str  # circle · triangle · diamond · bars · check · none
    word: str
    due: datetime | None = None
    warn: datetime | None = None
    ticking: bool = False


def face(
    due: datetime | None,
    now: datetime,
    *,
    start: datetime | None = None,
    warn: datetime | None = None,
    ended: datetime | None = None,
    paused: bool = False,
) -> Face:
    """The face of a clock that is due at `due`; `warn` is taken from `start` (80 %) where nobody worked it out."""
    if due is None:
        return Face("rest", "none", _("不计时"))
    if ended is not None:
        if ended <= due:
            return Face("rest", "check", _("按期"), due)
        return Face("rest", "diamond", _("超 %(span)s") % {"span": words.span(ended - due)}, due)
    if paused:
        return Face("rest", "bars", _("暂停"), due)
    if warn is None and start is not None:
        warn = start + (due - start) * WARN_SHARE
    text = words.left(due, now)
    if now >= due:
        return Face("late", "diamond", text, due, warn, True)
    if warn is not None and now >= warn:
        return Face("soon", "triangle", text, due, warn, True)
    return Face("good", "circle", text, due, warn, True)


@dataclass(frozen=True)
class Span:
    """One stretch of a clock's life. kind: running · paused; whose: the words for who had it; stage: centre · agency ·
    check."""

    start: datetime
    end: datetime | None
    kind: str
    whose: str
    stage: str = "agency"


@dataclass(frozen=True)
class Bar:
    """One drawn piece: `x` and `width` in thousandths of the whole."""

    x: float
    width: float
    kind: str  # centre · check · running · alt · third · paused · over
    whose: str
    length: str


@dataclass(frozen=True)
class Drawing:
    bars: tuple[Bar, ...]
    due_x: float | None
    sums: tuple[Bar, ...]  # one line of the legend per owner and kind; x and width unused

    @property
    def is_over(self) -> bool:
        return any(bar.kind == "over" for bar in self.bars)


def draw(spans: Sequence[Span], now: datetime, due: datetime | None = None) -> Drawing | None:
    """Lays the spans out on one line from the first start to the last end (or `due`, if later); None without spans.

    Centre and check have a tone of their own, agencies take three in turn; what lies behind `due` is drawn as overdue.
    """
    if not spans:
        return None
    first = min(span.start for span in spans)
    last = max([now if span.end is None else span.end for span in spans] + ([due] if due else []))
    whole = max((last - first).total_seconds(), 1.0)

    def x(at: datetime) -> float:
        return round((at - first).total_seconds() / whole * 1000, 1)

    owners = list(dict.fromkeys(span.whose for span in spans if span.kind == "running" and span.stage == "agency"))
    bars: list[Bar] = []
    for span in spans:
        end = span.end or now
        kind = _kind(span, owners)
        for piece_start, piece_end, piece_kind in _cut(span.start, end, due, kind):
            width = max(x(piece_end) - x(piece_start), 2.0)
            bars.append(Bar(x(piece_start), width, piece_kind, span.whose, words.span(piece_end - piece_start)))
    return Drawing(tuple(bars), x(due) if due else None, _sums(spans, now, owners))


def _kind(span: Span, owners: list[str]) -> str:
    if span.kind == "paused":
        return "paused"
    return _AGENCIES[owners.index(span.whose) % len(_AGENCIES)] if span.stage == "agency" else span.stage


_AGENCIES = ("running", "alt", "third")


def _cut(start: datetime, end: datetime, due: datetime | None, kind: str) -> list[tuple[datetime, datetime, str]]:
    if kind == "paused" or due is None or end <= due:
        return [(start, end, kind)]
    if start >= due:
        return [(start, end, "over")]
    return [(start, due, kind), (due, end, "over")]


def _sums(spans: Sequence[Span], now: datetime, owners: list[str]) -> tuple[Bar, ...]:
    totals: dict[tuple[str, str], timedelta] = {}
    for span in spans:
        key = (_kind(span, owners), span.whose)
        totals[key] = totals.get(key, timedelta()) + ((span.end or now) - span.start)
    return tuple(Bar(0, 0, kind, whose, words.span(length)) for (kind, whose), length in totals.items())
