"""Who holds posts of several kinds sees in every list what either post would show, each case once."""

import pytest

from tests.operations.board.test_queries import bring_up, pages
from tests.operations.board.wandering import Wanderer
from xiucheng.foundation.people.rules import Post, Standing
from xiucheng.kit.refused import Refused
from xiucheng.operations.board import queries
from xiucheng.operations.board.queries import Filters
from xiucheng.operations.board.rules import COUNTED
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.cases.models import Case

SYSTEM = Standing.for_system("test")


@pytest.fixture
def wanderer(world) -> Wanderer:
    made = Wanderer(world, 11)
    made.wander(150)
    bring_up()
    return made


def standing(world, *posts) -> Standing:
    return Standing(world.people["roads_crew"], posts=posts)


def combinations(world):
    """Posts of one kind each, which are put together."""
    street = Post("street_head", "990101002")
    community = Post("community_secretary", "990101001001")
    clerk = Post("agency_clerk", agency_id=world.agencies["roads"])
    crew = Post("crew", agency_id=world.agencies["roads"])
    return [(street, clerk), (street, community), (clerk, crew), (street, community, clerk, crew)]


def listed(who, queue, now) -> list:
    return pages(who, Filters(queue=queue), 4, now=now)


def test_lists_counts_and_lines_are_those_of_all_posts_together(wanderer):
    world, now = wanderer.world, wanderer.at
    for posts in combinations(world):
        both = standing(world, *posts)
        for queue in ("open", "ended", "all"):
            found = listed(both, queue, now)
            apart = {one for post in posts for one in listed(standing(world, post), queue, now)}
            assert set(found) == apart, (posts, queue)
            assert len(found) == len(apart), "each case once"
            assert found == pages(both, Filters(queue=queue), 4, backward=True, now=now)
        counted = queries.counts(both, now=now)
        assert counted["open"] == len(listed(both, "open", now))
        assert set(counted) == set(COUNTED)
        every = listed(SYSTEM, "all", now)
        lines = queries.rows(every, both, now=now)
        assert {line.case_id for line in lines} == set(listed(both, "all", now))


def test_the_page_of_a_case_opens_where_the_matrix_permits_moves(wanderer):
    world, now = wanderer.world, wanderer.at
    away = Case.objects.filter(agency_id=world.agencies["roads"]).exclude(area__startswith="990101002").first()
    both = standing(world, Post("street_head", "990101002"), Post("agency_clerk", agency_id=world.agencies["roads"]))
    assert cases.case(away.id, both, now).id == away.id
    assert [line.case_id for line in queries.rows([away.id], both, now=now)] == [away.id]
    with pytest.raises(Refused) as caught:
        cases.case(away.id, standing(world, Post("street_head", "990101002")), now)
    assert caught.value.code == "not_found"
