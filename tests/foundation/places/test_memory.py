"""What a process remembers of the map: one moment of it, and read anew only where the map itself has changed."""

from __future__ import annotations

import psycopg
import pytest

from tests.cluster import Databases

from .ground import ACTOR, NOW, collection, found_areas, found_town

STREET, COMMUNITY = "990101009", "990101009001"
_ADD = """
INSERT INTO places_area (code, id, name, level, parent_code, local, outline_accuracy, shape, west, south, east, north)
SELECT %(code)s, gen_random_uuid(), %(code)s, %(level)s, %(parent)s, false, 0, shape, west, south, east, north
FROM places_unit_grid ORDER BY code LIMIT 1
"""


def test_the_picture_is_one_moment_whoever_writes_meanwhile(committed_db: Databases):
    """A street and a community with outlines are committed by somebody else after each statement of the reader."""
    from django.db import connection

    from xiucheng.foundation.places import memory

    found_town()
    memory.current()
    memory.remembered.drop()

    def commit_after(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if "places_" in sql:
            with psycopg.connect(committed_db.url) as other:
                for code, level in ((STREET, "street"), (COMMUNITY, "community")):
                    known = other.execute("SELECT FROM places_area WHERE code = %s", [code]).fetchone()
                    if known is None:
                        other.execute(_ADD, {"code": code, "level": level, "parent": code[:-3]})
        return answer

    with connection.execute_wrapper(commit_after):
        before = memory.current()
    assert STREET not in before.areas
    assert all(code in before.areas for codes in before.children.values() for code in codes)
    memory.remembered.drop()
    assert memory.current().children[STREET] == (COMMUNITY,)


@pytest.mark.django_db
def test_a_broken_lamp_leaves_the_map_in_memory():
    from xiucheng.foundation.places import commands, memory

    found_areas()
    remembered = memory.current()
    lamp = "code,name,community,lon,lat\n9901010137000001,路灯,槐树社区,120.0005,30.0005\n"
    place = "code,name,kind,lon,lat\nP1,槐树公园,park,120.0005,30.0005\n"
    commands.load_components(actor=ACTOR, now=NOW, source=lamp.encode())
    broken = commands.Correction(state="broken")
    commands.correct_points(actor=ACTOR, now=NOW, kind="component", codes=["9901010137000001"], said=broken)
    commands.load_facilities(actor=ACTOR, now=NOW, source=place.encode())
    assert memory.current() is remembered
    commands.rename_area(actor=ACTOR, now=NOW, code="990101001001", name="新槐社区")
    assert memory.current().areas["990101001001"].name == "新槐社区"


@pytest.mark.django_db
def test_undoing_opens_no_change_but_its_own(monkeypatch):
    """Later changes are told by their codes; their bodies may hold a hundred thousand rows each."""
    from uuid import UUID

    from xiucheng.foundation.places import commands
    from xiucheng.foundation.places.commands import changes
    from xiucheng.foundation.places.models import Trace
    from xiucheng.kit.refused import Refused

    found_areas()
    open_body, opened = changes.body_of, []
    monkeypatch.setattr(changes, "body_of", lambda change: opened.append(change.id) or open_body(change))

    def load(*numbers: int) -> UUID:
        rows = "".join(f"99010101370000{number:02},路灯,槐树社区,120.0005,30.0005\n" for number in numbers)
        source = ("code,name,community,lon,lat\n" + rows).encode()
        return UUID(commands.load_components(actor=ACTOR, now=NOW, source=source).change)

    first, _second, third = load(1, 2), load(3), load(2, 4)
    with pytest.raises(Refused, match="changed_since"):
        commands.undo_change(actor=ACTOR, now=NOW, change_id=first)
    commands.undo_change(actor=ACTOR, now=NOW, change_id=third)
    commands.undo_change(actor=ACTOR, now=NOW, change_id=first)
    assert opened == [first, third, first]
    # A change from before there were traces is opened all the same.
    fourth, _fifth = load(5), load(5)
    Trace.objects.all().delete()
    with pytest.raises(Refused, match="changed_since"):
        commands.undo_change(actor=ACTOR, now=NOW, change_id=fourth)


@pytest.mark.django_db
def test_undoing_duty_grids_of_one_community_leaves_those_of_another():
    from uuid import UUID

    from xiucheng.foundation.places import commands, queries
    from xiucheng.foundation.places.commands.changes import body_of
    from xiucheng.foundation.places.models import Change

    codes = sorted(found_town())
    loads = [
        commands.load_duty_grids(
            actor=ACTOR, now=NOW, source=collection([({"code": name, "members": members}, None)])
        ).change
        for name, members in (("D1", codes[:6]), ("D2", codes[6:]))
    ]
    assert set(body_of(Change.objects.get(id=loads[1]))["members"]) == set(codes[6:])
    commands.undo_change(actor=ACTOR, now=NOW, change_id=UUID(loads[0]))
    assert [one.duty_grid for one in queries.unit_grids("990101")] == [None] * 6 + ["D2"] * 6
