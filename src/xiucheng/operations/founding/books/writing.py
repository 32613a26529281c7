"""The download of a template: headings with explanations, lists to choose from, an example row that never counts."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext_lazy as _
from xlsxwriter.utility import xl_col_to_name

from xiucheng.kit.cells import WORKBOOK

from ..templates.base import Column, Template
from .reading import EXAMPLE, MARK

_ROWS = 5000
"""So many rows of the download have lists to choose from; more rows may be filled in all the same."""

_LISTS = "lists"
_PICK = _("请从下拉列表里选一个。")
_ELSEWHERE = _("列表里没有；可能要先在别的表里填上。")


def blank(template: Template, lists: Mapping[str, Sequence[str]]) -> bytes:
    """The template as a workbook: sheet 1 to fill in, sheet 2 explanations; lists on a hidden third.

    lists: column → what the site has to choose from.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, dict(WORKBOOK))
    sheet = book.add_worksheet(str(template.title)[:31].replace("/", "、"))
    _explain(book, template)
    columns = template.columns
    _heading(book, sheet, columns)
    _example(book, sheet, columns)
    _choices(book, sheet, template, lists)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return buffer.getvalue()


def _heading(book: Any, sheet: Any, columns: Sequence[Column]) -> None:
    must = book.add_format({"bold": True, "bg_color": "#dce6f2", "border": 1, "text_wrap": True, "valign": "vcenter"})
    may = book.add_format({"bold": True, "bg_color": "#f2f2f2", "border": 1, "text_wrap": True, "valign": "vcenter"})
    words = book.add_format({"num_format": "@"})
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, MARK, may)
    sheet.set_column(0, 0, 16)
    for at, column in enumerate(columns, start=1):
        label = f"{column.label}*" if column.required else column.label
        sheet.write_string(0, at, label, must if column.required else may)
        sheet.write_comment(0, at, str(column.explain), {"x_scale": 1.6})
        # As text, so that long codes keep their digits and phones their zeros.
        sheet.set_column(at, at, max(12, min(30, 2 * len(column.label) + 6)), words)


def _example(book: Any, sheet: Any, columns: Sequence[Column]) -> None:
    faint = book.add_format({"italic": True, "font_color": "#7f7f7f", "num_format": "@"})
    sheet.write_string(1, 0, str(_("%(mark)s（此行不导入）")) % {"mark": EXAMPLE}, faint)
    for at, column in enumerate(columns, start=1):
        sheet.write_string(1, at, column.example, faint)


def _choices(book: Any, sheet: Any, template: Template, lists: Mapping[str, Sequence[str]]) -> None:
    hidden = None
    for at, column in enumerate(template.columns, start=1):
        words = list(column.choices().values()) if column.choices else list(lists.get(column.key, ()))
        if not words:
            continue
        if hidden is None:
            hidden = book.add_worksheet(_LISTS)
            hidden.hide()
        for row, word in enumerate(words):
            hidden.write_string(row, at, word)
        name = xl_col_to_name(at)
        # What the site has is a help, what a column knows is a rule.
        rule = {
            "validate": "list",
            "source": f"={_LISTS}!${name}$1:${name}${len(words)}",
            "error_type": "stop" if column.choices else "information",
            "input_message": str(column.explain)[:250],
            "error_title": column.label[:32],
            "error_message": str(_PICK if column.choices else _ELSEWHERE),
        }
        sheet.data_validation(1, at, _ROWS, at, rule)


def _explain(book: Any, template: Template) -> None:
    sheet = book.add_worksheet(str(_("说明")))
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 10)
    sheet.set_column(2, 2, 64)
    sheet.set_column(3, 3, 40)
    sheet.write_string(0, 0, str(template.title), bold)
    sheet.write_string(1, 0, str(template.about))
    notes = (
        _("第一张表里一行写一件，表头不要改；多出来的列不影响，系统会问要不要保留。"),
        _("“标记”列写着“示例”的行不导入。列名带 * 的必须填。"),
        _("再次上传同一张表会按关键列合并：新的增加，变了的更新，没变的不动。"),
    )
    for row, note in enumerate(notes, start=2):
        sheet.write_string(row, 0, str(note))
    for at, title in enumerate((_("列"), _("必填"), _("怎么填"), _("也认得这些列名"))):
        sheet.write_string(6, at, str(title), bold)
    for row, column in enumerate(template.columns, start=7):
        sheet.write_string(row, 0, column.label)
        sheet.write_string(row, 1, str(_("是")) if column.required else "")
        sheet.write_string(row, 2, str(column.explain), wrap)
        sheet.write_string(row, 3, "、".join(column.also), wrap)
