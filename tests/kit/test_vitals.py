"""What is told of a running site: sessions of a real server, and when a disk is short and a certificate near its end,
for all who say so: the page, doctor and the figures."""

import psycopg
import pytest

from xiucheng.kit import vitals
from xiucheng.kit.now import now

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


def test_connections_are_those_of_the_whole_server(committed_db):
    """Their bound is the whole server's, and other databases and roles use it up as well."""
    before = vitals.read(now)
    others = [psycopg.connect(url) for url in (committed_db.admin_url, committed_db.keys_url, committed_db.url)]
    try:
        # What earlier tests left may end meanwhile, so it is not counted exactly.
        assert vitals.read(now).connections >= before.connections + 2
    finally:
        for other in others:
            other.close()
    assert 0 < before.connections < before.max_connections
