"""Workbooks as people make them: plain tables, and everything that goes wrong with them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

AGENCY_HEADS = ("单位代码", "单位名称", "单位类别", "上级单位", "所在区域", "工作日历")
AGENCY_ROWS = (
    ("city", "示例区城市管理局", "职能部门", "", "", ""),
    ("team_1", "示例一中队", "科室队所", "示例区城市管理局", "", ""),
    ("", "示例环卫公司", "作业承包单位", "team_1", "", ""),
)
PEOPLE_HEADS = ("工号", "姓名", "手机号", "单位", "岗位", "区域")
PEOPLE_ROWS = (
    ("", "示例甲", "13900000001", "市政养护所（示例）", "承办单位经办人", ""),
    ("", "示例甲", "13900000001", "园林管理所（示例）", "处置人员", ""),
    ("X7", "示例乙", "13900000002", "", "值班长", ""),
)


def book(heads: Sequence[Any], rows: Sequence[Sequence[Any]], *, title: str = "Sheet") -> bytes:
    """A workbook with one table."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = title
    sheet.append(list(heads))
    for row in rows:
        sheet.append(list(row))
    return saved(made)


def saved(made: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def flipped(content: bytes, name: str) -> bytes:
    """The workbook with one byte of one part damaged: the first, which says how the part is packed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.getinfo(name)
    start = part.header_offset
    lengths = (int.from_bytes(content[start + at : start + at + 2], "little") for at in (26, 28))
    first = start + 30 + sum(lengths)
    return content[:first] + bytes([content[first] | 0b110]) + content[first + 1 :]


def cells(content: bytes) -> list[list[Any]]:
    """All values of the first sheet."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


HOUSING_HEADS = ("小区名称", "所属社区", "小区地址", "楼栋", "层数", "单元", "房号", "用途", "建筑面积")
HOUSING_ROWS = (
    ("示例花园", "槐花社区", "示例路1号", "3号楼", "6", "1单元", "301", "", "88.5"),
    ("示例花园", "槐花社区", "", "３幢", "", "1单元", "302室", "住宅", "90"),
    ("示例花园", "槐花社区", "", "5栋", "11", "", "商铺2", "商铺", ""),
    ("示例 花园", "990101001002", "示例路9号", "", "", "", "", "", ""),
    ("示例里", "钟楼社区", "", "1号楼", "3", "", "", "", ""),
)
