"""The verbs of organisations, posts, rosters and links, on the real database with its constraints."""

from datetime import date, time, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.refusing import refused
from xiucheng.foundation.people import commands, queries
from xiucheng.foundation.people.models import Membership
from xiucheng.foundation.people.rules import ADMINISTRATORS, Post, Standing
from xiucheng.foundation.places import commands as places
from xiucheng.foundation.places.loaders.divisions import AreaRow
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused

from . import make
from .make import MACHINE, NOW

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
HOUR = timedelta(hours=1)
NOBODY = Standing(uuid4())


def verbs(subject: UUID) -> list[str]:
    return [step.verb for step in journal.of_subject(subject)]


# -- organisations ----------------------------------------------------------------------------------------------------


def test_an_organisation_is_registered_with_a_step_of_codes() -> None:
    centre = make.agency("centre", kind="centre", name="指挥中心")
    roads = make.agency("roads", parent_id=centre)
    found = queries.agency(roads)
    assert (found.code, found.name, found.parent_id, found.handles) == ("roads", "市政所", centre, True)
    assert [one.id for one in queries.agencies()] == [roads]
    (step,) = journal.of_subject(roads)
    assert step.name == "people.register_organisation"
    assert step.payload == {"area": "", "calendar": "default", "code": "roads", "kind": "agency", "parent": str(centre)}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "Roads"}, "bad_code"),
        ({"code": "centre"}, "code_taken"),
        ({"name": " "}, "bad_name"),
        ({"name": "长" * 81}, "bad_name"),
        ({"kind": "ministry"}, "unknown_kind"),
        ({"area": "37100"}, "unknown_area"),
        ({"parent_id": uuid4()}, "not_found"),
        ({"by": NOBODY}, "not_yours"),
    ],
)
def test_an_organisation_that_cannot_be_is_refused(change: dict, code: str) -> None:
    make.agency("centre", kind="centre")
    given = {"by": MACHINE, "now": NOW, "code": "roads", "name": "市政所", "kind": "agency", **change}
    with refused(code):
        commands.register_organisation(**given)
    assert [one.code for one in queries.organisations().values()] == ["centre"]


def test_no_branch_is_hung_under_itself() -> None:
    top = make.agency("top")
    middle = make.agency("middle", parent_id=top)
    leaf = make.agency("leaf", parent_id=middle)
    with refused("circle"):
        commands.change_organisation(by=MACHINE, now=NOW, organisation_id=top, parent_id=leaf)
    with refused("circle"):
        commands.change_organisation(by=MACHINE, now=NOW, organisation_id=top, parent_id=top)
    commands.change_organisation(by=MACHINE, now=NOW, organisation_id=leaf, parent_id=top)
    assert queries.below(top) == {top, middle, leaf}
    assert queries.below(middle) == {middle}


def test_an_organisation_with_people_is_not_closed() -> None:
    roads = make.agency()
    clerk = make.person(Post("agency_clerk", "", roads))
    with refused("still_staffed"):
        commands.close_organisation(by=MACHINE, now=NOW, organisation_id=roads)
    membership = Membership.objects.get(person_id=clerk.person_id)
    commands.end_membership(by=MACHINE, now=NOW + HOUR, membership_id=membership.id)
    commands.close_organisation(by=MACHINE, now=NOW + HOUR, organisation_id=roads)
    assert queries.agencies() == []
    assert queries.agency(roads).name == "市政所"


# -- posts ------------------------------------------------------------------------------------------------------------


def test_a_post_runs_from_then_till_then() -> None:
    roads = make.agency()
    person = make.person().person_id
    commands.start_membership(
        by=MACHINE,
        now=NOW,
        person_id=person,
        role="agency_clerk",
        agency_id=roads,
        starts_at=NOW + HOUR,
        ends_at=NOW + 2 * HOUR,
    )
    posts = [queries.standing_of(person, NOW + hours * HOUR).posts for hours in (0, 1, 2)]
    assert posts == [(), (Post("agency_clerk", "", roads),), ()]
    assert verbs(person) == ["register_person", "start_membership"]


