"""What a limit is: so many of a unit, counted in a mode (STANDARDS §1 "Limits")."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Self

_LARGEST = 10_000
"""Own default: over a year of hours, 27 years of days. More is a slip of the keyboard."""


class Unit(StrEnum):
    """紧急工作时 (day and night) · 工作时 (inside duty slots) · 工作日 (duty days) · 自然日 (days)."""

    URGENT_HOUR = "urgent_hour"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"
    NATURAL_DAY = "natural_day"

    @property
    def in_days(self) -> bool:
        return self in (Unit.WORK_DAY, Unit.NATURAL_DAY)

    @property
    def on_duty(self) -> bool:
        """Does it look at the calendar's duty slots and holidays?"""
        return self in (Unit.WORK_HOUR, Unit.WORK_DAY)


class Mode(StrEnum):
    """elapsed: from the start on. whole_days_from_next_day: the day of the start is not counted, the last is whole."""

    ELAPSED = "elapsed"
    WHOLE_DAYS_FROM_NEXT_DAY = "whole_days_from_next_day"


@dataclass(frozen=True, slots=True)
class Limit:
    """`Limit(2, Unit.WORK_DAY)`. Hours may have a fraction that makes whole seconds (half an hour on call); days not.

    Anything else raises ValueError: a value that is not above 0 or above 10,000, whole days counted in hours.
    """

    value: int | Decimal
    unit: Unit
    mode: Mode = Mode.ELAPSED

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        set_field(self, "value", _number(self.value))
        set_field(self, "unit", Unit(self.unit))
        set_field(self, "mode", Mode(self.mode))
        if not 0 < self.value <= _LARGEST:
            raise ValueError(f"a limit of {self.value} is out of bounds")
        if self.unit.in_days and not isinstance(self.value, int):
            raise ValueError("days are counted whole")
        if not self.unit.in_days and (self.mode is Mode.WHOLE_DAYS_FROM_NEXT_DAY or self.value * 3600 % 1):
            raise ValueError("hours are elapsed time, in whole seconds")

    @property
    def time(self) -> timedelta:
        """The amount of a limit in hours; meaningless, so ValueError, for days."""
        if self.unit.in_days:
            raise ValueError("a day has no fixed length")
        return timedelta(seconds=int(self.value * 3600))

    def times(self, factor: int) -> "Limit":
        """The limit `factor` times over: an extension adds one original limit (STANDARDS §1, move `extend`)."""
        return Limit(self.value * factor, self.unit, self.mode)

    def to_json(self) -> dict[str, Any]:
        """{"value": 2, "unit": "work_day", "mode": "elapsed"}; a fraction is a string."""
        value = self.value if isinstance(self.value, int) else str(self.value)
        return {"value": value, "unit": str(self.unit), "mode": str(self.mode)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The reverse of `to_json`; mode may be missing. ValueError or KeyError where it does not make sense."""
        return cls(data["value"], Unit(data["unit"]), Mode(data.get("mode", Mode.ELAPSED)))


def _number(value: Any) -> int | Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"not a number: {value!r}") from None
    if isinstance(value, bool) or not number.is_finite():
        raise ValueError(f"not a number: {value!r}")
    return int(number) if number == number.to_integral_value() else number.normalize()
