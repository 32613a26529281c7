"""A million cases in the bench's district, filled set-wise by SQL; everything follows from running numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.journal import readers
from xiucheng.kit.now import now
from xiucheng.operations.cases import commands as cases_commands
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases.rules import display_number
from xiucheng.operations.intake import commands as intake

from .district import District, district

KEYS = 500
"""So many keys lie under the titles; a page of 50 opens nearly as many different ones."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """The filled district."""

    district: District

    def account(self, role: str) -> UUID:
        """The account of a reader: dispatcher, street_head or agency_clerk."""
        return self.district.account(role)

    def some_open(self, count: int) -> list[str]:
        """Numbers of new cases that went the way of a case: reported, filed, dispatched, signed, told of once more,
        asked about, so that their pages have a story."""
        return list(islice(_lively(self.district), count))


def _lively(founded: District) -> Iterator[str]:
    roles = ("acceptor", "dispatcher", "agency_clerk")
    by = {role: people.standing_of(people.account(founded.account(role)), now()) for role in roles}
    tell = partial(
        intake.submit_report,
        by=Standing.resident("resident"),
        channel="resident",
        text="路面破损，有积水",
        lon=122.0301,
        lat=37.4201,
        address="学府路与文化路交叉口东南角（示例）",
    )
    while True:
        report = tell(now=now())
        filed = intake.file_report(by=by["acceptor"], now=now(), report_id=report.report_id, category="C0201")
        case_id = filed.case_id
        roads = founded.agencies["roads"]
        cases_commands.dispatch_case(by=by["dispatcher"], now=now(), case_id=case_id, agency_id=roads)
        cases_commands.sign_case(by=by["agency_clerk"], now=now(), case_id=case_id)
        again = tell(now=now())
        intake.attach_report(by=by["acceptor"], now=now(), report_id=again.report_id, case=case_id)
        cases_commands.extend_case(by=by["agency_clerk"], now=now(), case_id=case_id, reason="等待材料到货")
        readers.catch_up()
        yield filed.number


def cases(*, total: int, still_open: int) -> Seeded:
    """Fill the district up to `total` cases, `still_open` of them open; what is there already counts.

    Rows of the case, its sealed title and its line on the board, by one statement each; a million takes a minute or
    two. Open cases are due between a day ago and four days from now, a fifth of them overdue. Where other figures
    left more open than wanted, the surplus is put away as closed.
    """
    founded = district()
    readers.catch_up()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE open) FROM board_row")
        there, open_now = cursor.fetchone()
        if open_now > still_open:
            _put_away(cursor, open_now - still_open)
        missing = max(0, still_open - open_now)
        if there < total or missing:
            _fill(cursor, founded, max(total - there, missing), missing)
            _tidy(cursor)
    return Seeded(founded)


def _put_away(cursor: Any, surplus: int) -> None:
    cursor.execute("CREATE TEMP TABLE bench_away AS SELECT case_id FROM board_row WHERE open LIMIT %s", [surplus])
    cursor.execute(
        "UPDATE board_row SET open = false, state = 'closed', sort_at = changed_at, closed_at = changed_at"
        " WHERE case_id IN (SELECT case_id FROM bench_away)"
    )
    cursor.execute(
        "UPDATE cases_case SET state = 'closed', closing = 'handled', closed_at = moved_at"
        " WHERE id IN (SELECT case_id FROM bench_away)"
    )
    cursor.execute("DROP TABLE bench_away")


def _fill(cursor: Any, founded: District, count: int, still_open: int) -> None:
    at = now()
    catalogue = configuration.catalogue(at)
    chosen = [catalogue.categories[key] for key in sorted(catalogue.categories)]
    keys = vault.new_keys(KEYS)
    cursor.execute("SELECT count(*) FROM cases_case WHERE id < %s", [_AFTER_SEEDED])
    first = cursor.fetchone()[0]
    values = {
        "total": first + count,
        "ended": first + count - still_open,
        "now": at,
        "catalogue": catalogue.version,
        "categories": [one.key for one in chosen],
        "conditions": [one.default_condition.key for one in chosen],
        "severities": [one.default_condition.severity for one in chosen],
        "kinds": [one.kind for one in chosen],
        "communities": list(founded.communities),
        "agencies": list(founded.agencies.values()),
        "keys": keys,
        "titles": [vault.seal(key, f"示例案卷：第 {index} 类问题") for index, key in enumerate(keys)],
    }
    _number(cursor, first, count, at.year)
    for statement in (_PLAN, _CASES, _CONTENT, _BOARD):
        cursor.execute(statement, values)
    cursor.execute("DROP TABLE bench_number, bench_plan")


def _tidy(cursor: Any) -> None:
    """What autovacuum does by itself in a district that grew by and by."""
    for table in ("cases_case", "cases_content", "board_row"):
        cursor.execute(f"{'ANALYZE' if connection.in_atomic_block else 'VACUUM (ANALYZE)'} {table}")


def _number(cursor: Any, first: int, count: int, year: int) -> None:
    """Real numbers with their check digits, which SQL cannot reckon, into a table for the time of the session."""
    cursor.execute("SELECT nextval('cases_number')")
    running = cursor.fetchone()[0]
    cursor.execute("CREATE TEMP TABLE bench_number (i int, number text)")
    with cursor.copy("COPY bench_number FROM STDIN") as copy:
        for i in range(1, count + 1):
            copy.write_row((first + i, display_number(year, running + i)))
    cursor.execute("SELECT setval('cases_number', %s)", [running + count])


# Seeded cases have ids of their own time, before that of every real one: 01900000-0000-7000-8000-<running number>.
_AFTER_SEEDED = UUID("01900001-0000-7000-8000-000000000000")
# What each case is, from its running number: h1 … h4 are even hashes of it.
_PLAN = """
CREATE TEMP TABLE bench_plan AS
SELECT i, number, ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid AS id, i > %(ended)s AS open,
    (%(categories)s::text[])[c] AS category, (%(conditions)s::text[])[c] AS condition,
    (%(severities)s::text[])[c] AS severity, (%(kinds)s::text[])[c] AS kind,
    (%(communities)s::text[])[1 + h2 %% array_length(%(communities)s::text[], 1)] AS area,
    (%(agencies)s::uuid[])[1 + h3 %% array_length(%(agencies)s::uuid[], 1)] AS agency,
    CASE WHEN i <= %(ended)s THEN 'closed'
         ELSE ('{filed,filed,dispatched,dispatched,dispatched,handling,handling,handling,handling,handling,handling,'
               'handling,handling,handling,replied,post_checking,post_checking,post_checking,returned,self_review}'
              ::text[])[1 + h4 %% 20] END AS state,
    (ARRAY['resident', 'hotline', 'patrol', 'desk'])[1 + h4 %% 4] AS channel,
    CASE WHEN i > %(ended)s THEN %(now)s::timestamptz + make_interval(mins => h1 %% 7200 - 1440)
         ELSE %(now)s::timestamptz - make_interval(mins => 2880 + (%(total)s - i) / 2) END AS due_at,
    CASE WHEN i > %(ended)s THEN %(now)s::timestamptz - make_interval(mins => h2 %% 4320)
         ELSE %(now)s::timestamptz - make_interval(mins => 4320 + (%(total)s - i) / 2) END AS filed_at,
    h1, h2
