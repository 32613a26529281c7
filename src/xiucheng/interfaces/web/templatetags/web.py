"""Template tags of every page: built assets, icons, clocks, spoken times, addresses with changed parameters."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from xiucheng.kit.days import site_zone, weekday
from xiucheng.kit.now import now as this_instant
from xiucheng.kit.refused import Refused

from .. import built, clocks, rows, selects, words
from ..faces import CaseRow

register = template.Library()

Choice = tuple[str, str]
"""Of a select: value, label."""


def _now(context: Context) -> datetime:
    moment = context.get("now")
    return moment if isinstance(moment, datetime) else this_instant()


@register.simple_tag
def assets() -> SafeString:
    """The page's styles and its one script."""
    styles, scripts = built.entry()
    links = format_html_join("", '<link rel="stylesheet" href="{}">', ((static(name),) for name in styles))
    tags = format_html_join("", '<script type="module" src="{}"></script>', ((static(name),) for name in scripts))
    return links + tags


register.filter(weekday)
register.simple_tag(rows.icon)
register.simple_tag(rows.shape)


@register.simple_tag(takes_context=True)
def clock(
    context: Context,
    due: datetime | None,
    start: datetime | None = None,
    warn: datetime | None = None,
    ended: datetime | None = None,
    paused: bool = False,
    size: str = "",
) -> SafeString:
    """A clock's chip: shape, word and colour; the exact time on hover and in print."""
    look = clocks.face(due, _now(context), start=start, warn=warn, ended=ended, paused=paused)
    return rows.chip(look, site_zone(), size)


@register.simple_tag(takes_context=True)
def case_rows(context: Context, faces: Iterable[CaseRow]) -> SafeString:
    """The lines of a list of cases; opening one writes its number into this page's address."""
    request = context["request"]
    drawer = rows.Drawer(_now(context), site_zone(), request.path, request.GET)
    return SafeString("".join(drawer.row(face) for face in faces))


@register.simple_tag
def options(groups: Iterable[tuple[str, Iterable[Choice]]], selected: str | None = None, known: str = "") -> SafeString:
    """The options of a select by groups (title, [(value, label), …]), the selected one marked.

    known: "known" where every reader gets the same, areas or categories, so that they are drawn once; never for people.
    """
    plain = tuple((str(title), tuple(choices)) for title, choices in groups)
    drawn = _known_options(plain) if known else _options(plain)
    if selected:
        opening = selects.opening(selected)
        drawn = drawn.replace(opening, f"{opening} selected", 1)
    return SafeString(drawn)


def _options(groups: tuple[tuple[str, tuple[Choice, ...]], ...]) -> str:
    return "".join(
        selects.group(title, (selects.option(value, label) for value, label in choices)) for title, choices in groups
    )


_known_options = lru_cache(64)(_options)


@register.simple_tag(takes_context=True)
def spoken(context: Context, at: datetime | None) -> SafeString | str:
    """今天 14:30, with the exact time on hover; ticks over midnight."""
    if at is None:
        return "—"
    return format_html(
        '<time datetime="{}" title="{}" data-spoken>{}</time>',
        at.isoformat(),
        words.exact(at, site_zone()),
        words.spoken(at, _now(context), site_zone()),
    )


@register.simple_tag(takes_context=True)
def by_when(context: Context, at: datetime) -> str:
    """12 月 2 日 8:00: a day in full, for a promise."""
    return words.by_when(at, _now(context), site_zone())


@register.simple_tag(takes_context=True)
def ago(context: Context, at: datetime | None) -> SafeString | str:
    """How long ago, without a word for it: 35 分, 3 天 4 小时."""
    if at is None:
        return "—"
    return rows.ago(at, _now(context), site_zone())


@register.inclusion_tag("web/parts/segments.html", takes_context=True)
def segments(context: Context, spans: Iterable[clocks.Span], due: datetime | None = None) -> dict[str, Any]:
    """The clock's life as a bar with a legend in words."""
    return {"drawing": clocks.draw(list(spans), _now(context), due)}


@register.inclusion_tag("web/parts/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """One field of a form: label, control, hint and what is wrong with it, tied together for screen readers."""
    return {"field": bound, "hint": hint or bound.help_text}


@register.simple_tag(takes_context=True)
def unplaced(context: Context, refusal: Refused) -> list[str]:
    """What a refusal says of fields and nothing beneath says again: neither a form's field nor `wrong`."""
    form, wrong = context.get("form"), context.get("wrong") or {}
    said = {str(refusal.text), *(str(text) for text in wrong.values())}
    if isinstance(form, BaseForm):
        said |= {str(error) for name, errors in form.errors.items() for error in errors if name in form.fields}
    return [str(text) for name, text in refusal.fields.items() if name not in _FOR_PROGRAMS and str(text) not in said]


# What a refusal tells a program beside its sentence, and is no sentence itself: the version that stands.
_FOR_PROGRAMS = frozenset({"version"})


@register.simple_tag(takes_context=True)
def address(context: Context, **changes: Any) -> str:
    """This page's address with parameters changed; None removes one. Paging starts over when the query changes."""
    request = context["request"]
    query: QueryDict = request.GET.copy()
    if set(changes) - {"cursor", "case"}:
        query.pop("cursor", None)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    encoded = query.urlencode()
    return f"{request.path}?{encoded}" if encoded else request.path


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """mapping[key] or nothing."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.filter
def control(bound: BoundField) -> SafeString:
    """A form's control in the house's dress, whoever wrote the form."""
    kind = bound.widget_type
    dress = {"checkbox": "form-check-input", "select": "form-select", "radioselect": ""}.get(kind, "form-control")
    return bound.as_widget(attrs={"class": dress})
