"""Filed cases find their agency by the published rules; the rest wait for a dispatcher."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.world import publish
from xiucheng.foundation.packs import commands as packs
from xiucheng.foundation.packs import queries as pack_queries
from xiucheng.foundation.people import commands as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import commands as places
from xiucheng.kit import journal
from xiucheng.kit.actor import Actor
from xiucheng.kit.journal import readers
from xiucheng.kit.now import now
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.dispatch import queries

SYSTEM = Standing.for_system("test")
LAMPS = {"no": 10, "categories": ["C0137"], "agency": "lights"}


def route(world, *rules):
    early = now() - timedelta(days=1)
    publish("routing", {"rules": list(rules)}, early)


def settle():
    readers.catch_up()


def case(case_id):
    return case_queries.case(case_id, SYSTEM, now()).facts


def test_a_filed_case_goes_to_its_agency_and_the_step_names_rule_and_version(world):
    route(world, LAMPS)
    case_id = world.file().case_id
    settle()
    assert case(case_id).agency_id == world.agencies["lights"]
    step = journal.of_subject(case_id)[-1]
    assert (step.name, step.actor) == ("cases.dispatch", "rule:routing@1")


def test_a_case_that_no_rule_takes_waits_for_a_dispatcher(world):
    route(world, LAMPS)
    case_id = world.file(category="E0105").case_id
    settle()
    assert (case(case_id).state, case(case_id).agency_id) == ("filed", None)


def test_nothing_published_routes_nothing(world):
    case_id = world.file().case_id
    settle()
    assert case(case_id).state == "filed"


def test_reading_the_same_steps_again_dispatches_nobody_twice(world):
    route(world, LAMPS)
    case_id = world.file().case_id
    settle()
    settle()
    assert [step.verb for step in journal.of_subject(case_id)] == ["file", "dispatch"]


def test_a_refused_self_review_and_a_reopened_case_wait_for_a_person(world):
    """What came back by a person's decision is not sent where it came from (STANDARDS §2: ping-pong)."""
    route(world, LAMPS)
    refused = world.file(self_handled=True).case_id
    cases.refuse_self_review(by=world.standing("acceptor"), now=world.now, case_id=refused, reason="没有修好")
    reopened = world.file().case_id
    settle()
    for verb, who in (("sign_case", "lights_clerk"), ("force_close_case", "leader"), ("reopen_case", "acceptor")):
        reason = {} if verb == "sign_case" else {"reason": "示例"}
        getattr(cases, verb)(by=world.standing(who), now=now(), case_id=reopened, **reason)
    settle()
    assert (case(refused).state, case(reopened).state) == ("filed", "filed")
    view = case_queries.case(reopened, SYSTEM, now())
    assert queries.suggest(view, now()).agency_id == world.agencies["lights"]


def test_a_closed_agency_is_passed_over(world):
    route(world, {"no": 10, "areas": ["990101001"], "agency": "east_office"}, {"no": 20, "agency": "roads"})
    people.close_organisation(by=SYSTEM, now=world.now, organisation_id=world.agencies["east_office"])
    case_id = world.file().case_id
    settle()
    assert case(case_id).agency_id == world.agencies["roads"]


@pytest.fixture
def lamp(world):
    """A street lamp that the roads agency maintains."""
    component = "9901010137000001"
    places.load_components(
        actor=Actor.system("setup"),
        now=world.now,
        source=f"code,name,state,lon,lat,community\n{component},路灯,完好,122.1,37.5,990101001001\n".encode(),
    )
    people.link_parties(
        by=SYSTEM,
        now=world.now - timedelta(days=3),
        links=[people.PartyOf(component, "maintainer", world.agencies["roads"])],
    )
    return component


def test_a_component_goes_to_who_maintains_it(world, lamp):
    route(world, {"no": 5, "component_owner": "maintainer"}, LAMPS)
    metre = 1 / 111_000
    near = cases.CasePlace(area="990101001001", lon=122.1, lat=37.5 + 4 * metre)
    far = cases.CasePlace(area="990101001001", lon=122.1, lat=37.5 + 40 * metre)
    named = cases.CasePlace(area="990101001001", component=lamp)
    ids = [world.file(place=place).case_id for place in (near, far, named)]
    settle()
    assert [case(one).agency_id for one in ids] == [world.agencies[name] for name in ("roads", "lights", "roads")]


