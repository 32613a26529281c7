"""Which categories to offer first for what somebody wrote: to residents as chips, to who files beside the finder."""

from collections.abc import Mapping, Sequence

from xiucheng.operations.cases.catalogue import Catalogue, Category

# D: what residents report most, with the words they use for it. The words only bring a chip to the front; the person
# chooses, and a category that the catalogue in force does not have is not offered.
COMMON: Mapping[str, Sequence[str]] = {
    "C0137": ("路灯", "灯不亮", "灯坏", "没有灯", "streetlight", "lamp"),
    "E0110": ("垃圾", "泡沫箱", "菜叶", "rubbish", "garbage", "trash"),
    "C0123": ("井盖", "窨井", "manhole"),
    "E0113": ("坑", "路面", "破损", "坑洼", "pothole"),
    "E0409": ("停车", "乱停", "占道停", "parking"),
    "E0410": ("共享单车", "电动车", "自行车", "bike", "scooter"),
    "E0406": ("摆摊", "占道", "摊", "stall"),
    "E0301": ("施工", "工地", "扰民", "construction"),
    "E0699": ("消防通道", "fire lane"),
    "C0402": ("树", "树枝", "tree", "branch"),
    "E0506": ("积水", "水淹", "flood"),
    "C0305": ("垃圾桶", "垃圾箱", "bin"),
    "E0128": ("噪音", "喇叭", "音响", "noise"),
    "C0301": ("厕所", "公厕", "toilet"),
    "C0221": ("石墩", "隔离桩", "桩", "bollard"),
}
FRONT = 8


def named_by(catalogue: Catalogue, text: str) -> list[Category]:
    """The categories that words of a text name, by the words of residents first, then by their own names."""
    words = text.lower()
    said = [key for key, its in COMMON.items() if any(word in words for word in its)]
    by_name = [key for key, one in catalogue.categories.items() if words and one.minor_name in text]
    return [catalogue.categories[key] for key in dict.fromkeys([*said, *by_name]) if key in catalogue.categories]


def chips(catalogue: Catalogue, text: str = "", chosen: str = "") -> list[Category]:
    """The categories to offer first: the chosen one, then those that the words name, then the common ones."""
    named = [one.key for one in named_by(catalogue, text)]
    keys = dict.fromkeys([*([chosen] if chosen else []), *named, *COMMON])
    offered = [catalogue.categories[key] for key in keys if key in catalogue.categories]
    return offered[: max(FRONT, len(named))]
