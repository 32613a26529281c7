"""The hall's list as a file: the same query as the page, on record, in cells that no spreadsheet reckons with."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from xiucheng.interfaces.web import words
from xiucheng.interfaces.web.downloads import XLSX, dated, download
from xiucheng.kit.cells import safe_cell
from xiucheng.kit.days import site_zone
from xiucheng.operations.board import commands as board_commands
from xiucheng.operations.board import queries as board
from xiucheng.operations.intake import queries as intake

from .. import names, sheets
from ..doors import Visit, desk
from .hall import read_filters


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, what stands in it, and whether these are a reporter's words."""

    title: str | Promise
    cell: Callable[[board.Listed], object]
    is_words: bool = False


def _exact(at: datetime | None) -> str:
    return words.exact(at, site_zone()) if at else ""


COLUMNS = (
    Column(gettext_lazy("编号"), lambda one: one.row.number),
    Column(
        gettext_lazy("内容"), lambda one: one.title if one.title is not None else _("文字已按规定删除"), is_words=True
    ),
    Column(gettext_lazy("类别"), lambda one: one.category),
    Column(gettext_lazy("区域"), lambda one: names.place(one.row.area)),
    Column(gettext_lazy("状态"), lambda one: one.state),
    Column(gettext_lazy("承办单位"), lambda one: one.agency),
    Column(gettext_lazy("立案时间"), lambda one: _exact(one.row.filed_at)),
    Column(gettext_lazy("到期时间"), lambda one: _exact(one.row.due_at)),
    Column(gettext_lazy("结案时间"), lambda one: _exact(one.row.closed_at)),
    Column(gettext_lazy("上报次数"), lambda one: one.row.report_count),
)


@require_GET
@desk
def export(request: Visit, form: str) -> HttpResponse:
    """`csv` in UTF-8 with a byte-order mark, as spreadsheets expect it, or `xlsx`.

    The reporters' words are left out for those who may not carry them away.
    """
    if form not in _WRITERS:
        raise Http404
    listed, worded = board_commands.export(
        by=request.standing, now=request.moment, filters=read_filters(request), form=form
    )
    said = _said(listed) if worded else {}
    columns = [one for one in COLUMNS if worded or not one.is_words]
    rows = [
        [str(one.title) for one in columns],
        *([safe_cell(said[row.case_id] if one.is_words else one.cell(row)) for one in columns] for row in listed),
    ]
    content, content_type = _WRITERS[form](rows, sheets.about(request))
    return download(content, dated("cases", request.moment, form), content_type)


def _said(listed: Sequence[board.Listed]) -> dict[UUID, str]:
    """All that was reported of each case, in full; of one that no report tells of, its title."""
    texts, erased = intake.texts_of(one.case_id for one in listed), _("文字已按规定删除")
    return {
        one.case_id: "\n".join(erased if text is None else text for text in texts.get(one.case_id, [one.title]))
        for one in listed
    }


def _csv(rows: list[list[str]], about: list[str]) -> tuple[bytes, str]:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([*rows, about])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode(), "text/csv; charset=utf-8"


def _xlsx(rows: list[list[str]], about: list[str]) -> tuple[bytes, str]:
    return sheets.book(_("案卷"), rows, about, [16, 48, *[18] * 8]), XLSX


_WRITERS = {"csv": _csv, "xlsx": _xlsx}
