"""The district in small, loaded into a real database through the rooms' own doors."""

from datetime import UTC, datetime

import pytest

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.models import Component, Facility
from xiucheng.interfaces.demo.district import load
from xiucheng.interfaces.demo.district.names import CODE
from xiucheng.interfaces.demo.district.plan import SMALL
from xiucheng.interfaces.demo.district.sketch import Sketch

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.mark.django_db
def test_the_ground_lies_as_it_was_drawn() -> None:
    sketch = Sketch(SMALL, 5)
    told: list[str] = []
    load.found_ground(sketch, NOW, told.append)
    assert len(told) == 3
    assert len(places.unit_grids(CODE)) == SMALL.unit_grids
    assert len(places.duty_grids()) == SMALL.streets * SMALL.duty_grids
    assert Component.objects.count() == SMALL.components
    assert Facility.objects.filter(kind="compound").count() == SMALL.compounds
    for one in sketch.components[::50]:
        found = places.locate(one.lon, one.lat)
        assert found.unit_grid == one.unit_grid
        owner = people.agency_of_component(one.code, at=NOW)
        assert owner is not None
        assert people.agency(owner).code == one.owner
        maintainer = people.agency_of_component(one.code, "maintainer", at=NOW)
        assert maintainer is not None
        assert people.agency(maintainer).code == one.maintainer
