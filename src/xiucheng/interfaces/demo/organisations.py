"""The sample district's organisations as a table, and what is whose: components by owner, categories by agency.

Whose job a thing is differs from city to city; this is one plausible division of labour, published in the demo as the
routing pack. Components go first to the owner, then by place; events first by place (STANDARDS §1, whose job, F).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .ground import communities
from .names import STREETS

CENTRE, CENTRE_NAME = "city_centre", "示例区城市运行管理中心"


@dataclass(frozen=True, slots=True)
class Org:
    """An organisation to register: code, name, kind (people.rules.KINDS), calendar, area."""

    code: str
    name: str
    kind: str
    calendar: str = "default"
    area: str = ""


DEPARTMENTS = (
    Org("brigade_east", "示例区城管执法一中队", "section", "daylight"),
    Org("brigade_west", "示例区城管执法二中队", "section", "daylight"),
    Org("sanitation", "示例区环卫中心", "section", "early"),
    Org("parks", "示例区园林绿化所", "section"),
    Org("roads", "示例区市政养护所", "section"),
    Org("drainage", "示例区排水管理所", "section", "daylight"),
    Org("rivers", "示例区河道管理所", "section"),
    Org("city_lighting", "示例城市照明公司", "utility", "round_the_clock"),
    Org("power", "示例供电公司", "utility", "round_the_clock"),
    Org("water", "示例供水公司", "utility", "round_the_clock"),
    Org("gas", "示例燃气公司", "utility", "round_the_clock"),
    Org("heat", "示例供热公司", "utility", "round_the_clock"),
    Org("telecom", "示例通信公司", "utility", "daylight"),
    Org("cable_tv", "示例广电网络公司", "utility", "daylight"),
    Org("traffic_police", "示例区交警大队", "agency", "round_the_clock"),
    Org("police", "示例区公安分局", "agency", "round_the_clock"),
    Org("fire", "示例区消防救援大队", "agency", "round_the_clock"),
    Org("housing", "示例区住房和城乡建设局", "agency"),
    Org("ecology", "示例区生态环境分局", "agency"),
    Org("market", "示例区市场监督管理局", "agency"),
    Org("transport", "示例区交通运输局", "agency"),
    Org("education", "示例区教育局", "agency"),
    Org("health", "示例区卫生健康局", "agency"),
    Org("civil_affairs", "示例区民政局", "agency"),
    Org("labour", "示例区人力资源和社会保障局", "agency"),
    Org("services", "示例区政务服务中心", "agency"),
    Org("property", "示例物业服务公司", "property_firm", "daylight"),
)

EAST = tuple(street.code for street in STREETS[:3])
"""The first brigade's streets; the others are the second's."""


def offices() -> Iterator[Org]:
    """The office of each street and of each community."""
    for street in STREETS:
        name = street.name + ("人民政府" if street.name.endswith("镇") else "办事处")
        yield Org(f"office_{street.code[6:]}", name, "street_office", area=street.code)
        for code, community in communities(street.code):
            kind = "村民委员会" if community.endswith("村") else "居民委员会"
            yield Org(f"office_{code[6:]}", f"{community}{kind}", "community_office", area=code)


# Owner and maintainer of components by major and minor digits of their kind.
OWNERS: Mapping[str, str] = {
    "0101": "water", "0102": "drainage", "0103": "drainage", "0104": "drainage", "0105": "power",
    "0106": "city_lighting", "0107": "telecom", "0108": "cable_tv", "0109": "telecom", "0110": "heat", "0111": "gas",
    "0112": "police", "0113": "water", "0114": "parks", "0118": "drainage", "0123": "roads", "0125": "water",
    "0126": "drainage", "0127": "telecom", "0128": "power", "0129": "power", "0130": "power", "0131": "telecom",
    "0137": "city_lighting", "0138": "city_lighting", "0139": "city_lighting", "0140": "street_office",
    "0145": "street_office", "0146": "community_office", "0149": "gas", "0150": "police", "0151": "police",
    "0152": "parks", "0154": "power", "0157": "gas",
    "0201": "traffic_police", "0204": "transport", "0206": "roads", "0207": "roads", "0208": "roads", "0209": "roads",
    "0211": "traffic_police", "0212": "civil_affairs", "0217": "traffic_police", "0219": "traffic_police",
    "0220": "roads", "0221": "roads", "0224": "roads", "0225": "roads", "0230": "rivers",
    "0301": "sanitation", "0302": "sanitation", "0303": "drainage", "0304": "sanitation", "0305": "sanitation",
    "0306": "brigade", "0307": "brigade", "0308": "street_office",
    "0401": "parks", "0402": "parks", "0404": "parks", "0405": "parks", "0406": "parks", "0407": "parks",
    "0408": "parks", "0409": "parks", "0410": "parks",
    "0503": "market", "0504": "market", "0506": "rivers", "0507": "rivers", "0508": "rivers",
}  # fmt: skip

# Who answers for events and hotline needs, by category key or major; a minor wins over its major.
ANSWERS: Mapping[str, str] = {
    "E01": "brigade", "E0104": "street_office", "E0105": "street_office", "E0108": "telecom", "E0110": "sanitation",
    "E0111": "sanitation", "E0112": "sanitation", "E0113": "roads", "E0114": "sanitation", "E0117": "parks",
    "E0118": "parks", "E0120": "street_office", "E0121": "parks", "E0122": "parks", "E0125": "rivers",
    "E0126": "ecology", "E0128": "police", "E0131": "sanitation", "E0132": "sanitation", "E0133": "health",
    "E0135": "community_office", "E0137": "sanitation", "E0138": "community_office",
    "E02": "brigade", "E0201": "sanitation", "E0204": "market",
    "E03": "housing", "E0301": "ecology", "E0302": "brigade", "E0311": "brigade", "E0312": "brigade",
    "E04": "brigade", "E0409": "traffic_police",
    "E0501": "water", "E0502": "gas", "E0503": "drainage", "E0504": "heat", "E0505": "roads", "E0506": "drainage",
    "E0507": "street_office", "E0508": "power",
    "E0602": "market", "E0604": "street_office", "E0699": "fire", "E0698": "community_office",
    "E0697": "community_office", "E0696": "community_office", "E0695": "property", "E0694": "street_office",
    "E0693": "police", "E0692": "fire",
    "H01": "housing", "H0101": "property", "H0103": "property", "H0107": "property", "H0104": "market",
    "H0201": "water", "H0202": "power", "H0203": "gas", "H0204": "heat", "H0205": "water", "H0206": "water",
    "H03": "housing",
    "H04": "transport", "H0403": "traffic_police", "H0404": "traffic_police",
    "H05": "labour",
    "H06": "education", "H0604": "street_office",
    "H07": "health",
    "H08": "market",
    "H09": "ecology", "H0903": "rivers",
    "H10": "civil_affairs",
    "H11": "police", "H1101": "community_office", "H1102": "brigade", "H1103": "fire", "H1104": "street_office",
    "H12": "services",
    "H13": "street_office",
    "H99": "street_office",
}  # fmt: skip


def answerer(category: str) -> str:
    """Who answers for a category: a department's code, `brigade` (by street), `street_office` or `community_office`."""
    if category.startswith("C"):
        return OWNERS[category[1:]]
    return ANSWERS.get(category) or ANSWERS[category[:3]]


