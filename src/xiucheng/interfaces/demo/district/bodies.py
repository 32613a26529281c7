"""The organisations of 丝澜区（示例）, whose each component and each kind of case is, and the routing that says so.

The division of labour is the small sample's; what is different in a district of real size: a brigade for every street,
firms that do the work for a department in some of the streets, and no offices of communities.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import organisations as small
from ..organisations import Org
from .names import PREFIX, Street, numeral

CENTRE, CENTRE_NAME = small.CENTRE, f"{PREFIX}区城市运行管理中心"

# Departments that let firms do the work in the street: code, name, calendar, how many firms there are.
_FIRMS = (
    ("sanitation", "环卫作业", "early", 4),
    ("parks", "绿化养护", "daylight", 3),
    ("roads", "市政养护", "daylight", 3),
    ("drainage", "管网养护", "daylight", 2),
)
_PROPERTY_FIRMS = 4

# Departments that the small sample knows as two brigades; here every street has one.
_BRIGADES = frozenset({"brigade_east", "brigade_west"})
_OF_STREET = frozenset({"street_office", "community_office"})


@dataclass(frozen=True)
class Bodies:
    """The organisations for these streets."""

    streets: tuple[Street, ...]

    def agencies(self) -> Iterator[Org]:
        """All that handle cases, departments first."""
        for org in small.DEPARTMENTS:
            if org.code not in _BRIGADES and org.code != "property":
                yield Org(org.code, org.name.replace("示例", PREFIX, 1), org.kind, org.calendar)
        for street in self.streets:
            yield Org(f"brigade_{street.number:03d}", f"{PREFIX}{street.short}综合执法中队", "section", "daylight")
        for street in self.streets:
            name = street.name + ("人民政府" if street.is_town else "办事处")
            yield Org(f"office_{street.number:03d}", f"{PREFIX}{name}", "street_office", area=street.code)
        for code, name, calendar, count in _FIRMS:
            for number in range(1, count + 1):
                yield Org(f"{code}_{number}", f"{PREFIX}{name}第{numeral(number)}公司", "contractor", calendar)
        for number in range(1, _PROPERTY_FIRMS + 1):
            yield Org(f"property_{number}", f"{PREFIX}物业服务第{numeral(number)}公司", "property_firm", "daylight")

    def parties(self, kind: str, grid: str) -> tuple[str, str]:
        """Codes of owner and maintainer of a component of a kind (major and minor digits) in a unit grid."""
        owner = self.in_place(small.OWNERS[kind], grid)
        firms = {code: count for code, _name, _calendar, count in _FIRMS}
        return owner, self._share(owner, firms[owner], grid) if owner in firms else owner

    def in_place(self, answerer: str, area: str) -> str:
        """An organisation's code, where the division of labour names it by its place."""
        street = area[6:9]
        if answerer == "brigade":
            return f"brigade_{street}"
        if answerer in _OF_STREET:
            return f"office_{street}"
        return self._share("property", _PROPERTY_FIRMS, area) if answerer == "property" else answerer

    def _share(self, code: str, count: int, area: str) -> str:
        """Whose street it is among firms that have dealt the streets out among themselves."""
        at = next(at for at, street in enumerate(self.streets) if area.startswith(street.code))
        return f"{code}_{at % count + 1}"

    def routing(self, categories: Mapping[str, str]) -> dict[str, Any]:
        """The body of the routing pack for categories (key → kind): every one of them is routed to somebody.

        1. Lamps at night go to the lighting company's night shift. 2. A component goes to its owner. 3. What is left,
        by category and street. 4. Where only the district is known, the first street's brigade and office take it.
        """
        rules = [
            _row(10, "夜间路灯由照明公司值班班组处理", categories=["C0137"], hours="off_duty", agency="city_lighting"),
            _row(20, "部件先找权属单位", categories=["component"], component_owner="owner"),
        ]
        keys: dict[str, list[str]] = {}
        for key in sorted(categories):
            answerer = small.answerer(key)
            keys.setdefault("street_office" if answerer in _OF_STREET else answerer, []).append(key)
        number = 100
        for answerer, of in sorted(keys.items()):
            for note, areas, agency in self._targets(answerer):
                rules.append(_row(number, note, categories=of, agency=agency, **({"areas": areas} if areas else {})))
                number += 1
            number += 10 - number % 10
        rules.append(
            _row(9000, "地点只到区的，由首个中队先接", categories=keys["brigade"], agency=self._first("brigade"))
        )
        rules.append(_row(9010, "地点只到区的，由首个镇街先接", agency=self._first("office")))
        return {"rules": rules}

    def _first(self, code: str) -> str:
        return f"{code}_{self.streets[0].number:03d}"

    def _targets(self, answerer: str) -> Iterator[tuple[str, list[str], str]]:
        """(note, areas, agency) of the rules by which an answerer gets its cases."""
        if answerer == "brigade":
            for street in self.streets:
                yield f"{street.short}由本辖区中队", [street.code], f"brigade_{street.number:03d}"
        elif answerer == "property":
            for number in range(1, _PROPERTY_FIRMS + 1):
                code = f"property_{number}"
                areas = [one.code for one in self.streets if self.in_place("property", one.code) == code]
                if areas:
                    yield "按物业服务范围", areas, code
        else:
            yield "", [], answerer


def _row(number: int, note: str, **values: Any) -> dict[str, Any]:
    return {"no": number, **values, **({"note": f"{note}（示例）"} if note else {})}


def names(orgs: Sequence[Org]) -> dict[str, str]:
    """Code → name."""
    return {org.code: org.name for org in orgs}
