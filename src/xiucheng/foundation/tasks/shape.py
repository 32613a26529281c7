"""How the calendar pack looks to people: its calendars with the titles of their parts."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs.shapes import Choice, Days, Field, Record, Silent, Spans, Table, Text, Week, Years
from xiucheng.foundation.packs.shapes.values import Groups

from .calendars import DEFAULT, MOST_TITLE, called
from .holidayyears import label


def _statutes(at: datetime) -> Groups:
    return [("", [("cn", str(_("按国务院的放假办法")))])]


CALENDAR = Record(
    (
        Field(
            "title",
            _("名称"),
            Text(MOST_TITLE),
            hint=_("大家怎么叫这个日历，例如“早班”；不写就按代码称呼。"),
            listed=False,
        ),
        Field("week", _("上班时间"), Week(), hint=_("不上班的日子留空。"), required=True),
        Field("make_up", _("调休上班日的时间"), Spans(), hint=_("调休到周末上班的那天，几点到几点。"), required=True),
        Field("holidays", _("节假日"), Days(_("节假日"), label, "names"), listed=False),
        Field("workdays", _("调休上班日"), Days(_("调休上班日"), label, "names"), listed=False),
        Field("announced", _("放假安排已公布的年份"), Years(_("放假安排已公布的年份")), listed=False),
        Field("zone", _("时区"), Text(40, mono=True), required=True, listed=False),
        Field(
            "statute",
            _("没公布的年份"),
            Choice(_statutes, none=_("只按周次，没有法定放假日")),
            hint=_("放假安排公布以前，先按这个算，期限标为“暂定”。"),
            blank=None,
            listed=False,
        ),
    )
)
_TABLE = Table(
    CALENDAR, _("日历"), standing=((DEFAULT, _("全区日历")),), model=DEFAULT, label=called, own=("title",)
)  # fmt: skip
SHAPE = Record((Field("calendars", _("日历"), _TABLE), Field("names", _("节日名称"), Silent())))
