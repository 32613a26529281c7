"""`verify`: proves that the journal is what it was."""

from __future__ import annotations

from dataclasses import asdict

import typer

from .frame import DataOption, JsonOption, err, out, print_json, progress, with_site
from .words import _


def verify(data: DataOption = None, as_json: JsonOption = False) -> None:
    with with_site(data):
        from xiucheng.kit.journal.verify import run

        with progress(_("核对业务日志")) as tick:
            verdict = run(tick)
    if as_json:
        print_json({**asdict(verdict), "ok": verdict.ok})
    else:
        text = _("步骤 {steps}，日结 {day_heads}，待排序 {pending}，链头 {head}")
        out.print(text.format(**asdict(verdict)), soft_wrap=True)
        if verdict.ok:
            out.print(_("✓ 业务日志完整：链条没有断，每一步都在原位。"))
        for problem in verdict.problems:
            err.print(f"✗ {problem}", style="red", markup=False)
    raise typer.Exit(0 if verdict.ok else 1)
