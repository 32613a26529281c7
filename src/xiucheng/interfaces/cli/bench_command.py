"""`bench`: measures the figures of speed on this machine; the measuring itself lies in the folder `bench`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from .frame import DataOption, JsonOption, out, print_json, progress, with_site
from .words import _


def bench(
    figures: Annotated[
        list[str] | None, typer.Argument(metavar="[FIGURE]...", help=_("只测这些指标；不写则全测"))
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help=_("较少的数据与轮次"))] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    from .bench import FIGURES

    unknown = [name for name in figures or () if name not in FIGURES]
    if unknown:
        text = _("没有指标 {names}；可选：{known}")
        raise typer.BadParameter(text.format(names=", ".join(unknown), known=", ".join(FIGURES)))
    with with_site(data, site="bench"):
        from .bench import run

        with progress(_("测速")) as tick:
            results = run(figures or list(FIGURES), quick=quick, progress=tick)
    if as_json:
        print_json(results)
        return
    table = Table(_("指标"), _("数值"), _("单位"), _("底线"), _("比值"))
    for row in results:
        table.add_row(*(_shown(row[name]) for name in ("figure", "value", "unit", "floor", "ratio")))
    out.print(table)


def _shown(value: object) -> str:
    return "–" if value is None else f"{value:,.2f}" if isinstance(value, float) else str(value)
