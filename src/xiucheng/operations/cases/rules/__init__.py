"""The rules of a case, pure: its table of moves, who may make them, what each does to the case and to its clocks."""

from .apply import Outcome, apply, extended, move_has_sense
from .facts import CaseFacts, Mover, Request
from .matrix import DECIDERS, MATRIX, deciders, may_decide, may_move, may_somewhere
from .moves import CLOSINGS, MOST_PICTURES, MOST_REPLY_DAYS, MOST_WORDS, MOVES, OPEN_STATES, STATES, WITH_AGENCY
from .number import check_digit, display_number, parse_number
from .searching import LONGEST_SEARCH, digits_of, searchable, tokens, words_of

__all__ = [
    "CLOSINGS",
    "DECIDERS",
    "LONGEST_SEARCH",
    "MATRIX",
    "MOST_PICTURES",
    "MOST_REPLY_DAYS",
    "MOST_WORDS",
    "MOVES",
    "OPEN_STATES",
    "STATES",
    "WITH_AGENCY",
    "CaseFacts",
    "Mover",
    "Outcome",
    "Request",
    "apply",
    "check_digit",
    "deciders",
    "digits_of",
    "display_number",
    "extended",
    "may_decide",
    "may_move",
    "may_somewhere",
    "move_has_sense",
    "parse_number",
    "searchable",
    "tokens",
    "words_of",
]
