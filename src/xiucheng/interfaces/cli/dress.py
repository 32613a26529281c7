"""How help looks: flags without a value's name, and what the library adds of its own in the terminal's language."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from .words import _


def _dress(params: list[Any]) -> list[Any]:
    """The parameters as help shows them; a flag takes no value, so none is named."""
    for one in params:
        if isinstance(one, TyperOption):
            one.rich_help_panel = one.rich_help_panel or _("选项")
            if one.is_flag:
                one.metavar = ""
            if "--help" in one.opts:
                one.help = _("显示这段说明。")
        elif isinstance(one, TyperArgument):
            one.rich_help_panel = one.rich_help_panel or _("参数")
    return params


class Command(TyperCommand):
    """A command."""

    def get_params(self, ctx: Any) -> list[Any]:
        return _dress(super().get_params(ctx))


class Group(TyperGroup):
    """Commands under one name."""

    def get_params(self, ctx: Any) -> list[Any]:
        return _dress(super().get_params(ctx))


class App(typer.Typer):
    """A command line, or a branch of one, whose help is dressed."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(cls=Group, no_args_is_help=True, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Any:
        return super().command(name, cls=Command, rich_help_panel=_("命令"), **settings)

    def add_typer(self, typer_instance: typer.Typer, **settings: Any) -> None:
        super().add_typer(typer_instance, rich_help_panel=_("命令"), **settings)
