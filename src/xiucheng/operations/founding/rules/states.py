"""The life of a file handed in, as a table: which state may follow which."""

from collections.abc import Mapping

from xiucheng.kit.words import marked as _

STATES: Mapping[str, str] = {
    "checking": _("正在检查"),
    "checked": _("已检查，等您决定"),
    "refused": _("文件不能用"),
    "taking": _("正在导入"),
    "taken": _("已导入"),
    "undoing": _("正在撤销"),
    "undone": _("已撤销"),
    "given_up": _("已放弃"),
}

MOVES: Mapping[str, tuple[frozenset[str], str]] = {
    # move → (from, to)
    "checked": (frozenset({"checking"}), "checked"),
    "refuse": (frozenset({"checking"}), "refused"),
    # Also what was refused because the check itself came to nothing: the file may be right.
    "check": (frozenset({"checked", "refused"}), "checking"),
    "accept": (frozenset({"checked"}), "taking"),
    "taken": (frozenset({"taking"}), "taken"),
    "fail": (frozenset({"taking"}), "checked"),
    "undo": (frozenset({"taken"}), "undoing"),
    "undone": (frozenset({"undoing"}), "undone"),
    "keep": (frozenset({"undoing"}), "taken"),
    "give_up": (frozenset({"checked", "refused"}), "given_up"),
}

BROKEN_OFF = "broken_off"
"""The code of an import whose job failed for good: not the file's fault, so it may be tried again."""

BUSY = frozenset({"checking", "taking", "undoing"})


def after(state: str, move: str) -> str | None:
    """The state that this move leads to, None where the state does not permit it."""
    sources, target = MOVES[move]
    return target if state in sources else None
