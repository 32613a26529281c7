"""`import` and `stats`: a file of requests into its mapping's site, and what that source amounts to."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from .frame import DataOption, JsonOption, err, fail, out, print_json, progress, with_site
from .words import _

if TYPE_CHECKING:
    from xiucheng.operations.intake.imports.importing import ImportReport
    from xiucheng.operations.intake.imports.mapping import Mapping as MappingFile
    from xiucheng.operations.intake.queries import Unfinished


def _mapping(name: str) -> MappingFile:
    """The mapping file of this name (or path), checked; it also names the site and its zone."""
    from xiucheng.operations.intake.imports import mapping

    try:
        return mapping.load(name)
    except mapping.BadMapping as error:
        if any(code == "unknown_mapping" for _where, code, _detail in error.problems):
            known = "".join(f"\n  {one}  {mapping.load(one).title}" for one in mapping.names())
            text = _("没有名为 {name} 的映射，也没有这样的文件。现有的映射，也就是 stats 能看的来源：{known}")
            raise fail(text.format(name=name, known=known)) from error
        told = (
            ": ".join(word for word in (where, f"{code} {detail}".strip()) if word)
            for where, code, detail in error.problems
        )
        lines = "".join(f"\n  {line}" for line in told)
        raise fail(_("映射 {name} 不可用：{why}").format(name=name, why=lines)) from error


def import_file(
    path: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)],
    mapping: Annotated[str, typer.Option("--mapping", metavar="NAME", help=_("映射名，或映射文件的路径"))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("只检查，一行也不收下（缺站点时仍会建立）"))] = False,
    errors: Annotated[Path | None, typer.Option("--errors", metavar="CSV", help=_("被拒的行及原因写入此文件"))] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    if not path.is_file() or not os.access(path, os.R_OK):
        raise fail(_("没有这个文件，或者读不了：{path}").format(path=path), 2)
    source = _mapping(mapping)
    with with_site(data, site=source.site or None, zone=source.zone if source.site else None, make=True):
        from xiucheng.kit.now import now
        from xiucheng.operations.intake import imports

        arranged = None
        with progress(_("导入 {name}").format(name=path.name)) as tick:
            outcome = imports.run(path, source, now=now(), dry_run=dry_run, errors_path=errors, progress=tick)
        if source.site and not dry_run:
            # A site of history only: no worker runs there, so its journal and lists are brought up here.
            from xiucheng.kit.journal import readers

            begun = time.monotonic()
            with progress(_("整理业务日志")) as tick:
                readers.catch_up(progress=tick)
            arranged = time.monotonic() - begun
        told = _words(outcome.reasons)
    if as_json:
        print_json(asdict(outcome))
    else:
        _show_outcome(outcome, told)
        if arranged is not None:
            out.print(_("此后整理业务日志和列表，用时 {seconds:.2f} 秒。").format(seconds=arranged), soft_wrap=True)
    if outcome.rows and outcome.rejected == outcome.rows:
        raise fail(_("{name} 的 {rows} 行全部被拒，没有收下任何一行。").format(name=path.name, rows=outcome.rows))
    if not as_json:
        out.print(_next(source.name, dry_run=dry_run), soft_wrap=True, style="dim", markup=False)


def _next(source: str, *, dry_run: bool) -> str:
    if dry_run:
        return _("只检查过，还没有收下。去掉 --dry-run 再运行一次即收下。")
    return _("看这一来源办得怎样：xiucheng stats --source {name}").format(name=source)


def _show_outcome(outcome: ImportReport, words: Mapping[str, str]) -> None:
    text = _(
        "共 {rows} 行：收下 {accepted}，此前已有 {unchanged}，被拒 {rejected}。"
        "读入用时 {seconds} 秒，每秒 {per_second}。"
    )
    out.print(text.format(**asdict(outcome)), soft_wrap=True)
    _show_counts(_("被拒的原因"), outcome.reasons, words)
    if outcome.rejections:
        table = Table(_("行"), _("列"), _("原因"))
        for one in outcome.rejections:
            table.add_row(str(one["row"]), escape(str(one["column"])), escape(f"{one['reason']} ({one['code']})"))
        out.print(table)
    _show_counts(_("收下但有标记的"), outcome.flags, words)


def _words(reasons: Iterable[str] = ()) -> dict[str, str]:
    """What the flags of quality, and these reasons of rejected rows, are called; within a site."""
    from xiucheng.operations.intake import words
    from xiucheng.operations.intake.rules import FLAGS

    found = {code: str(said) for code, said in FLAGS.items()}
    return {**{code: words.sentence(words.ROW, code, "…") for code in reasons if code in words.ROW}, **found}


def _show_counts(title: str, counts: Mapping[str, int], words: Mapping[str, str]) -> None:
    if counts:
        table = Table(title, _("代码"), _("行数"))
        for name, count in counts.items():
            table.add_row(escape(words.get(name, name)), name, str(count))
        out.print(table)


_FIGURES: Mapping[str, str] = {
    "source": _("来源"),
    "rows": _("行数"),
    "closed_before_created": _("结案早于上报的"),
    "never_closed": _("没有结案时间的"),
    "no_due": _("没有期限的"),
    "median_hours_to_close": _("从上报到结案的小时数，中位数"),
    "p90_hours_to_close": _("从上报到结案的小时数，九成不超过"),
    "mean_hours_to_close": _("从上报到结案的小时数，平均"),
    "on_time_rows": _("能算按期与否的"),
    "on_time_share": _("其中按期结案的占比"),
}


def _say_unfinished(at: Unfinished) -> None:
    from xiucheng.kit.days import local_time

    began = f"{local_time(at.started_at):%Y-%m-%d %H:%M}"
    text = (
        _("这个来源正在导入（{began} 开始），下面的数字只算到此刻。")
        if at.running
        else _("上一次导入（{began} 开始）没有做完，下面的数字不全；再运行一次 import 即补齐。")
    )
    err.print(text.format(began=began), style="yellow", markup=False, soft_wrap=True)


def stats(
    source: Annotated[str, typer.Option("--source", metavar="NAME", help=_("来源，即映射名"))],
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    mapping = _mapping(source)
    with with_site(data, site=mapping.site or None, zone=mapping.zone if mapping.site else None):
        from xiucheng.operations.intake.queries import source_statistics, unfinished

        # Asked first: an import that ends meanwhile makes the figures whole, never the other way about.
        at = unfinished(mapping.name)
        found = source_statistics(mapping.name)
        words = _words()
    if at:
        _say_unfinished(at)
    elif not found.rows:
        err.print(_("还没有导入过 {name}；先运行 import。").format(name=mapping.name), style="yellow", markup=False)
    if as_json:
        print_json(found.as_dict())
        return
    table = Table(_("指标"), _("代码"), _("数值"))
    for name, value in found.as_dict().items():
        if name != "flags":
            table.add_row(_FIGURES[name], name, "—" if value is None else str(value))
    out.print(table)
    _show_counts(_("有标记的"), found.flags, words)
