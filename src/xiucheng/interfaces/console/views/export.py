"""The hall's list as a file: the same query as the page, cells that no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import xlsxwriter
from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiucheng.foundation.people import queries as people
from xiucheng.interfaces.web import words
from xiucheng.operations.board import queries as board

from .. import names
from ..doors import Visit, desk
from .hall import read_filters

MOST = 5000
"""Rows of one file (D): more is a matter for a report, not for a list."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(cell: object) -> str:
    """A cell that spreadsheets show and never reckon (OWASP, CSV injection)."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_STARTS) else text


@require_GET
@desk
def export(request: Visit, form: str) -> HttpResponse:
    """`csv` in UTF-8 with a byte-order mark, as spreadsheets expect it, or `xlsx`."""
    if form not in _WRITERS:
        raise Http404
    rows = [_head(), *(_cells(one) for one in _listed(request))]
    content, content_type = _WRITERS[form](rows, _about(request))
    answer = HttpResponse(content, content_type=content_type)
    stamp = request.moment.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y%m%d-%H%M")
    answer.headers["Content-Disposition"] = f'attachment; filename="cases-{stamp}.{form}"'
    return answer


def _listed(request: Visit) -> Iterator[board.Listed]:
    filters, cursor, left = read_filters(request), None, MOST
    while left > 0:
        found = board.hall(request.standing, filters, cursor, limit=min(200, left), now=request.moment)
        yield from found.rows
        left -= len(found.rows)
        if found.next is None or not found.rows:
            return
        cursor = found.next


def _head() -> list[str]:
    return [
        _("编号"),
        _("内容"),
        _("类别"),
        _("区域"),
        _("状态"),
        _("承办单位"),
        _("立案时间"),
        _("到期时间"),
        _("结案时间"),
        _("上报次数"),
    ]


def _cells(listed: board.Listed) -> list[str]:
    row, zone = listed.row, ZoneInfo(settings.TIME_ZONE)
    times = [words.exact(at, zone) if at else "" for at in (row.filed_at, row.due_at, row.closed_at)]
    title = listed.title if listed.title is not None else _("文字已按规定删除")
    cells = [row.number, title, listed.category, names.place(row.area), listed.state, listed.agency, *times]
    return [safe(cell) for cell in (*cells, row.report_count)]


def _about(request: Visit) -> list[str]:
    """Who took the list away, when, and what was asked: the last line of the file."""
    person = request.standing.person_id
    name = people.person_names([person]).get(person, "") if person else ""
    at = words.exact(request.moment, ZoneInfo(settings.TIME_ZONE))
    return [_("由 %(name)s 于 %(at)s 导出") % {"name": name, "at": at}, safe(request.GET.urlencode())]


def _csv(rows: list[list[str]], about: list[str]) -> tuple[bytes, str]:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([*rows, about])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode(), "text/csv; charset=utf-8"


def _xlsx(rows: list[list[str]], about: list[str]) -> tuple[bytes, str]:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("案卷"))
    bold = book.add_format({"bold": True})
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(index, column, cell, bold if index == 0 else None)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 48)
    sheet.set_column(2, 9, 18)
    sheet.set_footer("&L" + about[0].replace("&", "&&"))
    for column, cell in enumerate(about):
        sheet.write_string(len(rows) + 1, column, cell)
    book.close()
    return buffer.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


_WRITERS = {"csv": _csv, "xlsx": _xlsx}
