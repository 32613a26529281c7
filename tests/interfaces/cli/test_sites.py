"""`site create`: from an empty, provisioned site to one whose administrators can sign in and set it up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster import Databases
from tests.interfaces.cli.conftest import Here

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


def test_a_site_is_created_and_creating_it_again_changes_nothing(here: Here, tmp_path: Path) -> None:
    from xiucheng.foundation.packs import queries as packs
    from xiucheng.foundation.people import queries as people
    from xiucheng.foundation.places import queries as places
    from xiucheng.kit.now import now

    areas = tmp_path / "areas.csv"
    areas.write_text("代码,名称\n990101000000,示例区\n990101001000,东街街道\n990102000000,别区\n", encoding="utf-8")
    first = here("site", "create", "--division", "990101", "--areas", str(areas))
    assert first.code == 0, first.err
    assert [one.name for one in places.subtree()] == ["示例区", "东街街道"]
    for role in ("system_admin", "security_admin", "audit_admin"):
        assert len(people.staff(at=now(), role=role)) == 1
        assert f"{role}: " in first.out
    assert packs.current("catalogue", now()) is not None
    again = here("site", "create", "--division", "990101")
    assert again.code == 0, again.err
    assert "_admin: " not in again.out
    other = here("site", "create", "--division", "990102", "--name", "别区")
    assert other.code == 1
    assert "other_district" in other.err


def test_a_site_is_rehearsed_from_the_server(here: Here) -> None:
    from xiucheng.kit import rehearsal

    assert here("site", "create", "--division", "990101", "--name", "示例区").code == 0
    # Nothing but a district: every case stops where nobody would file it.
    answer = here("site", "rehearse", "--json")
    assert answer.code == 1, answer.err
    assert len(answer.json["cases"]) == 20
    assert {code for one in answer.json["cases"] for code, _detail in one["lacks"]} == {"no_acceptor"}
    rehearsal.drop()
    told = here("site", "rehearse")
    assert (told.code, "--admin-url" in told.err) == (1, True), told.err


def test_the_schema_comes_by_whoever_may_make_it(here: Here, committed_db: Databases) -> None:
    from xiucheng.kit import rehearsal

    rehearsal.drop()
    made = here("site", "rehearse", "--schema-only", "--admin-url", committed_db.admin_url)
    assert made.code == 0, made.err
    assert rehearsal.possible()
