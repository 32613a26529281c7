"""Which of many references live steps name: what may not be taken back because somebody has worked with it since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# As subject, as actor or anywhere in the payload; steps of imported history do not count.
_NAMING = """
SELECT DISTINCT ON (named.ref) named.ref, s.room || '.' || s.verb, s.recorded_at
FROM kit_step s CROSS JOIN LATERAL (
    SELECT s.subject::text AS ref
    UNION ALL SELECT split_part(s.actor, ':', 2)
    UNION ALL SELECT found #>> '{}' FROM jsonb_path_query(s.payload, 'strict $.** ? (@.type() == "string")') AS found
) AS named
WHERE s.recorded_at > %(after)s AND NOT s.imported AND NOT s.actor = ANY(%(own)s) AND named.ref = ANY(%(refs)s)
ORDER BY named.ref, s.recorded_at
"""


@dataclass(frozen=True, slots=True)
class Naming:
    """A live step that names a reference: which, what ("cases.dispatch"), when."""

    ref: str
    step: str
    at: datetime


def first_naming(refs: Sequence[str], *, after: datetime, own: Sequence[str] = ()) -> list[Naming]:
    """The first live step on each of these references recorded after a moment; one statement.

    refs: ids and codes as payloads hold them. own: actors whose steps do not count. Goes through all steps since
    then (no index serves it), so it is asked from a job.
    """
    if not refs:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_NAMING, {"after": after, "own": list(own), "refs": list(refs)})
        return [Naming(*row) for row in cursor.fetchall()]
