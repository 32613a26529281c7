"""The table of moves of a task, as data: what may be done to it in which state.

A pause is no state: a task waits, signed for or not, while its clock stands still. Who may do what is asked by the room
that gave the task; a task knows its holder only to put it on the right desk.
"""

from django.utils.translation import gettext_lazy as _

from xiucheng.kit.moves import Move, MoveTable

STATES = {
    "given": _("待签收"),
    "signed": _("办理中"),
    "done": _("已办结"),
    "cancelled": _("已取消"),
}
OPEN = frozenset({"given", "signed"})
ENDED = frozenset({"done", "cancelled"})

MOVES = MoveTable(
    STATES,
    (
        Move("give", _("交办"), frozenset({""}), "given"),
        Move("sign", _("签收任务"), frozenset({"given"}), "signed"),
        Move("delegate", _("转给内部人员"), OPEN, None),
        Move("pause", _("暂停计时"), OPEN, None),
        Move("resume", _("恢复计时"), OPEN, None),
        Move("extend", _("延长时限"), OPEN, None),
        Move("complete", _("办结任务"), OPEN, "done"),
        Move("cancel", _("取消任务"), OPEN, "cancelled"),
        Move("reopen", _("重新开始"), ENDED, "given", note="signed where it had been signed for"),
        Move("restore", _("恢复原状"), OPEN | ENDED, None, note="the move that changed it was taken back"),
        Move("warn", _("临近截止"), OPEN, None, automatic=True),
        Move("due", _("任务到期"), OPEN, None, automatic=True),
        Move("recalculate", _("重算时限"), OPEN, None, automatic=True, note="a year's holidays were announced"),
    ),
)
