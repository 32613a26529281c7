"""`import` and `stats`: a file of requests into its mapping's site, and what that source amounts to."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .frame import DataOption, JsonOption, fail, out, print_json, progress, stages, with_site
from .words import _

if TYPE_CHECKING:
    from xiucheng.operations.intake.imports.mapping import Mapping


def _mapping(name: str) -> Mapping:
    """The mapping file of this name (or path), checked; it also names the site and its zone."""
    from xiucheng.operations.intake.imports import mapping

    try:
        return mapping.load(name)
    except mapping.BadMapping as error:
        lines = "".join(f"\n  {where}: {code} {detail}".rstrip() for where, code, detail in error.problems)
        raise fail(_("映射 {name} 不可用：{why}").format(name=name, why=lines)) from error


def import_file(
    path: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)],
    mapping: Annotated[str, typer.Option("--mapping", metavar="NAME", help=_("映射名，或映射文件的路径"))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("只检查，什么都不写入"))] = False,
    errors: Annotated[Path | None, typer.Option("--errors", metavar="CSV", help=_("被拒的行及原因写入此文件"))] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    source = _mapping(mapping)
    with with_site(data, site=source.site or None, zone=source.zone if source.site else None):
        from xiucheng.operations.intake import imports

        with progress(_("导入 {name}").format(name=path.name)) as tick:
            outcome = imports.run(path, source, dry_run=dry_run, errors_path=errors, progress=tick)
        if source.site and not dry_run:
            # A site of history only: no worker runs there, so its journal and lists are brought up here.
            with stages(_("整理业务日志")):
                from xiucheng.kit.journal import readers

                readers.catch_up()
    answer = asdict(outcome)
    if as_json:
        print_json(answer)
    else:
        _show(answer)


def stats(
    source: Annotated[str, typer.Option("--source", metavar="NAME", help=_("来源，即映射名"))],
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    mapping = _mapping(source)
    with with_site(data, site=mapping.site or None, zone=mapping.zone if mapping.site else None):
        from xiucheng.operations.intake.queries import source_statistics

        found = source_statistics(mapping.name)
    answer = found.as_dict()
    if as_json:
        print_json(answer)
    else:
        _show(answer)


def _show(answer: dict[str, Any]) -> None:
    for name, value in answer.items():
        out.print(f"{name}\t{value}", markup=False, soft_wrap=True)