FROM (
    SELECT n.i, n.number, abs(hashint4(n.i)) AS h1, abs(hashint4(n.i + 7)) AS h2, abs(hashint4(n.i + 77)) AS h3,
        abs(hashint4(n.i + 777)) AS h4, 1 + abs(hashint4(n.i + 7777)) %% array_length(%(categories)s::text[], 1) AS c
    FROM bench_number n
) AS hashed
"""
_WITH_AGENCY = "state IN ('dispatched', 'handling', 'replied', 'post_checking', 'closed')"
_CASES = f"""
INSERT INTO cases_case (id, number, state, version, channel, category, condition, condition_assumed, severity,
    catalogue_version, area, unit_grid, component, lon, lat, "limit", needs_check, after_photo, filed_at, clock_from,
    due_at, provisional, handle_due_at, agency_id, agencies, handlers, checked, rework_count, reopen_count,
    extend_count, supervised, self_handled, imported, quality, state_before, closed_at, closing, moved_at)
SELECT id, number, state, 3, channel, category, condition, true, severity, %(catalogue)s, area, '', '',
    122 + (h1 %% 100000) / 1000000.0, 37 + (h2 %% 100000) / 1000000.0,
    '{{"value": 2, "unit": "work_day", "mode": "elapsed"}}', state = 'post_checking', false, filed_at, filed_at,
    due_at, false, due_at, CASE WHEN {_WITH_AGENCY} THEN agency END,
    CASE WHEN {_WITH_AGENCY} THEN ARRAY[agency] ELSE ARRAY[]::uuid[] END, ARRAY[]::uuid[], '', 0, 0, 0,
    h1 %% 50 = 0, state = 'self_review', false, ARRAY[]::text[], '',
    CASE WHEN NOT open THEN due_at - interval '1 hour' END, CASE WHEN open THEN '' ELSE 'handled' END, filed_at
FROM bench_plan
"""  # noqa: S608
_CONTENT = f"""
INSERT INTO cases_content (id, case_id, kind, key_id, sealed)
SELECT ('01900000-0000-7000-9000-' || lpad(to_hex(i), 12, '0'))::uuid, id, 'title',
    (%(keys)s::uuid[])[1 + i %% {KEYS}], (%(titles)s::bytea[])[1 + i %% {KEYS}]
FROM bench_plan
"""  # noqa: S608
_BOARD = f"""
INSERT INTO board_row (case_id, number, state, open, sort_at, due_at, handle_due_at, clock_from, agency_id, category,
    kind, severity, area, street, community, channel, filed_at, closed_at, changed_at, version, sources, report_count,
    closing, supervised, self_handled, rework_count, reopen_count, extend_count, asked, imported)
SELECT id, number, state, open, CASE WHEN open THEN due_at ELSE due_at - interval '1 hour' END, due_at, due_at,
    filed_at, CASE WHEN {_WITH_AGENCY} THEN agency END, category, kind, severity, area, left(area, 9), area, channel,
    filed_at, CASE WHEN NOT open THEN due_at - interval '1 hour' END, filed_at, 3,
    jsonb_build_object(channel, 1), 1, CASE WHEN open THEN '' ELSE 'handled' END, h1 %% 50 = 0,
    state = 'self_review', 0, 0, 0, '', false
FROM bench_plan
"""  # noqa: S608
