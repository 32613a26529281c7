"""What a resident chooses from: the common categories as chips, all of them by group, and the places by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xiucheng.foundation.places import queries as places
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


@dataclass(frozen=True, slots=True)
class Group:
    """Categories under one heading of the list of all."""

    title: str
    categories: tuple[Category, ...]


def chips(catalogue: Catalogue, text: str = "", chosen: str = "") -> list[Category]:
    """The categories to offer first: the chosen one, then those that the words name, then the common ones."""
    words = text.lower()
    named = [key for key, said in COMMON.items() if any(word in words for word in said)]
    by_name = [key for key, one in catalogue.categories.items() if words and one.minor_name in text]
    keys = dict.fromkeys([*([chosen] if chosen else []), *named, *by_name, *COMMON])
    offered = [catalogue.categories[key] for key in keys if key in catalogue.categories]
    return offered[: max(FRONT, len(named) + len(by_name))]


def groups(catalogue: Catalogue) -> list[Group]:
    """All categories under their major classes, in the catalogue's order."""
    found: dict[str, list[Category]] = {}
    for category in catalogue.categories.values():
        found.setdefault(category.major_name, []).append(category)
    return [Group(title, tuple(held)) for title, held in found.items()]


@dataclass(frozen=True, slots=True)
class Street:
    """A street with its communities, for a list that works without a map."""

    code: str
    name: str
    communities: tuple[tuple[str, str], ...]


def streets() -> list[Street]:
    """All streets and communities in use; no statement."""
    district = places.district()
    if district is None:
        return []
    return [
        Street(street.code, street.name, tuple((one.code, one.name) for one in places.children(street.code)))
        for street in places.children(district.code)
    ]


def place_name(code: str) -> str:
    """和平街道 · 建设社区 by a division code; empty where the code names nothing finer than the district."""
    levels = [places.area_name(code[:length]) for length in (9, 12) if len(code) >= length]
    return " · ".join(name for name in levels if name)


def place_of(lon: float, lat: float) -> tuple[str, str] | None:
    """The division that holds a point (degrees WGS84) and its name; None outside of the district. No statement.

    Both empty where no outline tells which street it is: a site without polygons takes every point.
    """
    found = places.locate(lon, lat)
    if found.outside:
        return None
    code = found.community or found.street or ""
    return code, place_name(code)
