"""History by COPY is what the verbs would have made: the same digest of everything stored."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from tests.operations.intake import alike
from tests.world import World
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.ids import uuid7
from xiucheng.operations.intake import imports
from xiucheng.operations.intake.imports import past
from xiucheng.operations.intake.imports.requests import ImportedRequest
from xiucheng.operations.intake.models import Run
from xiucheng.operations.intake.rules import Contact

MAPPING = imports.parse(
    b"""
name = "alike"
mode = "historical"
zone = "Asia/Shanghai"
channel = "hotline"
[columns]
external_id = "id"
text = "text"
category = "category"
created = "at"
agency = "who"
"""
)
AGENCIES = ("roads", "parks", "lights")


def requests(count: int) -> list[ImportedRequest]:
    """Varied requests of the past, the same ones for the same count; times in the order that verbs can follow."""
    dice = random.Random(count)
    return [_request(dice, number) for number in range(count)]


def _request(dice: random.Random, number: int) -> ImportedRequest:
    created = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(minutes=dice.randrange(60_000))
    replied = created + timedelta(minutes=dice.randrange(10_000))
    closed = replied + timedelta(minutes=dice.randrange(3_000)) if dice.random() < 0.8 else None
    point = (122.0 + dice.random() / 10, 37.0 + dice.random() / 10) if dice.random() < 0.5 else (None, None)
    return ImportedRequest(
        number=number,
        external_id=f"{number:05d}",
        digest=bytes(32),
        text=f"第 {number} 件：河水发黑",
        title=dice.choice(["", "河水发黑"]),
        category=dice.choice(["H0901", "H0903", "H1204", "H9902", "H0201"]),
        channel=dice.choice(["hotline", "resident", "import"]),
        area=dice.choice(["990101001", "990101002001", "990101"]),
        address=dice.choice([None, "柳岸路"]),
        lon=point[0],
        lat=point[1],
        created=created,
        due=None,
        due_stated=False,
        replied=replied if dice.random() < 0.7 else None,
        closed=closed,
        closing=dice.choice(["handled", "by_notice"]),
        agency=dice.choice(AGENCIES),
        reply="",
        contact=Contact(),
        redispatched=0,
        flags=("no_due", "no_place") if point[0] is None else ("no_due",),
    )


def both_ways(world: World, rows: list[ImportedRequest], mapping: imports.Mapping = MAPPING) -> tuple[Any, Any]:
    """What the import stores and what the verbs store, each on its own ground."""
    by = Standing.for_system("import")
    run_id = uuid7()
    with _taken_back():
        Run.objects.create(
            id=run_id,
            source=mapping.name,
            mapping_version=1,
            mapping_digest="",
            file_digest="",
            by="",
            started_at=world.now,
        )
        past.write(by=by, now=world.now, mapping=mapping, run_id=run_id, agencies=world.agencies, requests=rows)
        copied = alike.stored(mapping.name)
    with _taken_back():
        alike.by_verbs(mapping, rows, by)
        made = alike.stored(mapping.name)
    return (copied, alike.digest(copied)), (made, alike.digest(made))


class _taken_back(transaction.Atomic):
    """A block whose writes are undone at its end."""

    def __init__(self) -> None:
        super().__init__(using=None, savepoint=True, durable=False)

    def __exit__(self, *error: Any) -> None:
        if error[0] is None:
            transaction.set_rollback(True)
        super().__exit__(*error)


def test_the_same_digest(world: World) -> None:
    rows = requests(40)
    (copied, copied_digest), (made, made_digest) = both_ways(world, rows)
    for one, other in zip(copied, made, strict=True):
        assert one == other
    assert copied_digest == made_digest
    assert len(copied) == 40


def test_the_digest_sees_a_difference(world: World) -> None:
    rows = requests(2)
    (_, one), _ = both_ways(world, rows)
    from dataclasses import replace

    (_, other), _ = both_ways(world, [rows[0], replace(rows[1], closing="by_notice", closed=rows[1].created)])
    assert one != other
