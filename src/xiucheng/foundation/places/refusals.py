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
    "unknown_duty_grid": _("没有编码为“{about}”的责任网格。"),
    "duty_grid_drawn": _("责任网格“{about}”已经画了范围或编入了单元网格，不能当作空名字删掉；请在底图里改。"),
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
    "nothing_to_merge": _("请选择至少两个相邻的单元网格。"),
    "not_neighbours": _("“{about}”与其他所选网格不相邻，不能合并。"),
    "not_one_community": _("所选网格不在同一个社区，不能合并。"),
    "line_misses": _("这条线没有把“{about}”分成两块：请让线的两头都画到网格外面。"),
    "too_many_parts": _("这条线把“{about}”切成了 {other} 块，请一次只切一刀。"),
    "too_small": _("切出的一块只有 {square_metres} 平方米，太小了。"),
    "grids_full": _("社区“{about}”的三位顺序号已经用完。"),
    "nothing_new": _("画的范围都已有网格，没有剩下空白的地方。"),
    "unknown_grid": _("没有编码为“{about}”的单元网格。"),
    "already_in_order": _("社区“{about}”的编号已经是自西向东、自北向南。"),
    "no_grids": _("社区“{about}”还没有单元网格。"),
    "one_grid_only": _("请只选一个网格来切。"),
    "drawing_missing": _("图上还没有画好：切分要画一条线，新网格要画至少三个角。"),
    "stale_map": _("这张图刚被别人改过，请看最新的再动手。"),
    # uploads
    "unknown_kind_of_file": _("不认识的数据种类“{about}”。"),
    "unknown_draft": _("没有这份上传，可能已被丢弃。"),
    "draft_busy": _("正在处理这份文件，请稍等片刻。"),
    "draft_settled": _("这份文件已经入库或撤销，不能再改。"),
    "draft_moved_on": _("这份上传刚被改过，请看最新的再动手。"),
    "draft_incomplete": _("还有必要的列或坐标系没有选定。"),
    "draft_elsewhere": _("这些点不在本区县，不能入库：请先把坐标系选对。"),
    "nothing_to_take": _("没有一行通过检查，没有可以入库的。"),
    "nothing_to_mend": _("没有可以修补的碎缝。"),
    "unknown_column": _("文件里没有“{about}”这一列。"),
    "unknown_frame": _("不认识的坐标系“{about}”。"),
    "unknown_variant": _("不认识的部件编码格式“{about}”。"),
    "too_few_control": _("控制点不够：至少要 {least} 个。"),
    "too_many_control": _("控制点太多：最多 {most} 个。"),
    "control_same": _("控制点几乎在同一个位置，定不出坐标系。"),
    "control_on_a_line": _("控制点排成一条线，仿射变换定不下来：请加一个不在线上的点，或改用相似变换。"),
    "bad_control": _("第 {about} 行控制点看不懂：每行写“名称 X Y 经度 纬度”。"),
    # files that are not read
    "empty_file": _("文件是空的。"),
    "too_large": _("文件太大：最多 {megabytes} MB。请分成几份，或只导出需要的列。"),
    "unknown_format": _(
        "“{about}”不是能读的地图文件：请用 Shapefile（压缩成 zip）、GeoPackage、KML、GeoJSON、XLSX 或 CSV。"
    ),
    "lone_shapefile": _("“{about}”只是 Shapefile 的一部分：请把同名的 .shp、.dbf、.shx、.prj 一起压缩成 zip 再上传。"),
    "part_missing": _("压缩包里的 {about} 缺少 {part}，请一起打包。"),
    "nothing_inside": _("压缩包里没有地图文件。"),
    "not_what_it_says": _("压缩包里的 {about} 内容与扩展名不符。"),
    "zip_broken": _("压缩包“{about}”损坏，打不开。"),
    "zip_locked": _("压缩包“{about}”设了密码，请去掉密码再上传。"),
    "zip_bomb": _("压缩包“{about}”解开后大得不正常，已停止。"),
    "zip_too_many": _("压缩包“{about}”里的文件超过 {most} 个。"),
    "file_broken": _("“{about}”损坏或不完整，读不出来。请从原系统重新导出。"),
    "too_many_rows": _("“{about}”超过 {most} 行，请分成几份。"),
    "took_too_long": _("读“{about}”用的时间太长，已停止。请分成几份。"),
    "nothing_in_it": _("“{about}”里没有数据行。"),
    "worker_failed": _("处理时出了意外，已记入日志。可以再试一次；再不行请联系维护人员。"),
    "refused": "{about}",
    # what the checks of an upload point at
    "bow_tie": _("“{about}”的边线自己相交（打了结），可以解开成正常的图形。"),
    "overlap_place": _("{other} 在这里重叠 {square_metres} 平方米（平均宽 {width} 米），请人来定。"),
    "gap_place": _("{other} 之间空着 {square_metres} 平方米（平均宽 {width} 米），请人来定。"),
    "sliver_gap": _("{other} 之间有一条宽 {width} 米、{square_metres} 平方米的缝，建议并入 {about}。"),
    "sliver_overlap": _("{other} 重叠一条宽 {width} 米、{square_metres} 平方米的边，建议留给 {about}。"),
    "outside_its_grid": _("“{about}”写着在网格 {other}，实际落在 {grid}。"),
    # changes and their undoing
    "unknown_change": _("没有这次改动的记录。"),
    "already_undone": _("这次改动已经撤销过了。"),
    "changed_since": _("之后又有人改过同一批数据，请先撤销后面的改动。"),
    "in_use": _("这样改不行：{other} 处已经用上了这些数据（例如“{about}”）。{why}"),
    # components and facilities
    "bad_component_code": _("“{about}”不是部件编码：应为 16 位数字。"),
    "bad_facility_code": _("“{about}”不是设施编码：1 至 32 位字母、数字、短横。"),
    "unknown_kind": _("“{about}”的类别 {other} 不在目录里。"),
    "unknown_state": _("“{about}”的状态“{other}”不认识：完好、破损、丢失、废弃、占用。"),
    "unknown_accuracy": _("“{about}”的精度“{other}”不认识：A、B、C。"),
    "unknown_component": _("没有编码为“{about}”的部件。"),
    "unknown_facility": _("没有编码为“{about}”的设施。"),
    "moved_on": _("“{about}”刚被别人改过，请看最新的再动手。"),
    "one_at_a_time": _("一次改许多时只能改状态和单位；名称、地址、位置、备注请逐个改。"),
    "too_many_things": _("一次最多改 {most} 个，请缩小查找的范围。"),
    "text_too_long": _("太长了，最多 {most} 个字。"),
    "nothing_changed": _("没有要改的：内容和现在一样。"),
    "bad_date": _("“{about}”的日期“{other}”看不懂，请写成 2026-01-31。"),
    "point_missing": _("“{about}”没有坐标。"),
    "bad_point": _("“{about}”的坐标不是经纬度。"),
    "point_outside": _("“{about}”不在本区县范围内。"),
    "place_unknown": _("“{about}”落在哪个社区无法确定（没有社区名，也没有社区图形）。"),
    # housing
    "not_a_community": _("“{about}”不是社区：小区要属于一个社区。"),
    "bad_floors": _("“{about}”的层数不对，应在 1 至 200 之间。"),
    "unknown_use": _("“{about}”的用途“{other}”不认识：住宅、商铺、车库、办公、公共用房。"),
    "bad_size": _("“{about}”的面积应大于 0。"),
    "still_below": _("下面还有别的楼栋或房屋，请先撤销它们。"),
    "unknown_compound": _("没有这个小区。"),
    # figures
    "unknown_place": _("没有“{about}”这个镇街、社区、责任网格或设施：请填代码或全名。"),
    "two_places": _("有几个地方都叫“{about}”，请改填代码。"),
    "unknown_figure_kind": _("不认识“{about}”这个项目：请从列表选，列表里没有的选“其他”。"),
    "title_needed": _("选“其他”时要写明数的是什么，20 个字以内，带上单位。"),
    "bad_amount": _("看不懂“{about}”：请写成 12000、1.2万、3000余、300多、近3000 或 约3000。"),
    "day_ahead": _("日期 {about} 还没到：底数是已经数过的数。"),
    "bad_day": _("看不懂日期“{about}”，请写成 2026-01-31。"),
    "source_missing": _("请写明这个数从哪里来，60 个字以内，例如“七普”“社区 10 月报表”。"),
    "unknown_figure": _("没有这条底数。"),
    "same_figure": _("这一天、这个来源的同一个数已经记着了。"),
    "not_in_force": _("这条底数已经撤下或被改过，请看最新的。"),
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


def refusal_of(code: str, about: str, values: Mapping[str, str] | None) -> Refused:
    """A Refused from what a rule found: its code, what it is about, the values of its sentence."""
    return Refused(code, text(Finding(0, code, about, values)))


def refusal(code: str, about: str = "", *, status: int = 422, field: str | None = None, **values: str) -> Refused:
    """A Refused of this room; `field` names the input to mark."""
    said = text(Finding(0, code, about, values))
    return Refused(code, said, fields={field: said} if field else None, status=status)
