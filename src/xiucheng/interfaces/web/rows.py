"""The line of a case as HTML, written in code: fifty of them by template tags took most of the hall's time.

The pieces that stand in templates too (chip, icon, length of time) are here once and serve both.
"""

from datetime import datetime, tzinfo
from html import escape

from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from . import built, clocks, words
from .faces import CaseRow


def icon(name: str, label: str = "") -> SafeString:
    """An icon; without a label it is only decoration."""
    known = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return SafeString(
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round"'
        f' stroke-linejoin="round" {known}>{built.drawing(name)}</svg>'
    )


def shape(name: str) -> SafeString:
    """One of the clock's shapes, defined once per page in parts/shapes.html."""
    return SafeString(f'<svg class="shape" viewBox="0 0 10 10" aria-hidden="true"><use href="#shape-{name}"/></svg>')


def chip(look: clocks.Face, zone: tzinfo, size: str = "") -> SafeString:
    """A clock's chip: shape, word and colour; the exact time on hover and in print."""
    title = words.exact(look.due, zone) if look.due else ""
    running = f' data-due="{look.due.isoformat()}"' if look.ticking and look.due else ""
    if running and look.warn:
        running += f' data-warn="{look.warn.isoformat()}"'
    figure = "" if look.shape == "none" else shape(look.shape)
    large = " clock-large" if size == "large" else ""
    return SafeString(
        f'<span class="clock clock-{look.level}{large}" title="{title}"{running}>{figure}'
        f'<span data-word>{escape(look.word)}</span><span class="exact"> {title}</span></span>'
    )


def ago(at: datetime, now: datetime, zone: tzinfo) -> SafeString:
    """How long ago, without a word for it: 35 分, 3 天 4 小时."""
    return SafeString(
        f'<time datetime="{at.isoformat()}" title="{words.exact(at, zone)}" data-ago>'
        f"{escape(words.span(now - at))}</time>"
    )


class Drawer:
    """Draws the rows of one list: what all of them share is looked up once.

    path, query: the address of the page, into which opening a row writes its number.
    """

    def __init__(self, now: datetime, zone: tzinfo, path: str, query: QueryDict) -> None:
        self._now, self._zone = now, zone
        self._since = escape(_("立案以来"))
        asked = query.copy()
        asked.pop("case", None)
        others = asked.urlencode()
        self._address = escape(f"{path}?{others}{'&' if others else ''}case=")

    def row(self, row: CaseRow) -> SafeString:
        """One line; `faces.CaseRow` says what stands in it."""
        look = clocks.face(row.due, self._now, start=row.start, warn=row.warn, ended=row.ended, paused=row.paused)
        marks = "".join(f'<span class="tag tag-mark">{escape(mark)}</span> ' for mark in row.marks)
        sources = "".join(
            f'<span class="tag" title="{escape(one.label)}">{icon(one.icon, one.label)}{one.count}</span>'
            for one in row.sources
        )
        agency = escape(row.agency) if row.agency else f'<span class="faint">{escape(row.state)}</span>'
        return SafeString(
            f'<li class="row-case{" here" if row.selected else ""}" data-row="{escape(row.id)}"'
            f' data-version="{row.version}">\n'
            f'  <span class="r-clock">{chip(look, self._zone)}</span>\n'
            f'  <span class="r-title clip">{marks}{self._link(row)}</span>\n'
            f'  <span class="r-age" title="{self._since}"><span class="unseen">{self._since}</span>'
            f"{ago(row.since, self._now, self._zone)}</span>\n"
            f'  <span class="r-number mono">{escape(row.number)}</span>\n'
            f'  <span class="r-where"><span>{escape(row.category)}</span><span>{escape(row.place)}</span>'
            f'<span class="r-agency">{agency}</span></span>\n'
            f'  <span class="r-sources">{sources}</span>\n'
            "</li>\n"
        )

    def _link(self, row: CaseRow) -> str:
        number, title = escape(row.number), escape(row.title)
        peek = ""
        if row.peek:
            peek = (
                f' hx-get="{escape(row.peek)}" hx-target="#case-pane" hx-swap="innerHTML show:none"'
                f' hx-push-url="{self._address}{number}"'
            )
        current = ' aria-current="true"' if row.selected else ""
        return (
            f'<a href="{escape(row.href)}" data-open data-number="{number}"{peek}{current} title="{title}">{title}</a>'
        )
