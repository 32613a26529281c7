"""Who holds a role and is on duty, who somebody is, and how few statements it takes to know."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from xiucheng.foundation.people import commands, queries
from xiucheng.foundation.people.models import Account, Membership
from xiucheng.foundation.people.rules import Post, Standing
from xiucheng.kit.refused import Refused

from . import make
from .make import MACHINE, NOW

HOUR = timedelta(hours=1)


def roster(standing: Standing, starts: time, ends: time, weekdays: int = 127, **span: date) -> UUID:
    post = Membership.objects.get(person_id=standing.person_id).id
    given = {"since": date(2026, 1, 1), **span}
    return commands.start_roster(
        by=MACHINE, now=NOW, membership_id=post, weekdays=weekdays, starts=starts, ends=ends, **given
    )


def beijing(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


# -- holders and duty -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_holders_come_nearest_area_first() -> None:
    district = make.person("inspector").person_id
    street = make.person(Post("inspector", "371002001")).person_id
    community = make.person(Post("inspector", "371002001003")).person_id
    make.person(Post("inspector", "371002002"))
    make.person(Post("grid_officer", "371002001003"))
    assert queries.holders("inspector", area="371002001003007", at=NOW) == [community, street, district]
    assert queries.holders("inspector", area="371002001", at=NOW) == [street, district]
    assert queries.holders("inspector", area="371002001", at=NOW - HOUR) == []
    assert len(queries.holders("inspector", at=NOW)) == 4


@pytest.mark.django_db
def test_holders_of_an_agency_are_its_own_and_members_those_below_too() -> None:
    roads = make.agency("roads")
    crew = make.agency("crew", parent_id=roads, kind="contractor")
    parks = make.agency("parks")
    clerk = make.person(Post("agency_clerk", "", roads), name="甲").person_id
    worker = make.person(Post("crew", "", crew), name="乙").person_id
    make.person(Post("agency_clerk", "", parks), name="丙")
    assert queries.holders("agency_clerk", agency_id=roads, at=NOW) == [clerk]
    assert queries.members(roads, NOW) == [worker, clerk]  # by name, in the order of code points
    assert queries.members(crew, NOW) == [worker]


@pytest.mark.django_db
def test_duty_goes_by_the_wall_clock_and_across_midnight() -> None:
    day, night = make.person("acceptor"), make.person("acceptor")
    roster(day, time(8), time(20))
    roster(night, time(20), time(8), since=date(2026, 11, 23), until=date(2026, 11, 24))
    moments = {
        beijing(24, 8): [day.person_id],
        beijing(24, 19, 59): [day.person_id],
        beijing(24, 20): [night.person_id],
        beijing(25, 0, 1): [night.person_id],  # the night that began on its last day
        beijing(25, 7, 59): [night.person_id],
        beijing(25, 20): [],  # a roster is kept and nobody is on it
        beijing(23, 7, 59): [],  # its first night has not begun
    }
    assert {at: queries.on_duty("acceptor", at=at) for at in moments} == moments


@pytest.mark.django_db
def test_without_any_roster_all_holders_are_on_duty() -> None:
    one, other = make.person("acceptor"), make.person("acceptor")
    assert set(queries.on_duty("acceptor", at=NOW)) == {one.person_id, other.person_id}
    roster(one, time(8), time(20))
    assert queries.on_duty("acceptor", at=NOW) == [one.person_id]


@pytest.mark.django_db
def test_a_stand_in_is_on_duty_and_who_is_away_is_not() -> None:
    one, other = make.person("acceptor"), make.person("acceptor")
    roster(one, time(0), time(0))
    for standing, on in ((one, False), (other, True)):
        post = Membership.objects.get(person_id=standing.person_id).id
        commands.change_duty(by=MACHINE, now=NOW, membership_id=post, on_duty=on, starts_at=NOW, ends_at=NOW + HOUR)
    assert queries.on_duty("acceptor", at=NOW) == [other.person_id]
    assert queries.on_duty("acceptor", at=NOW + HOUR) == [one.person_id]
    assert other.person_id is not None
    assert queries.is_on_duty(other.person_id, "acceptor", NOW)


@pytest.mark.django_db
def test_an_ended_roster_holds_no_more() -> None:
    one = make.person("acceptor")
    kept = roster(one, time(0), time(0))
    commands.end_roster(by=MACHINE, now=NOW, roster_id=kept, until=date(2026, 11, 24))
    assert queries.on_duty("acceptor", at=beijing(24, 23)) == [one.person_id]
    assert [row.name for row in queries.rosters(on=date(2026, 11, 24))] == ["示例人员"]
    assert queries.rosters(on=date(2026, 11, 25)) == []


@pytest.mark.django_db
def test_asking_for_duty_takes_two_statements_however_many_hold_the_role(django_assert_num_queries) -> None:
    for _ in range(5):
        roster(make.person(Post("inspector", "371002001")), time(8), time(20))
    with django_assert_num_queries(2):
        assert len(queries.on_duty("inspector", area="371002001003", at=NOW)) == 5


# -- standing ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_account_stands_as_its_person_with_all_posts() -> None:
    roads = make.agency()
    standing = make.person("acceptor", Post("agency_clerk", "", roads))
    account = Account.objects.get(id=make.account(standing, "one"))
    found = queries.standing_of(account, NOW)
    assert found == Standing(standing.person_id, account.id, (Post("acceptor"), Post("agency_clerk", "", roads)))
    assert queries.standing_of(account.person_id, NOW) == found


@pytest.mark.django_db
def test_who_is_unknown_or_gone_stands_without_a_post() -> None:
    assert queries.standing_of(uuid4(), NOW).posts == ()


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_a_standing_is_remembered_and_right_after_a_change(django_assert_num_queries) -> None:
    person = make.person("acceptor").person_id
    assert person is not None
    queries.standing_of(person, NOW)
    with django_assert_num_queries(0):
        assert queries.standing_of(person, NOW + HOUR).has("acceptor")
    post = Membership.objects.get(person_id=person).id
    commands.end_membership(by=MACHINE, now=NOW + HOUR, membership_id=post)
    assert queries.standing_of(person, NOW + HOUR).posts == ()
    commands.start_membership(by=MACHINE, now=NOW + HOUR, person_id=person, role="dispatcher")
    assert queries.standing_of(person, NOW + HOUR).has("dispatcher")


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_what_a_rolled_back_change_showed_is_not_remembered() -> None:
    person = make.person().person_id
    assert person is not None

    class Enough(Exception):
        pass

    with pytest.raises(Enough), transaction.atomic():
        commands.start_membership(by=MACHINE, now=NOW, person_id=person, role="leader")
        assert queries.standing_of(person, NOW).has("leader")
        raise Enough
    assert queries.standing_of(person, NOW).posts == ()
    queries.standing_of(person, NOW)
    assert queries.standing_of(person, NOW).posts == ()


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_another_thread_does_not_keep_what_it_read_before_the_commit() -> None:
    import threading

    person = make.person().person_id
    assert person is not None
    seen = {}

    def look(when: str) -> None:
        from django.db import connections

        seen[when] = queries.standing_of(person, NOW).posts
        connections.close_all()

    def look_elsewhere(when: str) -> None:
        thread = threading.Thread(target=look, args=(when,))
        thread.start()
        thread.join()

    with transaction.atomic():
        commands.start_membership(by=MACHINE, now=NOW, person_id=person, role="leader")
        look_elsewhere("before")
    look_elsewhere("after")
    assert seen == {"before": (), "after": (Post("leader"),)}


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_the_tree_of_organisations_is_read_once(django_assert_num_queries) -> None:
    roads = make.agency("roads")
    with django_assert_num_queries(2):  # the tokens, the tree
        assert queries.agency(roads).code == "roads"
        assert queries.agency_names([roads, None, uuid4()]) == {roads: "市政所"}
        assert queries.agency_by_code("roads") == queries.agency(roads)
        assert queries.agency_by_code("parks") is None
    commands.change_organisation(by=MACHINE, now=NOW, organisation_id=roads, name="市政养护所")
    assert queries.agency(roads).name == "市政养护所"


@pytest.mark.django_db
def test_an_unknown_agency_and_a_missing_right_are_refused() -> None:
    with pytest.raises(Refused) as caught:
        queries.agency(uuid4())
    assert (caught.value.code, caught.value.status) == ("not_found", 404)
    with pytest.raises(Refused) as caught:
        queries.demand(Standing(uuid4()), "journal.audit")
    assert (caught.value.code, caught.value.status) == ("not_yours", 403)
    queries.demand(make.person("audit_admin"), "journal.audit")


@pytest.mark.django_db
def test_staff_lists_name_the_post() -> None:
    roads = make.agency()
    make.person(Post("agency_clerk", "", roads), name="甲")
    make.person(Post("street_head", "371002001"), name="乙")
    assert [one.name for one in queries.staff(at=NOW)] == ["乙", "甲"]
    assert [one.post for one in queries.staff(at=NOW, area="371002")] == [Post("street_head", "371002001")]
    assert [one.name for one in queries.staff(at=NOW, role="agency_clerk", agency_ids=[roads])] == ["甲"]
    assert queries.staff(at=NOW - HOUR) == []
    assert [row.username for row in queries.accounts()] == []


def test_roles_have_names_in_the_readers_language() -> None:
    assert ("acceptor", queries.role_name("acceptor")) in queries.roles()
    assert queries.role_name("acceptor") == "受理员"
