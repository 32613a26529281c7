"""People of the world who move cases: what several tests of cases do."""

from datetime import timedelta
from uuid import UUID

from tests.pictures import jpeg
from xiucheng.foundation.media import commands as media
from xiucheng.kit.actor import Actor
from xiucheng.operations.cases import commands

HOUR = timedelta(hours=1)


def act(world, who: str, name: str, case_id: UUID, at=None, version=None, **args):
    """The move by its name, by a person of the world, now or `at`; `args` as a page sends them."""
    at = at or world.now
    return commands.move(by=world.standing(who, at), now=at, case_id=case_id, version=version, name=name, args=args)


def handling(world, **values) -> UUID:
    """A case of four work hours, signed by the roads clerk."""
    filed = world.file(category="E0101", condition="E010101", **values)
    act(world, "dispatcher", "dispatch", filed.case_id, agency=str(world.agencies["roads"]))
    act(world, "roads_clerk", "sign", filed.case_id)
    return filed.case_id


def picture(world, seed=0) -> str:
    """A stored picture, as a phone sends it."""
    stored = media.store(
        actor=Actor.channel("resident"), now=world.now, content=jpeg(seed=seed), name="after.jpg", purpose="after"
    )
    return str(stored.id)


def reply(world, who: str, case_id: UUID, at=None):
    """Reply with an after-picture, as the condition demands."""
    return act(world, who, "reply", case_id, at=at, reason="已清理", media=[picture(world)])
