"""What was typed wrong on the command line, said in the terminal's language; the library speaks English alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from rich.markup import escape

from .frame import err
from .words import _


def say(error: Any) -> int:
    """Shows a refusal of the library with the way to help, and answers its exit code."""
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        # The help has been shown: that is the answer.
        return int(error.exit_code)
    context = getattr(error, "ctx", None)
    if context is not None:
        err.print(context.get_usage(), markup=False, soft_wrap=True)
        hint = _("看说明：{command} {option}").format(command=context.command_path, option=context.help_option_names[0])
        err.print(hint, style="dim", markup=False, soft_wrap=True)
    err.print(f"[red]{escape(_SAID.get(kind, _own)(error))}[/red]", soft_wrap=True)
    return int(error.exit_code)


def no_command(name: str, known: list[str]) -> str:
    """There is no command of this name; those that may have been meant."""
    meant = get_close_matches(name, known)
    if meant:
        return _("没有“{name}”这个命令。您要的是 {names} 吗？").format(name=name, names=", ".join(meant))
    return _("没有“{name}”这个命令。").format(name=name)


def too_many(words: list[str]) -> str:
    """What stands behind everything that a command takes."""
    return _("这个命令不收这些参数：{words}").format(words=" ".join(words))


def _no_option(error: Any) -> str:
    if error.possibilities:
        names = ", ".join(sorted(error.possibilities))
        return _("没有 {name} 这个选项。您要的是 {names} 吗？").format(name=error.option_name, names=names)
    return _("没有 {name} 这个选项。").format(name=error.option_name)


def _missing(error: Any) -> str:
    return _("缺少 {what}。").format(what=_which(error))


def _bad_value(error: Any) -> str:
    return _("{what} 的值不能用：{why}").format(what=_which(error), why=error.message)


def _which(error: Any) -> str:
    hint = error.param_hint or (error.param.get_error_hint() if error.param else "")
    return str(hint if isinstance(hint, str) else " / ".join(hint)).replace("'", "")


def _bad_option(error: Any) -> str:
    return _("选项 {name} 缺少值，或者不该带值。").format(name=error.option_name)


def _own(error: Any) -> str:
    return str(error.format_message())


# By name: the library keeps the classes to itself. What is not listed is said in its own words.
_SAID: Mapping[str, Callable[[Any], str]] = {
    "NoSuchOption": _no_option,
    "MissingParameter": _missing,
    "BadParameter": _bad_value,
    "BadOptionUsage": _bad_option,
}
