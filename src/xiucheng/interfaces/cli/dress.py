"""How help looks: flags without a value's name, and what the library adds of its own in the terminal's language."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from . import misuse
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


def _usage(command: Any, ctx: Any, formatter: Any) -> None:
    formatter.write_usage(ctx.command_path, " ".join(command.collect_usage_pieces(ctx)), prefix=_("用法："))


class Command(TyperCommand):
    """A command; what is typed beyond its parameters is refused here, in our words."""

    allow_extra_args = True

    def get_params(self, ctx: Any) -> list[Any]:
        return _dress(super().get_params(ctx))

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _usage(self, ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            ctx.fail(misuse.too_many(rest))
        return rest


class Group(TyperGroup):
    """Commands under one name."""

    def get_params(self, ctx: Any) -> list[Any]:
        return _dress(super().get_params(ctx))

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _usage(self, ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if not (name.startswith("-") or ctx.resilient_parsing or self.get_command(ctx, name)):
            ctx.fail(misuse.no_command(name, list(self.commands)))
        return super().resolve_command(ctx, args)


class App(typer.Typer):
    """A command line, or a branch of one, whose help is dressed."""

    def __init__(self, **settings: Any) -> None:
        options, below = f"[{_('选项')}]", f"{_('命令')} …"
        super().__init__(
            cls=Group, no_args_is_help=True, options_metavar=options, subcommand_metavar=below, **settings
        )  # fmt: skip

    def command(self, name: str | None = None, **settings: Any) -> Any:
        options = f"[{_('选项')}]"
        return super().command(name, cls=Command, rich_help_panel=_("命令"), options_metavar=options, **settings)

    def add_typer(self, typer_instance: typer.Typer, **settings: Any) -> None:
        super().add_typer(typer_instance, rich_help_panel=_("命令"), **settings)
