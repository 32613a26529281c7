"""Eight people move the same cases at the same time, over HTTP: clear answers only, no step lost or doubled."""

from __future__ import annotations

import json
import random
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from tests.cluster import Databases
from tests.faults.site import Site
from tests.faults.town import found, let_go
from xiucheng.kit.now import now

if TYPE_CHECKING:
    from tests.world import World

WHO = (
    *("dispatcher", "shift_leader", "lights_clerk", "roads_clerk", "acceptor", "other_acceptor", "leader"),
    "inspector",
)
TRIES = 30

ENDINGS = {"void", "force_close", "merge", "close"}
"""Nobody presses these while there is still a lot to do, or chance alone says how much of the load is left."""

CLEAR = {200, 403, 404, 409, 422}
"""Done; not yours; not yours to see (any more); somebody was faster; not in this state."""


@dataclass
class Mover:
    """One person who keeps looking at the case and pressing one of the buttons offered."""

    name: str
    url: str
    secret: str
    world: World
    picture: str
    cases: Sequence[str]
    made: list[tuple[str, int, str]] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.name)

    def work(self, gate: threading.Barrier) -> None:
        gate.wait(20)
        for number in range(TRIES):
            status, case = self._ask(self.chance.choice(self.cases))
            self.answers[status] += 1
            closing_time = number > TRIES * 2 // 3
            offered = (
                [one for one in case["moves"] if closing_time or one["move"] not in ENDINGS] if status == 200 else []
            )
            if offered:
                self._press(case, self.chance.choice(offered))

    def _press(self, case: dict[str, Any], move: dict[str, Any]) -> None:
        asked = [one for one in move["fields"] if one["required"] or one["kind"] == "media"]
        args = {one["name"]: self._value(one, case) for one in asked}
        body = {"move": move["move"], **{name: value for name, value in args.items() if value is not None}}
        status, after = self._ask(f"{case['id']}/moves", body, {"If-Match": f'"{case["version"]}"'})
        self.answers[status] += 1
        if status == 200:
            self.made.append((case["id"], after["version"], move["move"]))

    def _value(self, wanted: dict[str, Any], case: dict[str, Any]) -> Any:
        if wanted["choices"]:
            return self.chance.choice(wanted["choices"])[0]
        values = {
            "agency": lambda: str(self.world.agencies[self.chance.choice(("lights", "roads"))]),
            "person": lambda: str(self.world.people["lights_clerk"]),
            "media": lambda: [self.picture],
            "request": lambda: self.chance.choice(case["requests"])["id"] if case["requests"] else None,
            "number": lambda: 3,
            "case": lambda: self.chance.choice(self.cases),
        }
        return values.get(wanted["kind"], lambda: "示例理由")()

    def _ask(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        asked = urllib.request.Request(
            f"{self.url}/api/v1/cases/{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json", **(headers or {})},
        )
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read()


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3], ids=["one case", "three cases that may be merged"])
def test_eight_clients_at_once(committed_db: Databases, tmp_path: Path, count: int) -> None:
    from xiucheng.kit.journal import readers, verify

    world = found(now())
    cases = [str(world.file(now=now()).case_id) for _ in range(count)]
    site = Site(tmp_path, workers=())
    picture = _picture(world)
    movers = [Mover(name, site.url, _token(world, name), world, picture, cases) for name in WHO]

    def meanwhile() -> None:
        site.await_web()
        gate = threading.Barrier(len(WHO))
        with ThreadPoolExecutor(len(WHO)) as pool:
            for done in [pool.submit(mover.work, gate) for mover in movers]:
                done.result(90)

    site.run(meanwhile)
    let_go()
    answers = sum((mover.answers for mover in movers), start=Counter[int]())
    assert set(answers) <= CLEAR, answers
    assert answers[409] > 0, f"they never met: {answers}"
    made = [one for mover in movers for one in mover.made]
    assert len(made) > 20, answers
    for case_id in cases:
        mine = sorted((version, move) for moved, version, move in made if moved == case_id)
        assert _steps(case_id) == [(1, "file"), *mine], "every answered move is one step, in one gapless order"
        assert (
            [version for version, _move in mine]
            == list(range(2, len(mine) + 2))
            == list(range(2, _version(case_id) + 1))
        )
    readers.catch_up()
    assert verify.run().ok


def _steps(case_id: str) -> list[tuple[int, str]]:
    from xiucheng.kit import journal

    told = [step for step in journal.of_subject(UUID(case_id)) if step.room == "cases"]
    return sorted((step.payload["version"], step.verb) for step in told)


def _version(case_id: str) -> int:
    from xiucheng.operations.cases.models import Case

    return int(Case.objects.values_list("version", flat=True).get(id=case_id))


def _token(world: World, name: str) -> str:
    from tests.world import SETUP
    from xiucheng.foundation.people import commands

    account = commands.create_account(
        by=SETUP, now=now(), person_id=world.people[name], username=name, password="a Password for tests 7"
    )
    scopes = ("read", "moves")
    return commands.issue_token(by=SETUP, now=now(), label="load", scopes=scopes, account_id=account).secret


def _picture(world: World) -> str:
    from tests.pictures import jpeg
    from xiucheng.foundation.media import commands
    from xiucheng.kit.actor import Actor

    actor = Actor.person(world.people["lights_clerk"])
    return str(commands.store(actor=actor, now=now(), content=jpeg(), name="after.jpg", purpose="after").id)
