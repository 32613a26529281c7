"""The gallery of components, with invented examples: only where the site is a demo or is being debugged."""

from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from xiucheng.kit.now import now
from xiucheng.kit.refused import Refused

from .clocks import Span
from .faces import CaseRow, Dot, Source, StoryItem


def gallery(request: HttpRequest) -> HttpResponse:
    if not (settings.DEMO or settings.DEBUG):
        raise Http404
    moment = now()
    context = {
        "rows": _rows(moment),
        "story": _story(moment),
        "dots": _dots(moment),
        "spans": _spans(moment),
        "spans_due": moment - timedelta(hours=1),
        "form": _form(),
        "until": moment + timedelta(seconds=10),
        "times": {
            "good": moment + timedelta(hours=5, minutes=10),
            "soon": moment + timedelta(minutes=40),
            "late": moment - timedelta(minutes=35),
            "start": moment - timedelta(hours=6),
            "days": moment + timedelta(days=3, hours=4),
        },
        "refusal": Refused(
            "stale", _("这件案卷刚被别人办过，您看到的已不是最新。"), {"agency": _("请先选承办单位。")}, status=409
        ),
    }
    return render(request, "web/gallery.html", context)


def _rows(moment: datetime) -> list[CaseRow]:
    def ago(**span: float) -> datetime:
        return moment - timedelta(**span)

    phone, photo, walk = (
        Source("phone", _("热线"), 3),
        Source("device-mobile", _("居民上报"), 2),
        Source("walk", _("巡查"), 1),
    )
    return [
        CaseRow("1", 3, "#1", "20261122-0031-7", "幸福路与和平街路口路灯连续三晚不亮，学生放学看不清路", "路灯",
                "和平街道 · 建设社区", _("处置中"), ago(hours=9), "示例照明管理所", ago(minutes=35), start=ago(hours=9),
                sources=(phone, photo), marks=(_("督办"),)),
        CaseRow("2", 2, "#2", "20261122-0044-1", "雨水井盖丢失，已放置路锥", "雨水井盖", "和平街道 · 友谊社区",
                _("处置中"), ago(hours=2), "示例排水公司", moment + timedelta(minutes=22), start=ago(hours=2),
                sources=(photo,), selected=True),
        CaseRow("3", 5, "#3", "20261122-0045-8", "早市收市后菜叶和泡沫箱没有清", "暴露垃圾", "新华街道 · 胜利社区",
                _("待签收"), ago(hours=1, minutes=5), "示例环卫中心", moment + timedelta(hours=3), start=ago(hours=1),
                sources=(walk, photo)),
        CaseRow("4", 1, "#4", "20261122-0046-5", "小区北门消防通道被车辆占用", "占用消防通道", "新华街道 · 长征社区",
                _("待派遣"), ago(minutes=12), "", moment + timedelta(hours=1, minutes=48), start=ago(minutes=12),
                sources=(phone,)),
        CaseRow("5", 9, "#5", "20261120-0102-3", "行道树倾斜压到电线，台风过后扶正", "行道树", "东风镇 · 红旗村",
                _("已挂账"), ago(days=2), "示例园林中心", moment + timedelta(days=4), paused=True, sources=(walk,)),
        CaseRow("6", 7, "#6", "20261119-0087-0", "公厕冲水坏了", "公共厕所", "东风镇 · 光明社区", _("已结案"),
                ago(days=3), "示例环卫中心", ago(days=1), ended=ago(days=2), sources=(photo,)),
    ]  # fmt: skip


def _story(moment: datetime) -> list[StoryItem]:
    def ago(**span: float) -> datetime:
        return moment - timedelta(**span)

    return [
        StoryItem(ago(days=1, hours=3), _("居民通过手机上报。"), words="路灯不亮三天了，晚上接孩子看不见路。"),
        StoryItem(ago(days=1, hours=2), _("受理员立案：路灯，一般。"), "decided"),
        StoryItem(ago(days=1, hours=2), _("按路由规则第 2 条派给示例照明管理所。"), "decided"),
        StoryItem(ago(hours=5), _("示例照明管理所签收。"), "quiet"),
        StoryItem(ago(hours=3), _("示例照明管理所申请延期。"), words="缺 400W 灯泡，采购明早到。"),
        StoryItem(ago(hours=2), _("派遣员不同意延期。"), "against", words="同型号物资库有 12 只，请去领用。"),
        StoryItem(ago(minutes=30), _("示例照明管理所反馈：已处置。"), "decided", erased=True),
    ]


def _dots(moment: datetime) -> list[Dot]:
    return [
        Dot(_("收到"), "past", moment - timedelta(days=1)),
        Dot(_("立案"), "past", moment - timedelta(hours=20)),
        Dot(_("派遣"), "past", moment - timedelta(hours=20)),
        Dot(_("处置"), "now"),
        Dot(_("办结"), "ahead"),
    ]


def _spans(moment: datetime) -> list[Span]:
    def ago(hours: float) -> datetime:
        return moment - timedelta(hours=hours)

    return [
        Span(ago(12), ago(11.2), "running", _("派遣员")),
        Span(ago(11.2), ago(7), "running", "示例照明管理所"),
        Span(ago(7), ago(4), "paused", "示例照明管理所"),
        Span(ago(4), None, "running", "示例照明管理所"),
    ]


def _form() -> forms.Form:
    class Example(forms.Form):
        text = forms.CharField(
            label=_("说明"), widget=forms.Textarea(attrs={"rows": 3}), help_text=_("写清楚哪里、什么时候、怎么了。")
        )
        phone = forms.CharField(label=_("电话"), required=False)
        agency = forms.ChoiceField(label=_("承办单位"), choices=[("", "—"), ("1", "示例照明管理所")])

    return Example({"text": "路灯不亮", "phone": "", "agency": ""})
