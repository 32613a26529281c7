"""Finding on the desk: waiting reports by their words, and the category that a report's words name."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from tests.world import World
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit.now import now
from xiucheng.operations.intake import commands as intake
from xiucheng.operations.intake import queries

SignIn = Callable[[str], Client]


def submit(text: str, channel: str = "resident", **more: str) -> UUID:
    by = Standing.resident(channel)
    return intake.submit_report(by=by, now=now(), channel=channel, text=text, area="990101001001", **more).report_id  # type: ignore[arg-type]


@pytest.fixture
def waiting(world: World) -> dict[str, UUID]:
    return {
        "lamp": submit("河边路灯不亮，晚上看不清路", address="幸福路 12 号"),
        "rubbish": submit("菜市场门口的泡沫箱没有人收 LED 灯箱也坏了"),
    }


def reports(client: Client, query: str) -> str:
    return client.get(f"/desk/reports/?{query}").content.decode()


def test_a_report_is_found_by_its_words_and_its_place(waiting: dict[str, UUID], sign_in: SignIn) -> None:
    client = sign_in("acceptor")
    for words in ("看不清", "幸福路", "幸福 路灯"):
        html = reports(client, f"q={words}")
        assert str(waiting["lamp"]) in html, words
        assert str(waiting["rubbish"]) not in html, words
        assert "符合的有 <b>1</b> 条" in html
    assert str(waiting["rubbish"]) in reports(client, "q=ＬＥＤ"), "full-width signs and capitals are the same"
    nothing = reports(client, "q=幸福 泡沫箱")
    assert "没有符合的上报" in nothing
    assert "<b>0</b>" in nothing


def test_nobody_finds_what_they_may_not_open(world: World, waiting: dict[str, UUID]) -> None:
    assert queries.search(world.standing("acceptor"), "路灯") == [waiting["lamp"]]
    assert queries.search(world.standing("lights_clerk"), "路灯") == []
    assert queries.search(world.standing("acceptor"), "  ") == []


def test_the_hall_points_to_the_reports_that_are_no_cases_yet(waiting: dict[str, UUID], sign_in: SignIn) -> None:
    found = sign_in("acceptor").get("/desk/?queue=all&q=泡沫箱").content.decode()
    assert "待受理的上报里还有 1 条" in found
    assert "待受理的上报里还有" not in sign_in("dispatcher").get("/desk/?queue=all&q=泡沫箱").content.decode()


def test_the_sentence_counts_what_is_listed(waiting: dict[str, UUID], sign_in: SignIn) -> None:
    client = sign_in("acceptor")
    assert "<b>2</b> 条上报等着受理" in reports(client, "")
    assert "符合的有 <b>2</b> 条" in reports(client, "channel=resident")
    assert "<b>0</b>" in reports(client, "channel=hotline")
    assert "<b>0</b>" in reports(client, "state=pre_verifying")


def test_filing_offers_what_the_words_name(waiting: dict[str, UUID], sign_in: SignIn) -> None:
    html = sign_in("acceptor").get(f"/desk/reports/{waiting['lamp']}/moves/file").content.decode()
    assert "data-finder" in html
    assert 'data-value="C0137"' in html
    assert 'data-value="E0110"' not in html
