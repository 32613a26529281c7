"""What the sample district calls its streets, communities, roads and people; all invented, after embroidery.

The division code 99 is given to no province, so nobody mistakes the district for a real one.
"""

from dataclasses import dataclass

DISTRICT_CODE = "990101"
DISTRICT_NAME = "示例区"


@dataclass(frozen=True, slots=True)
class Street:
    """A street or town with its communities and the roads that addresses name."""

    code: str
    name: str
    communities: tuple[str, ...]
    roads: tuple[str, ...]


# Streets are numbered from 001, towns from 100, as the statistics do.
STREETS = (
    Street(
        "990101001",
        "绣花街道",
        ("牡丹社区", "芍药社区", "丁香社区", "玉兰社区", "木槿社区"),
        ("绣花路", "牡丹街", "丁香巷", "玉兰路"),
    ),
    Street(
        "990101002",
        "银针街道",
        ("银杏社区", "青松社区", "翠竹社区", "梧桐社区", "香樟社区"),
        ("银针路", "青松街", "梧桐大道", "香樟巷"),
    ),
    Street(
        "990101003",
        "金线街道",
        ("朝阳社区", "晨光社区", "晚晴社区", "明月社区", "星河社区"),
        ("金线路", "朝阳街", "明月巷", "星河大道"),
    ),
    Street(
        "990101004",
        "彩绸街道",
        ("红霞社区", "碧波社区", "紫藤社区", "橙园社区", "蓝湾社区"),
        ("彩绸路", "碧波街", "紫藤巷", "蓝湾大道"),
    ),
    Street(
        "990101005",
        "云锦街道",
        ("云台社区", "锦绣社区", "彩虹社区", "雨花社区", "清风社区"),
        ("云锦路", "锦绣街", "彩虹巷", "清风路"),
    ),
    Street(
        "990101100",
        "丝桥镇",
        ("中洲社区", "东桥村", "西桥村", "南塘村", "北岸村"),
        ("丝桥路", "中洲街", "南塘路", "北岸路"),
    ),
)

LANDMARKS = (
    "公交站旁", "菜市场门口", "小学东侧", "社区公园入口", "便民超市门前", "十字路口西北角", "人行天桥下", "小区南门外",
    "卫生服务站对面", "停车场出口", "河边步道", "银行门口", "幼儿园围墙边", "物流驿站旁", "早餐店门前", "文化广场北侧",
)  # fmt: skip

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻柏水窦章云苏潘葛范彭郎"
GIVEN = (
    "建国", "秀英", "志强", "丽华", "海燕", "文博", "晓东", "雪梅", "俊杰", "思远", "玉珍", "国平", "春燕", "立新",
    "佳怡", "浩然", "桂兰", "永康", "静怡", "凯", "敏", "磊", "婷", "勇", "芳", "涛", "倩", "斌", "颖", "超",
)  # fmt: skip
