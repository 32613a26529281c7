"""The trial database's own log: what failed and where, never the statement, its values or the row."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

from xiucheng.kit.trialdb import TrialDatabase

WORDS = "李小明 13800001111"


def test_failed_statements_leave_no_words_in_the_log() -> None:
    folder = Path(tempfile.mkdtemp(prefix="xc-trial-log-"))
    folder.chmod(0o711)
    try:
        with TrialDatabase(folder, fast=True) as database:
            with psycopg.connect(database.url(), autocommit=True) as connection:
                connection.execute("CREATE TABLE said (words text CHECK (length(words) < 3))")
                with pytest.raises(psycopg.errors.CheckViolation):
                    connection.execute(f"INSERT INTO said VALUES ('{WORDS}')")
                with pytest.raises(psycopg.errors.CheckViolation):
                    connection.execute("INSERT INTO said VALUES (%s)", [WORDS])
            log = database.log.read_text(encoding="utf-8", errors="replace")
        assert "said_words_check" in log
        assert "13800001111" not in log
        assert "李小明" not in log
    finally:
        shutil.rmtree(folder)
