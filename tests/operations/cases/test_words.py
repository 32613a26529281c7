"""Words of a case: each reason of staff can go alone, for good, and the move that it was said with stays."""

from uuid import uuid4

import pytest

from tests.operations.cases.acting import act, handling
from tests.refusing import refused
from xiucheng.foundation.people import vault
from xiucheng.foundation.people.vault import store
from xiucheng.kit import journal
from xiucheng.operations.cases import commands, queries
from xiucheng.operations.cases.models import Content

NAMING = "李小明 13800001111 要求撤回"
WORK = "不属于我单位养护范围"


def said(case_id):
    return {line.verb: (line.reason, line.erased, line.content_id) for line in queries.story(case_id)}


def tell(world):
    """A case with two reasons: one names somebody, the other does not."""
    case_id = handling(world)
    act(world, "roads_clerk", "return_case", case_id, reason=WORK)
    act(world, "leader", "supervise", case_id, reason=NAMING)
    return case_id


@pytest.fixture
def told(world):
    return tell(world)


def redact(world, case_id, content_id, who="shift_leader", reason="names_somebody"):
    commands.redact_words(
        by=world.standing(who), now=world.now, case_id=case_id, content_id=content_id, reason_code=reason
    )


def test_one_reason_goes_and_everything_else_stays(committed_world):
    world, told = committed_world, tell(committed_world)
    before = said(told)
    assert (before["supervise"][0], before["return_case"][0]) == (NAMING, WORK)
    content_id = before["supervise"][2]
    key = Content.objects.get(id=content_id).key_id
    version = queries.case(told, world.standing("leader"), world.now).version

    redact(world, told, content_id)

    assert store.of([key]) == {}, "no copy of the row opens any more"
    after = said(told)
    assert after["supervise"][:2] == (None, True)
    assert after["return_case"] == before["return_case"]
    assert after["redact"] == (None, False, None)
    assert queries.case(told, world.standing("leader"), world.now).version == version
    assert queries.words([told]) != {told: None}, "the title stays"
    step = journal.of_subject(told)[-1]
    assert (step.name, step.payload["reason"]) == ("cases.redact", "names_somebody")
    assert "李小明" not in str(step.payload)
    assert vault.listed([key]) == {key}


def test_again_is_no_harm_and_leaves_no_second_step(world, told):
    content_id = said(told)["supervise"][2]
    redact(world, told, content_id)
    steps = len(journal.of_subject(told))
    redact(world, told, content_id)
    assert len(journal.of_subject(told)) == steps


@pytest.mark.parametrize("who", ["acceptor", "dispatcher", "leader", "roads_clerk", "audit_admin", "system_admin"])
def test_who_may_redact(world, told, who):
    with refused("not_yours", 403):
        redact(world, told, said(told)["supervise"][2], who=who)
    assert said(told)["supervise"][0] == NAMING


@pytest.mark.parametrize("reason", ["", "because", NAMING])
def test_a_reason_is_a_code(world, told, reason):
    with refused("bad_reason", 422):
        redact(world, told, said(told)["supervise"][2], reason=reason)
    assert said(told)["supervise"][0] == NAMING


def test_titles_and_strangers_are_not_found(world, told):
    title = Content.objects.get(case_id=told, kind="title")
    other = tell(world)
    for content_id in (title.id, uuid4(), said(other)["supervise"][2]):
        with refused("not_found", 404):
            redact(world, told, content_id)


def test_what_the_reporter_said_goes_with_the_report_only(world, told):
    """Under the report's key it could not go without the report's own words."""
    title = Content.objects.get(case_id=told, kind="title")
    Content.objects.filter(case_id=told, step_id=journal.of_subject(told)[-1].id).delete()
    theirs = Content.objects.create(
        case_id=told,
        kind="reason",
        step_id=journal.of_subject(told)[-1].id,
        key_id=title.key_id,
        sealed=vault.seal(title.key_id, "还是没修好"),
    )
    with refused("reporters_own", 422):
        redact(world, told, theirs.id)
    assert theirs.id not in {line.content_id for line in queries.story(told)}
    assert queries.words([told])[told] is not None


def test_what_is_left_to_look_through(world, told):
    left = queries.words_left([told])
    assert {one.step_id for one in left} == {
        line.step_id for line in queries.story(told) if line.verb in {"return_case", "supervise"}
    }
    redact(world, told, said(told)["supervise"][2])
    assert [one.content_id for one in queries.words_left([told])] == [said(told)["return_case"][2]]
    assert queries.words_left([]) == []


@pytest.mark.parametrize(
    ("who", "move"), [("roads_clerk", "extend"), ("roads_clerk", "return_case"), ("leader", "supervise")]
)
def test_words_that_nobody_sees_are_no_reason(world, who, move):
    case_id = handling(world)
    for reason in ("\u200b\u200b", "\u2060", "\u3164", " \u3000"):
        with refused("incomplete"):
            act(world, who, move, case_id, reason=reason)
    assert queries.case(case_id, world.standing("leader"), world.now).version == 3


def test_a_reason_keeps_what_was_written(world):
    case_id = handling(world)
    act(world, "roads_clerk", "return_case", case_id, reason=" 一家三口 👨\u200d👩\u200d👧 住\u200b在这里 ")
    assert said(case_id)["return_case"][0] == "一家三口 👨\u200d👩\u200d👧 住在这里"
