"""What people of the sample district say is wrong: categories, how often, through which door, in whose words.

All sentences are invented. {place} is where it is; a complaint comes in several wordings, because two neighbours never
say the same thing the same way.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Scene = Literal["road", "green", "water", "indoor"]


@dataclass(frozen=True, slots=True)
class Story:
    """One kind of complaint. condition: key of the filing condition, "" for the category's default. weight: how often.

    scene: what a picture of it shows. By phone come above all those without a picture ("indoor").
    """

    category: str
    weight: int
    scene: Scene
    wordings: tuple[str, ...]
    condition: str = ""


STORIES: tuple[Story, ...] = (
    Story("C0137", 9, "road", (
        "{place}的路灯不亮，晚上黑得看不清路。",
        "路灯坏了好几天，就在{place}，老人晚上出门不方便。",
        "{place}有一盏路灯一直闪，晃眼睛。",
    )),
    Story("C0102", 6, "road", (
        "{place}的污水井盖破了一角，车压上去哐当响。",
        "{place}一个井盖裂了，怕有人踩空。",
        "污水井盖松动，{place}，夜里一过车就响。",
    )),
    Story("C0101", 3, "road", (
        "{place}的自来水井盖不见了，旁边只放了块木板。",
        "{place}有个井没盖子，很危险，请马上来。",
    ), "C010101"),
    Story("C0104", 4, "road", (
        "{place}的雨水箅子断了一根，高跟鞋会卡住。",
        "{place}的雨水口铁箅子少了两根，自行车轮会卡进去。",
    )),
    Story("C0305", 5, "road", (
        "{place}的垃圾桶满了，味道很大。",
        "{place}的垃圾箱装不下了，垃圾掉了一地。",
    )),
    Story("C0402", 3, "green", (
        "{place}一棵行道树枯死了，怕掉枝砸到人。",
        "{place}有棵树早就不长叶子了，请换一棵。",
    )),
    Story("C0221", 3, "road", (
        "{place}的隔离桩被撞歪了，汽车开上了人行道。",
        "人行道上的石桩倒了一根，{place}。",
    )),
    Story("C0204", 2, "road", (
        "{place}公交站牌被撞弯，看不清线路。",
        "公交站亭的玻璃碎了，{place}，地上都是渣。",
    )),
    Story("C0146", 2, "green", (
        "{place}的健身器材螺丝松了，小孩玩着危险。",
        "{place}的漫步机断了一边踏板。",
    )),
    Story("C0301", 2, "road", (
        "{place}的公厕水龙头关不上，水一直流。",
        "公厕里没有灯，地面很脏，{place}。",
    )),
    Story("E0110", 8, "road", (
        "{place}堆了一大堆生活垃圾，两天没人收。",
        "有人把垃圾直接倒在{place}，招苍蝇。",
        "{place}的生活垃圾露天放着，味道飘进屋里。",
    )),
    Story("E0111", 3, "road", (
        "{place}倒了几车装修渣土，占了半条路。",
        "渣土堆在{place}快一个星期了。",
    )),
    Story("E0112", 4, "road", (
        "{place}路面很脏，早上没有人扫。",
        "{place}路上全是泥，车一过都是灰。",
    )),
    Story("E0113", 4, "road", (
        "{place}路面有个大坑，骑车差点摔倒。",
        "{place}的沥青裂开下沉了，请来修补。",
    )),
    Story("E0136", 5, "road", (
        "{place}店家把货堆在人行道上，走路要绕到车道。",
        "有人在{place}堆放木料和沙子。",
        "{place}乱堆杂物，轮椅过不去。",
    )),
    Story("E0117", 3, "green", (
        "{place}的绿地里有很多塑料袋和烟头。",
        "草坪里有人扔垃圾，{place}，好多天了。",
    )),
    Story("E0125", 3, "water", (
        "{place}的河面漂着一片白色泡沫和塑料瓶。",
        "河里好多垃圾，在{place}，请打捞一下。",
    )),
    Story("E0126", 2, "water", (
        "{place}有根管子往河里排黑水，味道刺鼻。",
        "河水发黑发臭，{place}，像是有人偷排。",
    ), "E012601"),
    Story("E0129", 3, "road", (
        "{place}有人露天烧烤，油烟很大。",
        "烧烤摊摆到半夜，{place}，烟熏得不敢开窗。",
    )),
    Story("E0201", 4, "road", (
        "{place}的墙上和电杆上贴满小广告。",
        "{place}又被喷了办证的小广告。",
    )),
    Story("E0401", 5, "road", (
        "{place}有流动摊贩占着路口，车过不去。",
        "每天早上{place}都有几辆三轮车卖菜堵路。",
    )),
    Story("E0405", 6, "road", (
        "{place}的店把桌子摆到人行道上。",
        "{place}一排店都出店经营，盲道被占。",
        "水果店占了大半条人行道，在{place}。",
    )),
    Story("E0409", 6, "road", (
        "{place}汽车停在人行道上，行人走不过去。",
        "{place}违停严重，上学时间堵得厉害。",
    )),
    Story("E0409", 2, "road", (
        "{place}的消防通道被汽车堵死了。",
        "小区应急通道停满车，{place}，救护车进不来。",
    ), "E040902"),
    Story("E0410", 4, "road", (
        "{place}共享单车倒了一大片。",
        "非机动车乱停，{place}，盲道全占了。",
    )),
    Story("E0301", 4, "indoor", (
        "{place}的工地夜里十二点还在打桩，睡不着。",
        "{place}半夜施工，声音很大，家里有高考的孩子。",
    )),
    Story("E0304", 3, "road", (
        "{place}的工地不洒水，灰尘满天。",
        "{place}裸土没有盖，一刮风全是土。",
    )),
    Story("E0503", 4, "road", (
        "{place}污水冒出来了，流了一路。",
        "下水道堵了往外溢，{place}，臭得很。",
    )),
    Story("E0501", 3, "road", (
        "{place}抢修水管以后路面一直没有补，坑坑洼洼。",
        "{place}修完水管只填了土，一下雨全是泥。",
    )),
    Story("E0506", 2, "road", (
        "{place}积水没过脚面，车都绕着走。",
        "一下雨{place}就积水，行人没法走。",
    )),
    Story("E0508", 2, "road", (
        "{place}的电线垂下来快碰到头了。",
        "{place}一捆通信线断了拖在地上。",
    )),
    Story("E0697", 3, "indoor", (
        "{place}楼道里堆满纸箱和旧家具。",
        "{place}楼上把杂物放在楼梯口，着火了怎么跑。",
    )),
    Story("E0698", 3, "indoor", (
        "{place}有人从窗户拉线下来给电动车充电。",
        "飞线充电，{place}，好几家都这样。",
    )),
    Story("E0699", 2, "road", (
        "{place}消防通道被杂物堵住。",
        "{place}消防车道上放了石墩。",
    )),
    Story("H0101", 4, "indoor", (
        "{place}的物业几个月不打扫楼道，打电话没人管。",
        "{place}单元门坏了两个星期，物业不修。",
    )),
    Story("H0104", 3, "indoor", (
        "{place}的电梯停了，楼上有坐轮椅的老人下不来。",
        "{place}电梯又困人了，这个月第二次。",
    )),
    Story("H0201", 3, "indoor", (
        "{place}从早上开始停水，没有接到通知。",
        "家里没水了，{place}整栋楼都没有。",
    )),
    Story("H0202", 3, "indoor", (
        "{place}停电了，不知道什么时候能来。",
        "{place}半栋楼没电，冰箱里的东西要坏了。",
    )),
    Story("H0901", 4, "indoor", (
        "{place}楼下的音响从早放到晚，太吵了。",
        "{place}广场舞音量太大，晚上九点多还在跳。",
    )),
    Story("H0902", 3, "indoor", (
        "{place}的饭店油烟直接排到居民窗口。",
        "{place}有烧塑料的味道，每天傍晚都有。",
    )),
    Story("H0903", 2, "water", (
        "{place}的河又黑又臭，夏天更厉害。",
        "{place}附近的沟是黑水，什么时候能治。",
    )),
    Story("H0403", 2, "indoor", (
        "{place}的红绿灯绿灯太短，老人过不完马路。",
        "早高峰{place}左转要等四个灯。",
    )),
    Story("H0801", 2, "indoor", (
        "{place}的理发店办了卡，现在关门找不到人。",
        "在{place}买的电器坏了，商家不给退换。",
    )),
    Story("H1201", 3, "indoor", (
        "想问一下{place}附近哪里可以办居住证，要带什么材料。",
        "孩子今年上小学，住在{place}，怎么登记？",
    )),
    Story("H1101", 2, "indoor", (
        "{place}邻居把鞋柜放在公共走廊，劝了不听。",
        "{place}楼上漏水到我家，几次都谈不拢。",
    )),
    Story("H9901", 1, "indoor", (
        "{place}的社区工作人员很热心，帮老人搬东西，想表扬一下。",
        "建议在{place}加几把长椅，老人等车好坐坐。",
    )),
)  # fmt: skip

VAGUE = (
    "你们来看看吧，我们这边环境越来越差了。",
    "反映了好多次都没人管，具体位置电话里说。",
    "路上的东西坏了，请处理。",
)
"""Reports from which no category can be told: an acceptor has to ask."""

# What staff write, by move; {place} and {thing} are filled.
SAID: dict[str, tuple[str, ...]] = {
    "reply": (
        "已到现场处置完毕，现场已恢复。",
        "班组已完成维修，并清理了现场。",
        "已清理完毕，并告知周边商户。",
        "经处理已恢复正常，后续加强巡查。",
        "已与反映人联系，说明了处理结果。",
    ),
    "by_notice": ("经核实，已列入年度改造计划，近期无法实施，已向反映人说明。",),
    "return_case": ("经现场查看，该处不在我单位养护范围内，申请回退。", "权属不属于我单位，请改派。"),
    "extend": ("需要等待配件到货，申请延期。", "连续降雨无法施工，申请延期。"),
    "rework": ("现场查看，问题仍然存在。", "只清理了一半，边上还有。"),
    "granted": ("同意。", "情况属实，同意。"),
    "not_granted": ("理由不充分，请按期处置。",),
    "supervise": ("请尽快办结并说明超期原因。", "群众反映强烈，请当日处置。"),
    "void": ("经核实无此情况，申请作废。",),
    "reject": ("反映内容不在受理范围内，已告知反映人向有关部门咨询。", "反映人要求撤回。"),
    "redispatch": ("原单位申请回退，改派至责任单位。",),
    "reopen": ("回访发现问题又出现，请继续处理。",),
    "force_close": ("已并入整体改造工程，强制结案。",),
    "merge": ("与主案卷为同一处问题。",),
    "pre_verify": ("位置不清楚，请到现场看一下。",),
    "found": ("现场情况属实。", "现场未发现所反映的问题。"),
    "self_handled": ("巡查发现，已当场处理。",),
}


def tell(draw: random.Random, stories: Sequence[Story] = STORIES) -> Story:
    """One of the stories, the common ones more often."""
    return draw.choices(stories, weights=[story.weight for story in stories])[0]


OTHER_NEEDS = "H9902"
"""Where an acceptor puts what fits nowhere."""


def understood(text: str) -> str:
    """The category an acceptor reads out of a report's words: that of the story that is told so, else other needs."""
    for story in STORIES:
        for wording in story.wordings:
            before, _place, after = wording.partition("{place}")
            if len(text) > len(before + after) and text.startswith(before) and text.endswith(after):
                return story.category
    return OTHER_NEEDS
