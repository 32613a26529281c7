"""Every write of tasks, each a verb. Who may is asked by the room that gave the task, out of its own matrix."""

from .asking import ask, decide
from .changing import (
    cancel,
    complete,
    delegate,
    extend,
    pause,
    recalculate,
    reopen,
    resume,
    sign,
)
from .giving import Duty, Given, give, give_many
from .undoing import take_back

__all__ = [
    "Duty",
    "Given",
    "ask",
    "cancel",
    "complete",
    "decide",
    "delegate",
    "extend",
    "give",
    "give_many",
    "pause",
    "recalculate",
    "reopen",
    "resume",
    "sign",
    "take_back",
]
