"""The rules of routing, pure: every condition, the first match, and what is wrong with a draft."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.operations.dispatch.rules import (
    Known,
    RoutingFacts,
    check,
    first_match,
    kept,
    never_reached,
    read_rules,
    unrouted,
)
from xiucheng.operations.dispatch.rules.rows import ALWAYS, MINUTES_A_DAY, minute_bit, read_rule

LAMP = RoutingFacts(
    category="C0137",
    major="C01",
    kind="component",
    area="990101001001",
    channel="resident",
    minute=9 * 60,
    on_duty=True,
    offices={"street_office": "east"},
    receiving=frozenset({"lights", "roads", "east", "night"}),
)
KNOWN = Known(
    categories={"C0137": ("component", "C01"), "C0201": ("component", "C02"), "E0105": ("event", "E01")},
    areas={"990101", "990101001", "990101002", "990101001001"},
    channels={"resident", "hotline"},
    relations={"owner", "maintainer"},
    agencies={"lights", "roads", "east", "night"},
    district="990101",
)


def rules(*rows):
    return read_rules({"rules": [{"no": number, **row} for number, row in enumerate(rows, 1)]})


@pytest.mark.parametrize(
    ("row", "change", "verdict"),
    [
        ({"agency": "lights"}, {}, "matched"),
        ({"categories": ["C0137"], "agency": "lights"}, {}, "matched"),
        ({"categories": ["C01"], "agency": "lights"}, {}, "matched"),
        ({"categories": ["component"], "agency": "lights"}, {}, "matched"),
        ({"categories": ["event", "C02"], "agency": "lights"}, {}, "category"),
        ({"areas": ["990101001"], "agency": "lights"}, {}, "matched"),
        ({"areas": ["990101002"], "agency": "lights"}, {}, "area"),
        ({"areas": ["990101001"], "agency": "lights"}, {"area": "990101"}, "area"),
        ({"channels": ["hotline"], "agency": "lights"}, {}, "channel"),
        ({"hours": "duty", "agency": "lights"}, {}, "matched"),
        ({"hours": "off_duty", "agency": "lights"}, {}, "hours"),
        ({"hours": "off_duty", "agency": "lights"}, {"on_duty": False}, "matched"),
        ({"hours": [["22:00", "06:00"]], "agency": "lights"}, {}, "hours"),
        ({"hours": [["22:00", "06:00"]], "agency": "lights"}, {"minute": 22 * 60}, "matched"),
        ({"hours": [["22:00", "06:00"]], "agency": "lights"}, {"minute": 6 * 60 - 1}, "matched"),
        ({"hours": [["22:00", "06:00"]], "agency": "lights"}, {"minute": 6 * 60}, "hours"),
        ({"hours": [["08:00", "12:00"], ["14:00", "18:00"]], "agency": "lights"}, {"minute": 13 * 60}, "hours"),
        ({"component_owner": True}, {}, "no_component"),
        ({"component_owner": "maintainer"}, {"component": "9901010137000001"}, "no_link"),
        ({"component_owner": True}, {"component": "9901010137000001", "linked": {"owner": "roads"}}, "matched"),
        ({"agency": "street_office"}, {}, "matched"),
        ({"agency": "street_office"}, {"area": "990101", "offices": {}}, "no_area"),
        ({"agency": "community_office"}, {}, "no_office"),
        ({"agency": "gone"}, {}, "agency_closed"),
    ],
)
def test_each_condition(row, change, verdict):
    match = first_match(rules(row), replace(LAMP, **change))
    assert [tried.verdict for tried in match.why] == [verdict]
    assert (match.rule_no == 1) == (verdict == "matched")


def test_the_first_row_that_matches_decides_and_every_row_says_why():
    match = first_match(
        rules(
            {"categories": ["E01"], "agency": "roads"},
            {"component_owner": "owner"},
            {"hours": "off_duty", "agency": "night"},
            {"categories": ["C0137"], "agency": "lights"},
            {"agency": "street_office"},
        ),
        LAMP,
    )
    assert (match.rule_no, match.agency) == (4, "lights")
    assert [tried.verdict for tried in match.why] == ["category", "no_component", "hours", "matched", "not_reached"]


def test_no_row_matches():
    match = first_match(rules({"categories": ["E01"], "agency": "roads"}), LAMP)
    assert (match.rule_no, match.agency) == (None, None)


def test_rows_are_tried_in_the_order_of_their_numbers():
    body = {"rules": [{"no": 20, "agency": "roads"}, {"no": 10, "agency": "lights"}]}
    assert first_match(read_rules(body), LAMP).agency == "lights"
    assert [row["no"] for row in kept(body)["rules"]] == [10, 20]


def test_a_draft_is_kept_without_its_empty_conditions_and_nonsense_as_it_is():
    row = {"no": 1, "categories": [], "areas": None, "hours": "", "component_owner": False, "agency": "lights"}
    assert kept({"rules": [row]}) == {"rules": [{"no": 1, "agency": "lights"}]}
    for body in ({"rules": "x"}, {"rules": [{"no": True}]}, {"rules": [3]}, {}):
        assert kept(body) == body


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ([], [("rules", "no_rules")]),
        ([{"no": 1, "agency": "lights"}], []),
        ([{"no": 1, "agency": "roads", "categories": ["C0199"]}], [("rules[0].categories", "unknown_category")]),
        ([{"no": 1, "agency": "roads", "areas": ["990101009"]}], [("rules[0].areas", "unknown_area")]),
        ([{"no": 1, "agency": "roads", "channels": ["fax"]}], [("rules[0].channels", "unknown_channel")]),
        ([{"no": 1, "agency": "moon"}], [("rules[0].agency", "unknown_agency")]),
        ([{"no": 1}], [("rules[0].agency", "one_target")]),
        ([{"no": 1, "agency": "roads", "component_owner": True}], [("rules[0].agency", "one_target")]),
        ([{"no": 1, "component_owner": "painter"}], [("rules[0].component_owner", "unknown_relation")]),
        ([{"no": 0, "agency": "roads"}], [("rules[0]", "malformed")]),
        ([{"no": 1, "agency": "roads", "hours": [["8", "12"]]}], [("rules[0]", "malformed")]),
        ([{"no": 1, "agency": "roads", "hours": [["08:00", "08:00"]]}], [("rules[0]", "malformed")]),
        ([{"no": 1, "agency": "roads", "when": 3}], [("rules[0]", "malformed")]),
        ([{"no": 1, "agency": 7}], [("rules[0]", "malformed")]),
        (["row"], [("rules[0]", "malformed")]),
        (
            [{"no": 1, "agency": "lights", "areas": ["990101001"]}, {"no": 1, "agency": "roads"}],
            [("rules[1].no", "number_twice")],
        ),
        ([{"no": 2, "agency": "roads"}, {"no": 1, "agency": "lights"}], [("rules[0]", "never_reached")]),
    ],
)
def test_what_is_wrong_with_a_draft(rows, faults):
    assert [(where, what) for where, what, _value in check({"rules": rows}, KNOWN)] == faults


def test_an_unknown_entry_beside_the_rules():
    assert check({"rules": [{"no": 1, "agency": "lights"}], "x": 1}, KNOWN)[0][1] == "unknown_entry"


@pytest.mark.parametrize(
    ("earlier", "later", "never"),
    [
        ({"agency": "lights"}, {"agency": "roads"}, True),
        ({"categories": ["C01"], "agency": "lights"}, {"categories": ["C0137"], "agency": "roads"}, True),
        ({"categories": ["C01"], "agency": "lights"}, {"categories": ["component"], "agency": "roads"}, False),
        ({"areas": ["990101001"], "agency": "lights"}, {"areas": ["990101001001"], "agency": "roads"}, True),
        ({"areas": ["990101001001"], "agency": "lights"}, {"areas": ["990101001"], "agency": "roads"}, False),
        ({"areas": ["990101"], "agency": "lights"}, {"agency": "roads"}, True),
        ({"channels": ["hotline"], "agency": "lights"}, {"agency": "roads"}, False),
        ({"hours": "duty", "agency": "lights"}, {"hours": [["09:00", "10:00"]], "agency": "roads"}, False),
        ({"hours": [["08:00", "12:00"]], "agency": "lights"}, {"hours": [["09:00", "10:00"]], "agency": "roads"}, True),
        ({"component_owner": True}, {"agency": "roads"}, False),
        ({"component_owner": True}, {"component_owner": True, "areas": ["990101001"]}, True),
        ({"agency": "street_office"}, {"agency": "roads"}, False),
    ],
)
def test_rows_that_are_never_reached(earlier, later, never):
    assert never_reached(rules(earlier, later), KNOWN) == ([2] if never else [])


def test_several_rows_together_can_shut_out_another():
    day, night = {"hours": "duty", "agency": "lights"}, {"hours": "off_duty", "agency": "night"}
    assert never_reached(rules(day, night, {"agency": "roads"}), KNOWN) == [3]
    kinds = [{"categories": [kind], "agency": "lights"} for kind in ("component", "event")]
    assert never_reached(rules(*kinds, {"agency": "roads"}), KNOWN) == [3]


def test_categories_that_no_row_names():
    assert unrouted(rules({"categories": ["C01"], "agency": "lights"}), KNOWN) == ["C0201", "E0105"]
    assert unrouted(rules({"agency": "lights", "areas": ["990101001"]}), KNOWN) == []


CODES = ("C0137", "C0201", "E0105", "C01", "component", "event")
ROW = st.fixed_dictionaries(
    {},
    optional={
        "categories": st.lists(st.sampled_from(CODES), max_size=2),
        "areas": st.lists(st.sampled_from(sorted(KNOWN.areas)), max_size=2),
        "channels": st.lists(st.sampled_from(sorted(KNOWN.channels)), max_size=1),
        "hours": st.sampled_from(["duty", "off_duty", [["22:00", "06:00"]], [["08:00", "20:00"]]]),
    },
)
FACTS = st.builds(
    lambda key, area, channel, minute, on_duty: RoutingFacts(
        category=key,
        kind=KNOWN.categories[key][0],
        major=KNOWN.categories[key][1],
        area=area,
        channel=channel,
        minute=minute,
        on_duty=on_duty,
        receiving=frozenset({"lights"}),
    ),
    st.sampled_from(sorted(KNOWN.categories)),
    st.sampled_from(sorted(KNOWN.areas)),
    st.sampled_from(sorted(KNOWN.channels)),
    st.integers(0, MINUTES_A_DAY - 1),
    st.booleans(),
)


@given(st.lists(ROW, min_size=1, max_size=5), st.lists(FACTS, min_size=1, max_size=20))
def test_a_row_said_to_be_never_reached_never_matches(rows, situations):
    ordered = rules(*({**row, "agency": "lights"} for row in rows))
    never = set(never_reached(ordered, KNOWN))
    for facts in situations:
        assert first_match(ordered, facts).rule_no not in never


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda x: (
            st.lists(x, max_size=3)
            | st.dictionaries(st.sampled_from(["no", "rules", "agency", "hours", "areas"]), x, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_a_draft_of_any_shape_is_judged_and_kept_without_an_error(value):
    body = value if isinstance(value, dict) else {"rules": value}
    assert all(where and what for where, what, _value in check(body, KNOWN))
    assert kept(kept(body)) == kept(body)


def test_a_row_with_the_number_nought_is_kept_to_be_complained_of():
    body = kept({"rules": [{"no": 0, "agency": "lights", "hours": None}]})
    assert body == {"rules": [{"no": 0, "agency": "lights"}]}
    assert [what for _where, what, _value in check(body, KNOWN)] == ["malformed"]


def test_hours_as_a_mask():
    assert read_rule({"no": 1, "agency": "x"}).hours == ALWAYS
    whole = read_rule({"no": 1, "agency": "x", "hours": [["00:00", "24:00"]]})
    assert whole.hours == ALWAYS
    assert not read_rule({"no": 1, "agency": "x", "hours": "duty"}).hours & minute_bit(600, False)
