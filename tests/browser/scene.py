"""A morning in the small district: cases in every state and on every light, for pages that are looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.pictures import jpeg
from xiucheng.foundation.media import commands as media
from xiucheng.foundation.people import vault
from xiucheng.kit.actor import Actor
from xiucheng.kit.ids import uuid7
from xiucheng.operations.cases import commands as cases

if TYPE_CHECKING:
    from tests.world import World

EAST, CLOCK, WEST = "990101001001", "990101001002", "990101002001"

# hours ago, category, area, channel, title, moves as (hours ago, who, name, arguments)
CASES: tuple[tuple[float, str, str, str, str, tuple[tuple[float, str, str, dict[str, Any]], ...]], ...] = (
    (150, "C0137", EAST, "resident", "幸福路与和平街路口路灯连续三晚不亮，放学看不清路", (
        (149.5, "dispatcher", "dispatch", {"agency": "lights"}), (148, "lights_clerk", "sign", {}),
        (20, "leader", "supervise", {"reason": "学校门口，今天必须亮"}),)),
    (9, "C0103", EAST, "hotline", "雨水井盖丢失，已放路锥", (
        (8.8, "dispatcher", "dispatch", {"agency": "roads"}), (8.5, "roads_clerk", "sign", {}),)),
    (7, "E0110", CLOCK, "patrol", "早市收市后菜叶和泡沫箱没有清", (
        (6.9, "dispatcher", "dispatch", {"agency": "parks"}),)),
    (6, "C0402", WEST, "resident", "行道树倾斜压到电线", (
        (5.5, "dispatcher", "dispatch", {"agency": "parks"}), (5, "parks_clerk", "sign", {}),
        (3, "parks_clerk", "extend", {"reason": "要等停电窗口才能扶正"}),)),
    (5, "E0113", EAST, "resident", "公交站前路面有坑，积水溅人", (
        (4.9, "dispatcher", "dispatch", {"agency": "roads"}), (4.5, "roads_clerk", "sign", {}),
        (1, "roads_clerk", "reply", {"reason": "已补平，明早复看", "media": "after"}),)),
    (3, "E0406", CLOCK, "hotline", "人行道被水果摊占满，轮椅过不去", ()),
    (23.3, "E0699", EAST, "resident", "小区北门消防通道停满了车", (
        (23, "dispatcher", "dispatch", {"agency": "roads"}),)),
    (26, "E0699", CLOCK, "hotline", "钟楼小区消防车道被地锁占用", (
        (25.8, "dispatcher", "dispatch", {"agency": "roads"}), (24, "roads_clerk", "sign", {}),)),
    (1.5, "C0301", WEST, "patrol", "公厕冲水坏了", ((1.4, "dispatcher", "dispatch", {"agency": "roads"}),)),
    (0.6, "E0128", CLOCK, "resident", "服装店门口喇叭从早放到晚", ()),
    (0.2, "C0305", EAST, "api", "垃圾桶满溢，摄像头两次抓拍", ()),
)  # fmt: skip


def furnish(world: World) -> list[str]:
    """Files and moves the cases at their own times; returns the numbers, the first being the one with most history."""
    numbers = []
    for index, (hours, category, area, channel, title, moves) in enumerate(CASES):
        at = world.now - timedelta(hours=hours)
        before = _picture(world, at, "before", index)
        filed = _file(world, at, category, area, channel, title, before)
        for then, who, name, args in moves:
            _move(world, filed.case_id, world.now - timedelta(hours=then), who, name, dict(args), index)
        numbers.append(filed.number)
    return numbers


def _file(world: World, at: Any, category: str, area: str, channel: str, title: str, before: Any) -> Any:
    key = vault.new_key()
    from xiucheng.foundation.people.rules import Standing

    case = cases.NewCase(
        report_id=uuid7(),
        channel=channel,
        category=category,
        place=cases.CasePlace(area=area, lon=122.1203, lat=37.5131),
        key_id=key,
        sealed_title=vault.seal(key, title),
        media=((before, "before"),),
    )
    return cases.file_case(by=Standing.for_rule("filing", 1), now=at, case=case)


def _move(world: World, case_id: Any, at: Any, who: str, name: str, args: dict[str, Any], seed: int) -> None:
    if "agency" in args:
        args["agency"] = str(world.agencies[args["agency"]])
    if "media" in args:
        args["media"] = [str(_picture(world, at, "after", 100 + seed))]
    cases.move(by=world.standing(who, at), now=at, case_id=case_id, version=None, name=name, args=args)


def _picture(world: World, at: Any, purpose: str, seed: int) -> Any:
    colour = (120, 110, 90) if purpose == "before" else (80, 130, 90)
    content = jpeg(640, 480, colour, seed)
    actor = Actor.person(world.people["inspector"])
    return media.store(actor=actor, now=at, content=content, name="p.jpg", purpose=purpose).id
