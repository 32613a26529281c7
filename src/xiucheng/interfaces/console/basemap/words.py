"""Frames, columns, verdicts and phases of an upload in words, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiucheng.foundation.places.geodata.frames import MERIDIANS, Frame, UnknownFrame, frame, of_zone
from xiucheng.foundation.places.holdings import VERB_NAMES

FIELD_NAMES: Mapping[str, Any] = {
    "code": gettext_lazy("编码"),
    "name": gettext_lazy("名称"),
    "kind": gettext_lazy("类别"),
    "state": gettext_lazy("状态"),
    "community": gettext_lazy("社区"),
    "area": gettext_lazy("所属区划"),
    "members": gettext_lazy("包含的单元网格"),
    "unit_grid": gettext_lazy("所在单元网格"),
    "accuracy": gettext_lazy("精度等级"),
    "surveyed_on": gettext_lazy("普查日期"),
    "changed_on": gettext_lazy("变更日期"),
    "source": gettext_lazy("数据来源"),
    "department": gettext_lazy("主管单位"),
    "owner": gettext_lazy("权属单位"),
    "maintainer": gettext_lazy("养护单位"),
    "note": gettext_lazy("备注"),
    "address": gettext_lazy("地址"),
    "lon": gettext_lazy("经度或东坐标"),
    "lat": gettext_lazy("纬度或北坐标"),
    "shape": gettext_lazy("图形或坐标列"),
    "frame": gettext_lazy("坐标系"),
}

POINT_NAMES: Mapping[str, Any] = {"component": gettext_lazy("部件"), "facility": gettext_lazy("设施")}
# Kind of thing → the name of its list when it leaves as a file (people.acts.LISTS).
POINT_LISTS: Mapping[str, str] = {"component": "components", "facility": "facilities"}
POINT_STATE_NAMES: Mapping[str, Any] = {
    "intact": gettext_lazy("完好"),
    "broken": gettext_lazy("破损"),
    "lost": gettext_lazy("丢失"),
    "abandoned": gettext_lazy("废弃"),
    "occupied": gettext_lazy("占用"),
}
# The plain words of facilities (geodata.columns.FACILITY_WORDS); a city's own word is shown as it is.
FACILITY_TITLES: Mapping[str, Any] = {
    "park": gettext_lazy("公园绿地"),
    "square": gettext_lazy("广场"),
    "toilet": gettext_lazy("公厕"),
    "canteen": gettext_lazy("食堂"),
    "library": gettext_lazy("图书馆"),
    "school": gettext_lazy("学校"),
    "kindergarten": gettext_lazy("幼儿园"),
    "hospital": gettext_lazy("医院"),
    "clinic": gettext_lazy("卫生服务站"),
    "parking": gettext_lazy("停车场"),
    "waste_station": gettext_lazy("垃圾站"),
    "market": gettext_lazy("市场"),
    "fire_station": gettext_lazy("消防站"),
    "police": gettext_lazy("派出所"),
    "service_centre": gettext_lazy("党群服务中心"),
    "culture_station": gettext_lazy("文化站"),
    "bus_stop": gettext_lazy("公交站"),
    "care_home": gettext_lazy("养老服务机构"),
}
# What the history of a component or facility tells of.
TRACED_NAMES: Mapping[str, Any] = {
    "name": gettext_lazy("名称"),
    "kind": gettext_lazy("类别"),
    "state": gettext_lazy("状态"),
    "note": gettext_lazy("备注"),
    "address": gettext_lazy("地址"),
    "community_id": gettext_lazy("社区"),
    "unit_grid": gettext_lazy("所在单元网格"),
    "point": gettext_lazy("坐标"),
}

PHASES: Mapping[str, Any] = {
    "waiting": gettext_lazy("排队等候"),
    "unpacking": gettext_lazy("打开文件、认编码"),
    "storing": gettext_lazy("逐行读入"),
    "placing": gettext_lazy("换算坐标"),
    "checking": gettext_lazy("检查每一行"),
    "loading": gettext_lazy("写入底图"),
}
STEPS: Mapping[str, tuple[str, ...]] = {
    "reading": ("unpacking", "storing", "placing", "checking"),
    "judging": ("placing", "checking"),
    "taking": ("placing", "loading"),
}

STATES: Mapping[str, Any] = {
    "reading": gettext_lazy("正在读"),
    "judging": gettext_lazy("正在检查"),
    "taking": gettext_lazy("正在入库"),
    "ready": gettext_lazy("等您确认"),
    "failed": gettext_lazy("没读成"),
    "taken": gettext_lazy("已入库"),
    "undone": gettext_lazy("已撤销"),
}

FORMATS: Mapping[str, str] = {
    "shapefile": "Shapefile", "geopackage": "GeoPackage", "kml": "KML", "geojson": "GeoJSON", "xlsx": "XLSX",
    "csv": "CSV",
}  # fmt: skip

_DEGREES: Mapping[str, Any] = {
    "wgs84": gettext_lazy("WGS84 经纬度（GPS）"),
    "cgcs2000": gettext_lazy("CGCS2000 经纬度（国家大地坐标）"),
    "gcj02": gettext_lazy("GCJ-02 经纬度（高德、腾讯地图）"),
    "bd09": gettext_lazy("BD-09 经纬度（百度地图）"),
}
_FITS: Mapping[str, Any] = {
    "similarity": gettext_lazy("地方坐标，按控制点作相似变换"),
    "affine": gettext_lazy("地方坐标，按控制点作仿射变换"),
}
_SOURCES: Mapping[str, Any] = {
    "outline": gettext_lazy("本区县范围"),
    "box": gettext_lazy("本区县四至"),
    "grids": gettext_lazy("已有网格"),
    "points": gettext_lazy("已有部件"),
    "province": gettext_lazy("本省大致范围"),
    "country": gettext_lazy("我国范围"),
}


def frame_name(code: str) -> str:
    """A frame in words; the code itself where it names none."""
    try:
        found = frame(code)
    except UnknownFrame:
        return code
    return _name(found) + (_("，先北后东") if found.swapped else "")


def _name(found: Frame) -> str:
    if found.kind == "degrees":
        return str(_DEGREES[found.name])
    if found.kind == "local":
        return str(_FITS[found.name])
    if found.kind == "epsg":
        return f"EPSG:{found.name}"
    values = {"width": found.width, "meridian": found.meridian, "zone": found.zone}
    if found.prefix:
        return _("CGCS2000 高斯 %(width)d 度带，中央经线 %(meridian)d°，坐标带带号 %(zone)d") % values
    return _("CGCS2000 高斯投影，中央经线 %(meridian)d°，坐标不带带号") % values


def frame_choices(*also: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of frames for a select; `also`: codes that a file or a guess brought, if they are no ordinary ones."""
    bare = [Frame("gk", "", 3, meridian).code for meridian in MERIDIANS[3]]
    zones = [of_zone(3, zone, prefix=True).code for zone in range(25, 46)]
    wide = [of_zone(6, zone, prefix=True).code for zone in range(13, 24)]
    groups = [
        (_("经纬度"), list(_DEGREES)),
        (_("高斯投影，不带带号"), bare),
        (_("高斯 3 度带，带带号"), zones),
        (_("高斯 6 度带，带带号"), wide),
        (_("地方坐标"), [f"local:{name}" for name in _FITS]),
    ]
    known = {code for _title, codes in groups for code in codes}
    others = [code for code in dict.fromkeys(one.rstrip("~") for one in also if one) if code not in known]
    if others:
        groups.append((_("文件里写的"), others))
    return [(title, [(code, frame_name(code)) for code in codes]) for title, codes in groups]