def test_explain_gives_each_row_a_reason(world, lamp):
    route(
        world,
        {"no": 5, "categories": ["E01"], "agency": "parks"},
        {"no": 6, "component_owner": "owner"},
        {"no": 10, "categories": ["C01"], "agency": "street_office", "note": "示例：找不到权属的部件"},
        {"no": 20, "agency": "roads"},
    )
    found = queries.explain("C0137", lon=122.1, lat=37.5, area="990101001001", now=now())
    assert (found.rule_no, found.agency_id) == (10, world.agencies["east_office"])
    assert [verdict.code for verdict in found.verdicts] == ["category", "no_link", "matched", "not_reached"]
    assert found.component == lamp
    assert "权属单位" in found.verdicts[1].sentence
    assert found.agency in found.verdicts[2].sentence
    elsewhere = queries.explain("C0137", area="990101", now=now())
    assert elsewhere.verdicts[2].code == "no_area"
    assert elsewhere.agency_id == world.agencies["roads"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"category": "C01"}, "major_not_minor"),
        ({"category": "moon"}, "unknown_category"),
        ({"category": "C0137", "area": "110101"}, "unknown_area"),
        ({"category": "C0137", "lon": 400.0, "lat": 1.0}, "impossible_point"),
        ({"category": "C0137", "at": datetime.max.replace(tzinfo=UTC)}, "bad_time"),
        ({"category": "C0137", "lon": float("nan"), "lat": 1.0}, "impossible_point"),
    ],
)
def test_explain_refuses_nonsense(world, asked, code):
    from xiucheng.kit.refused import Refused

    with pytest.raises(Refused) as refusal:
        queries.explain(**asked, now=now())
    assert refusal.value.code == code


def test_a_draft_says_what_it_would_change(world):
    route(world, LAMPS)
    for category in ("C0137", "C0137", "E0105"):
        world.file(category=category)
    settle()
    draft = packs.draft(
        by=SYSTEM,
        now=now(),
        kind="routing",
        body={
            "rules": [
                {"no": 1, "categories": ["C0137"], "agency": "roads"},
                {"no": 2, "areas": ["990101001"], "agency": "parks"},
            ]
        },
    )
    preview = pack_queries.preview(draft, now=now())
    assert preview.publishable
    assert [line.count for line in preview.effect] == [3, 1, 0]
    assert "3 件" in preview.effect[0].text


def test_a_draft_counts_what_goes_to_the_owners_of_components(world, lamp):
    route(world, LAMPS)
    metre = 1 / 111_000
    near = cases.CasePlace(area="990101001001", lon=122.1, lat=37.5 + 4 * metre)
    far = cases.CasePlace(area="990101001001", lon=122.1, lat=37.5 + 40 * metre)
    for minutes, place in enumerate((near, far, cases.CasePlace(area="990101001001", component=lamp))):
        world.file(place=place, now=now() - timedelta(minutes=minutes))
    settle()
    draft = packs.draft(
        by=SYSTEM, now=now(), kind="routing", body={"rules": [{"no": 5, "component_owner": "maintainer"}, LAMPS]}
    )
    effect = pack_queries.preview(draft, now=now()).effect
    # Two of the three lie at the lamp that the roads agency maintains; the third keeps going to the lamps' agency.
    assert [line.count for line in effect[:3]] == [2, 0, 0]


def test_a_preview_of_many_filings_asks_for_their_components_once(world, lamp, django_assert_max_num_queries):
    route(world, LAMPS)
    for minutes in range(12):
        place = cases.CasePlace(area="990101001001", lon=122.1, lat=37.5)
        world.file(place=place, now=now() - timedelta(minutes=minutes))
    settle()
    body = {"rules": [{"no": 5, "component_owner": "maintainer"}, LAMPS]}
    queries.effect(body, None, now())
    with django_assert_max_num_queries(5):
        assert queries.effect(body, None, now())[1].count == 12


def test_a_draft_with_faults_is_not_published(world):
    draft = packs.draft(by=SYSTEM, now=now(), kind="routing", body={"rules": [{"no": 1, "agency": "moon"}, LAMPS]})
    preview = pack_queries.preview(draft, now=now())
    assert [(problem.path, str(problem.text)) for problem in preview.problems] == [
        ("rules[0].agency", "没有代码为“moon”的承办单位，或已停用。")
    ]


def test_the_rows_of_the_readme_can_be_published(world):
    import json
    import re
    from pathlib import Path

    from xiucheng.operations import dispatch

    text = (Path(dispatch.__file__).parent / "README.md").read_text(encoding="utf-8")
    rows = json.loads(re.search(r"```json\n(.*?)```", text, re.S)[1])["rules"]
    assert len(rows) == 2
    route(world, *({**row, "agency": "roads"} if row.get("agency") == "city_lighting" else row for row in rows))
