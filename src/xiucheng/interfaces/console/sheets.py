"""Lists as workbooks to take away: cells that no spreadsheet reckons with, and a last line that says who took it."""

import io
from collections.abc import Sequence

import xlsxwriter
from django.http import HttpResponse
from django.utils.translation import gettext as _

from xiucheng.foundation.people import queries as people
from xiucheng.interfaces.web import words
from xiucheng.interfaces.web.downloads import XLSX, dated, download
from xiucheng.kit.cells import WORKBOOK, safe_cell
from xiucheng.kit.days import site_zone

from .doors import Visit


def about(request: Visit) -> list[str]:
    """Who took the list away, when, and what was asked: the last line of the file."""
    person = request.standing.person_id
    name = people.person_names([person]).get(person, "") if person else ""
    at = words.exact(request.moment, site_zone())
    return [_("由 %(name)s 于 %(at)s 导出") % {"name": name, "at": at}, safe_cell(request.GET.urlencode())]


def book(title: str, rows: Sequence[Sequence[str]], foot: Sequence[str], widths: Sequence[int]) -> bytes:
    """One sheet: the first row in bold and standing still, all cells as texts, the foot below and on every page."""
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, dict(WORKBOOK))
    sheet = made.add_worksheet(title)
    bold = made.add_format({"bold": True})
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(index, column, cell, bold if index == 0 else None)
    sheet.freeze_panes(1, 0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_footer("&L" + foot[0].replace("&", "&&"))
    for column, cell in enumerate(foot):
        sheet.write_string(len(rows) + 1, column, cell)
    made.close()
    return buffer.getvalue()


def answer(
    request: Visit, name: str, title: str, heads: Sequence[str], rows: Sequence[Sequence[object]],
    widths: Sequence[int],
) -> HttpResponse:  # fmt: skip
    """A workbook to save as `name`-day-hour.xlsx; the taking is on record already (the room's export verb)."""
    cells = [list(heads), *([safe_cell(cell) for cell in row] for row in rows)]
    return download(book(title, cells, about(request), widths), dated(name, request.moment, "xlsx"), XLSX)
