"""Contact chains (联系链): who on the staff, or which neighbour, reaches whom; without circles, from the top."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiucheng.kit.refused import Refused
from xiucheng.kit.site import lock_key
from xiucheng.kit.verbs import verb

from .. import queries
from ..commands.frame import locked, record
from ..commands.staff import NO_PERSON
from ..models import ChainLink, Neighbour, Person
from ..rules import Standing
from .neighbours import NOBODY
from .stewardship import makes_circle

_COLUMNS = ("id", "reached_id", "through_person_id", "through_id", "area", "starts_at")


@dataclass(frozen=True, slots=True)
class Reached:
    """One link: who is reached, through whom (a person on the staff or a neighbour), since when."""

    link_id: UUID
    neighbour_id: UUID
    person_id: UUID | None
    through: UUID | None
    area: str
    since: datetime


@verb
def link_chain(
    *, by: Standing, now: datetime, neighbour_id: UUID, person_id: UUID | None = None, through: UUID | None = None
) -> UUID:
    """From now on this neighbour is reached through a person on the staff, or through another neighbour of the
    community; whoever did before no longer does. Asked again for the same, the link that stands is returned.

    Refused: not_found, not_yours, through_one, left, other_community, circle.
    """
    row = locked(Neighbour, neighbour_id, NOBODY)
    queries.demand(by, "people.neighbours", area=row.area)
    if (person_id is None) == (through is None):
        raise Refused("through_one", _("请选一位：工作人员，或者另一位居民。"), fields={"through": _("请选一位。")})
    with connection.cursor() as cursor:
        # Two people making a circle at once would each see none.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key("people.chain")])
    if person_id is not None and not locked(Person, person_id, NO_PERSON).is_active:
        raise Refused("left", _("此人已经离岗。"), fields={"through": _("此人已经离岗。")})
    if through is not None:
        _check_neighbour(row, through, now)
    current = ChainLink.objects.filter(_now(now), reached=row).first()
    if current is not None and (current.through_person_id, current.through_id) == (person_id, through):
        return current.id
    _finish(current, now)
    made = ChainLink(reached=row, through_person_id=person_id, through_id=through, area=row.area, starts_at=now)
    made.save(force_insert=True)
    record("link_chain", row.id, by, now, link=made.id, person=person_id, through=through, area=row.area)
    return made.id


def _check_neighbour(row: Neighbour, through: UUID, now: datetime) -> None:
    other = locked(Neighbour, through, NOBODY)
    if other.area != row.area:
        text = _("联系人要在同一个社区。")
        raise Refused("other_community", text, fields={"through": text})
    links = ChainLink.objects.filter(_now(now), area=row.area, through__isnull=False)
    upward = dict(links.values_list("reached_id", "through_id"))
    if makes_circle(row.id, other.id, {key: value for key, value in upward.items() if value is not None}):
        text = _("这样会绕成一圈：对方正由此人联系。")
        raise Refused("circle", text, fields={"through": text})


def _now(at: datetime) -> Q:
    return Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))


def _finish(current: ChainLink | None, now: datetime) -> None:
    if current is None:
        return
    if current.starts_at >= now:
        current.delete()
    else:
        current.ends_at = now
        current.save(update_fields=["ends_at"])


@verb
def end_chain(*, by: Standing, now: datetime, neighbour_id: UUID) -> None:
    """This neighbour is reached through nobody any more. Refused: not_found, not_yours, already_ended (409)."""
    row = locked(Neighbour, neighbour_id, NOBODY)
    queries.demand(by, "people.neighbours", area=row.area)
    current = ChainLink.objects.filter(_now(now), reached=row).first()
    if current is None:
        raise Refused("already_ended", _("现在没有人联系此人。"), status=409)
    _finish(current, now)
    record("end_chain", row.id, by, now, link=current.id, area=row.area)


# Circles are refused when a link is made; should there be one all the same, it ends instead of running for ever.
_UP = """
WITH RECURSIVE way AS (
    SELECT id, reached_id, through_person_id, through_id, area, starts_at, 1 AS far
    FROM people_chain_link WHERE reached_id = %(who)s AND starts_at <= %(at)s AND (ends_at IS NULL OR ends_at > %(at)s)
    UNION ALL
    SELECT above.id, above.reached_id, above.through_person_id, above.through_id, above.area, above.starts_at, far + 1
    FROM way JOIN people_chain_link above ON above.reached_id = way.through_id
        AND above.starts_at <= %(at)s AND (above.ends_at IS NULL OR above.ends_at > %(at)s)
) CYCLE reached_id SET turned USING passed
SELECT id, reached_id, through_person_id, through_id, area, starts_at FROM way WHERE NOT turned ORDER BY far
"""


def way_to(neighbour_id: UUID, *, at: datetime) -> list[Reached]:
    """The links from this neighbour up to the staff, the nearest first; ends where the chain does; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_UP, {"who": neighbour_id, "at": at})
        return [Reached(*row) for row in cursor.fetchall()]


def reached_through(neighbour_id: UUID, *, at: datetime) -> list[Reached]:
    """Whom this neighbour reaches, those of long standing first, every one of them; one statement."""
    rows = ChainLink.objects.filter(_now(at), through=neighbour_id).order_by("starts_at", "id")
    return [Reached(*row) for row in rows.values_list(*_COLUMNS)]


def unreached(neighbour_ids: Iterable[UUID], *, at: datetime) -> set[UUID]:
    """Those of them whom nobody reaches now; one statement."""
    wanted = set(neighbour_ids)
    links = ChainLink.objects.filter(_now(at), reached__in=wanted)
    return wanted - set(links.values_list("reached_id", flat=True))
