"""The rules of routing, pure: what a row of the pack says, which row matches a case, what is wrong with a draft."""

from .check import Known, check, never_reached, unrouted
from .match import Match, RoutingFacts, Tried, first_match
from .rows import DUTY, OFFICES, Rule, kept, read_rules

__all__ = [
    "DUTY",
    "OFFICES",
    "Known",
    "Match",
    "RoutingFacts",
    "Rule",
    "Tried",
    "check",
    "first_match",
    "kept",
    "never_reached",
    "read_rules",
    "unrouted",
]