def routing(categories: Mapping[str, str]) -> dict[str, Any]:
    """The body of the routing pack for categories (key → kind): every one of them is routed to someone.

    1. Lamps at night go to the lighting company's night shift. 2. A component goes to its owner. 3. What is left, by
    category and place.
    """
    rules: list[dict[str, Any]] = [
        _row(10, "夜间路灯由照明公司值班班组处理", categories=["C0137"], hours="off_duty", agency="city_lighting"),
        _row(20, "部件先找权属单位", categories=["component"], component_owner="owner"),
    ]
    by_agency: dict[str, list[str]] = {}
    for key in sorted(categories):
        by_agency.setdefault(answerer(key), []).append(key)
    number = 100
    for agency, keys in sorted(by_agency.items()):
        if agency == "brigade":
            west = [street.code for street in STREETS if street.code not in EAST]
            rules.append(_row(number, "一中队辖区", categories=keys, areas=list(EAST), agency="brigade_east"))
            rules.append(_row(number + 5, "二中队辖区", categories=keys, areas=west, agency="brigade_west"))
        else:
            rules.append(_row(number, "", categories=keys, agency=agency))
        number += 10
    # Where only the district is known, or a community has no office, the first brigade or the street takes it in.
    rules.append(_row(900, "地点只到区的，由一中队先接", categories=by_agency["brigade"], agency="brigade_east"))
    rules.append(
        _row(910, "社区没有办理力量的，由镇街接", categories=by_agency["community_office"], agency="street_office")
    )
    return {"rules": rules}


def _row(number: int, note: str, **values: Any) -> dict[str, Any]:
    return {"no": number, **values, **({"note": f"{note}（示例）"} if note else {})}


def owner_of(kind: str, area: str) -> str:
    """The organisation's code that owns a component of a kind (major and minor digits) in a community."""
    owner = OWNERS[kind]
    if owner == "brigade":
        return "brigade_east" if area[:9] in EAST else "brigade_west"
    if owner in ("street_office", "community_office"):
        return f"office_{area[6:9] if owner == 'street_office' else area[6:12]}"
    return owner
