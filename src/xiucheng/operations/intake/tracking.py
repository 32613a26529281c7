"""The tracking key of a report: derived from its running number by a secret of the site, never stored.

Twenty characters of Crockford's base 32, in groups of four: 60 bits of HMAC and 40 bits of the number, which the HMAC
masks so that keys tell nothing of how many reports there are. Who has the key may follow the report; nobody finds a
key by trying (one in 2^60 a guess), and a stolen database holds none.
"""

import hashlib
import hmac
import re

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_LENGTH = 20
_SERIAL_BITS = 40
_MASK = (1 << _SERIAL_BITS) - 1


def key_of(serial: int, secret: str) -> str:
    """The tracking key of a running number (0 < serial < 2^40), as people see it: XXXX-XXXX-XXXX-XXXX-XXXX."""
    if not 0 < serial <= _MASK:
        raise ValueError("not a running number")
    mac = _mac(serial, secret)
    number = mac << _SERIAL_BITS | (serial ^ _pad(mac, secret))
    text = "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
    return "-".join(text[start : start + 4] for start in range(0, _LENGTH, 4))


def serial_of(key: str, secret: str) -> int | None:
    """The running number that a key as typed stands for (case, spaces, dashes, O for 0 do not matter); else None."""
    plain = re.sub(r"[\s\-–—]", "", key).upper()
    if len(plain) != _LENGTH or any(char not in _VALUES for char in plain):
        return None
    number = 0
    for char in plain:
        number = number << 5 | _VALUES[char]
    mac = number >> _SERIAL_BITS
    serial = (number & _MASK) ^ _pad(mac, secret)
    expected = _mac(serial, secret)
    return serial if hmac.compare_digest(mac.to_bytes(8), expected.to_bytes(8)) else None


def _mac(serial: int, secret: str) -> int:
    return int.from_bytes(_digest(f"key:{serial}", secret)[:8]) >> 4


def _pad(mac: int, secret: str) -> int:
    return int.from_bytes(_digest(f"pad:{mac}", secret)[:5])


def _digest(text: str, secret: str) -> bytes:
    return hmac.digest(secret.encode(), f"intake.tracking:{text}".encode(), hashlib.sha256)
