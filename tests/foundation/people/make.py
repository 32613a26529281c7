"""People for tests: organisations, persons with posts, accounts, made by the room's own verbs."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connections

from xiucheng.foundation.people import commands, queries
from xiucheng.foundation.people.rules import Post, Standing

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Shanghai
MACHINE = Standing.for_system("test")
PASSWORD = "xiu-cheng-4711"
COMMITTED = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


def agency(code: str = "roads", *, kind: str = "agency", parent_id: UUID | None = None, name: str = "市政所") -> UUID:
    return commands.register_organisation(by=MACHINE, now=NOW, code=code, name=name, kind=kind, parent_id=parent_id)


def person(*posts: Post | str, name: str = "示例人员") -> Standing:
    """A person who holds these posts from NOW on; a bare role is a post for the whole district."""
    person_id = commands.register_person(by=MACHINE, now=NOW, name=name)
    for post in posts:
        held = Post(post) if isinstance(post, str) else post
        commands.start_membership(
            by=MACHINE, now=NOW, person_id=person_id, role=held.role, area=held.area, agency_id=held.agency_id
        )
    return queries.standing_of(person_id, NOW)


def account(standing: Standing, username: str, password: str = PASSWORD) -> UUID:
    assert standing.person_id is not None
    return commands.create_account(
        by=MACHINE, now=NOW, person_id=standing.person_id, username=username, password=password
    )


def keys_sql(sql: str, parameters: tuple = ()) -> list[tuple]:
    """What the key store's own database answers."""
    with connections["keys"].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []
