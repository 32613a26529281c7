"""What the room refuses or points out, code by code, in sentences for people."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from xiucheng.kit.refused import Refused

from .partition import Finding

# Of one row of a file, or of one thing asked. {about} is the code or name as it was given.
TEXTS: Mapping[str, Any] = {
    # areas
    "bad_area_code": _("“{about}”不是区划代码：区县 6 位、镇街 9 位、社区 12 位数字。"),
    "unknown_area": _("没有“{about}”这个区划，请先导入区划或补录。"),
    "no_district": _("还没有区划：请先导入本区县的区划。"),
    "other_district": _("“{about}”不属于本区县。"),
    "parent_missing": _("“{about}”的上级区划不在名单里。"),
    "name_missing": _("“{about}”没有名称。"),
    "duplicate_code": _("代码“{about}”在文件里不止一次，只取第一次。"),
    "same_name": _("“{about}”与同一上级下的 {other} 同名。"),
    "not_below_parent": _("“{about}”不在上级 {parent} 之下：代码应以上级代码开头，再加三位。"),
    "code_taken": _("代码“{about}”已有，请换一个或留空由系统编号。"),
    "area_full": _("“{about}”下的三位编号已经用完。"),
    "still_active_below": _("“{about}”下面还有在用的区划，请先撤销它们。"),
    "date_ahead": _("日期“{about}”还没到，请到那天再办。"),
    "bad_outline": _("范围无法使用：{why}。"),
    # grids
    "bad_grid_code": _("“{about}”不是单元网格编码：应为 15 位数字（区划 6＋镇街 3＋社区 3＋顺序 3）。"),
    "bad_duty_grid_code": _("“{about}”不是责任网格编码：2 至 20 位大写字母、数字、短横。"),
    "bad_shape": _("“{about}”的图形无法使用：{why}。"),
    "not_degrees": _("“{about}”的坐标不是经纬度，请先转为经纬度（WGS84 或 CGCS2000）。"),
    "overlaps": _("“{about}”与 {other} 重叠 {square_metres} 平方米。"),
    "overlaps_neighbour": _("“{about}”与邻社区的 {other} 重叠 {square_metres} 平方米，交界处的点算编码小的一方。"),
    "gap": _("社区“{about}”的单元网格没有铺满，空缺 {square_metres} 平方米。"),
    "beyond_community": _("社区“{about}”的单元网格超出社区范围 {square_metres} 平方米。"),
    "numbered_out_of_order": _("“{about}”与 {other} 的编号不合“自西向东、自北向南”。"),
    "odd_size": _("“{about}”的面积是 {square_metres} 平方米，请核对坐标单位（单元网格约 1 万平方米）。"),
    "unknown_unit_grid": _("责任网格“{about}”里的 {other} 不是已有的单元网格。"),
    "unit_grid_taken": _("责任网格“{about}”里的 {other} 已属于 {owner}。"),
    "splits_unit_grid": _("责任网格“{about}”的边线切开了单元网格 {other}，该格按中心点归属。"),
    "duty_grid_empty": _("责任网格“{about}”既没有单元网格，也没有图形。"),
    # components and facilities
    "bad_component_code": _("“{about}”不是部件编码：应为 16 位数字。"),
    "bad_facility_code": _("“{about}”不是设施编码：1 至 32 位字母、数字、短横。"),
    "unknown_kind": _("“{about}”的类别 {other} 不在目录里。"),
    "unknown_state": _("“{about}”的状态“{other}”不认识：完好、破损、丢失、废弃、占用。"),
    "unknown_accuracy": _("“{about}”的精度“{other}”不认识：A、B、C。"),
    "unknown_component": _("没有编码为“{about}”的部件。"),
    "bad_date": _("“{about}”的日期“{other}”看不懂，请写成 2026-01-31。"),
    "point_missing": _("“{about}”没有坐标。"),
    "bad_point": _("“{about}”的坐标不是经纬度。"),
    "point_outside": _("“{about}”不在本区县范围内。"),
    "place_unknown": _("“{about}”落在哪个社区无法确定（没有社区名，也没有社区图形）。"),
    # files
    "unknown_datum": _("不认识的坐标系“{about}”：wgs84、cgcs2000、gcj02、bd09。"),
    "not_geojson": _("文件不是 GeoJSON 要素集。"),
    "unknown_crs": _("文件的坐标系是“{about}”，这里只读经纬度（WGS84 或 CGCS2000）。"),
    "not_text": _("文件的文字编码看不懂，请另存为 UTF-8 或 GB18030。"),
    "column_missing": _("表里没有“{about}”这一列。"),
    "division_missing": _("统计区划文件里没有代码为“{about}”的区县。"),
}


def text(finding: Finding) -> str:
    """The sentence of a finding, in the active language."""
    return str(TEXTS[finding.code]).format(about=finding.about, **(finding.values or {}))


def refusal(code: str, about: str = "", *, status: int = 422, field: str | None = None, **values: str) -> Refused:
    """A Refused of this room; `field` names the input to mark."""
    said = text(Finding(0, code, about, values))
    return Refused(code, said, fields={field: said} if field else None, status=status)
