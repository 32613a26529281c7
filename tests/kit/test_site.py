"""A site's schema, roles and names, on a real server."""

from __future__ import annotations

import pytest
from django.db import connections

from tests.cluster import SITE
from xiucheng.kit import site


@pytest.mark.parametrize("alias", ["default", "keys"])
def test_connections_stand_in_the_site(db: None, alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_setting('search_path')")
        assert cursor.fetchone() == (SITE, f"{SITE},ext")
    site.assert_site()
