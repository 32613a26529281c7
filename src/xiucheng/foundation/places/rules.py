"""Rules about places that a surveyor could read along: codes, names, component ids, distances; datums beside."""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from .datum import DATUMS, UnknownDatum, from_wgs84, to_wgs84

__all__ = [
    "ACCURACY_METRES",
    "AREA_OR_NONE",
    "COMPONENT_VARIANTS",
    "DATUMS",
    "DRAFT_BUSY",
    "DRAFT_KINDS",
    "DRAFT_STATES",
    "DRAFT_STUCK",
    "DWELLING_USES",
    "LEVELS",
    "MOST_FLOORS",
    "POINT_KINDS",
    "POINT_STATES",
    "TRACED",
    "ComponentCode",
    "UnknownDatum",
    "ancestors",
    "building_form",
    "code_of_local",
    "component_code",
    "contains",
    "draft_stuck",
    "duty_grid_code_ok",
    "from_wgs84",
    "haversine",
    "housing_form",
    "level_of",
    "name_forms",
    "parent_code",
    "plain_number",
    "point_ok",
    "to_wgs84",
    "trim_code",
    "unit_grid_code_ok",
]

AREA_OR_NONE = r"^(\d{6}|\d{9}|\d{12}|\d{15})?$"
"""What a column holds that may name an area or a unit grid: its code, or nothing."""

# Trimmed code length → level. 6 division (GB/T 2260) + 3 street or town + 3 community or village (STANDARDS §1, F).
LEVELS: dict[int, str] = {6: "district", 9: "street", 12: "community"}

_UNIT_GRID = re.compile(r"[0-9]{15}")
# No national rule numbers duty grids; a city's own letters and digits are taken (D).
_DUTY_GRID = re.compile(r"[0-9A-Z][0-9A-Z-]{1,19}")
_DIGITS = re.compile(r"[0-9]+")

# What stands at one point: fixed things of the city, and what people go to.
POINT_KINDS = ("component", "facility")
# What the state of a component may be (STANDARDS §1, F), with the words field lists use; of a facility too (D).
POINT_STATES: dict[str, tuple[str, ...]] = {
    "intact": ("完好", "正常"),
    "broken": ("破损", "损坏"),
    "lost": ("丢失", "缺失"),
    "abandoned": ("废弃",),
    "occupied": ("占用", "移除占用"),
}

# What the history of one of them tells.
TRACED: dict[str, tuple[str, ...]] = {
    "component": ("name", "state", "community_id", "unit_grid", "lon", "lat", "note"),
    "facility": ("kind", "name", "state", "community_id", "address", "lon", "lat", "note"),
}

# What a dwelling is used for, with the words field lists use (D); what a vote counts is the estates' matter.
DWELLING_USES: dict[str, tuple[str, ...]] = {
    "home": ("住宅", "住房", "居住"),
    "shop": ("商铺", "商业", "门面", "店面"),
    "garage": ("车库", "车位", "储藏室"),
    "office": ("办公",),
    "shared": ("公共用房", "物业用房", "社区用房"),
}
# Taller than any building there is (D): what is more is a year or a price in the wrong column.
MOST_FLOORS = 200

_NUMBER_WORDS = {
    "building": ("号楼", "栋楼", "幢楼", "楼栋", "栋", "幢", "座", "楼", "#", "号"),
    "stairwell": ("单元", "门洞", "梯"),
    "room": ("号房", "室", "户", "房", "号"),
}

# What base data are kept, changed and undone as wholes; the kinds of an uploaded file.
DRAFT_KINDS = ("component", "duty_grid", "facility", "outline", "unit_grid")
# An upload's way: the worker is busy in the first three; only `ready` waits for a person.
DRAFT_BUSY = ("reading", "judging", "taking")
DRAFT_STATES = (*DRAFT_BUSY, "ready", "failed", "taken", "undone")
DRAFT_STUCK = timedelta(minutes=30)
"""No step of an upload takes so long, its tries included (reading is ended after five minutes): work that has not gone
on for this long has died with its worker (D)."""


def draft_stuck(state: str, changed_at: datetime, now: datetime) -> bool:
    """Does a draft wait for work that nobody does any more?"""
    return state in DRAFT_BUSY and now - changed_at > DRAFT_STUCK


# Positional accuracy by class, metres (STANDARDS §1, F).
ACCURACY_METRES: dict[str, float] = {"A": 0.5, "B": 1.0, "C": 10.0}

# Digits of a component id after the six of the division: major, minor, sequence (STANDARDS §1, F: both are in use).
COMPONENT_VARIANTS: dict[str, tuple[int, int, int]] = {"6+2+2+6": (2, 2, 6), "6+2+3+5": (2, 3, 5)}

# A street has room for three digits; communities added by hand count down from the top so that codes the
# statistics office gives later do not collide (D, after the catalogue's own habit for local extensions).
_LOCAL_TOP = 999

EARTH_METRES = 6_371_008.8
METRES_PER_DEGREE = math.pi * EARTH_METRES / 180


def trim_code(code: str) -> str:
    """The shortest form of an area code: the statistics' 12 digits lose the zero triplets of higher levels.

    `371002000000` → `371002`, `371002001000` → `371002001`. Anything that is not 6, 9, 12 or 15 digits comes back
    as it was, for the caller to refuse.
    """
    code = code.strip()
    if len(code) == 12 and _DIGITS.fullmatch(code):
        while len(code) > 6 and code.endswith("000"):
            code = code[:-3]
    return code


