"""Hypothesis drives the table of moves, with rows, tasks and steps, against a small model written from the standard.

The model knows states and counters only, as a reader of STANDARDS §1 would write them down. Every sequence of moves by
every post must be answered as the model says, and leave rows, tasks and journal in agreement.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.operations.cases.acting import picture
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused
from xiucheng.kit.verbs import attempt, verb
from xiucheng.operations.cases import commands, configuration, queries
from xiucheng.operations.cases.rules import MOVES
from xiucheng.operations.cases.rules.apply import case_due

WHO = {
    "dispatch": {"dispatcher", "shift_leader"},
    "redispatch": {"dispatcher", "shift_leader"},
    "sign": {"roads_clerk"},
    "reply": {"roads_clerk"},
    "start_check": {"system"},
    "pass_check": {"inspector", "grid_officer"},
    "rework": {"inspector", "grid_officer", "acceptor", "shift_leader"},
    "close": {"acceptor", "shift_leader"},
    "return_case": {"roads_clerk"},
    "extend": {"roads_clerk"},
    "void": {"dispatcher"},
    "supervise": {"leader", "street_head"},
    "answer_supervision": {"roads_clerk"},
    "force_close": {"leader"},
    "reopen": {"acceptor", "shift_leader", "inspector"},
}
FROM = {
    "dispatch": {"filed", "returned"},
    "redispatch": {"dispatched", "handling", "returned"},
    "sign": {"dispatched"},
    "reply": {"handling"},
    "start_check": {"replied"},
    "pass_check": {"post_checking"},
    "rework": {"post_checking"},
    "close": {"post_checking"},
    "return_case": {"dispatched", "handling"},
    "extend": {"dispatched", "handling"},
    "void": {"filed", "dispatched", "returned"},
    "supervise": {"filed", "dispatched", "handling", "replied", "post_checking", "returned"},
    "answer_supervision": {"dispatched", "handling", "replied", "post_checking"},
    "force_close": {"filed", "dispatched", "handling", "replied", "post_checking", "returned"},
    "reopen": {"closed"},
}
TO = {
    "dispatch": "dispatched",
    "redispatch": "dispatched",
    "sign": "handling",
    "reply": "replied",
    "start_check": "post_checking",
    "rework": "handling",
    "close": "closed",
    "force_close": "closed",
    "reopen": "filed",
}
DECIDES = {"return_case": {"dispatcher", "shift_leader"}, "void": {"shift_leader"}}
EVERYBODY = sorted({who for posts in WHO.values() for who in posts} | {"parks_clerk", "roads_crew", "secretary"})


@dataclass
class Model:
    """What the standard says a case is: a state, an agency, counters, questions."""

    state: str = "filed"
    agency: str | None = None
    checked: bool = False
    rework: int = 0
    reopen: int = 0
    extend: int = 0
    extend_here: int = 0
    clock_from: datetime | None = None
    answer: bool = False
    asked: frozenset[str] = frozenset()
    moves: int = 1

    def takes(self, name: str, who: str) -> bool:
        """Would the standard let this post make this move now?"""
        if name.startswith(("grant:", "deny:")):
            what = name.split(":")[1]
            deciders = ({"leader"} if self.extend else DECIDES["return_case"]) if what == "extend" else DECIDES[what]
            return what in self.asked and who in deciders
        if who not in WHO[name] or self.state not in FROM[name] or name in self.asked:
            return False
        if who in {"roads_clerk"} and self.agency != "roads":
            return False
        if name == "redispatch" and self.state != "returned" and self.agency == self.target():
            return False
        if self.checked and name in {"pass_check", "rework"} and who in WHO["pass_check"]:
            return False  # the finding is in: the acceptor's turn
        if name == "supervise" and self.agency is None:
            return False  # it is always asked for an answer here
        if name == "answer_supervision" and not self.answer:
            return False
        return not (name == "extend" and self.extend >= 2)

    def target(self) -> str:
        """Where the next dispatch goes: always the roads, so that their clerk has something to do."""
        return "roads"

    def do(self, name: str, at: datetime) -> None:
        """Follow an accepted move."""
        self.moves += 1
        self.clock_from = at if name == "reopen" else self.clock_from
        if name in {"return_case", "extend", "void"}:
            self.asked |= {name}
        elif ":" in name:
            verdict, what = name.split(":")
            self.asked -= {what}
            if verdict == "grant":
                self._granted(what)
        elif name == "pass_check":
            self.checked = True
        else:
            self._moved(name)
        if self.state in {"closed", "void", "returned"}:
            self.answer = False
        # A question lapses where the state, or another agency, has made it pointless.
        self.asked = frozenset(what for what in self.asked if self.state in FROM[what])
        if name == "redispatch":
            self.asked -= {"return_case", "extend"}

    def _granted(self, what: str) -> None:
        if what == "extend":
            self.extend += 1
            self.extend_here += 1
        elif what == "void":
            self.state = "void"
        else:
            self.state, self.agency = "returned", None

    def _moved(self, name: str) -> None:
        self.state = TO.get(name, self.state)
        if name in {"dispatch", "redispatch"}:
            self.agency = self.target()
            self.extend_here = 0
        if name in {"supervise", "answer_supervision"}:
            self.answer = name == "supervise"
        if name == "rework":
            self.rework += 1
            self.checked = False
        if name == "reply":
            self.checked = False
        if name == "reopen":
            self.reopen += 1
            self.extend = 0
            self.agency, self.checked = None, False


ANSWERS = [f"{verdict}:{what}" for verdict in ("grant", "deny") for what in ("return_case", "extend", "void")]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*WHO, *ANSWERS]),
        st.sampled_from(EVERYBODY),
        st.booleans(),
    ),
    min_size=5,
    max_size=40,
)


@given(STEPS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_every_sequence_of_moves_is_answered_as_the_standard_says(world, sequence):
    pictured = world.__dict__.setdefault("pictured", [])
    shown = 0
    filed = world.file(category="E0101", condition="E010102")
    model = Model(clock_from=world.now)
    at = world.now
    for name, who, likely in sequence:
        # Half of the time the post is one that may, so that sequences get somewhere.
        if likely and name in WHO:
            who = sorted(WHO[name])[0]
        at += timedelta(seconds=20)
        expected = model.takes(name, who)
        if shown == len(pictured):
            pictured.append(picture(world, seed=shown))
        assert _try(world, filed.case_id, name, who, at, pictured[shown]) is expected, (name, who, model)
        if expected:
            model.do(name, at)
            # Every reply needs a picture that the case has not seen.
            shown += name == "reply"
        _agree(world, filed.case_id, model, at)


@verb
def _try(world, case_id, name, who, at, after) -> bool:
    by = commands_by(world, who, at)
    args = {"reason": "理由"} if name not in {"sign", "start_check"} else {}
    try:
        with attempt():
            if name == "start_check":
                commands.start_check(by=by, now=at, case_id=case_id)
                return True
            if ":" in name:
                verdict, what = name.split(":")
                request = next((r for r in tasks.pending_requests(case_id) if r.what == what), None)
                if request is None:
                    return False
                name, args = "decide", {"request": str(request.id), "granted": "yes" if verdict == "grant" else "no"}
            if name in {"dispatch", "redispatch"}:
                args["agency"] = str(world.agencies["roads"])
            if name == "reply":
                args["media"] = [after]
            if name == "supervise":
                args["reply_days"] = 3
            commands.move(by=by, now=at, case_id=case_id, version=None, name=name, args=args)
            return True
    except Refused:
        return False


def commands_by(world, who, at):
    """The standing of a post, or of the system."""
    from xiucheng.foundation.people.rules import Standing

    return Standing.for_system("checks") if who == "system" else world.standing(who, at)


def _agree(world, case_id, model, at) -> None:
    """Row, tasks and journal tell the same story as the model."""
    view = queries.case(case_id, world.standing("dispatcher", at), at)
    facts = view.facts
    assert (facts.state, facts.rework_count, facts.reopen_count, facts.extend_count) == (
        model.state,
        model.rework,
        model.reopen,
        model.extend,
    )
    assert facts.version == model.moves
    assert {request.what for request in view.requests} == model.asked
    steps = [step for step in journal.of_subject(case_id) if step.room == "cases"]
    assert [step.payload["version"] for step in steps] == list(range(1, model.moves + 1)), "no step is lost or doubled"
    assert steps[-1].payload["state"] == facts.state
    handles = [task for task in tasks.open_of_subject(case_id) if task.kind == "handle"]
    assert len(handles) == (1 if model.state in {"dispatched", "handling"} else 0)
    checks = [task for task in tasks.open_of_subject(case_id) if task.kind == "post_check"]
    assert len(checks) == (1 if model.state == "post_checking" and not model.checked else 0)
    answers = [task for task in tasks.open_of_subject(case_id) if task.kind == "supervision_answer"]
    assert len(answers) == model.answer
    _agree_on_deadlines(facts, model, handles, at)
    for move in view.moves:
        assert facts.state in MOVES[move.name].sources


def _agree_on_deadlines(facts, model, handles, at) -> None:
    """One limit more for every extension: the case's since its round began, the task's since it was given."""
    clocks = configuration.clocks(at)
    whole = facts.limit.times(1 + model.extend)
    assert facts.due_at == case_due(model.clock_from, whole, facts.needs_check, clocks).at
    for task in handles:
        assert task.whole_limit == facts.limit.times(1 + model.extend_here)
        assert facts.handle_due_at == task.due_at
