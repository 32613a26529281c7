"""Cases that wander: many moves by many posts, chosen at random among those that are allowed, with undos in between."""

import random
from datetime import timedelta

from tests.operations.cases.acting import picture
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.ids import uuid7
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import attempt, verb
from xiucheng.operations.cases import commands, queries

SYSTEM = Standing.for_system("checks")
WHO = (
    *("grid_officer", "inspector", "acceptor", "other_acceptor", "dispatcher", "shift_leader", "leader"),
    *("roads_clerk", "roads_crew", "parks_clerk", "lights_clerk", "street_head"),
)
CATEGORIES = ("C0137", "C0201", "E0101", "E0105", "H0101")


class Wanderer:
    """Files cases and moves them; every choice comes from one seed."""

    def __init__(self, world, seed: int) -> None:
        self.world = world
        self.random = random.Random(seed)
        self.at = world.now
        self.cases = []
        self.photo = str(picture(world))

    def wander(self, moves: int) -> None:
        for _ in range(moves):
            self.at += timedelta(seconds=self.random.choice((1, 4, 30, 3600, 40_000)))
            if not self.cases or self.random.random() < 0.12:
                self._file()
            elif self.random.random() < 0.1:
                self._add_source()
            else:
                self._move()

    def _file(self) -> None:
        place = commands.CasePlace(area=self.random.choice(("990101", "990101001", "990101001001", "990101002001")))
        filed = self.world.file(
            now=self.at,
            category=self.random.choice(CATEGORIES),
            place=place,
            channel=self.random.choice(("resident", "hotline")),
            self_handled=self.random.random() < 0.2,
        )
        self.cases.append(filed.case_id)

    def _add_source(self) -> None:
        commands.add_source(
            by=SYSTEM,
            now=self.at,
            case_id=self.random.choice(self.cases),
            report_id=uuid7(),
            channel=self.random.choice(("resident", "hotline", "patrol")),
        )

    def _move(self) -> None:
        case_id = self.random.choice(self.cases[-6:])
        by = self.world.standing(self.random.choice(WHO), self.at)
        try:
            view = queries.case(case_id, Standing.for_system("look"), self.at)
            mine = queries.case(case_id, by, self.at)
        except Refused:
            return
        if view.state == "replied" and view.facts.needs_check and self.random.random() < 0.5:
            self._try(SYSTEM, case_id, "start_check", {})
        elif mine.moves:
            move = self.random.choice(mine.moves)
            self._try(by, case_id, move.name, {f.name: self._value(f, mine) for f in move.fields})

    def _value(self, field, view):
        if field.kind == "agency":
            return str(self.world.agencies[self.random.choice(("roads", "parks", "lights"))])
        if field.kind == "person":
            return str(self.world.people["roads_crew"])
        if field.kind == "media":
            return [self.photo]
        if field.kind == "case":
            return str(self.random.choice(self.cases))
        if field.kind == "request":
            return str(self.random.choice([r.id for r in view.requests]))
        if field.kind == "number":
            return 3
        return self.random.choice(field.choices)[0] if field.choices else "理由"

    @verb
    def _try(self, by, case_id, name, args) -> None:
        try:
            with attempt():
                commands.move(by=by, now=self.at, case_id=case_id, version=None, name=name, args=args)
        except Refused:
            pass
