"""Components and facilities of the sample district: lamps, covers, bins along the borders that serve as streets."""

import random
from collections.abc import Iterator
from typing import Any

from shapely.geometry import LineString, Point, Polygon

from xiucheng.foundation.places.index import CellIndex
from xiucheng.foundation.places.rules import METRES_PER_DEGREE

from .ground import Ground
from .names import DISTRICT_CODE, LANDMARKS
from .organisations import owner_of

# Kind (major and minor digits), name, how many. Borders between cells are taken for streets.
ALONG_STREETS = (
    ("0137", "路灯", 300), ("0102", "污水井盖", 130), ("0103", "雨水井盖", 110), ("0101", "上水井盖", 90),
    ("0104", "雨水箅子", 120), ("0305", "垃圾箱", 110), ("0402", "行道树", 130), ("0107", "通信井盖", 70),
    ("0105", "电力井盖", 50), ("0106", "路灯井盖", 40), ("0111", "燃气井盖", 36), ("0113", "消火栓", 50),
    ("0130", "电力立杆", 36), ("0131", "通信立杆", 28), ("0150", "监控立杆", 24), ("0127", "通信交接箱", 16),
    ("0128", "箱式变电站", 14), ("0204", "公交站亭", 22), ("0212", "路名牌", 28), ("0217", "交通护栏", 18),
    ("0221", "隔离桩", 36), ("0225", "非机动车停放点", 10), ("0306", "户外广告牌", 12), ("0407", "街头座椅", 18),
    ("0405", "花箱", 12), ("0408", "绿地护栏", 8), ("0154", "充电桩", 10), ("0301", "公共厕所", 8),
    ("0146", "健身器材", 18), ("0308", "宣传栏", 10), ("0507", "河道护栏", 8), ("0304", "垃圾中转站", 3),
)  # fmt: skip

# Kind, name, how many: what people go to.
FACILITIES = (
    ("park", "口袋公园", 8), ("toilet", "公共厕所", 10), ("canteen", "幸福食堂", 6), ("market", "农贸市场", 5),
    ("school", "小学", 6), ("clinic", "卫生服务站", 8), ("library", "书屋", 6), ("service_station", "便民服务站", 12),
)  # fmt: skip

_STATES = ("intact",) * 22 + ("broken", "broken", "lost")


def component_map(ground: Ground, names: dict[str, str], seed: int) -> dict[str, Any]:
    """The components as GeoJSON, each with its owner and maintainer by name; `names`: organisation code → name."""
    draw = random.Random(seed)
    lines = [LineString(border) for border in ground.borders]
    cells = CellIndex(list(ground.unit_grids.items()))
    features = []
    for kind, name, count in ALONG_STREETS:
        for number, point in enumerate(_points_along(lines, ground, count, draw), start=1):
            grid = cells.codes[cells.one(point.x, point.y)]
            owner = names[owner_of(kind, grid)]
            features.append(
                _feature(
                    point,
                    code=f"{DISTRICT_CODE}{kind}{number:06d}",
                    name=name,
                    state=draw.choice(_STATES),
                    unit_grid=grid,
                    accuracy="B",
                    surveyed_on="2026-03-15",
                    source="示例普查",
                    department=owner,
                    owner=owner,
                    maintainer=owner,
                )
            )
    return {"type": "FeatureCollection", "features": features}


def facility_map(ground: Ground, seed: int) -> dict[str, Any]:
    """The facilities as GeoJSON."""
    draw = random.Random(seed)
    features = []
    grids = list(ground.unit_grids.items())
    for kind, name, count in FACILITIES:
        for number, (_code, shape) in enumerate(draw.sample(grids, count), start=1):
            point = _inside(shape, draw)
            where = draw.choice(LANDMARKS)
            features.append(
                _feature(point, code=f"{kind}-{number:02d}", name=f"示例{name}{number:02d}", kind=kind, address=where)
            )
    return {"type": "FeatureCollection", "features": features}


def _points_along(lines: list[LineString], ground: Ground, count: int, draw: random.Random) -> Iterator[Point]:
    """Points three metres off the middle of a street, evenly dealt over all streets, inside the district."""
    aside = 3.0 / METRES_PER_DEGREE
    step = len(lines) / count
    start = draw.uniform(0, step)
    for n in range(count):
        line = lines[int(start + n * step) % len(lines)]
        share = draw.uniform(0.1, 0.9)
        here, ahead = line.interpolate(share, normalized=True), line.interpolate(share + 0.02, normalized=True)
        length = here.distance(ahead)
        right = Point(
            here.x + aside * (ahead.y - here.y) / length,
            here.y - aside * (ahead.x - here.x) / length,
        )
        left = Point(2 * here.x - right.x, 2 * here.y - right.y)
        yield right if ground.outline.contains(right) else left


def _inside(shape: Polygon, draw: random.Random) -> Point:
    west, south, east, north = shape.bounds
    while True:
        point = Point(draw.uniform(west, east), draw.uniform(south, north))
        if shape.contains(point):
            return point


def _feature(point: Point, **properties: str) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [round(point.x, 7), round(point.y, 7)]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}
