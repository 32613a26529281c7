"""Whose components and facilities are, who walks which duty grid, organisations tied to one another: dated links."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from tests.foundation.places.ground import found_areas
from tests.refusing import refused
from xiucheng.foundation.people import commands, queries
from xiucheng.foundation.people.models import ComponentLink
from xiucheng.foundation.people.rules import Post, Standing
from xiucheng.foundation.places import commands as places
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused

from . import make
from .make import MACHINE, NOW

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
HOUR = timedelta(hours=1)


def whose(code: str, *, at: datetime) -> dict[str, UUID]:
    return queries.parties("component", [code], at=at).get(code, {})


def test_links_change_hands_and_keep_their_history() -> None:
    roads, parks = make.agency("roads"), make.agency("parks")
    lamp, cover = "3710020101000001", "3710020101000002"
    link = commands.PartyOf
    given = [link(lamp, "owner", roads), link(cover, "owner", roads), link(lamp, "maintainer", parks)]
    assert commands.link_parties(by=MACHINE, now=NOW, links=given) == 3
    assert commands.link_parties(by=MACHINE, now=NOW + HOUR, links=given) == 0
    changed = [link(lamp, "owner", parks), link(cover, "owner", roads)]
    assert commands.link_parties(by=MACHINE, now=NOW + 2 * HOUR, links=changed) == 1
    at = [whose(lamp, at=NOW + hours * HOUR).get("owner") for hours in (-1, 0, 1, 2)]
    assert at == [None, roads, roads, parks]
    assert queries.agencies_of_components([lamp, cover, "x"], at=NOW + 2 * HOUR) == {lamp: parks, cover: roads}
    assert whose(lamp, at=NOW + 2 * HOUR) == {"owner": parks, "maintainer": parks}
    assert queries.codes_of_agency("component", roads, at=NOW) == [lamp, cover]
    counts = [step.payload for step in journal.of_subject(roads) if step.verb == "link_parties"]
    assert counts == [{"kind": "component", "relation": "owner", "count": 2}]
    commands.unlink_parties(by=MACHINE, now=NOW + 3 * HOUR, codes=[lamp], relation="owner")
    assert whose(lamp, at=NOW + 3 * HOUR) == {"maintainer": parks}
    with refused("not_found"):
        commands.unlink_parties(by=MACHINE, now=NOW + 4 * HOUR, codes=[lamp], relation="owner")


def test_facilities_have_owners_too_and_what_was_linked_is_taken_back_at_once() -> None:
    roads, parks = make.agency("roads"), make.agency("parks")
    park = commands.PartyOf("P-1", "owner", roads)
    assert commands.link_parties(by=MACHINE, now=NOW, links=[park], kind="facility") == 1
    assert queries.parties("facility", ["P-1", "P-2"], at=NOW) == {"P-1": {"owner": roads}}
    assert queries.parties("component", ["P-1"], at=NOW) == {}
    later = NOW + HOUR
    changed = [commands.PartyOf("P-1", "owner", parks), commands.PartyOf("P-1", "maintainer", parks)]
    commands.link_parties(by=MACHINE, now=later, links=changed, kind="facility")
    assert queries.codes_of_agency("facility", parks, at=later) == ["P-1"]
    assert queries.codes_of_agency("facility", roads, at=later) == []
    with refused("too_late", 409):
        commands.undo_parties(by=MACHINE, now=later + HOUR, made_at=later, kind="facility")
    assert commands.undo_parties(by=MACHINE, now=later, made_at=later, kind="facility") == 3
    assert queries.parties("facility", ["P-1"], at=later) == {"P-1": {"owner": roads}}
    (was,) = queries.party_history("facility", "P-1")
    assert (was.agency_id, was.ends_at, was.started_by) == (roads, None, str(MACHINE.actor))
    with refused("not_found"):
        commands.undo_parties(by=MACHINE, now=later, made_at=later, kind="facility")


def test_only_those_who_write_the_rules_of_routing_say_whose_a_thing_is() -> None:
    roads = make.agency("roads")
    for standing in (make.person(Post("agency_clerk", agency_id=roads)), make.person("dispatcher"), Standing(uuid4())):
        with refused("not_yours"):
            commands.link_parties(by=standing, now=NOW, links=[commands.PartyOf("1", "owner", roads)])
        with refused("not_yours"):
            commands.unlink_parties(by=standing, now=NOW, codes=["1"], relation="owner")
        with refused("not_yours"):
            commands.undo_parties(by=standing, now=NOW, made_at=NOW)
    leader = make.person("shift_leader")
    assert commands.link_parties(by=leader, now=NOW, links=[commands.PartyOf("1", "owner", roads)]) == 1


def test_whose_things_are_is_said_for_many_or_in_every_relation_of_one() -> None:
    found_areas()
    lamps = [f"99010101370000{number:02}" for number in (1, 2)]
    source = "code,name,community,lon,lat\n" + "".join(f"{lamp},路灯,槐树社区,120.0005,30.0005\n" for lamp in lamps)
    load = places.load_components(actor=MACHINE.actor, now=NOW, source=source.encode())
    roads, parks, leader = make.agency("roads"), make.agency("parks"), make.person("shift_leader")
    everyone = {"by": leader, "kind": "component"}
    asked = {**everyone, "now": NOW, "codes": lamps, "relation": "owner"}
    assert commands.set_relation(**asked, agency_id=roads) == 2
    assert commands.set_relation(**asked, agency_id=roads) == 0
    with refused("unknown_component", 404) as caught:
        commands.set_relation(**asked | {"codes": [*lamps, "9901010137000099"]}, agency_id=parks)
    assert "9901010137000099" in str(caught.value.text)
    for wanted, after in (
        ({"owner": roads, "competent": None}, {"owner": roads}),
        ({"owner": parks, "maintainer": parks}, {"owner": parks, "maintainer": parks}),
        ({"owner": None, "maintainer": roads}, {"maintainer": roads}),
    ):
        before = whose(lamps[0], at=NOW)
        assert commands.set_parties(**everyone, now=NOW, code=lamps[0], wanted=wanted) is (before != after)
        assert whose(lamps[0], at=NOW) == after
    assert whose(lamps[1], at=NOW) == {"owner": roads}
    assert commands.set_relation(**asked | {"codes": lamps[1:]}, agency_id=None) == 1
    with refused("not_found"):
        commands.set_relation(**asked, agency_id=None)
    with refused("not_yours"):
        commands.set_parties(by=make.person("dispatcher"), now=NOW, kind="component", code=lamps[0], wanted={})
    # Whoever answers for the place takes a correction back, a load only who may load.
    correction = places.correct_points(
        actor=MACHINE.actor, now=NOW, kind="component", codes=lamps, said=places.Correction(state="broken")
    )
    assert queries.demand_undo(leader, correction, at=NOW) == ("component", lamps)
    with refused("not_yours"):
        queries.demand_undo(leader, UUID(load.change), at=NOW)
    with refused("not_yours"):
        queries.demand_undo(make.person("dispatcher"), correction, at=NOW)
    with refused("unknown_change", 404):
        queries.demand_undo(leader, uuid4(), at=NOW)


def test_a_link_corrected_at_the_same_instant_leaves_no_empty_span() -> None:
    roads, parks = make.agency("roads"), make.agency("parks")
    for agency in (roads, parks):
        commands.link_parties(by=MACHINE, now=NOW, links=[commands.PartyOf("1", "owner", agency)])
    assert whose("1", at=NOW) == {"owner": parks}
    assert ComponentLink.objects.count() == 1


def test_links_to_nobody_or_of_no_kind_are_refused() -> None:
    unknown = uuid4()
    with pytest.raises(Refused) as caught:
        commands.link_parties(by=MACHINE, now=NOW, links=[commands.PartyOf("1", "owner", unknown)])
    assert (caught.value.code, list(caught.value.fields)) == ("unknown_agency", [str(unknown)])
    with refused("unknown_relation"):
        commands.link_parties(by=MACHINE, now=NOW, links=[commands.PartyOf("1", "friend", make.agency())])


def test_importing_links_takes_few_statements_however_many(django_assert_max_num_queries) -> None:
    roads = make.agency()
    links = [commands.PartyOf(f"37100201{number:08d}", "owner", roads) for number in range(3000)]
    # Savepoint and release of the verb, and two batches of rows.
    with django_assert_max_num_queries(11):
        assert commands.link_parties(by=MACHINE, now=NOW, links=links) == 3000


def test_a_duty_grid_has_its_inspectors() -> None:
    one, other = make.person("inspector").person_id, make.person("inspector").person_id
    assert one is not None
    assert other is not None
    link = commands.link_grid(by=MACHINE, now=NOW, duty_grid="Z01", person_id=one)
    commands.link_grid(by=MACHINE, now=NOW, duty_grid="Z01", person_id=other, starts_at=NOW + HOUR)
    with refused("already_holds"):
        commands.link_grid(by=MACHINE, now=NOW, duty_grid="Z01", person_id=one, starts_at=NOW + HOUR)
    commands.end_grid_link(by=MACHINE, now=NOW + 2 * HOUR, link_id=link)
    at = [queries.inspectors_of_grid("Z01", at=NOW + hours * HOUR) for hours in (0, 1, 2)]
    assert at == [[one], [one, other], [other]]


def test_agencies_are_tied_beside_their_parents() -> None:
    works, city = make.agency("works"), make.agency("city", name="城管局")
    first = commands.link_agencies(by=MACHINE, now=NOW, agency_id=works, relation="competent", other_id=city)
    commands.link_agencies(by=MACHINE, now=NOW, agency_id=works, relation="cooperate", other_id=city)
    with pytest.raises(Refused, match="already_linked"):
        commands.link_agencies(by=MACHINE, now=NOW, agency_id=works, relation="competent", other_id=city)
    with pytest.raises(Refused, match="own_link"):
        commands.link_agencies(by=MACHINE, now=NOW, agency_id=works, relation="competent", other_id=works)
    with pytest.raises(Refused, match="unknown_relation"):
        commands.link_agencies(by=MACHINE, now=NOW, agency_id=works, relation="owner", other_id=city)
    with pytest.raises(Refused, match="not_found"):
        commands.link_agencies(by=MACHINE, now=NOW, agency_id=works, relation="competent", other_id=uuid4())
    later = NOW + timedelta(days=1)
    commands.end_agency_link(by=MACHINE, now=later, link_id=first)
    assert {one.relation for one in queries.agency_ties(at=NOW)} == {"competent", "cooperate"}
    assert {one.relation for one in queries.agency_ties(at=later)} == {"cooperate"}
    again = commands.link_agencies(by=MACHINE, now=later, agency_id=works, relation="competent", other_id=city)
    commands.end_agency_link(by=MACHINE, now=later, link_id=again)
    assert {one.relation for one in queries.agency_ties(at=later)} == {"cooperate"}
    with pytest.raises(Refused, match="not_yours"):
        commands.link_agencies(by=make.person("dispatcher"), now=NOW, agency_id=works, relation="guide", other_id=city)
