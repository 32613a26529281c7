"""Case numbers that people can read out on the phone: year, running number in groups, one check digit.

`26-0048-213-7` is case 48,213, filed in 2026, check digit 7. The check digit is Damm's (it finds every single wrong
digit and every swap of neighbours, the two slips people make on the phone).
"""

import re

# The quasigroup of order 10 given in H. M. Damm's thesis (2004).
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> int:
    """Damm's check digit of a string of decimal digits."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def display_number(year: int, running: int) -> str:
    """The number as written: two digits of the local year of filing, at least seven of the running number."""
    digits = f"{year % 100:02d}{running:07d}"
    return f"{digits[:2]}-{digits[2:-3]}-{digits[-3:]}-{check_digit(digits)}"


def parse_number(text: str) -> str | None:
    """The number as written from whatever a person typed (spaces, dashes or none); None where it cannot be one."""
    digits = re.sub(r"[\s\-–—]", "", text)
    if not re.fullmatch(r"[0-9]{10,14}", digits) or check_digit(digits) != 0:
        return None
    body = digits[:-1]
    return f"{body[:2]}-{body[2:-3]}-{body[-3:]}-{digits[-1]}"
