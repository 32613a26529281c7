"""Which columns of a stranger's list may be kept, for what, and how long; which can never be defined. PIPL art. 6, 28.

A column that no template knows is dropped unless it is given a purpose and a retention from the closed lists here.
Religion, ethnicity, petitioning and opinion cannot be given one (STANDARDS §5, §6); neither can what people call them.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from xiucheng.kit.words import marked as _

PURPOSES: Mapping[str, str] = {
    "contact": _("联系本人"),
    "duty": _("安排岗位和值班"),
    "double_registration": _("双报到（党员到社区报到）"),
    "emergency": _("应急时找到人"),
}

# Months until the cell is erased; None: with the end of the person's posts.
RETENTIONS: Mapping[str, tuple[str, int | None]] = {
    "month": (_("1 个月"), 1),
    "half_year": (_("6 个月"), 6),
    "year": (_("12 个月"), 12),
    "service": (_("离岗即删"), None),
}


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What may not be kept of people: its code, what it is called, and the words that give it away in a heading."""

    code: str
    title: str
    words: tuple[str, ...]


FORBIDDEN: tuple[Forbidden, ...] = (
    Forbidden("religion", _("宗教信仰"), (
        "宗教", "信教", "信仰", "教徒", "教派", "教会", "佛教", "道教", "伊斯兰", "回教", "基督", "天主", "religion",
        "religious", "faith", "belief", "church",
    )),
    Forbidden("ethnicity", _("民族"), ("民族", "族别", "族裔", "少数族", "种族", "ethnic", "nationality", "race")),
    Forbidden("petitioning", _("信访"), (
        "信访", "上访", "访民", "缠访", "闹访", "重访", "稳控", "维稳", "重点人", "petition",
    )),
    Forbidden("opinion", _("政治观点与言论"), (
        "政治倾向", "政治观点", "政治立场", "思想动态", "思想状况", "言论", "舆情", "表现倾向", "政治态度", "opinion",
        "political view", "attitude",
    )),
)  # fmt: skip

# A heading of one character that means a people and nothing else.
_WHOLE: Mapping[str, str] = {"族": "ethnicity", "教": "religion", "访": "petitioning"}

PARTY = ("党员", "党籍", "政治面貌", "入党", "党龄", "党支部", "party")


def plain(label: str) -> str:
    """A heading without blanks, width and case, as it is compared."""
    return "".join(unicodedata.normalize("NFKC", label).split()).casefold()


def forbidden(label: str) -> Forbidden | None:
    """What this heading would keep of people although it must not; None where it is none of these."""
    heading = plain(label)
    for one in FORBIDDEN:
        if any(plain(word) in heading for word in one.words) or _WHOLE.get(heading) == one.code:
            return one
    return None


def is_party(label: str) -> bool:
    """Does the heading tell who is a member of a party? Such a cell lies in the vault, for 双报到 alone."""
    heading = plain(label)
    return any(plain(word) in heading for word in PARTY)


def purposes_for(label: str) -> tuple[str, ...]:
    """The purposes this heading may be given; none for what is forbidden."""
    if forbidden(label):
        return ()
    return ("double_registration",) if is_party(label) else tuple(PURPOSES)


def erase_on(retention: str, today: date) -> date | None:
    """The local day on which a cell of this retention is erased; None: when the person leaves."""
    months = RETENTIONS[retention][1]
    if months is None:
        return None
    month = today.month - 1 + months
    year, month = today.year + month // 12, month % 12 + 1
    return date(year, month, min(today.day, 28))
