"""Verbs of reports against the real database: received once, filed, attached, verified, rejected, erased."""

from datetime import timedelta
from uuid import UUID

from django.db import connection

from tests.operations.intake.make import submit, words_of
from tests.refusing import refused
from tests.world import World
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.tasks import queries as tasks
from xiucheng.kit import journal
from xiucheng.kit.ids import uuid7
from xiucheng.operations.cases import commands as cases
from xiucheng.operations.cases import queries as case_queries
from xiucheng.operations.intake import commands, queries
from xiucheng.operations.intake.commands.submitting import Once
from xiucheng.operations.intake.models import Report
from xiucheng.operations.intake.rules import Contact


def test_a_report_is_received_with_its_words_sealed(world: World) -> None:
    done = submit(world, text="路口的路灯不亮", contact=Contact("王女士", "13812345678"), elements={"cause": "老化"})
    row = Report.objects.get(id=done.report_id)
    assert (row.state, row.version, row.channel, row.category_by) == ("received", 1, "resident", "person")
    assert row.area == "990101001001"
    assert words_of(done.report_id) == ("路口的路灯不亮", "路口的路灯不亮")
    with connection.cursor() as cursor:
        cursor.execute("SELECT title || text || elements FROM intake_content WHERE report_id = %s", [done.report_id])
        assert "路灯".encode() not in bytes(cursor.fetchone()[0])
    (step,) = [one for one in journal.of_subject(done.report_id) if one.room == "intake"]
    assert step.verb == "receive"
    assert step.actor == "channel:resident"
    assert step.payload["category"] == "C0137"
    assert "13812345678" not in str(step.payload)


