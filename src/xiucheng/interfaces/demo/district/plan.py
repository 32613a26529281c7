"""How large the sample district is, in one table; a smaller plan makes the same things for tests."""

from dataclasses import dataclass

SEED = 20
"""Of everything; the same seed and plan, the same district."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Numbers of the issue: what there is when the district is founded.

    streets: how many of names.STREETS. communities, duty_grids: in each street. closed, opened: cases of the year's
    history that ended and that are still under way. reports: a day of the simulator.
    """

    streets: int = 10
    communities: int = 12
    duty_grids: int = 10
    unit_grids: int = 3_000
    compounds: int = 800
    components: int = 40_000
    agencies: int = 60
    staff: int = 400
    closed: int = 30_000
    opened: int = 2_000
    reports: int = 3_000
    days: int = 365


FULL = Plan()
SMALL = Plan(
    streets=2,
    communities=4,
    duty_grids=3,
    unit_grids=96,
    compounds=24,
    components=900,
    agencies=24,
    staff=70,
    closed=240,
    opened=40,
    reports=60,
    days=60,
)
"""The same district in small: two streets, for tests."""
