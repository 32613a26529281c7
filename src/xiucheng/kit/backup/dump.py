"""One database's schema into a file and back, by pg_dump and psql; taking back is one transaction or nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from .programs import aside, check, idle_disk

# Everything that the site's role owns in its schema. A function or type may go with its table: hence IF EXISTS.
EMPTY = """
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '20s';
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT format('DROP %s IF EXISTS %I CASCADE',
                 CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                              WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END, relname) AS say
               FROM pg_class
               WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r','p','v','m','S','c')
               -- A column's own sequence cannot go before its table, whichever the catalogue happens to list first.
               ORDER BY relkind = 'S'
    LOOP EXECUTE one.say; END LOOP;
    FOR one IN SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure) AS say
               FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    LOOP EXECUTE one.say; END LOOP;
    FOR one IN SELECT format('DROP TYPE IF EXISTS %I CASCADE', typname) AS say
               FROM pg_type WHERE typnamespace = current_schema()::regnamespace AND typtype IN ('e','d')
    LOOP EXECUTE one.say; END LOOP;
END $$;
"""
# What newer programs write and older servers do not know; nothing of a restore depends on it.
_UNKNOWN_TO_OLDER = (b"SET transaction_timeout", b"\\restrict ", b"\\unrestrict ")


def save(programs: Path, libpq: Mapping[str, str], schema: str, target: Path) -> None:
    """Writes the schema as it is at one moment into `target` (pg_dump's own format, compressed).

    What UNLOGGED tables hold is left out: it is derived, and may be words in the clear. Refused: `program_failed`.
    """
    command = [
        *idle_disk(),
        str(programs / "pg_dump"),
        "--format=custom",
        "--compress=1",
        "--no-unlogged-table-data",
        "--no-owner",
        "--no-privileges",
        f"--schema={schema}",
        f"--file={target}",
    ]
    process = subprocess.Popen(command, env=dict(libpq), stderr=subprocess.PIPE, preexec_fn=aside)
    check(process, "pg_dump")


def load(programs: Path, libpq: Mapping[str, str], source: Path, *, empty_first: bool) -> None:
    """Puts the dump in place by one transaction, after emptying the schema if asked to; half a restore never stays.

    Refused: `program_failed` with what psql said last; everything is then as it was.
    """
    reading = subprocess.Popen(
        [str(programs / "pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(source)],
        env=dict(libpq),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    psql = [str(programs / "psql"), "--no-psqlrc", "--quiet", "--single-transaction", "-v", "ON_ERROR_STOP=1"]
    writing = subprocess.Popen(
        [*psql, "--output=/dev/null", "--file=-"],
        env=dict(libpq),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert reading.stdout is not None
    assert writing.stdin is not None
    try:
        if empty_first:
            writing.stdin.write(EMPTY.encode())
        in_data = False
        for line in reading.stdout:
            # Rows travel untouched, whatever they look like.
            if in_data:
                in_data = line != b"\\.\n"
            elif line.startswith(_UNKNOWN_TO_OLDER) or line.startswith(b"CREATE SCHEMA "):
                continue
            else:
                in_data = line.startswith(b"COPY ") and line.rstrip().endswith(b"FROM stdin;")
            writing.stdin.write(line)
        reading.stdout.close()
        check(reading, "pg_restore")
    except BrokenPipeError:
        reading.kill()  # psql has given up; what it said is the reason
        reading.communicate()
    except BaseException:
        writing.kill()  # a transaction that is not ended by psql is undone
        writing.communicate()
        raise
    check(writing, "psql")
