"""Files to take away: saved under the name they are given, whatever script it is in; hours by the site's clock."""

from datetime import UTC, datetime

from xiucheng.interfaces.web.downloads import dated, download


def test_a_file_is_saved_under_its_name():
    plain = download(b"x", "cases-20260302-0900.csv", "text/csv")
    assert plain.headers["Content-Disposition"] == 'attachment; filename="cases-20260302-0900.csv"'
    named = download(b"x", '缺口"清单.xlsx', "x/y").headers["Content-Disposition"]
    assert named == "attachment; filename*=utf-8''%E7%BC%BA%E5%8F%A3%22%E6%B8%85%E5%8D%95.xlsx"


def test_its_hour_is_the_sites():
    assert dated("cases", datetime(2026, 3, 2, 20, 30, tzinfo=UTC), "csv") == "cases-20260303-0430.csv"