def level_of(code: str) -> str | None:
    """`district`, `street`, `community` by the length of a trimmed code; None where it is no area code."""
    return LEVELS.get(len(code)) if _DIGITS.fullmatch(code) else None


def parent_code(code: str) -> str | None:
    """The code one level up, or None for a district."""
    return code[:-3] if len(code) > 6 else None


def ancestors(code: str) -> tuple[str, ...]:
    """The code and those above it, lowest first: a unit grid gives itself, community, street, district."""
    return tuple(code[:length] for length in (15, 12, 9, 6) if len(code) >= length)


def contains(outer: str, inner: str) -> bool:
    """Whether one area contains (or is) another: its code is a prefix (docs/architecture.md, Area codes)."""
    return inner.startswith(outer)


def unit_grid_code_ok(code: str) -> bool:
    """Fifteen digits: 6 division, 3 street, 3 community, 3 sequence within it (STANDARDS §1, F)."""
    return _UNIT_GRID.fullmatch(code) is not None


def duty_grid_code_ok(code: str) -> bool:
    """Two to twenty capitals, digits and dashes; the nation leaves this numbering to the city (D)."""
    return _DUTY_GRID.fullmatch(code) is not None


def code_of_local(parent: str, taken: set[str]) -> str | None:
    """The next code for an area added by hand under `parent`, counted down from 999; None when all are taken."""
    for number in range(_LOCAL_TOP, 0, -1):
        code = f"{parent}{number:03d}"
        if code not in taken:
            return code
    return None


@dataclass(frozen=True, slots=True)
class ComponentCode:
    """The parts of a 16-digit component id; the minor stays a string because its width differs by variant."""

    division: str
    major: str
    minor: str
    sequence: str

    @property
    def kind(self) -> str:
        """Major and minor together, as the catalogue writes them after its letter: `0137` for a street lamp."""
        return self.major + self.minor


def component_code(code: str, variant: str = "6+2+2+6") -> ComponentCode | None:
    """Take a 16-digit component id apart by a variant of COMPONENT_VARIANTS; None where it is not 16 digits."""
    if len(code) != 16 or not _DIGITS.fullmatch(code):
        return None
    major, minor, _ = COMPONENT_VARIANTS[variant]
    cut = 6 + major
    return ComponentCode(code[:6], code[6:cut], code[cut : cut + minor], code[cut + minor :])


# Endings that lists drop or add at will, longest first. The first group names the office, not the place.
_OFFICE_ENDINGS = ("社区居民委员会", "居民委员会", "村民委员会", "社区居委会", "居委会", "村委会", "办事处")
_LEVEL_ENDINGS = ("街道", "社区", "地区", "镇", "乡", "村")


def name_forms(name: str) -> tuple[str, ...]:
    """A place name as written, without its office, and bare: the looser forms a name is looked up by in turn.

    `五大门社区居委会` → (`五大门社区居委会`, `五大门社区`, `五大门`). Blanks, which lists pad names with, are dropped.
    """
    plain = "".join(name.split())
    forms = [plain]
    office = next((end for end in _OFFICE_ENDINGS if plain.endswith(end) and len(plain) > len(end)), None)
    if office:
        kept = "社区" if office.startswith("社区") else ""
        stem = plain.removesuffix(office) + kept
        forms.append(stem.removesuffix("社区社区") + "社区" if stem.endswith("社区社区") else stem)
    level = next((end for end in _LEVEL_ENDINGS if forms[-1].endswith(end) and len(forms[-1]) > len(end) + 1), None)
    if level:
        forms.append(forms[-1].removesuffix(level))
    return tuple(dict.fromkeys(forms))


def housing_form(name: str) -> str:
    """A compound's name as names are compared: any width and case, no blanks."""
    return "".join((name if name.isascii() else unicodedata.normalize("NFKC", name)).split()).casefold()


@lru_cache(4096)
def plain_number(said: str, what: str) -> str:
    """The number of a building, stairwell or room without the word behind it and leading zeros: `３幢`, `03#` → `3`.

    what: building, stairwell or room. Names that are no numbers stay as they are, in the form names are compared in.
    """
    form = housing_form(said).removeprefix("第")
    for word in _NUMBER_WORDS[what]:
        if form.endswith(word) and len(form) > len(word):
            form = form.removesuffix(word)
            break
    return form.lstrip("0") or "0" if form.isdigit() else form


def building_form(name: str) -> str:
    """A building's name as buildings are compared: 3号楼, 3栋 and ３# are the same one."""
    return plain_number(name, "building")


def point_ok(lon: float, lat: float) -> bool:
    """Whether the two numbers can be degrees at all; (0, 0) is what a device without a fix sends, so it is not."""
    return -180 <= lon <= 180 and -90 <= lat <= 90 and not (lon == 0 and lat == 0)


def haversine(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Metres between two points on the mean sphere (0.5 % of the ellipsoid at worst, enough for "nearby")."""
    a1, a2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((a2 - a1) / 2) ** 2 + math.cos(a1) * math.cos(a2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(half)))
