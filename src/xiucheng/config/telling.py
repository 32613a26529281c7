"""What the commands say about the processes they hold together."""

from __future__ import annotations

from xiucheng.interfaces.cli.frame import err
from xiucheng.interfaces.cli.words import _


def report(event: str, name: str, detail: str) -> None:
    """What happened to a member of the group, as a line on stderr; events and details as `Supervisor` tells them."""
    what, _comma, pause = detail.rpartition(", ")
    text = {
        "started": _("{name} 已启动"),
        "died": _("{name} 意外结束（退出状态 {what}），{pause} 后重启"),
        "failed": _("{name} 没能重新启动（{what}），{pause} 后再试"),
        "finished": _("{name} 已完成"),
        "stopping": _("正在停止：{name}"),
        "killed": _("{name} 没有及时停止，已强制结束"),
    }[event]
    style = "red" if event in {"died", "failed", "killed"} else "dim"
    err.print(text.format(name=name, what=what, pause=pause), style=style, markup=False)
