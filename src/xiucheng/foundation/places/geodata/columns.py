"""Which column of a file is what: guessed from the names that occur in such files, and from what the cells hold.

Names come from the standard's exchange tables, from drawing tools, from pinyin initials, and from .dbf files that cut
a name after ten bytes (five characters in GBK, three in UTF-8).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

KINDS = ("unit_grid", "duty_grid", "component", "facility", "outline")
"""What a file may hold: unit grids, duty grids, components, facilities, outlines of areas."""

POLYGONS = frozenset({"unit_grid", "duty_grid", "outline"})

_COMMON: dict[str, tuple[str, ...]] = {
    "name": ("name", "mc", "名称"),
    "note": ("note", "remark", "memo", "bz", "备注"),
    "lon": ("lon", "lng", "long", "longitude", "x", "point_x", "x坐标", "经度", "东经", "横坐标"),
    "lat": ("lat", "latitude", "y", "point_y", "y坐标", "纬度", "北纬", "纵坐标"),
    "community": ("community", "community_code", "sq", "sqmc", "sqdm", "shequ", "社区", "所在社区", "所属社区",
                  "社区名称", "社区代码", "村居"),
    "address": ("address", "addr", "dz", "wz", "objpos", "地址", "详细地址", "位置", "所在位置"),
}  # fmt: skip

# Whose a thing is: components and facilities have the same three columns.
_PARTIES: dict[str, tuple[str, ...]] = {
    "department": ("department", "deptname1", "zgbm", "zgdw", "主管部门", "主管部门名称", "主管单位"),
    "owner": ("owner", "deptname2", "qsdw", "权属单位", "权属单位名称", "产权单位"),
    "maintainer": ("maintainer", "deptname3", "yhdw", "gldw", "养护单位", "养护单位名称", "管护单位"),
}

FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "unit_grid": {
        "code": ("code", "bgcode", "bgid", "wgbm", "wgdm", "wgbh", "grid_code", "gridcode", "gridid", "网格编码",
                 "单元网格编码", "网格代码", "单元网格代码", "网格编号", "编码", "代码"),
    },
    "duty_grid": {
        "code": ("code", "bgcode", "bgid", "wgbm", "wgdm", "wgbh", "zrwgbm", "责任网格编码", "责任网格代码", "网格编码",
                 "网格编号", "编码", "代码"),
        "name": ("name", "bgname", "wgmc", "责任网格名称", "网格名称", "名称"),
        "area": ("area", "area_code", "所属区划", "区划代码", *_COMMON["community"]),
        "members": ("members", "unit_grids", "单元网格", "包含单元网格"),
    },
    "component": {
        "code": ("code", "objid", "objcode", "bjbm", "bjdm", "bsm", "部件编码", "部件标识码", "部件代码", "标识码",
                 "编码"),
        "name": ("objname", "bjmc", "部件名称", *_COMMON["name"]),
        "state": ("state", "objstate", "zt", "bjzt", "部件状态", "状态", "现状"),
        "community": _COMMON["community"],
        "unit_grid": ("unit_grid", "bgid", "bgcode", "wgbm", "wgdm", "szwg", "所在单元网格", "单元网格", "网格编码",
                      "所在网格"),
        "accuracy": ("accuracy", "jd", "jddj", "精度", "精度等级"),
        "surveyed_on": ("surveyed_on", "ordate", "pcrq", "初始时间", "普查日期", "调查日期"),
        "changed_on": ("changed_on", "chdate", "bgrq", "变更时间", "变更日期"),
        "source": ("source", "datasource", "sjly", "数据来源", "来源"),
        **_PARTIES,
        "note": _COMMON["note"],
        "lon": _COMMON["lon"],
        "lat": _COMMON["lat"],
    },
    "facility": {
        "code": ("code", "ssbm", "设施编码", "编码", "代码", "编号"),
        "kind": ("kind", "type", "lx", "lb", "类别", "类型", "设施类型", "设施类别"),
        "name": ("ssmc", "设施名称", *_COMMON["name"]),
        "community": _COMMON["community"],
        "address": _COMMON["address"],
        "state": ("state", "zt", "sszt", "设施状态", "状态", "现状"),
        "changed_on": ("changed_on", "chdate", "bgrq", "变更时间", "变更日期"),
        **_PARTIES,
        "note": _COMMON["note"],
        "lon": _COMMON["lon"],
        "lat": _COMMON["lat"],
    },
    "outline": {
        "code": ("code", "dm", "qhdm", "xzqdm", "sqdm", "区划代码", "行政区代码", "社区代码", "街道代码", "代码",
                 "编码"),
        "name": ("name", "mc", "qhmc", "xzqmc", "sqmc", "区划名称", "社区名称", "街道名称", "名称"),
    },
}  # fmt: skip

# Without these a row cannot be stored; `shape` stands for a drawn shape or a pair of coordinate columns.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "unit_grid": ("code",),
    "duty_grid": ("code",),
    "component": ("code",),
    "facility": ("kind", "name"),
    "outline": (),
}

# What people call the facilities of the standard's lists → the plain word that is stored.
FACILITY_WORDS: Mapping[str, str] = {
    "公园": "park", "绿地": "park", "广场": "square", "公厕": "toilet", "公共厕所": "toilet", "卫生间": "toilet",
    "食堂": "canteen", "社区食堂": "canteen", "幸福食堂": "canteen", "老年食堂": "canteen", "图书馆": "library",
    "学校": "school", "小学": "school", "中学": "school", "幼儿园": "kindergarten", "医院": "hospital",
    "卫生服务中心": "clinic", "卫生服务站": "clinic", "停车场": "parking", "垃圾站": "waste_station",
    "垃圾中转站": "waste_station", "菜市场": "market", "农贸市场": "market", "早市": "market",
    "消防站": "fire_station", "派出所": "police", "党群服务中心": "service_centre", "文化站": "culture_station",
    "公交站": "bus_stop", "养老院": "care_home", "养老服务中心": "care_home",
}  # fmt: skip

_MARKS = re.compile(r"[\s_\-.:：（）()【】\[\]/]+")
_SHORTEST = 3
_ROWS = 500
# A column whose cells nearly all look like this is the code, whatever it is called.
_SHAPES: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    "unit_grid": {"code": re.compile(r"\d{15}")},
    "component": {"code": re.compile(r"\d{16}"), "unit_grid": re.compile(r"\d{15}")},
    "outline": {"code": re.compile(r"\d{6}|\d{9}|\d{12}")},
}


@dataclass(frozen=True, slots=True)
class Guessed:
    """A column by its name as written, and why it was taken: name, prefix (cut off by the file) or cells."""

    column: str
    why: str


def plain(name: str) -> str:
    """A column's name for comparing: half width, lower case, without blanks, dashes and brackets."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", name)).lower()


