"""What a row of the tables of addresses says: the address, who gets which answer, how much it may ask the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.repository.scene import HOLDERS

STAFF = frozenset(HOLDERS)
RESIDENT = "resident"
EVERYBODY = STAFF | {RESIDENT}

ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
CENTRE = frozenset({"acceptor", "dispatcher", "shift_leader", "leader"})
ON_SITE = frozenset({"grid_officer", "inspector", "community_secretary", "street_head"})
AGENCY = frozenset({"agency_clerk", "crew"})
SEE_CASES = STAFF - ADMINISTRATORS
SEE_THE_CASE = CENTRE | ON_SITE | AGENCY
SEE_THE_REPORT = CENTRE | ON_SITE
FINDERS = frozenset({"grid_officer", "inspector"})
ACCEPT = frozenset({"acceptor", "shift_leader"})
LEAD = frozenset({"shift_leader", "leader"})
CONFIGURE = LEAD | {"system_admin"}

EXPORT = LEAD | {"street_head", "agency_clerk", "stranger"}

LOGIN = 302
"""Whoever has not signed in is led to the page where one does."""


@dataclass(frozen=True)
class Row:
    """One address by one method. answers: status → who gets it; together everybody, each once.

    hides: what is in the district but not in the scope of `from_whom`, so that it must not stand in their answer.
    statements: at most so many for whoever gets the page, sign-in and key store included.
    """

    route: str
    path: str
    answers: Mapping[int, frozenset[str]]
    method: str = "GET"
    body: Mapping[str, str] = field(default_factory=dict)
    hides: str = ""
    from_whom: frozenset[str] = frozenset()
    statements: int = 12

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def desk(route: str, path: str, *groups: tuple[int, frozenset[str]], method: str = "GET", **more: object) -> Row:
    """An address of the desk: the groups as given, all other staff 403, residents are led to sign in."""
    answers = dict(groups)
    rest = STAFF.difference(*answers.values())
    if rest:
        answers[403] = answers.get(403, frozenset()) | rest
    answers[LOGIN] = answers.get(LOGIN, frozenset()) | {RESIDENT}
    return Row(f"desk/{route}", f"/desk/{path}", answers, method, **more)  # type: ignore[arg-type]


def open_to_all(route: str, path: str, status: int = 200, method: str = "GET", **more: object) -> Row:
    """An address that answers everybody alike."""
    return Row(route, path, {status: EVERYBODY}, method, **more)  # type: ignore[arg-type]


def account(route: str, staff: int, resident: int = LOGIN, method: str = "GET") -> Row:
    """An address of signing in."""
    answers = {staff: STAFF, resident: frozenset({RESIDENT})} if staff != resident else {staff: EVERYBODY}
    return Row(f"accounts/{route}", f"/accounts/{route}", answers, method)


FOUNDER = frozenset({"security_admin"})


def founding(route: str, path: str, *groups: tuple[int, frozenset[str]], method: str = "GET", **more: object) -> Row:
    """An address of the set-up: the security administrator's alone."""
    row = desk(route, path, *groups, method=method, **more)
    return replace(row, route=f"setup/{route}", path=f"/setup/{path}")