def test_the_same_post_twice_at_once_is_refused_and_impossible() -> None:
    person = make.person(Post("street_head", "371002001")).person_id
    again = {"by": MACHINE, "now": NOW, "person_id": person, "role": "street_head", "area": "371002001"}
    with refused("already_holds"):
        commands.start_membership(**again, starts_at=NOW + HOUR)
    with pytest.raises(IntegrityError, match="people_membership_once"), transaction.atomic():
        Membership.objects.create(person_id=person, role="street_head", area="371002001", starts_at=NOW + HOUR)
    first = Membership.objects.get(person_id=person)
    commands.end_membership(by=MACHINE, now=NOW + HOUR, membership_id=first.id)
    commands.start_membership(**again, starts_at=NOW + HOUR)
    commands.start_membership(**{**again, "area": "371002002"})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"role": "king"}, "unknown_role"),
        ({"role": "agency_clerk"}, "place_missing"),
        ({"role": "street_head"}, "place_missing"),
        ({"area": "3710"}, "unknown_area"),
        ({"ends_at": NOW}, "bad_span"),
        ({"person_id": uuid4()}, "not_found"),
        ({"agency_id": uuid4()}, "not_found"),
        ({"by": NOBODY}, "not_yours"),
    ],
)
def test_a_post_that_cannot_be_is_refused(change: dict, code: str) -> None:
    person = make.person().person_id
    with refused(code):
        commands.start_membership(**{"by": MACHINE, "now": NOW, "person_id": person, "role": "acceptor", **change})
    assert not Membership.objects.exists()


def test_an_area_must_be_of_this_district_once_areas_are_loaded() -> None:
    person = make.person().person_id
    given = {"by": MACHINE, "now": NOW, "person_id": person, "role": "grid_officer"}
    commands.start_membership(**given, area="990109001001")
    areas = (("990101", "示例区"), ("990101001", "东街街道"), ("990101001001", "槐花社区"))
    rows = [AreaRow(number, code, name) for number, (code, name) in enumerate(areas, 1)]
    places.load_areas(actor=MACHINE.actor, now=NOW, rows=rows)
    for unknown in ("990101001002", "990101009", "990102", "990101001002007"):
        with refused("unknown_area"):
            commands.start_membership(**given, area=unknown)
    for known in ("990101001001", "990101001001007", "990101001"):
        commands.start_membership(**given, area=known)


def test_nobody_gives_or_takes_their_own_posts() -> None:
    guard = make.person("security_admin")
    assert guard.person_id is not None
    with refused("not_yourself", 403):
        commands.start_membership(by=guard, now=NOW, person_id=guard.person_id, role="leader")
    own = Membership.objects.get(person_id=guard.person_id)
    with refused("not_yourself", 403):
        commands.end_membership(by=guard, now=NOW + HOUR, membership_id=own.id)


def test_a_post_that_has_not_begun_is_taken_back_with_its_roster() -> None:
    person = make.person().person_id
    post = commands.start_membership(by=MACHINE, now=NOW, person_id=person, role="acceptor", starts_at=NOW + HOUR)
    _roster(post)
    commands.end_membership(by=MACHINE, now=NOW, membership_id=post)
    assert not Membership.objects.filter(id=post).exists()


def test_a_post_is_not_ended_in_the_past() -> None:
    post = Membership.objects.get(person_id=make.person("acceptor").person_id).id
    with refused("bad_span"):
        commands.end_membership(by=MACHINE, now=NOW + 2 * HOUR, membership_id=post, ends_at=NOW + HOUR)


def test_an_ended_post_cannot_be_ended_again() -> None:
    person = make.person("acceptor").person_id
    post = Membership.objects.get(person_id=person).id
    commands.end_membership(by=MACHINE, now=NOW + HOUR, membership_id=post)
    with refused("already_ended"):
        commands.end_membership(by=MACHINE, now=NOW + 2 * HOUR, membership_id=post)


