"""What communities ask for: taken on by one, reported, settled or open again, erased, withdrawn."""

from tests.operations.responsibility.partnering import EAST, SECOND, move, offer, take_on, undo
from tests.refusing import refused


def test_a_wish_is_taken_on_by_one_reported_and_settled(world):
    from xiucheng.operations.responsibility.partners import needs

    wish = offer(world)
    assert needs.words_of([wish]) == {wish: "给老人修收音机"}
    one = take_on(world, wish, by="roads_clerk")
    with refused("illegal_move", 409):
        take_on(world, wish, organisation="parks")
    with refused("still_taken", 409):
        needs.withdraw_need(by=world.standing("secretary"), now=world.now, need_id=wish)
    with refused("not_yours"):
        move(world, one, "report", by="parks_clerk", result="met")
    with refused("result_needed"):
        move(world, one, "report", by="roads_clerk")
    assert move(world, one, "report", by="roads_clerk", result="met", words="修好了") == "done"
    assert needs.result_words(one) == "修好了"
    assert needs.open_needs([wish]) == set()
    assert undo(world, one, by="roads_clerk") == "taken"
    assert needs.result_words(one) == ""
    assert move(world, one, "release", by="roads_clerk", reason="unable") == "released"
    assert needs.open_needs([wish]) == {wish}
    take_on(world, wish, organisation="parks")


def test_what_was_partly_met_stays_open_and_a_place_is_looked_after_again(world):
    import shapely

    from xiucheng.foundation.places import commands as places
    from xiucheng.foundation.places import registry
    from xiucheng.kit.actor import Actor
    from xiucheng.operations.responsibility.partners import needs

    me = Actor.system("test")
    places.set_outline(actor=me, now=world.now, code=EAST, shape=shapely.box(122.1, 37.5, 122.2, 37.6))
    grid = f"{EAST}001"
    places.draw_grid(actor=me, now=world.now, community=EAST, shape=shapely.box(122.1, 37.5, 122.15, 37.6))
    with refused("unknown_need_place"):
        offer(world, kind="unit_grid", words="", place=f"{SECOND}001")
    wish, cared = offer(world), offer(world, kind="unit_grid", words="", place=grid)
    assert needs.words_of([cared]) == {cared: grid}
    with refused("already_offered"):
        offer(world, kind="unit_grid", place=grid)
    assert [used for _leaner, used in registry.leaning("unit_grid", [grid], registry.EVER)] == [[grid]]
    for need, result in ((wish, "partly"), (cared, "met")):
        move(world, take_on(world, need), "report", result=result)
    assert needs.open_needs([wish, cared]) == {wish, cared}


def test_words_that_name_somebody_are_erased_for_good(world):
    from xiucheng.operations.responsibility.partners import needs

    wish = offer(world)
    one = take_on(world, wish)
    by = world.standing("secretary")
    with refused("still_taken", 409):
        needs.erase_need(by=by, now=world.now, need_id=wish)
    move(world, one, "report", result="partly", words="修了一半")
    needs.erase_need(by=by, now=world.now, need_id=wish)
    assert (needs.words_of([wish]), needs.result_words(one)) == ({wish: ""}, "")
    with refused("erased", 410):
        needs.restore_need(by=by, now=world.now, need_id=wish)
    with refused("illegal_move", 409):
        take_on(world, wish)


def test_a_withdrawal_is_taken_back(world):
    from xiucheng.operations.responsibility.partners import needs

    wish, by = offer(world), world.standing("street_head")
    needs.withdraw_need(by=by, now=world.now, need_id=wish)
    assert needs.needs(within=EAST) == []
    needs.restore_need(by=by, now=world.now, need_id=wish)
    assert [one.id for one in needs.needs(within="990101001")] == [wish]


def test_who_is_not_there_takes_nothing_on(world):
    from uuid import uuid4

    from tests.world import SETUP
    from xiucheng.foundation.people import commands as people

    wish = offer(world)
    people.leave_person(by=SETUP, now=world.now, person_id=world.people["inspector"])
    with refused("left"):
        take_on(world, wish, organisation=None, person_id=world.people["inspector"])
    with refused("other_community"):
        take_on(world, wish, organisation=None, neighbour_id=uuid4())
    with refused("who_needed"):
        take_on(world, wish, organisation=None)
    with refused("who_needed"):
        take_on(world, wish, person_id=world.people["grid_officer"])
    with refused("not_found"):
        take_on(world, uuid4())


def test_an_older_copy_loses_the_words_again(world):
    from xiucheng.operations.responsibility import models
    from xiucheng.operations.responsibility.partners import needs

    wish = offer(world)
    one = take_on(world, wish)
    move(world, one, "report", result="partly", words="修了一半")
    key = models.Need.objects.values_list("key", flat=True).get(id=wish)
    assert needs.clear([key]) == 1
    assert (needs.words_of([wish]), needs.result_words(one)) == ({wish: ""}, "")


def test_what_is_offered_on_a_need_is_what_the_verbs_do(world):
    from xiucheng.operations.responsibility.partners import needs

    wish, by = offer(world), world.standing("secretary")

    def allowed(who="secretary", held=False):
        told = bool(needs.words_of([wish])[wish])
        return needs.allowed(needs.need(wish), world.standing(who), told=told, held=held)

    assert (allowed(), allowed("leader")) == ({"withdraw", "erase"}, set())
    one = take_on(world, wish)
    assert allowed(held=True) == set()
    move(world, one, "release", reason="unable")
    needs.withdraw_need(by=by, now=world.now, need_id=wish)
    assert allowed() == {"restore", "erase"}
    needs.erase_need(by=by, now=world.now, need_id=wish)
    assert allowed() == set()
