"""Days of the week as people write them, as the bits of a roster: bit 0 is Monday. Pure."""

import re
import unicodedata

_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 6}
_WORDS = {"每天": 127, "每日": 127, "天天": 127, "全周": 127, "工作日": 31, "平日": 31, "周末": 96, "双休日": 96}
_SPAN = re.compile(r"([1-7])[-至到~]([1-7])")


def weekdays(said: str) -> int | None:
    """周一至周五, 每天, 一、三、五, 1-5, 6,7 as bits; None where it says no days."""
    plain = unicodedata.normalize("NFKC", said).replace(" ", "")
    if plain in _WORDS:
        return _WORDS[plain]
    for word in ("星期", "礼拜", "周", "每"):
        plain = plain.replace(word, "")
    digits = "".join(str(_DAYS[sign] + 1) if sign in _DAYS else sign for sign in plain)
    bits = 0
    for part in filter(None, re.split(r"[,、，;；和及/]", digits)):
        span = _SPAN.fullmatch(part)
        if span:
            first, last = int(span[1]), int(span[2])
            days = [*range(first, last + 1)] if first <= last else [*range(first, 8), *range(1, last + 1)]
        elif part.isdigit() and set(part) <= set("1234567"):
            days = [int(day) for day in part]
        else:
            return None
        for day in days:
            bits |= 1 << (day - 1)
    return bits or None