def verdict(lay: Mapping[str, Any]) -> tuple[str, str]:
    """How points lie, as (tone, sentence); tone: done, remark or refused."""
    values = {
        "km": f"{lay.get('kilometres', 0):,.0f}",
        "share": round(100 * (1 - lay.get("inside", 0))),
        "where": str(_SOURCES.get(lay.get("source", ""), _("本区县"))),
    }
    sentences = {
        "inside": ("done", _("点都落在%(where)s内。")),
        "partly": ("remark", _("有 %(share)s%% 的点落在%(where)s外，大约 %(km)s 公里。")),
        "away": ("refused", _("这些点离%(where)s有 %(km)s 公里，坐标系多半选错了。")),
        "sea": ("refused", _("这些点落在海里，离%(where)s有 %(km)s 公里，坐标系多半选错了。")),
        "nowhere": ("refused", _("按这个坐标系算不出位置，坐标系选错了，或坐标列不是数字。")),
        "unknown": ("remark", _("本区县还没有范围可比，请在图上看位置对不对。")),
    }
    tone, said = sentences[lay.get("verdict", "unknown")]
    return tone, said % values


def advice(draft_guess: Mapping[str, Any], lay: Mapping[str, Any]) -> list[str]:
    """What else to know about the coordinate system before trusting it, sentence by sentence."""
    said = []
    stated = draft_guess.get("stated")
    if draft_guess.get("contradicted") and stated:
        values = {"frame": frame_name(stated["frame"]), "verdict": verdict(stated)[1]}
        said.append(_("文件的 .prj 写的是“%(frame)s”，但照它算：%(verdict)s 已改用下面这个，请核对。") % values)
    if draft_guess.get("unreadable_prj"):
        said.append(_("文件的 .prj 看不懂，坐标系是按数字大小和位置猜的。"))
    if draft_guess.get("ambiguous"):
        said.append(_("WGS84、GCJ-02、BD-09 只差几百米，光看范围分不出来：请问清数据是从哪张图上来的。"))
    notes = {
        "ballpark": _("北京 54、西安 80 没有公开的换算参数，直接换算可能差上百米：请改用控制点。"),
        "web": _("网络地图的坐标换算后误差约 1 至 2 米。"),
    }
    if lay.get("note") in notes:
        said.append(notes[lay["note"]])
    if "rms" in lay and not lay.get("redundancy"):
        said.append(_("控制点刚好够用，没有多余的点可以检验：残差是零，说明不了什么。请再加一两个点。"))
    if lay.get("suspect"):
        said.append(_("去掉控制点“%(name)s”，其余的点会吻合得多：请核对这个点。") % {"name": lay["suspect"]})
    return said


def verb_name(verb: str) -> str:
    """What a change of base data did, in words."""
    return str(VERB_NAMES.get(verb, verb))
