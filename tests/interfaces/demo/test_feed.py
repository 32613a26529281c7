"""Feeding real work orders: entered, filed by the published mapping, worked to the end by the right people."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from tests import world as worlds
from tests.operations.intake.make import settle
from tests.world import World
from xiucheng.foundation.packs import queries as packs
from xiucheng.interfaces.demo import feeding
from xiucheng.kit import journal
from xiucheng.kit.now import now
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.intake import filing, imports, queries
from xiucheng.operations.intake.models import Report

COLUMNS = (
    "id",
    "district",
    "river",
    "nature",
    "channel",
    "date",
    "title",
    "text",
    "reply",
    "reassign_count",
    "reply_days",
)
ROWS = (
    (
        "T1",
        "仓山区",
        "示例河",
        "投诉",
        "电话",
        "2018-03-01",
        "河水发臭",
        "示例河发臭，请治理。",
        "已安排清淤。",
        "0",
        "2.0",
    ),
    (
        "T2",
        "台江区",
        "示例河",
        "咨询",
        "网站",
        "2018-03-02",
        "何时完工",
        "示例河何时完工？",
        "预计年内完工。",
        "2",
        "5.0",
    ),
    ("T3", "仓山区", "示例河", "建议", "微信", "2018-03-03", "加装栏杆", "建议加装栏杆。", "", "1", "1.0"),
)


@pytest.fixture
def world(db: None) -> World:
    return worlds.build()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(ROWS)
    return path


def entered(file: Path) -> feeding.Feed:
    feed = feeding.begin(file, now(), "hotline_fuzhou")
    leader = feeding.somebody("shift_leader", now())
    imports.run(file, feed.mapping, by=leader, now=now())
    settle("intake.file_by_rule")
    return feed


def worked(feed: feeding.Feed) -> None:
    moment = now()
    for _ in range(20):
        moment += timedelta(seconds=20)
        feed.work(moment)
        if not feed.open:
            return
    raise AssertionError(f"{feed.open} of the work orders have not come to an end: {feed.done}")


def test_every_work_order_comes_to_its_end_by_live_moves(world: World, file: Path) -> None:
    feed = entered(file)
    assert packs.current(filing.KIND, now()).body == {"rules": [filing.row_for(feed.mapping)]}
    assert [(one.external_id, one.state) for one in queries.of_source("hotline_fuzhou")] == [
        ("T1", "accepted"),
        ("T2", "accepted"),
        ("T3", "accepted"),
    ]
    worked(feed)
    assert feed.done == {"dispatch": 3, "redispatch": 3, "sign": 3, "reply": 3, "close": 3}
    report = Report.objects.get(external_id="T2")
    steps = [step for step in journal.of_subject(report.case_id) if step.room == "cases"]
    assert [step.verb for step in steps] == ["file", "dispatch", "redispatch", "redispatch", "sign", "reply", "close"]
    assert not any(step.imported for step in steps)
    assert steps[0].actor == "rule:filing@1"
    assert len({step.actor for step in steps[1:]}) >= 3
    said = [line.reason for line in case_queries.story(report.case_id) if line.verb == "reply"]
    assert said == ["预计年内完工。"]


def test_started_again_it_goes_on(world: World, file: Path) -> None:
    first = entered(file)
    first.work(now() + timedelta(seconds=20))
    again = entered(file)
    worked(again)
    assert Report.objects.count() == 3
    assert first.done + again.done == {"dispatch": 3, "redispatch": 3, "sign": 3, "reply": 3, "close": 3}


def test_the_rule_is_published_once_beside_the_others(world: World, file: Path) -> None:
    worlds.publish("filing", {"rules": [{"channel": "resident"}]}, world.now)
    leader = world.standing("shift_leader")
    mapping = imports.load("hotline_fuzhou")
    for _ in range(2):
        feeding.publish(mapping, leader, now())
    current = packs.current(filing.KIND, now())
    assert current.body["rules"] == [{"channel": "resident"}, filing.row_for(mapping)]
    assert current.version == 2


def test_without_a_leader_nothing_begins(db: None, file: Path) -> None:
    with pytest.raises(Refused) as caught:
        feeding.begin(file, now(), "hotline_fuzhou")
    assert caught.value.code == "no_leader"
