"""The hall list and the case page over 1,000,000 cases, of which 30,000 are open, for three kinds of readers.

Whole pages are measured: request in, HTML out, in this process. Floor: the same statements by bare psycopg.
"""

from collections.abc import Iterable
from statistics import median

from django.test import Client

from xiucheng.foundation.people import queries as people

from . import seed
from .measure import Figure, Statement, bare_connection, percentile, run_bare, statements_of, timed

READERS = ("dispatcher", "street_head", "agency_clerk")
PAGES = ("/desk/?partial=list", "/desk/?partial=list&cursor=last")


def measure(quick: bool, asked: Iterable[str]) -> list[Figure]:
    """hall_list_p95_ms, case_page_p95_ms."""
    asked = set(asked)
    world = seed.cases(total=50_000 if quick else 1_000_000, still_open=3_000 if quick else 30_000)
    runs, repeats = (3, 20) if quick else (5, 60)
    figures = []
    if "hall_list_p95_ms" in asked:
        addresses = [(world.account(reader), page) for reader in READERS for page in PAGES]
        figures.append(_page("hall_list_p95_ms", addresses, runs, repeats))
    if "case_page_p95_ms" in asked:
        account = world.account("dispatcher")
        addresses = [(account, f"/desk/cases/{number}") for number in world.some_open(12)]
        figures.append(_page("case_page_p95_ms", addresses, runs, repeats // 2))
    return figures


def _client(account_id: object) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(people.account(account_id))
    return client


def _page(name: str, addresses: list[tuple[object, str]], runs: int, repeats: int) -> Figure:
    """The worst address decides: its p95 in each run, the median over the runs."""
    clients = {account: _client(account) for account, _ in addresses}
    asked = [(clients[account], address) for account, address in addresses]
    statements = [statements_of(lambda c=c, a=a: _get(c, a)) for c, a in asked]
    mine: list[float] = []
    bare: list[float] = []
    for _ in range(runs):
        mine.append(max(_p95(lambda c=c, a=a: _get(c, a), repeats) for c, a in asked))
        bare.append(max(_bare_p95(one, repeats) for one in statements))
    most = max(len(one) for one in statements)
    return Figure(name, median(mine), "ms", median(bare), more_is_better=False, note=f"{most} statements")


def _get(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")


def _p95(work: object, repeats: int) -> float:
    return percentile([timed(work) * 1000 for _ in range(repeats)], 0.95)  # type: ignore[arg-type]


def _bare_p95(statements: list[Statement], repeats: int) -> float:
    with bare_connection() as main, bare_connection("keys") as keys:
        bare = {"default": main, "keys": keys}
        return percentile([timed(lambda: run_bare(bare, statements)) * 1000 for _ in range(repeats)], 0.95)
