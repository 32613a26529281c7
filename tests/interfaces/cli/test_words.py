"""The command line speaks the terminal's language throughout: misuse, unknown names, figures, what doctor looks at."""

from __future__ import annotations

import re
from datetime import timedelta

import psycopg
import pytest

from tests.cluster import Databases
from tests.interfaces.cli.conftest import Here, run
from xiucheng.interfaces.cli import doctor

ZH = {"XIUCHENG_LANG": "zh"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nope",), "没有“nope”这个命令。"),
        (("user", "ad"), "您要的是 add 吗"),
        (("import",), "缺少 FILE"),
        (("stats",), "缺少 --source"),
        (("stats", "--sorce", "x"), "没有 --sorce 这个选项"),
        (("stats", "--source"), "选项 --source 缺少值"),
        (("verify", "a", "b"), "这个命令不收这些参数：a b"),
        (("import", "/nowhere.csv", "--mapping", "la311"), "没有这个文件，或者读不了：/nowhere.csv"),
    ],
)
def test_what_is_typed_wrong_is_said_in_chinese(here: Here, words: tuple[str, ...], said: str) -> None:
    from xiucheng.interfaces.cli import words as terminal

    answer = run(*words, **ZH) if terminal.language() != "zh-hans" else here(*words)
    assert answer.code == 2
    assert said in answer.err
    for english in ("Usage", "Try", "Error", "No such", "Missing", "Invalid", "unexpected", "OPTIONS", "COMMAND"):
        assert english not in answer.err


def test_what_is_typed_wrong_is_said_in_english() -> None:
    answer = run("user", "ad")
    assert (answer.code, answer.out) == (2, "")
    assert "Usage: xiucheng user" in answer.err
    assert "Did you mean add?" in answer.err
    assert not re.search("[\u4e00-\u9fff]", answer.err)


@pytest.mark.parametrize("words", [("import", __file__, "--mapping", "nope"), ("stats", "--source", "nope")])
def test_an_unknown_name_is_answered_with_those_there_are(here: Here, words: tuple[str, ...]) -> None:
    answer = here(*words)
    assert answer.code == 1
    for name in ("nope", "la311", "hotline_fuzhou", "hotline_fuzhou_history"):
        assert name in answer.err


def test_flags_and_figures_stand_in_words_beside_their_codes(here: Here, capsys: pytest.CaptureFixture[str]) -> None:
    from django.utils import translation

    from xiucheng.interfaces.cli import imports
    from xiucheng.operations.intake.imports.importing import ImportReport

    report = ImportReport("x", False, "utf-8", flags={"no_place": 7, "date_only": 8}, reasons={"unknown_value": 1})
    with translation.override("zh-hans"):
        imports._show_outcome(report, imports._words(report.reasons))
    shown = capsys.readouterr().out
    for words in ("没有坐标", "no_place", "只知道日期", "date_only", "映射里没有这个值：…", "unknown_value"):
        assert words in shown


def test_figures_say_that_an_import_is_running_or_was_broken_off(here: Here, site: Databases) -> None:
    from xiucheng.kit.now import now
    from xiucheng.operations.intake import queries
    from xiucheng.operations.intake.models import Run
    from xiucheng.operations.intake.queries.sources import import_lock

    words = ("stats", "--source", "hotline_fuzhou")
    begun = Run.objects.create(
        source="hotline_fuzhou", mapping_version=1, mapping_digest="", file_digest="", by="system:cli", started_at=now()
    )
    with psycopg.connect(site.url) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [import_lock("hotline_fuzhou")])
        at = queries.unfinished("hotline_fuzhou")
        running = run(*words, **ZH)
        assert (running.code, "正在导入" in running.err) == (0, True), running.err
    assert at == queries.sources.Unfinished(begun.started_at, running=True)
    assert queries.unfinished("hotline_fuzhou") == queries.sources.Unfinished(begun.started_at, running=False)
    assert "没有做完" in run(*words, **ZH).err
    Run.objects.filter(id=begun.id).update(finished_at=now() + timedelta(seconds=1))
    assert queries.unfinished("hotline_fuzhou") is None
    done = run(*words, **ZH)
    assert "还没有导入过" in done.err
    for figure in ("结案早于上报的", "closed_before_created", "其中按期结案的占比", "on_time_share"):
        assert figure in done.out


def test_doctor_names_what_it_looks_at_and_warns_where_there_is_no_backup(site: Databases) -> None:
    assert set(doctor.TITLES) == {check.__name__ for check in doctor.CHECKS}
    answer = run("doctor", XIUCHENG_TRIAL="1", XIUCHENG_BACKUPS="", COLUMNS="200", **ZH)
    lines = answer.out.splitlines()
    assert next(line for line in lines if "没有备份" in line).startswith("! 备份")
    labels = {line.split()[1] for line in lines if line[:1] in "✓!✗"}
    assert not [label for label in labels if re.search("[a-z]", label)]
