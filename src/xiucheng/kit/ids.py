"""UUIDv7 identifiers, made here because the database function is new in PostgreSQL 18 (RFC 9562 §5.7)."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A time-ordered UUID: 48 bits of milliseconds, 12 of sub-millisecond order, 62 random.

    Strictly increasing within a process, so rows made in one transaction sort as they were made.
    """
    global _last
    with _lock:
        # 1/4096 ms ticks fill the 12 bits of rand_a (RFC 9562 §6.2 method 3).
        tick = max((time.time_ns() << 12) // 1_000_000, _last + 1)
        _last = tick
    random62 = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return UUID(int=(tick >> 12) << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0b10 << 62 | random62)
