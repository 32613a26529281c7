"""What the commands say about the processes they hold together."""

from __future__ import annotations

from xiucheng.interfaces.cli.frame import err
from xiucheng.interfaces.cli.words import _
from xiucheng.kit.supervisor import Told


def report(told: Told) -> None:
    """What happened to a member of the group, as a line on stderr."""
    text = {
        "started": _("{name} 已启动"),
        "died": _("{name} 意外结束（退出状态 {detail}），{pause:g} 秒后重启"),
        "failed": _("{name} 没能重新启动（{detail}），{pause:g} 秒后再试"),
        "finished": _("{name} 已完成"),
        "stopping": _("正在停止：{name}"),
        "killed": _("{name} 没有及时停止，已强制结束"),
    }[told.event]
    style = "red" if told.event in {"died", "failed", "killed"} else "dim"
    err.print(text.format(name=told.name, detail=told.detail, pause=told.pause), style=style, markup=False)
