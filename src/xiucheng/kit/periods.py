"""Spans of time in tables: half-open, with an end that may be missing."""

from django.db.models import Func


class Period(Func):
    """The half-open span of two moments, the second of which may be missing: without end."""

    function = "tstzrange"
    template = "%(function)s(%(expressions)s, '[)')"
