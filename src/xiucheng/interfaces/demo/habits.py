"""How people of the sample district behave: what somebody does next with a case, and when. Pure, by lot.

The lot is drawn from the case's number and version, so the same case comes to the same next act whenever it is asked:
the simulator keeps no state of its own.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from xiucheng.operations.cases.views import CaseView

Minutes = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Act:
    """What is done next and after how long; late: the wait reaches beyond the deadline on purpose."""

    name: str
    wait: timedelta
    late: bool = False


# From taking a case up to replying, as shares of the time the agency has: most in good time, some late (D).
_SHARES: Sequence[tuple[float, Minutes]] = (
    (0.56, (0.10, 0.50)),
    (0.30, (0.50, 0.95)),
    (0.07, (0.02, 0.10)),
    (0.07, (1.03, 1.45)),
)


def next_act(case: CaseView, since: datetime, seed: str = "") -> Act | None:
    """What somebody does next with a case that stands as it does since a moment; None where nothing is to be done."""
    draw = random.Random(f"{seed}{case.number}:{case.version}:{len(case.requests)}")
    if case.requests:
        granted = draw.random() < 0.75
        return Act("grant" if granted else "refuse", _between(draw, (10, 60)))
    decide = _BY_STATE.get(case.state)
    return decide(case, since, draw) if decide else None


def _between(draw: random.Random, minutes: Minutes) -> timedelta:
    return timedelta(minutes=draw.uniform(*minutes))


def _waiting(case: CaseView, since: datetime, draw: random.Random) -> Act:
    return Act("dispatch", _between(draw, (2, 12)))


def _self_review(case: CaseView, since: datetime, draw: random.Random) -> Act:
    return Act("approve_self_review" if draw.random() < 0.9 else "refuse_self_review", _between(draw, (8, 60)))


def _dispatched(case: CaseView, since: datetime, draw: random.Random) -> Act:
    if draw.random() < 0.05 and len(case.facts.agencies) == 1:
        return Act("return_case", _between(draw, (5, 30)))
    return Act("sign", min(_between(draw, (4, 45)), _allowed(case, since) * 0.15))


def _handling(case: CaseView, since: datetime, draw: random.Random) -> Act:
    lot = draw.random()
    if lot < 0.25 and case.facts.person_id is None:
        return Act("assign_inside", min(_between(draw, (3, 20)), _allowed(case, since) * 0.1))
    if 0.25 <= lot < 0.32 and case.facts.extend_count == 0:
        return Act("extend", _allowed(case, since) * 0.6)
    share = draw.choices(_SHARES, weights=[weight for weight, _span in _SHARES])[0][1]
    times = draw.uniform(*share)
    return Act("reply", max(timedelta(minutes=3), _allowed(case, since) * times), late=times > 1)


def _allowed(case: CaseView, since: datetime) -> timedelta:
    """What is left of the agency's time, at least half an hour."""
    due = case.facts.handle_due_at
    return max(due - since if due else timedelta(hours=4), timedelta(minutes=30))


def _replied(case: CaseView, since: datetime, draw: random.Random) -> Act:
    if case.facts.needs_check:
        # The site itself sends an inspector when the ten seconds for taking it back are over.
        return Act("start_check", timedelta(seconds=12))
    return Act("close", _between(draw, (10, 80)))


def _checking(case: CaseView, since: datetime, draw: random.Random) -> Act:
    if case.facts.checked:
        return Act("close", _between(draw, (4, 35)))
    rework = draw.random() < 0.1 and case.facts.rework_count == 0
    return Act("rework" if rework else "pass_check", _between(draw, (15, 100)))


def _closed(case: CaseView, since: datetime, draw: random.Random) -> Act | None:
    return Act("reopen", _between(draw, (90, 900))) if draw.random() < 0.03 and not case.facts.reopen_count else None


_BY_STATE: Mapping[str, Callable[[CaseView, datetime, random.Random], Act | None]] = {
    "filed": _waiting,
    "returned": _waiting,
    "self_review": _self_review,
    "dispatched": _dispatched,
    "handling": _handling,
    "replied": _replied,
    "post_checking": _checking,
    "closed": _closed,
}
