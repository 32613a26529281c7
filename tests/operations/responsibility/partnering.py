"""Partnerships as the tests of double registration, pairing and take-ons make them, and what is seen of them."""

from datetime import date, timedelta

EAST, SECOND, WEST = "990101001001", "990101001002", "990101002001"
TODAY = date(2026, 3, 2)
YEAR = timedelta(days=365)


def register(world, by="secretary", area=EAST, organisation="roads", **values):
    from xiucheng.operations.responsibility.partners import commands

    agency = world.agencies[organisation] if organisation else None
    return commands.register(by=world.standing(by), now=world.now, area=area, organisation_id=agency, **values)


def pair(world, by="secretary", area=EAST, organisation="roads", starts=TODAY, ends=TODAY + YEAR, **values):
    from xiucheng.operations.responsibility.partners import commands

    return commands.pair(
        by=world.standing(by), now=world.now, organisation_id=world.agencies[organisation], area=area,
        starts_on=starts, ends_on=ends, **values,
    )  # fmt: skip


def offer(world, by="secretary", area=EAST, kind="wish", words="给老人修收音机", **values):
    from xiucheng.operations.responsibility.partners import needs

    return needs.offer_need(by=world.standing(by), now=world.now, area=area, kind=kind, words=words, **values)


def take_on(world, need, by="secretary", organisation="roads", **values):
    from xiucheng.operations.responsibility.partners import commands

    agency = world.agencies[organisation] if organisation else None
    return commands.take_on(by=world.standing(by), now=world.now, need_id=need, organisation_id=agency, **values)


def move(world, one, name, by="secretary", **values):
    from xiucheng.operations.responsibility.partners import commands

    return commands.move(by=world.standing(by), now=world.now, partnership_id=one, name=name, **values)


def undo(world, one, by="secretary"):
    from xiucheng.operations.responsibility.partners import commands

    return commands.undo(by=world.standing(by), now=world.now, partnership_id=one)


def seen(world, who, **asked):
    from xiucheng.operations.responsibility.partners import queries

    return {one.id for one in queries.partnerships(world.standing(who), today=TODAY, **asked)}


def unpaired():
    from xiucheng.operations.responsibility.partners import queries

    return [one.code for one in queries.unpaired(TODAY)]


def neighbour(world, name="王小明", area=EAST):
    from xiucheng.foundation.people.neighbourhood import neighbours

    return neighbours.keep_neighbour(
        by=world.standing("secretary"), now=world.now, area=area, name=name, phone="13900000001"
    )