def guess(kind: str, columns: Sequence[str], values: Sequence[Sequence[str]]) -> dict[str, Guessed]:
    """Field → column for a kind of KINDS; each column serves one field only, the earlier alias wins.

    columns: as written; values: the texts of each column in the same order.
    """
    fields = FIELDS[kind]
    names = {column: plain(column) for column in columns}
    ranked = sorted(
        (rank, order, field, column, why)
        for order, (field, aliases) in enumerate(fields.items())
        for column in columns
        for rank, why in _matches(names[column], aliases)
    )
    answer: dict[str, Guessed] = {}
    taken: set[str] = set()
    for field, column in _by_cells(kind, columns, values):
        if field not in answer and column not in taken:
            answer[field] = Guessed(column, "cells")
            taken.add(column)
    for _rank, _order, field, column, why in ranked:
        if field not in answer and column not in taken:
            answer[field] = Guessed(column, why)
            taken.add(column)
    return answer


def _matches(name: str, aliases: Sequence[str]) -> list[tuple[int, str]]:
    """Ranks (lower is better) at which a column's name agrees with one of the aliases."""
    found = []
    for at, alias in enumerate(plain(one) for one in aliases):
        if name == alias:
            found.append((at, "name"))
        elif len(name) >= _SHORTEST and len(alias) > len(name) and alias.startswith(name) and not name.isascii():
            found.append((100 + at, "prefix"))
    return found[:1]


def _by_cells(kind: str, columns: Sequence[str], values: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    found = []
    for field, pattern in _SHAPES.get(kind, {}).items():
        for column, cells in zip(columns, values, strict=True):
            held = [cell for cell in cells[:_ROWS] if cell]
            if held and sum(pattern.fullmatch(cell) is not None for cell in held) > 0.9 * len(held):
                found.append((field, column))
                break
    return found


def missing(kind: str, mapping: Mapping[str, str], *, shaped: bool) -> list[str]:
    """Fields that still need a column: see NEEDED; `shape` where there is neither a shape nor lon and lat."""
    lacking = [field for field in NEEDED[kind] if not mapping.get(field)]
    if kind == "outline" and not (mapping.get("code") or mapping.get("name")):
        lacking.append("code")
    placed = shaped or (kind not in POLYGONS and mapping.get("lon") and mapping.get("lat"))
    return lacking if placed else [*lacking, "shape"]


def kind_of(columns: Sequence[str], values: Sequence[Sequence[str]], polygons: bool) -> str:
    """What a file probably holds, by its columns and whether its shapes are areas."""
    for kind in ("unit_grid", "component"):
        if (polygons or kind == "component") and any(field == "code" for field, _ in _by_cells(kind, columns, values)):
            return kind
    if polygons:
        names = {plain(column) for column in columns}
        return (
            "outline"
            if any(field == "code" for field, _ in _by_cells("outline", columns, values))
            or not (names & {plain(one) for one in FIELDS["duty_grid"]["code"]})
            else "duty_grid"
        )
    return "facility"