def test_who_leaves_has_no_post_no_account_and_no_phone() -> None:
    person = commands.register_person(by=MACHINE, now=NOW, name="示例人员", phone="138 0000 1111")
    commands.start_membership(by=MACHINE, now=NOW, person_id=person, role="acceptor")
    account = make.account(Standing(person), "leaver")
    later = commands.start_membership(
        by=MACHINE, now=NOW, person_id=person, role="dispatcher", starts_at=NOW + 3 * HOUR
    )
    _roster(later)
    commands.link_grid(by=MACHINE, now=NOW, duty_grid="Z01", person_id=person)
    assert queries.phone_of(person) == "13800001111"
    commands.leave_person(by=MACHINE, now=NOW + HOUR, person_id=person)
    assert [queries.standing_of(person, NOW + hours * HOUR).posts for hours in (2, 4)] == [(), ()]
    assert queries.inspectors_of_grid("Z01", at=NOW + 2 * HOUR) == []
    assert queries.phone_of(person) is None
    assert queries.person_names([person]) == {person: "示例人员"}
    with refused("left"):
        commands.unlock_account(by=MACHINE, now=NOW + HOUR, account_id=account)


# -- three administrators ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("wanted", sorted(ADMINISTRATORS))
def test_nobody_is_two_administrators_at_once(held: str, wanted: str) -> None:
    person = make.person(held).person_id
    if wanted == held:
        return
    with refused("administrators_apart"):
        commands.start_membership(by=MACHINE, now=NOW, person_id=person, role=wanted, starts_at=NOW + 100 * HOUR)
    # The database says so too, whoever writes.
    with pytest.raises(IntegrityError, match="administrators_apart"), transaction.atomic():
        Membership.objects.create(person_id=person, role=wanted, starts_at=NOW + HOUR)
    with (
        pytest.raises(IntegrityError, match="administrators_apart"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        other = make.person(wanted).person_id
        cursor.execute("UPDATE people_membership SET person_id = %s WHERE person_id = %s", [person, other])


def test_one_after_the_other_an_administrator_may_be_another() -> None:
    person = make.person("system_admin").person_id
    post = Membership.objects.get(person_id=person).id
    commands.end_membership(by=MACHINE, now=NOW + HOUR, membership_id=post)
    commands.start_membership(by=MACHINE, now=NOW + HOUR, person_id=person, role="audit_admin")
    assert queries.standing_of(person, NOW + HOUR).posts == (Post("audit_admin"),)


def test_no_administrator_makes_or_unmakes_an_administrator() -> None:
    guard, auditor = make.person("security_admin"), make.person("audit_admin")
    someone = make.person().person_id
    for role in sorted(ADMINISTRATORS):
        with refused("administrators_apart", 403):
            commands.start_membership(by=guard, now=NOW, person_id=someone, role=role)
    post = Membership.objects.get(person_id=auditor.person_id).id
    with refused("administrators_apart", 403):
        commands.end_membership(by=guard, now=NOW + HOUR, membership_id=post)
    commands.start_membership(by=guard, now=NOW, person_id=someone, role="acceptor")


def test_no_administrator_gets_at_the_account_of_another() -> None:
    builder, guard, auditor = make.person("system_admin"), make.person("security_admin"), make.person("audit_admin")
    account = make.account(auditor, "auditor")
    acts = [
        lambda: commands.set_password(by=builder, now=NOW, account_id=account, password="quite-another-1"),
        lambda: commands.lock_account(by=guard, now=NOW, account_id=account),
        lambda: commands.reset_second_factor(by=guard, now=NOW, account_id=account),
        lambda: commands.issue_token(by=guard, now=NOW, label="x", scopes=["read"], account_id=account),
        lambda: commands.leave_person(by=builder, now=NOW, person_id=auditor.person_id),
    ]
    codes = []
    for act in acts:
        with pytest.raises(Refused) as caught:
            act()
        codes.append(caught.value.code)
    assert codes == ["administrators_apart"] * 3 + ["not_yours", "administrators_apart"]
    commands.set_password(by=auditor, now=NOW, account_id=account, password="quite-another-1")


# -- rosters ----------------------------------------------------------------------------------------------------------


def _roster(post: UUID, **change: object) -> UUID:
    given = {"weekdays": 127, "starts": time(8), "ends": time(17), "since": date(2026, 1, 1), **change}
    return commands.start_roster(by=MACHINE, now=NOW, membership_id=post, **given)  # type: ignore[arg-type]


def test_a_roster_is_refused_where_it_says_nothing() -> None:
    post = Membership.objects.get(person_id=make.person("acceptor").person_id).id
    with refused("bad_weekdays"):
        _roster(post, weekdays=0)
    with refused("bad_span"):
        _roster(post, until=date(2025, 12, 31))
    with refused("not_found"):
        _roster(uuid4())


def test_one_enters_ones_own_absence_and_no_other() -> None:
    one, other = make.person("acceptor"), make.person("acceptor")
    mine = Membership.objects.get(person_id=one.person_id).id
    theirs = Membership.objects.get(person_id=other.person_id).id
    span = {"now": NOW, "on_duty": False, "starts_at": NOW, "ends_at": NOW + HOUR}
    commands.change_duty(by=one, membership_id=mine, **span)
    with refused("not_yours"):
        commands.change_duty(by=one, membership_id=theirs, **span)
    with refused("duty_overlaps"):
        commands.change_duty(by=one, membership_id=mine, **{**span, "starts_at": NOW + HOUR / 2})


def test_duties_are_seen_by_whoever_keeps_them_and_by_oneself() -> None:
    roads, parks = make.agency("roads"), make.agency("parks")
    clerk = make.person(Post("agency_clerk", agency_id=roads))
    crew, other = (make.person(Post("crew", agency_id=one)) for one in (roads, parks))
    own = {one: Membership.objects.get(person_id=one.person_id).id for one in (clerk, crew, other)}
    for post in own.values():
        _roster(post)
        commands.change_duty(by=MACHINE, now=NOW, membership_id=post, on_duty=False, starts_at=NOW, ends_at=NOW + HOUR)
    both = make.person(Post("crew", agency_id=parks), Post("inspector", "990101001"))
    of_both = set(Membership.objects.filter(person_id=both.person_id).values_list("id", flat=True))
    assert queries.duties_seen(both, at=NOW).rosters == [], "two posts of one's own are no roster that one keeps"
    assert {one.membership_id for one in queries.duties_seen(both, at=NOW).mine} == of_both
    everybody, leader = set(own.values()), make.person("shift_leader")
    for who, seen, kept in (
        (clerk, everybody, {own[clerk], own[crew]}),
        (crew, {own[crew]}, {own[crew]}),
        (other, {own[other]}, {own[other]}),
        (leader, everybody, everybody | of_both | {Membership.objects.get(person_id=leader.person_id).id}),
        (Standing(uuid4()), set(), set()),
    ):
        found = queries.duties_seen(who, at=NOW)
        assert {one.membership_id for one in found.rosters} == seen
        assert {one.membership_id for one in found.changes} == seen
        assert {one.membership_id for one in found.mine} == kept


def test_an_exception_that_is_over_lets_the_roster_speak_again() -> None:
    one = make.person("inspector", name="甲（示例）")
    (post,) = Membership.objects.filter(person=one.person_id).values_list("id", flat=True)
    span = {"by": one, "now": NOW, "membership_id": post, "on_duty": False}
    running = commands.change_duty(**span, starts_at=NOW - HOUR, ends_at=NOW + HOUR)
    coming = commands.change_duty(**span, starts_at=NOW + 2 * HOUR, ends_at=NOW + 3 * HOUR)
    assert [change.id for change in queries.duty_changes(at=NOW)] == [running, coming]
    stranger = make.person("acceptor")
    with refused("not_yours"):
        commands.end_duty_change(by=stranger, now=NOW, change_id=running)
    commands.end_duty_change(by=one, now=NOW, change_id=running)
    commands.end_duty_change(by=one, now=NOW, change_id=coming)
    assert queries.duty_changes(at=NOW) == []
    assert queries.duty_change(running).ends_at == NOW
    with refused("not_found"):
        queries.duty_change(coming)
    with refused("already_ended"):
        commands.end_duty_change(by=one, now=NOW + HOUR, change_id=running)
