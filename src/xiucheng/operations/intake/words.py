"""What the codes of this room's rules say to people: one sentence each, what is wrong and what to do."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.kit.refused import Refused

from .rules.submission import Problem

SUBMISSION: Mapping[str, Promise] = {
    "text_missing": _("请说明情况。"),
    "too_long": _("超过了 %(detail)s 个字，请缩短。"),
    "control_character": _("含有无法保存的字符，请重新填写。"),
    "half_a_point": _("经度和纬度要同时填写。"),
    "unknown_datum": _("不认识坐标系“%(detail)s”，可用 wgs84、cgcs2000、gcj02、bd09。"),
    "impossible_point": _("这不是有效的经纬度。"),
    "outside": _("这个位置不在本辖区内。"),
    "unknown_area": _("没有代码为“%(detail)s”的镇街或社区。"),
    "place_missing": _("请标出位置、选择镇街社区或写下地址。"),
    "in_the_future": _("发生时间在将来，请检查。"),
    "too_long_ago": _("发生时间早于 %(detail)s 年，请检查。"),
    "bad_phone": _("电话号码不对，请填写手机号或带区号的座机号。"),
    "contact_missing": _("这个渠道需要联系电话。"),
    "category_missing": _("请选择类别。"),
    "too_many_pictures": _("图片最多 %(detail)s 张。"),
    "unknown_element": _("不认识这一项。"),
    "unknown_picture": _("找不到这张图片，请重新上传。"),
}

FILE: Mapping[str, Promise] = {
    "unknown_file": _("不是能读的 CSV 或 XLSX 文件。"),
    "encoding_unknown": _("认不出文件的编码，请存为 UTF-8 再导入。"),
    "encoding_damaged": _("第 %(detail)s 行有损坏的字符，请检查文件。"),
    "empty_file": _("文件里没有表头。"),
    "duplicate_column": _("表头有重复的列：%(detail)s"),
    "missing_columns": _("文件缺少映射需要的列：%(detail)s"),
    "too_large": _("表格解压后过大，请拆成几份。"),
}

ROW: Mapping[str, Promise] = {
    **SUBMISSION,
    "ragged_row": _("这一行的列数与表头不符。"),
    "broken_row": _("这一行读不出来。"),
    "formula_without_value": _("公式没有保存计算结果，请在表格软件里打开保存一次。"),
    "empty": _("此列不能为空。"),
    "formula": _("此处应为数字，却是公式。"),
    "not_a_number": _("不是数字。"),
    "not_a_date": _("不是日期时间。"),
    "not_yes_or_no": _("不是“是”或“否”。"),
    "out_of_range": _("数值超出范围。"),
    "unknown_value": _("映射里没有这个值：%(detail)s"),
    "unknown_category": _("没有代码为“%(detail)s”的类别。"),
    "unknown_channel": _("没有名为“%(detail)s”的渠道。"),
    "unknown_agency": _("没有代码为“%(detail)s”的承办单位。"),
    "duplicate_in_file": _("同一份文件里编号重复。"),
    "changed_since": _("先前已导入，内容与当时不同；已入库的不改。"),
    "closed_before_created": _("结案早于上报。"),
    "replied_before_created": _("反馈早于上报。"),
}


def sentence(table: Mapping[str, Promise], code: str, detail: str = "") -> str:
    """The sentence of a code in the active language."""
    return str(table[code]) % {"detail": detail}


def refusal(problems: Sequence[Problem]) -> Refused:
    """One refusal for everything wrong with a submission: the code of the problem, `invalid_report` for several."""
    fields = {problem.field: sentence(SUBMISSION, problem.code, problem.detail) for problem in problems}
    if len(problems) == 1:
        return Refused(problems[0].code, next(iter(fields.values())), fields=fields)
    return Refused("invalid_report", gettext("有 %(count)s 处需要修改。") % {"count": len(fields)}, fields=fields)
