"""The table of moves of a report and who may make them (STANDARDS §1, "A report"), as data.

A report 上报 has its own states; a case exists only once it is filed. The same table makes the desk's buttons, the
diagram and the tests.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people.acts import Reach
from xiucheng.foundation.people.rules import Standing, reaches
from xiucheng.kit.moves import Field, Move, MoveTable
from xiucheng.operations.cases.rules import may_somewhere as may_make

STATES = {
    "received": _("待受理"),
    "pre_verifying": _("核实中"),
    "accepted": _("已受理"),
    "attached": _("已并入案卷"),
    "rejected": _("不予受理"),
}
OPEN_STATES = frozenset({"received", "pre_verifying"})

_REASON = Field("reason", "text", _("理由"))
_NOTE = Field("reason", "text", _("说明"), required=False)
_FOUND = (("yes", _("属实")), ("no", _("不属实")))

REPORT_MOVES = MoveTable(
    STATES,
    (
        Move("receive", _("收到"), frozenset({""}), "received", automatic=True),
        Move("ask_pre_verify", _("请求核实"), frozenset({"received"}), "pre_verifying", (_NOTE,)),
        Move(
            "pre_verified",
            _("核实完毕"),
            frozenset({"pre_verifying"}),
            "received",
            (Field("found", "choice", _("核实结果"), choices=_FOUND), _NOTE),
            note="the inspector's finding comes back; filing is left to the acceptor",
        ),
        Move("attach", _("并入案卷"), frozenset({"received"}), "attached", (Field("case", "case", _("案卷")),)),
        Move(
            "file",
            _("立案"),
            frozenset({"received"}),
            "accepted",
            (
                Field("category", "category", _("类别")),
                Field("condition", "condition", _("立案条件"), required=False),
                Field("area", "area", _("镇街社区"), required=False),
                Field("component", "component", _("部件"), required=False),
            ),
        ),
        Move("reject", _("不予受理"), OPEN_STATES, "rejected", (_REASON,)),
    ),
)

# Reach: `district` anywhere, `area` inside the area of the post.
MATRIX: Mapping[str, Mapping[str, Reach]] = {
    "ask_pre_verify": {"acceptor": "district", "shift_leader": "district"},
    "pre_verified": {"inspector": "area", "grid_officer": "area"},
    "attach": {"acceptor": "district", "shift_leader": "district"},
    "file": {"acceptor": "district", "shift_leader": "district"},
    "reject": {"acceptor": "district", "shift_leader": "district"},
}

# What others than persons do: a published rule files, the reporter attaches by saying "the same", and the command
# line imports what somebody has already decided elsewhere.
BY_OTHERS: Mapping[str, frozenset[str]] = {
    "rule": frozenset({"file"}),
    "channel": frozenset({"attach"}),
    "system": frozenset({"file", "attach", "reject"}),
}


def may_somewhere(name: str, by: Standing) -> bool:
    """Is the move any of this person's posts' business, whichever report it is?"""
    return by.has(*MATRIX.get(name, {}))


def meets_reports(by: Standing) -> bool:
    """Is any move of a report this person's posts' business: are reports anything to them before they are cases?"""
    return any(may_somewhere(name, by) for name in MATRIX)


def may_self_handle(by: Standing) -> bool:
    """Does this person hold a post that settles small things on the spot 自处置? Where, the verb judges."""
    return may_make("file_self_handled", by)


def may_move(name: str, area: str, by: Standing) -> bool:
    """May this person (rule, channel, system) make the move on a report of this area, its state left aside?"""
    if by.actor.kind != "person":
        return name in BY_OTHERS.get(by.actor.kind, frozenset())
    return reaches(by, MATRIX.get(name, {}), area=area)
