"""The hall list and the case page over 1,000,000 cases, of which 30,000 are open, for three kinds of readers.

Whole answers are measured: request in, HTML out, in this process; of several addresses the slowest counts. Floor: the
same statements by bare psycopg, which draws nothing.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from statistics import median
from typing import Any
from uuid import UUID

from django.test import Client

from xiucheng.foundation.people import queries as people

from ..words import _
from . import seed
from .bare import Statement, run_bare
from .measure import Figure, bare_connection, percentile, statements_of, timed

READERS = ("dispatcher", "street_head", "agency_clerk")
HALL = ("/desk/", "/desk/?cursor=last")
# The page itself, and the two parts that it fetches right after.
CASE = ("/desk/cases/{}", "/desk/cases/{}/story", "/desk/cases/{}/aside")


def measure(quick: bool, asked: Iterable[str]) -> list[Figure]:
    """hall_list_p95_ms, case_page_p95_ms."""
    asked = set(asked)
    world = seed.cases(total=50_000 if quick else 1_000_000, still_open=3_000 if quick else 30_000)
    runs, repeats = (3, 20) if quick else (5, 60)
    figures = []
    if "hall_list_p95_ms" in asked:
        pages = [_Page(f"{reader} {address}", world.account(reader), address) for reader in READERS for address in HALL]
        figures.append(_figure("hall_list_p95_ms", pages, runs, repeats))
    if "case_page_p95_ms" in asked:
        number = world.some_open(1)[0]
        pages = [_Page(address, world.account("dispatcher"), address.format(number)) for address in CASE]
        figures.append(_figure("case_page_p95_ms", pages, runs, repeats))
    return figures


class _Page:
    """One address as one reader opens it, and the statements that it takes."""

    def __init__(self, name: str, account_id: UUID, address: str) -> None:
        self.name = name
        self._address = address
        self._client = Client(SERVER_NAME="localhost")
        self._client.force_login(people.account(account_id))
        # As after a sign-in with a second factor, which is asked about once in a session.
        session = self._client.session
        session["second_factor"] = True
        session.save()
        # Once before, so that templates and what a process remembers are there, as they are in a server.
        self.get()
        self.statements: list[Statement] = statements_of(self.get)

    def get(self) -> None:
        """Open it."""
        answer = self._client.get(self._address)
        if answer.status_code != 200:
            raise RuntimeError(f"{self.name} answers {answer.status_code}")

    def get_bare(self, bare: dict[str, Any]) -> None:
        """Its statements alone."""
        run_bare(bare, self.statements)


def _figure(name: str, pages: Sequence[_Page], runs: int, repeats: int) -> Figure:
    """Of each page the p95 of every run, and of these the median; the slowest page stands for the figure."""
    mine: dict[str, list[float]] = {page.name: [] for page in pages}
    floor: dict[str, list[float]] = {page.name: [] for page in pages}
    with bare_connection() as main, bare_connection("keys") as keys:
        bare = {"default": main, "keys": keys}
        for _run in range(runs):
            for page in pages:
                mine[page.name].append(_p95(page.get, repeats))
                floor[page.name].append(_p95(partial(page.get_bare, bare), repeats))
    slowest = max(pages, key=lambda page: median(mine[page.name]))
    most = max(len(page.statements) for page in pages)
    told = ", ".join(f"{page.name} {median(mine[page.name]):.1f}" for page in pages)
    return Figure(
        name,
        median(mine[slowest.name]),
        "ms",
        median(floor[slowest.name]),
        more_is_better=False,
        note=_("至多 {most} 条语句；各页：{told}").format(most=most, told=told),
    )


def _p95(work: Any, repeats: int) -> float:
    return percentile([timed(work) * 1000 for _ in range(repeats)], 0.95)
