"""A request: somebody asks for a decision that another post takes; asked and decided once, granted or refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xiucheng.foundation.people.rules import Standing, covers

PENDING, GRANTED, REFUSED = "pending", "granted", "refused"
REQUEST_STATES = (PENDING, GRANTED, REFUSED)


@dataclass(frozen=True, slots=True)
class Request:
    """what: a code of the room that asks. args: codes and references. to_area "": the whole district.

    asked_by, decided_by: actors as the journal stores them.
    """

    id: UUID
    room: str
    subject: UUID
    task_id: UUID | None
    what: str
    args: Mapping[str, Any]
    asked_by: str
    asked_at: datetime
    to_posts: tuple[str, ...]
    to_area: str
    to_agency: UUID | None
    state: str
    decided_by: str | None
    decided_at: datetime | None


def decides(standing: Standing, request: Request) -> bool:
    """Does a post of this standing take the decision that is asked for? The rooms above may know better: they ask
    their own matrix."""
    return any(
        post.role in request.to_posts
        and covers(post.area, request.to_area)
        and (request.to_agency is None or post.agency_id == request.to_agency)
        for post in standing.posts
    )
