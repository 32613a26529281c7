"""Importing history: 5,000 synthetic requests shaped like a city's open 311 data, by the import channel itself.

Each request becomes a report, a case, its moves as imported steps and its sealed words. Floor: the rows that the import
wrote, put by one bare COPY per table into tables of the same columns and indexes.
"""

import csv
import random
import secrets
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from psycopg import sql

from xiucheng.kit.ids import uuid7
from xiucheng.kit.journal import readers
from xiucheng.kit.now import now
from xiucheng.operations.intake import imports
from xiucheng.operations.intake.imports import Mapping

from .district import BOUNDS, CODE, District, district
from .measure import Figure, bare_connection, in_turn, timed

_MAPPING = f"""
name = "bench"
title = "测速用的合成历史（示例）"
mode = "historical"
zone = "Asia/Shanghai"
channel = "import"
place = "optional"
district = "{CODE}"

[columns]
external_id = "number"
text = "type"
category = "category"
address = "address"
lon = "longitude"
lat = "latitude"
created = "created"
due = {{ column = "service_day", as = "day_end" }}
closed = "closed"
agency = "owner"
"""
_COLUMNS = (
    "number",
    "type",
    "category",
    "address",
    "longitude",
    "latitude",
    "created",
    "service_day",
    "closed",
    "owner",
)
# What an import writes, with the column by which its rows are known: all ids are made in the order of time.
_WRITTEN = (
    ("default", "intake_report", "id"),
    ("default", "intake_content", "report_id"),
    ("default", "intake_row", "report_id"),
    ("default", "cases_case", "id"),
    ("default", "cases_content", "id"),
    ("default", "kit_step", "id"),
    ("keys", "keystore_key", "id"),
)


def measure(quick: bool, asked: Iterable[str]) -> list[Figure]:
    """import_per_s."""
    founded = district()
    readers.catch_up()
    rows = 1_000 if quick else 5_000
    mapping = imports.parse(_MAPPING.encode())
    since = uuid7()
    _import(founded, mapping, 200)

    def ours() -> float:
        nonlocal since
        readers.catch_up()
        since = uuid7()
        return _import(founded, mapping, rows)

    rate, floor = in_turn(3 if quick else 5, ours, lambda: rows / _copied(since))
    readers.catch_up()
    return [Figure("import_per_s", rate, "requests/s", floor)]


def _import(founded: District, mapping: Mapping, rows: int) -> float:
    """Requests a second of one import of a file that has never been seen before."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requests.csv"
        _write(path, founded, rows)
        report = imports.run(path, mapping, now=now())
    if report.accepted != rows:
        raise RuntimeError(f"{rows - report.accepted} of {rows} rows refused: {report.rejections[:3]}")
    return report.per_second


def _write(path: Path, founded: District, rows: int) -> None:
    rng = random.Random(rows)
    run = secrets.token_hex(4)
    agencies = sorted(founded.agencies)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_COLUMNS)
        for number in range(rows):
            created = datetime(2024, 1, 1) + timedelta(minutes=rng.randrange(500_000))
            closed = created + timedelta(minutes=rng.randrange(30, 12_000))
            category = rng.choice(founded.categories)
            # One in six has no coordinates, as in the open data.
            place = _somewhere(rng) if rng.random() > 1 / 6 else ("", "")
            writer.writerow(
                (
                    f"{run}-{number}",
                    f"示例诉求 {category}",
                    category,
                    f"示例路 {number % 900 + 1} 号",
                    *place,
                    created,
                    (created + timedelta(days=4)).date(),
                    closed if rng.random() > 0.01 else "",
                    rng.choice(agencies),
                )
            )


def _somewhere(rng: random.Random) -> tuple[str, str]:
    west, south, east, north = BOUNDS
    return f"{rng.uniform(west, east):.6f}", f"{rng.uniform(south, north):.6f}"


def _copied(since: UUID) -> float:
    """Seconds that bare COPY takes for what was written after `since`."""
    seconds = 0.0
    for alias in ("default", "keys"):
        seconds += _copied_to(alias, [(table, column) for where, table, column in _WRITTEN if where == alias], since)
    return seconds


def _copied_to(alias: str, tables: Sequence[tuple[str, str]], since: UUID) -> float:
    with bare_connection(alias) as bare:
        data: list[tuple[sql.Identifier, list[bytes]]] = []
        for table, column in tables:
            twin = sql.Identifier(f"bench_{table}")
            bare.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(twin, sql.Identifier(table)))
            out = sql.SQL("COPY (SELECT * FROM {} WHERE {} > {}) TO STDOUT").format(
                sql.Identifier(table), sql.Identifier(column), sql.Literal(since)
            )
            with bare.cursor().copy(out) as copy:
                data.append((twin, [bytes(block) for block in copy]))
        bare.commit()

        def put() -> None:
            for twin, blocks in data:
                with bare.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(twin)) as copy:
                    for block in blocks:
                        copy.write(block)
            bare.commit()

        seconds = timed(put)
        for twin, _blocks in data:
            bare.execute(sql.SQL("DROP TABLE {}").format(twin))
    return seconds
