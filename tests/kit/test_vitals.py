"""When a disk is short and a certificate near its end, for all who say so: the page, doctor and the figures."""

import pytest

from xiucheng.kit import vitals

GIB = 2**30


@pytest.mark.parametrize(
    ("total", "free", "short"),
    [(1000, 11, False), (1000, 9, True), (50, 6, False), (50, 4, True), (15, 2.1, False), (15, 1.9, True)],
)
def test_a_disk_is_short_below_a_tenth_or_ten_gibibytes_and_always_below_two(total, free, short):
    assert vitals.Disk("/", total * GIB, int(free * GIB)).is_short is short


def test_a_certificate_warns_in_time_and_alarms_at_last():
    levels = [vitals.certificate_level(days) for days in (21, 20, 3, 2, -1)]
    assert levels == ["ok", "warn", "warn", "error", "error"]
