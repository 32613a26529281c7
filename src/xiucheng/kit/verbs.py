"""`@verb`: the frame of every write. It joins the outer transaction if there is one; only the outermost commits."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from django.db import transaction

from .journal.record import is_open, marked, open_buffer

P = ParamSpec("P")
R = TypeVar("R")


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function a write: one transaction from the outermost verb on, its steps inserted at the end.

    An exception (Refused or any other) undoes everything of the outermost verb. A verb that wants to go on after a
    refused part wraps that part in `attempt()`.
    """

    @functools.wraps(function)
    def framed(*args: P.args, **kwargs: P.kwargs) -> R:
        if is_open():
            return function(*args, **kwargs)
        with transaction.atomic(), open_buffer():
            return function(*args, **kwargs)

    return framed


@contextmanager
def attempt() -> Iterator[None]:
    """A part of a verb that may be refused without undoing the rest: a savepoint, and its steps with it."""
    with transaction.atomic(), marked():
        yield
