"""What a figure says: the kinds there are, amounts as people write them (3000余, 近1.2万), and whether parts add up."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class FigureKind:
    """What is counted, and in what. adds: do the parts of a place add up to the whole?"""

    name: str | Promise
    unit: str | Promise
    adds: bool = True


# The figures that districts keep of their places (D; the words are those of grid dossiers). `other` names itself.
FIGURE_KINDS: Mapping[str, FigureKind] = MappingProxyType(
    {
        "population": FigureKind(_("常住人口"), _("人")),
        "registered": FigureKind(_("户籍人口"), _("人")),
        "floating": FigureKind(_("流动人口"), _("人")),
        "households": FigureKind(_("户数"), _("户")),
        "elderly": FigureKind(_("60 岁以上老人"), _("人")),
        "children": FigureKind(_("学龄前儿童"), _("人")),
        "vaccinations": FigureKind(_("疫苗接种"), _("剂次")),
        "party_members": FigureKind(_("党员人数"), _("人")),
        "members": FigureKind(_("会员"), _("人")),
        "volunteers": FigureKind(_("注册志愿者"), _("人")),
        "buildings": FigureKind(_("楼栋"), _("栋")),
        "stairwells": FigureKind(_("单元"), _("个")),
        "shops": FigureKind(_("沿街门店"), _("家")),
        "firms": FigureKind(_("企业"), _("家")),
        "fire_hydrants": FigureKind(_("消火栓"), _("个")),
        "parking_places": FigureKind(_("停车位"), _("个")),
        "waste_points": FigureKind(_("垃圾投放点"), _("个")),
        "area": FigureKind(_("面积"), _("平方公里")),
        "other": FigureKind(_("其他"), "", adds=False),
    }
)

# How lists say that a number is not exact: over (余, 多), nearly (近), about (约).
MARKS: Mapping[str, str | Promise] = MappingProxyType(
    {"": _("准确数"), "over": _("余"), "many": _("多"), "near": _("近"), "about": _("约")}
)

PLACE_KINDS = ("area", "duty_grid", "facility")
GREATEST = Decimal("99999999999.99")

_SCALES = {"": 1, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_BEFORE = {
    "近": "near", "将近": "near", "接近": "near", "nearly": "near", "约": "about", "大约": "about", "约为": "about",
    "about": "about", "over": "over", "morethan": "many",
}  # fmt: skip
_AFTER = {"余": "over", "多": "many"}
_WRITTEN = re.compile(
    rf"(?P<before>{'|'.join(sorted(_BEFORE, key=len, reverse=True))})?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d{1,4})?|\d+(?:\.\d{1,4})?)"
    r"(?P<scale>[百千万亿]?)(?P<after>[余多]?)(?P<late>[百千万亿]?)(?P<again>[余多]?)(?P<unit>[^\d\s]{0,4})"
)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and how exact it claims to be (a key of MARKS)."""

    value: Decimal
    mark: str = ""


def read_amount(text: str) -> Amount | None:
    """An amount as people write it: 12,000, １.2万, 3000余, 30余万人, 近1.2万户, over 300; None where it is none.

    A unit behind the number is read over, it belongs to the kind. Two marks at once say nothing: None.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).lower()
    found = _WRITTEN.fullmatch(plain)
    if found is None:
        return None
    marks = [_BEFORE[found["before"]]] if found["before"] else []
    marks += [_AFTER[found[name]] for name in ("after", "again") if found[name]]
    scaled = Decimal(found["number"].replace(",", "")) * _SCALES[found["scale"]] * _SCALES[found["late"]]
    value = scaled.quantize(_CENT)
    if len(marks) > 1 or value != scaled or value > GREATEST:
        return None
    return Amount(value, marks[0] if marks else "")


def plain_number(value: Decimal) -> str:
    """12,000 or 3.5: no digits behind the point that say nothing."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def say(amount: Amount) -> str:
    """The amount in the reader's words, without its unit: 12,000 余, 近 3,000."""
    number = plain_number(amount.value)
    if not amount.mark:
        return number
    return str(_SAID[amount.mark]) % {"n": number}


_SAID: Mapping[str, Promise] = {
    "over": _("%(n)s 余"),
    "many": _("%(n)s 多"),
    "near": _("近 %(n)s"),
    "about": _("约 %(n)s"),
}


def kind_name(kind: str, title: str = "") -> str:
    """What is counted, in words; what `other` counts is its title."""
    return title or str(FIGURE_KINDS[kind].name) if kind in FIGURE_KINDS else kind


def unit_of(kind: str) -> str:
    """In what it is counted; "" for `other`, whose title says it."""
    return str(FIGURE_KINDS[kind].unit) if kind in FIGURE_KINDS else ""


def _step(value: Decimal) -> Decimal:
    """One of the last digit that says something: 1000 for 3000, 100 for 1200, 1 for 37."""
    digits = value.normalize()
    exponent = digits.as_tuple().exponent
    return Decimal(10) ** exponent if isinstance(exponent, int) else Decimal(1)


def span_of(stated: Amount) -> tuple[Decimal, Decimal]:
    """From where to where the truth may lie: 3000余 from 3000 to just below 4000, 近3000 from above 2000 to 3000,
    约3000 within a twentieth (D), an exact number only there."""
    step = (_step(stated.value) if stated.value else Decimal(1)) - _CENT
    if stated.mark in ("over", "many"):
        return stated.value, stated.value + step
    if stated.mark == "near":
        return max(Decimal(0), stated.value - step), stated.value
    if stated.mark == "about":
        return stated.value * 19 / 20, stated.value * 21 / 20
    return stated.value, stated.value


def agrees(stated: Amount, total: Decimal, *, missing: bool = False) -> bool:
    """Does a sum of parts fit what is stated of the whole? Where parts are missing it must only not be greater."""
    low, high = span_of(stated)
    return total <= high and (missing or low <= total)


def sum_of(parts: Sequence[Amount]) -> Decimal:
    """The parts together, marks left out."""
    return sum((one.value for one in parts), Decimal(0))
