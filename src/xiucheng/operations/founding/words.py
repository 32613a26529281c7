"""What the codes of this room say to people: one sentence each, what is wrong and what to do."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CELL: Mapping[str, Promise | str] = {
    "empty": _("这一格必须填写。"),
    "too_long": _("太长，最多 %(detail)s 个字。"),
    "not_digits": _("应当只有数字；长编码请把单元格设为“文本”。"),
    "not_a_date": _("看不懂这个日期，请写成 2026-03-01。"),
    "not_a_time": _("看不懂这个时间，请写成 08:30。"),
    "bad_phone": _("电话号码不对：应是 7 至 15 位数字。"),
    "not_a_number": _("不是数字。"),
    "not_whole": _("应当是 0 或正整数。"),
    "not_yes_or_no": _("请填“是”或“否”。"),
    "not_a_choice": _("“%(detail)s”不在可选的值里，请从下拉列表选。"),
    "formula_calls_out": _("这个公式要访问别的文件、网址或程序，不予采用。请改成数值。"),
    "formula_without_value": _("公式没有算出的值。请在表格软件里打开、保存一次，或粘贴为数值。"),
    "merged_across": _("这一格与左边的格合并了，看不出各是什么。请取消合并，逐格填写。"),
    "same_key": _("与第 %(detail)s 行写的是同一个，内容却不一样。请只留对的一行。"),
    "row_given_twice": _("与第 %(detail)s 行完全重复，只算一次。"),
    "filled_from_merged": _("合并的单元格，按上面那格的内容处理。"),
    # what a cell names
    "unknown_agency": _("没有“%(detail)s”这个单位。请先在“单位”表里填上，或改成单位代码。"),
    "two_agencies": _("有几个单位都叫“%(detail)s”，请改填单位代码。"),
    "unknown_area": _("没有“%(detail)s”这个镇街或社区。请填代码，或先在“镇街、社区、网格”表里填上。"),
    "two_areas": _("有几个地方都叫“%(detail)s”，请改填代码。"),
    "unknown_grid": _("没有“%(detail)s”这个责任网格。"),
    "unknown_person": _("人员表里没有“%(detail)s”。请先导入人员，或核对姓名和手机号。"),
    "two_people": _("有几个人都叫“%(detail)s”，请填手机号或工号区分。"),
    "unknown_calendar": _("没有“%(detail)s”这个工作日历。先留空按全区日历算，以后在日历表里再加。"),
    "unknown_category": _("立案目录里没有“%(detail)s”这个类别。"),
    # agencies
    "bad_code": _("代码只用小写字母、数字和 . _ -，不超过 40 个字符；不清楚就留空。"),
    "kind_fixed": _("已登记为“%(detail)s”，类别不能改。请保留原类别，或停用后换一个代码登记。"),
    "own_parent": _("上级单位写成了自己。"),
    "circle": _("上级关系绕成了一圈：%(detail)s。请改正其中一个的上级。"),
    "tied_to_itself": _("写成了自己。"),
    # people and duties
    "phone_shared": _("手机号与第 %(detail)s 行的人相同，姓名却不同。请核对是谁的号码。"),
    "agency_missing": _("这个岗位要写明所在单位。"),
    "wrong_level": _("“%(detail)s”不能担任这项职责：层级不对。"),
    "name_known": _("已有同名的人在岗，按另一个人登记。如是同一人，请填同样的手机号或工号。"),
    "number_of_another": _("工号与第 %(detail)s 行相同，姓名却不同。"),
    # places
    "bad_area_code": _("镇街代码 9 位、社区代码 12 位数字，并以上级代码开头；没有就留空，由系统编号。"),
    "bad_grid_code": _("责任网格代码用 2 至 20 位大写字母、数字、短横；没有就留空。"),
    "wrong_parent": _("“%(detail)s”不能作它的上级：社区属于镇街，网格属于社区。"),
    "no_district": _("还没有设本区的区划。请先在第一步填区划代码。"),
    "area_full": _("“%(detail)s”下的编号已经用完。"),
    "not_a_community": _("“%(detail)s”不是社区。小区要属于一个社区。"),
    "building_missing": _("写了房号，没有写楼栋。没有楼栋名的院落可写“1号楼”。"),
    "bad_floors": _("层数应在 1 至 %(detail)s 之间。"),
    "bad_size": _("建筑面积应大于 0、小于一百万平方米。"),
    "said_differently": _("与第 %(detail)s 行说的不一样，这一项都不采用；其余照常导入。"),
    # rosters, rules
    "bad_weekdays": _("看不懂“%(detail)s”。请写成“周一至周五”“每天”或“1,2,3”。"),
    "no_post": _("“%(detail)s”没有这个岗位，不能排班。请先在人员表或职责表里任职。"),
    "which_post": _("“%(detail)s”有几个岗位，请写明是哪个。"),
    "backwards": _("结束不能早于开始。"),
    "slots_overlap": _("与第 %(detail)s 行的时段重叠。"),
    "two_targets": _("承办单位和“部件单位”只能写一个。"),
    "no_target": _("没有写交给谁。"),
    "no_catalogue": _("还没有发布立案目录，类别无从核对。"),
    # partnerships
    "not_the_community": _("“%(detail)s”不是社区。报到和结对都要写明是哪个社区。"),
    "bad_span_of_days": _("起止日期不对：结对要有止，止在起之后，最长五年；起在前后一年之内。"),
    "unknown_topic": _("没有“%(detail)s”这个合作事项。可用：组织共建、法律咨询、文化体育等，见说明。"),
    "terms_overlap": _("同一单位和社区在这段时间已有一条，起止日期不能重叠。"),
    # figures
    "bad_amount": _("看不懂“%(detail)s”：请写成 12000、1.2万、3000余、300多、近3000 或 约3000。"),
    "title_needed": _("项目选“其他”时要写明数的是什么；选别的项目时这里留空。"),
    "day_ahead": _("日期还没到：底数是已经数过的数。"),
    # stewards
    "not_steward_place": _("“%(detail)s”不是社区。中心户和楼长属于一个社区。"),
    "chosen_ahead": _("产生的日期还没到。"),
    "bad_term": _("任期要写明起止，止在起之后，最长五年，今天在任期内；刚产生的两格都留空。"),
    "not_in_office": _("此人已在册，还没就任：请在其页面上公示、就任，这里任期留空。"),
    # What another room says, already a sentence.
    "by_pack": "%(detail)s",
    "by_import": "%(detail)s",
    "by_place": "%(detail)s",
}

DOUBTS = frozenset({"row_given_twice", "filled_from_merged", "name_known", "said_differently"})
"""What is told but keeps no row from being taken."""


def sentence(code: str, detail: str = "") -> str:
    """The sentence of a code in the active language."""
    return str(CELL[code]) % {"detail": detail}
