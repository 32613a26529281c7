"""What is doubtful about an imported request: flags that keep it, mark it, and leave it out of spans (STANDARDS §1).

Contradictory times are kept as stated, excluded from spans and listed; nothing is dropped and nothing is corrected.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FLAGS: Mapping[str, Promise] = {
    "closed_before_created": _("结案早于上报"),
    "replied_before_created": _("反馈早于上报"),
    "due_before_created": _("期限早于上报当日"),
    "never_closed": _("没有结案时间"),
    "no_due": _("没有期限"),
    "no_place": _("没有坐标"),
    "outside": _("坐标不在本辖区"),
    "date_only": _("只知道日期"),
    "no_agency": _("没有承办单位"),
}

# With one of these the span from created to closed means nothing.
NO_SPAN = frozenset({"closed_before_created", "never_closed"})


@dataclass(frozen=True, slots=True)
class Stated:
    """The times and the place of a request as its source states them; aware, None where it states none."""

    created: datetime
    due: datetime | None = None
    replied: datetime | None = None
    closed: datetime | None = None
    has_point: bool = False
    has_agency: bool = True
    date_only: bool = False


def flags_of(stated: Stated, zone: tzinfo) -> tuple[str, ...]:
    """The flags that a stated request earns, in the order of FLAGS.

    `due_before_created`: the due day, an exclusive end, is over before the local day of creation began; a due day that
    is the very day of creation is not a contradiction.
    """
    earned = {
        "closed_before_created": stated.closed is not None and stated.closed < stated.created,
        "replied_before_created": stated.replied is not None and stated.replied < stated.created,
        "due_before_created": stated.due is not None and stated.due <= _day_start(stated.created, zone),
        "never_closed": stated.closed is None,
        "no_due": stated.due is None,
        "no_place": not stated.has_point,
        "date_only": stated.date_only,
        "no_agency": not stated.has_agency,
    }
    return tuple(name for name in FLAGS if earned.get(name))


def _day_start(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Span:
    """One request as statistics see it: when it was made, due and closed, and its flags."""

    created: datetime
    due: datetime | None
    closed: datetime | None
    flags: frozenset[str]


def response_hours(spans: Sequence[Span]) -> list[float]:
    """Hours from created to closed, sorted, of those spans whose times do not contradict each other."""
    return sorted(
        (span.closed - span.created).total_seconds() / 3600
        for span in spans
        if span.closed is not None and not span.flags & NO_SPAN
    )


def on_time(spans: Sequence[Span]) -> tuple[int, int]:
    """(closed before the due instant, all counted): those closed without contradiction whose due was stated.

    The due instant is an exclusive end: a service day that ends at local midnight is kept until then.
    """
    counted = [
        span.closed < span.due
        for span in spans
        if span.closed is not None and span.due is not None and not span.flags & (NO_SPAN | {"no_due"})
    ]
    return sum(counted), len(counted)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The percentile of sorted values by linear interpolation between neighbours; None of nothing."""
    if not values:
        return None
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)
