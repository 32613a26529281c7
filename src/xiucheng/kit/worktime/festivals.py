"""The statutory holidays of China for years whose notice is not out: the law's own days, lunar ones from a table.

Source: the State Council's regulation on holidays of festivals and memorial days (全国年节及纪念日放假办法) of 1949 and
its revisions in force from 1999-10-01, 2008, 2014 and 2025. Days that are bridged or shifted, and rest in lieu of a
holiday on a weekend, are only in the yearly notice: without one they are not guessed (STANDARDS §1, "Limits").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class _Version:
    """Which days the law frees from a year on: (first, last) around each festival, counted from its own day (0)."""

    from_year: int
    new_year: tuple[int, int]
    spring_festival: tuple[int, int]
    qingming: tuple[int, int] | None
    labour_day: tuple[int, int]
    dragon_boat: tuple[int, int] | None
    mid_autumn: tuple[int, int] | None
    national_day: tuple[int, int]


_VERSIONS = (  # newest first; days a year: 13, 11, 11, 10, 7
    _Version(2025, (0, 0), (-1, 2), (0, 0), (0, 1), (0, 0), (0, 0), (0, 2)),
    _Version(2014, (0, 0), (0, 2), (0, 0), (0, 0), (0, 0), (0, 0), (0, 2)),
    _Version(2008, (0, 0), (-1, 1), (0, 0), (0, 0), (0, 0), (0, 0), (0, 2)),
    _Version(2000, (0, 0), (0, 2), None, (0, 2), None, None, (0, 2)),
    _Version(1950, (0, 0), (0, 2), None, (0, 0), None, None, (0, 1)),
)

_MOVABLE = """
2000 0205 0404 0606 0912   2001 0124 0405 0625 1001
2002 0212 0405 0615 0921   2003 0201 0405 0604 0911
2004 0122 0404 0622 0928   2005 0209 0405 0611 0918
2006 0129 0405 0531 1006   2007 0218 0405 0619 0925
2008 0207 0404 0608 0914   2009 0126 0404 0528 1003
2010 0214 0405 0616 0922   2011 0203 0405 0606 0912
2012 0123 0404 0623 0930   2013 0210 0404 0612 0919
2014 0131 0405 0602 0908   2015 0219 0405 0620 0927
2016 0208 0404 0609 0915   2017 0128 0404 0530 1004
2018 0216 0405 0618 0924   2019 0205 0405 0607 0913
2020 0125 0404 0625 1001   2021 0212 0404 0614 0921
2022 0201 0405 0603 0910   2023 0122 0405 0622 0929
2024 0210 0404 0610 0917   2025 0129 0404 0531 1006
2026 0217 0405 0619 0925   2027 0206 0405 0609 0915
2028 0126 0404 0528 1003   2029 0213 0404 0616 0922
2030 0203 0405 0605 0912   2031 0123 0405 0624 1001
2032 0211 0404 0612 0919   2033 0131 0404 0601 0908
2034 0219 0405 0620 0927   2035 0208 0405 0610 0916
2036 0128 0404 0530 1004   2037 0215 0404 0618 0924
2038 0204 0405 0607 0913   2039 0124 0405 0527 1002
2040 0212 0404 0614 0920   2041 0201 0404 0603 0910
2042 0122 0404 0622 0928   2043 0210 0405 0611 0917
2044 0130 0404 0531 1005   2045 0217 0404 0619 0925
2046 0206 0404 0608 0915   2047 0126 0405 0529 1004
2048 0214 0404 0615 0922   2049 0202 0404 0604 0911
2050 0123 0404 0623 0930   2051 0211 0405 0613 0919
2052 0201 0404 0601 0907   2053 0219 0404 0620 0926
2054 0208 0404 0610 0916   2055 0128 0405 0530 1005
2056 0215 0404 0617 0924   2057 0204 0404 0606 0913
2058 0124 0404 0625 1002   2059 0212 0405 0614 0921
2060 0202 0404 0603 0909   2061 0121 0404 0622 0928
2062 0209 0404 0611 0917   2063 0129 0405 0601 1006
2064 0217 0404 0619 0925   2065 0205 0404 0608 0915
2066 0126 0404 0528 1003   2067 0214 0405 0616 0923
2068 0203 0404 0604 0911   2069 0123 0404 0623 0929
2070 0211 0404 0613 0919   2071 0131 0405 0602 0908
2072 0219 0404 0620 0926   2073 0207 0404 0610 0916
2074 0127 0404 0530 1005   2075 0215 0404 0617 0924
2076 0205 0404 0606 0912   2077 0124 0404 0624 1001
2078 0212 0404 0614 0920   2079 0202 0404 0604 0910
2080 0122 0404 0622 0928   2081 0209 0404 0611 0917
2082 0129 0404 0601 1006   2083 0217 0404 0619 0926
2084 0206 0404 0607 0914   2085 0126 0404 0527 1003
2086 0214 0404 0615 0922   2087 0203 0404 0605 0911
2088 0124 0404 0623 0929   2089 0210 0404 0613 0918
2090 0130 0404 0602 0908   2091 0218 0404 0621 0927
2092 0207 0404 0609 0916   2093 0127 0404 0529 1005
2094 0215 0404 0617 0924   2095 0205 0404 0606 0913
2096 0125 0404 0624 0930   2097 0212 0404 0614 0920
2098 0201 0404 0604 0909   2099 0121 0404 0623 0929
"""
"""Year, then month and day of Spring Festival (1/1), Qingming, Dragon Boat (5/5), Mid-Autumn (8/15); 2000–2099.

Two independent computations of the lunar calendar (GB/T 33661) agree on every line; checked again in the tests against
the holidays that were really given. Note 2027-02-06 and 2030-02-03, a day late and early in some common libraries:
their new moons fall within minutes of midnight, Beijing time.
"""


_LUNAR = ("spring_festival", "qingming", "dragon_boat", "mid_autumn")
"""The festivals of the table above, in its order."""
FESTIVALS = ("new_year", "spring_festival", "qingming", "labour_day", "dragon_boat", "mid_autumn", "national_day")


@lru_cache(maxsize=1)
def _movable() -> dict[int, tuple[date, date, date, date]]:
    words = iter(_MOVABLE.split())
    table = {}
    for year, *days in zip(words, words, words, words, words, strict=True):
        spring, qingming, dragon_boat, mid_autumn = (date(int(year), int(d[:2]), int(d[2:])) for d in days)
        table[int(year)] = (spring, qingming, dragon_boat, mid_autumn)
    return table


@lru_cache(maxsize=256)
def named_days(year: int) -> Mapping[date, str]:
    """The days that the law itself frees in a year, each with the code of its festival (a name of FESTIVALS); before
    2000 and after 2099 only those of the solar calendar. Where two festivals meet, the day bears the later one's."""
    law = next((version for version in _VERSIONS if version.from_year <= year), None)
    if law is None:
        return {}
    own = {"new_year": date(year, 1, 1), "labour_day": date(year, 5, 1), "national_day": date(year, 10, 1)}
    own |= dict(zip(_LUNAR, _movable().get(year, ()), strict=False))
    found: dict[date, str] = {}
    for name in FESTIVALS:
        span = getattr(law, name)
        if name in own and span:
            found |= {own[name] + timedelta(days=n): name for n in range(span[0], span[1] + 1)}
    return found


@lru_cache(maxsize=256)
def statutory_days(year: int) -> frozenset[date]:
    """The days that the law itself frees in a year; see `named_days`."""
    return frozenset(named_days(year))