def test_the_tracking_key_is_derived_and_nowhere_stored(world: World) -> None:
    done = submit(world)
    assert queries.track(done.tracking_key, world.now).report_id == done.report_id
    plain = done.tracking_key.replace("-", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{plain}%"])
            assert cursor.fetchone()[0] == 0, table


def test_no_such_key(world: World) -> None:
    submit(world)
    for typed in ("", "ABCD-ABCD-ABCD-ABCD-ABCD", "x" * 500, "路灯"):
        with refused("not_found", 404):
            queries.track(typed, world.now)


WRONG = (
    ({"text": "x" * 6_000_000}, "too_long", "text"),
    ({"category": "C0999"}, "unknown_category", "category"),
    ({"category": "C01"}, "major_not_minor", "category"),
    ({"area": "110101001"}, "unknown_area", "area"),
    ({"area": None}, "place_missing", "address"),
    ({"lon": 122.0}, "half_a_point", "lat"),
    ({"contact": Contact(phone="abc")}, "bad_phone", "contact.phone"),
    ({"media": (UUID(int=7),)}, "unknown_picture", "media"),
    ({"same_as": UUID(int=7)}, "no_such_case", "same_as"),
)


def test_what_is_wrong_is_refused_and_nothing_stays(world: World) -> None:
    before = _everything()
    for values, code, field in WRONG:
        with refused(code) as caught:
            submit(world, **values)
        assert field in caught.value.fields
    assert _everything() == before


def test_several_things_wrong_are_one_refusal(world: World) -> None:
    with refused("invalid_report") as caught:
        submit(world, text="", contact=Contact(phone="abc"), occurred_at=world.now + timedelta(days=1))
    assert set(caught.value.fields) == {"text", "contact.phone", "occurred_at"}


def _everything() -> list[int]:
    with connection.cursor() as cursor:
        counts = []
        for table in ("intake_report", "intake_content", "people_subject", "kit_step", "kit_idempotency"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts.append(cursor.fetchone()[0])
    return counts


def test_a_channel_admits_only_its_own(world: World) -> None:
    with refused("not_yours", 403):
        submit(world, by=world.standing("grid_officer"), channel="desk")
    with refused("not_yours", 403):
        submit(world, by=Standing.resident("resident"), channel="patrol")
    with refused("not_yours", 403):
        submit(world, by=Standing.for_rule("filing", 1))
    with refused("unknown_channel"):
        submit(world, channel="pigeon")
    assert submit(world, by=world.standing("acceptor"), channel="desk").report_id


# -- once ---------------------------------------------------------------------------------------------------------


def test_the_same_request_again_gets_the_same_answer(world: World) -> None:
    once = Once("token-1", "key-1")
    first = submit(world, once=once, contact=Contact(None, "13812345678"))
    again = submit(world, once=once, contact=Contact(None, "13812345678"), now=world.now + timedelta(hours=1))
    assert again.repeated
    assert (again.report_id, again.tracking_key, again.nearby) == (first.report_id, first.tracking_key, first.nearby)
    assert Report.objects.count() == 1


def test_another_request_under_the_same_key_names_the_fields_that_differ(world: World) -> None:
    once = Once("token-1", "key-1")
    submit(world, once=once)
    with refused("key_reused") as caught:
        submit(world, once=once, text="另一件事", contact=Contact(None, "13812345678"))
    assert set(caught.value.fields) == {"text", "contact"}
    assert submit(world, once=Once("token-2", "key-1"), text="另一件事").report_id


def test_the_same_request_gets_its_answer_though_the_catalogue_has_changed(world: World) -> None:
    from tests.world import publish
    from xiucheng.operations.cases.catalogue import body_from_csv

    once = Once("token-1", "key-1")
    first = submit(world, once=once)
    body = body_from_csv()
    body["categories"] = [one for one in body["categories"] if one["key"] != "C0137"]
    publish("catalogue", body, world.now)
    later = world.now + timedelta(minutes=1)
    again = submit(world, once=once, now=later)
    assert (again.repeated, again.report_id, again.tracking_key) == (True, first.report_id, first.tracking_key)
    with refused("unknown_category"):
        submit(world, once=Once("token-1", "key-2"), now=later)
    with refused("key_reused"):
        submit(world, once=once, text="另一件事", now=later)


def test_a_form_is_told_the_place_whatever_its_channel(world: World) -> None:
    said = {"channel": "hotline", "text": "灯坏了", "contact": Contact("王", "13812345678")}
    acceptor = world.standing("acceptor")
    with refused("place_missing"):
        commands.submit_from_form(by=acceptor, now=world.now, once=commands.by_content("t", "1", said), **said)
    assert commands.submit_report(by=acceptor, now=world.now, **said).report_id, "a program cannot ask"


def test_the_channel_of_who_comes_without_a_page() -> None:
    """Whoever is staff says it; a program that speaks for a channel is that channel, and states no other."""
    staff, sensor, unknown = Standing(uuid7()), Standing.resident("patrol"), Standing.resident("nowhere")
    assert [queries.channel_by(staff, stated) for stated in ("hotline", None)] == ["hotline", "api"]
    assert [queries.channel_by(by, None) for by in (sensor, unknown)] == ["patrol", "api"]
    with refused("not_yours", 403):
        queries.channel_by(sensor, "hotline")


def test_a_refused_request_leaves_its_key_free(world: World) -> None:
    once = Once("token-1", "key-1")
    with refused("text_missing"):
        submit(world, once=once, text=" ")
    assert not submit(world, once=once).repeated


# -- near ---------------------------------------------------------------------------------------------------------


def test_open_cases_close_by_are_offered(world: World) -> None:
    first = submit(world, lon=122.1, lat=37.5)
    filed = commands.file_report(by=world.standing("acceptor"), now=world.now, report_id=first.report_id)
    close, far, other = (
        submit(world, lon=122.1003, lat=37.5),
        submit(world, lon=122.1009, lat=37.5),
        submit(world, lon=122.1003, lat=37.5, category="C0101"),
    )
    assert [item["id"] for item in close.nearby] == [str(filed.case_id)]
    assert close.nearby[0]["number"] == filed.number
    assert far.nearby == ()
    assert other.nearby == ()
    later = world.now + timedelta(hours=25)
    assert queries.nearby(category="C0137", lon=122.1003, lat=37.5, now=later) == []
    assert len(queries.nearby(category="C0137", lon=122.1003, lat=37.5, now=world.now)) == 1


def test_the_reporter_says_that_it_is_the_same(world: World) -> None:
    filed = world.file()
    done = submit(world, same_as=filed.case_id)
    row = Report.objects.get(id=done.report_id)
    assert (row.state, row.case_id, done.case_id) == ("attached", filed.case_id, filed.case_id)
    assert [one.report_id for one in queries.reports_of(filed.case_id)] == [done.report_id]
    verbs = [f"{one.room}.{one.verb}" for one in journal.of_subject(done.report_id)]
    assert verbs == ["intake.receive", "intake.attach"]
    assert "add_source" in [one.verb for one in journal.of_subject(filed.case_id)]
    assert queries.track(done.tracking_key, world.now).number == filed.number


# -- filing -------------------------------------------------------------------------------------------------------


def test_an_acceptor_files(world: World) -> None:
    done = submit(world, address="槐花路 8 号", lon=122.1, lat=37.5)
    filed = commands.file_report(by=world.standing("acceptor"), now=world.now, report_id=done.report_id, version=1)
    row = Report.objects.get(id=done.report_id)
    assert (row.state, row.case_id, row.version, row.outcome) == ("accepted", filed.case_id, 2, "open")
    view = case_queries.case(filed.case_id, world.standing("acceptor"), world.now)
    assert (view.state, view.facts.category, view.facts.area) == ("filed", "C0137", "990101001001")
    assert view.condition_assumed
    assert case_queries.words([filed.case_id]) == {filed.case_id: "路灯不亮"}
    assert case_queries.address(filed.case_id) == "槐花路 8 号"
    assert (view.lon, view.lat) == (122.1, 37.5)


def test_the_acceptor_may_choose_another_category_and_the_place(world: World) -> None:
    done = submit(world, category=None, area=None, address="不清楚在哪")
    acceptor = world.standing("acceptor")
    with refused("category_missing"):
        commands.file_report(by=acceptor, now=world.now, report_id=done.report_id)
    filed = commands.file_report(
        by=acceptor, now=world.now, report_id=done.report_id, category="C0101", condition="C010101", area="990101002"
    )
    row = Report.objects.get(id=done.report_id)
    assert (row.category, row.category_by, row.area) == ("C0101", "person", "990101002")
    view = case_queries.case(filed.case_id, acceptor, world.now)
    assert (view.facts.condition, view.condition_assumed, view.facts.area) == ("C010101", False, "990101002")


def test_what_lies_nowhere_is_filed_for_the_whole_district(world: World) -> None:
    done = submit(world, area=None, address="不清楚在哪")
    filed = commands.file_report(by=world.standing("acceptor"), now=world.now, report_id=done.report_id)
    assert case_queries.case(filed.case_id, world.standing("leader"), world.now).facts.area == "990101"


def test_others_do_not_file(world: World) -> None:
    done = submit(world)
    for name in ("grid_officer", "dispatcher", "roads_clerk", "leader", "system_admin"):
        with refused("not_yours", 403):
            commands.file_report(by=world.standing(name), now=world.now, report_id=done.report_id)


def test_filed_once_and_a_stale_version_is_told(world: World) -> None:
    done = submit(world)
    acceptor = world.standing("acceptor")
    commands.file_report(by=acceptor, now=world.now, report_id=done.report_id, version=1)
    with refused("stale", 409):
        commands.file_report(by=acceptor, now=world.now, report_id=done.report_id, version=1)
    with refused("illegal_move"):
        commands.file_report(by=acceptor, now=world.now, report_id=done.report_id)
    with refused("not_found", 404):
        commands.file_report(by=acceptor, now=world.now, report_id=uuid7())


def test_many_are_filed_by_the_same_statements_or_none(world: World, django_assert_max_num_queries) -> None:
    reports = [submit(world).report_id for _ in range(20)]
    with django_assert_max_num_queries(12):
        commands.file_reports(
            by=Standing.for_rule("filing", 1), now=world.now, filings=[commands.Filing(one) for one in reports]
        )
    assert Report.objects.filter(state="accepted").count() == 20
    more = [submit(world).report_id for _ in range(2)]
    with refused("illegal_move"):
        filings = [commands.Filing(one) for one in (*more, reports[0])]
        commands.file_reports(by=Standing.for_rule("filing", 1), now=world.now, filings=filings)
    assert Report.objects.filter(state="received").count() == 2


# -- other decisions ----------------------------------------------------------------------------------------------


def test_attached_by_the_acceptor_by_number(world: World) -> None:
    filed, done = world.file(), submit(world)
    acceptor = world.standing("acceptor")
    assert (
        commands.attach_report(by=acceptor, now=world.now, report_id=done.report_id, case=filed.number) == filed.case_id
    )
    assert Report.objects.get(id=done.report_id).state == "attached"
    with refused("illegal_move"):
        commands.attach_report(by=acceptor, now=world.now, report_id=done.report_id, case=filed.case_id)


def test_nothing_is_attached_to_what_is_closed_or_not_there(world: World) -> None:
    filed, done = world.file(), submit(world)
    acceptor = world.standing("acceptor")
    with refused("no_such_case"):
        commands.attach_report(by=acceptor, now=world.now, report_id=done.report_id, case="26-0000-999-9")
    cases.force_close_case(by=world.standing("leader"), now=world.now, case_id=filed.case_id, reason="重复建设")
    with refused("case_closed"):
        commands.attach_report(by=acceptor, now=world.now, report_id=done.report_id, case=filed.case_id)


def test_rejected_with_a_reason_that_the_reporter_reads(world: World) -> None:
    done = submit(world)
    acceptor = world.standing("acceptor")
    with refused("reason_missing"):
        commands.reject_report(by=acceptor, now=world.now, report_id=done.report_id, reason="  ")
    commands.reject_report(by=acceptor, now=world.now, report_id=done.report_id, reason="属于私人纠纷，请走司法途径。")
    tracked = queries.track(done.tracking_key, world.now)
    assert (tracked.state, tracked.stage, tracked.reason) == ("rejected", 5, "属于私人纠纷，请走司法途径。")
    steps = [one.payload for one in journal.of_subject(done.report_id) if one.verb == "reject"]
    assert steps == [{"state": "rejected", "version": 2}]


def test_the_nearest_inspector_is_sent_to_look(world: World) -> None:
    done = submit(world)
    sent = commands.ask_pre_verify(by=world.standing("acceptor"), now=world.now, report_id=done.report_id)
    assert sent == world.people["inspector"]
    (task,) = tasks.open_of_subject(done.report_id)
    assert task.kind == "pre_verify"
    assert task.due_at == world.now + timedelta(hours=24)
    far = world.standing("far_inspector")
    with refused("not_yours", 403):
        commands.answer_pre_verify(by=far, now=world.now, report_id=done.report_id, found="yes")
    inspector = world.standing("inspector")
    commands.answer_pre_verify(
        by=inspector, now=world.now, report_id=done.report_id, found="no", reason="现场路灯是亮的"
    )
    view = queries.report(done.report_id, world.standing("acceptor"))
    assert (view.state, view.found, [said.text for said in view.said]) == ("received", "no", ["现场路灯是亮的"])
    assert not tasks.open_of_subject(done.report_id)


def test_rejecting_meanwhile_calls_the_inspector_back(world: World) -> None:
    done = submit(world)
    acceptor = world.standing("acceptor")
    commands.ask_pre_verify(by=acceptor, now=world.now, report_id=done.report_id)
    with refused("illegal_move"):
        commands.file_report(by=acceptor, now=world.now, report_id=done.report_id)
    commands.reject_report(by=acceptor, now=world.now, report_id=done.report_id, reason="重复反映")
    assert not tasks.open_of_subject(done.report_id)


# -- queries ------------------------------------------------------------------------------------------------------


def test_the_queue_is_what_waits_and_what_one_may_see(world: World) -> None:
    east = submit(world, text="东街路灯")
    west = submit(world, text="西河路灯", area="990101002001", now=world.now + timedelta(minutes=1))
    nowhere = submit(world, text="没有位置", area=None, address="不明", now=world.now + timedelta(minutes=2))
    commands.ask_pre_verify(by=world.standing("acceptor"), now=world.now, report_id=west.report_id)

    def seen(name: str, **filters: str) -> list[str | None]:
        return [row.title for row in queries.queue(world.standing(name), **filters).rows]

    assert seen("acceptor") == ["东街路灯", "西河路灯", "没有位置"]
    assert seen("street_head") == ["东街路灯"]
    assert seen("roads_clerk") == []
    assert seen("system_admin") == []
    assert seen("acceptor", state="pre_verifying") == ["西河路灯"]
    assert seen("acceptor", channel="api") == []
    assert queries.counts(world.standing("acceptor")) == {"pre_verifying": 1, "received": 2}
    commands.file_report(by=world.standing("acceptor"), now=world.now, report_id=east.report_id)
    assert seen("acceptor") == ["西河路灯", "没有位置"]
    with refused("not_found", 404):
        queries.report(nowhere.report_id, world.standing("street_head"))


def test_pages_of_the_queue_from_both_ends(world: World) -> None:
    for number in range(5):
        submit(world, text=f"第 {number} 件", now=world.now + timedelta(minutes=number))
    acceptor = world.standing("acceptor")
    first = queries.queue(acceptor, limit=2)
    second = queries.queue(acceptor, limit=2, cursor=first.next)
    last = queries.queue(acceptor, limit=2, cursor="last")
    assert [row.title for row in (*first.rows, *second.rows)] == ["第 0 件", "第 1 件", "第 2 件", "第 3 件"]
    assert [row.title for row in last.rows] == ["第 3 件", "第 4 件"]


def test_one_report_for_the_desk(world: World, django_assert_max_num_queries) -> None:
    done = submit(world, contact=Contact("王女士", "13812345678"), elements={"cause": "老化"}, address="槐花路")
    with django_assert_max_num_queries(8):
        view = queries.report(done.report_id, world.standing("acceptor"))
    assert (view.text, view.address, view.elements) == ("路灯不亮", "槐花路", {"cause": "老化"})
    assert view.contact is not None
    assert (view.contact.phone, view.contact.name) == ("138****5678", "王**")
    assert [move.name for move in view.moves] == ["ask_pre_verify", "attach", "file", "reject"]
    assert queries.report(done.report_id, world.standing("street_head")).moves == ()


def test_earlier_reports_of_the_same_caller(world: World) -> None:
    caller = Contact("王女士", "138 1234 5678")
    first = submit(world, text="第一次", contact=caller)
    submit(world, text="别人", contact=Contact("李先生", "13900000000"))
    second = submit(world, text="第二次", contact=Contact("王", "+8613812345678"), now=world.now + timedelta(days=1))
    acceptor = world.standing("acceptor")
    assert [row.report_id for row in queries.earlier_of_reporter(second.report_id, acceptor)] == [first.report_id]
    assert queries.earlier_of_reporter(submit(world).report_id, acceptor) == []
    with refused("not_yours", 403):
        queries.earlier_of_reporter(first.report_id, world.standing("street_head"))


# -- hot path -----------------------------------------------------------------------------------------------------


def test_receiving_takes_few_statements(world: World, django_assert_max_num_queries) -> None:
    submit(world)
    with django_assert_max_num_queries(8):  # two of them are the savepoint of the verb inside the test's transaction
        submit(world, lon=122.1, lat=37.5, once=Once("token", "k"))
