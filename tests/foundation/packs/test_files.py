"""A pack as a file: out and in again, and every way in which a file is not what it says."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiucheng.foundation.packs import commands, files, queries
from xiucheng.foundation.packs.models import Version
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused

from .conftest import NOON, rows

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SYSTEM = Standing.for_system("test")


@pytest.fixture
def exported() -> bytes:
    made = commands.draft(by=SYSTEM, now=NOON, kind="sample", body={**rows(路灯=1, b=2), "share": 0.5})
    commands.publish(by=SYSTEM, now=NOON, pack_id=made.id)
    return commands.export_file(by=SYSTEM, now=NOON, pack_id=made.id)


def bring(content: bytes) -> queries.Pack:
    return commands.import_file(by=SYSTEM, now=NOON + DAY, content=content)


def code_of(content: bytes) -> str:
    before = Version.objects.count()
    with pytest.raises(Refused) as caught:
        bring(content)
    assert Version.objects.count() == before
    return caught.value.code


def test_out_and_in_again_is_the_same_version(exported: bytes) -> None:
    assert "路灯" in exported.decode()
    assert bring(exported).version == 1
    assert Version.objects.count() == 1
    made = queries.get("sample", 1)
    assert made is not None
    assert commands.export_file(by=SYSTEM, now=NOON + DAY, pack_id=made.id) == exported
    assert [step.verb for step in journal.of_subject(made.id)].count("export_file") == 2


def test_a_file_from_elsewhere_becomes_one_draft(exported: bytes) -> None:
    said = json.loads(exported)
    said["body"]["rows"][0]["days"] = 7
    said["from"]["site"] = "elsewhere"
    said["digest"] = "sha256:" + commands.rules.digest("sample", said["body"])
    sent = json.dumps(said).encode("utf-8-sig")
    first, second = bring(sent), bring(sent)
    assert first == second
    assert (first.state, first.version, first.based_on) == ("draft", 2, 1)
    assert first.body["rows"][0]["days"] == 7


def test_a_file_that_says_nothing_new_leaves_no_key_of_its_note(exported: bytes) -> None:
    from xiucheng.foundation.people.vault.models import Key

    before = Key.objects.count()
    assert commands.import_file(by=SYSTEM, now=NOON + DAY, content=exported, note="再导一次").version == 1
    assert Key.objects.count() == before


def test_what_was_changed_on_the_way_is_refused(exported: bytes) -> None:
    assert code_of(exported.replace(b'"days": 1', b'"days": 9')) == "digest_changed"
    said = json.loads(exported)
    for change in (
        {"digest": "sha256:" + "0" * 64},
        {"digest": "sha256:\ud800"},
        {"body": {**said["body"], "x": None}},
    ):
        assert code_of(json.dumps({**said, **change}).encode()) == "digest_changed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "xiucheng-pack/2"}, "unknown_format"),
        ({"format": None}, "unknown_format"),
        ({"kind": "nonsense"}, "unknown_kind"),
        ({"kind": ["sample"]}, "unknown_kind"),
        ({"kind": "\ud800"}, "unknown_kind"),
        ({"kind": None}, "unknown_kind"),
        ({"digest": None}, "bad_file"),
        ({"digest": "md5:1"}, "bad_file"),
        ({"body": []}, "bad_file"),
        ({"body": None}, "bad_file"),
        ({"body": {"a": "\0"}}, "bad_body"),
        ({"body": {"a": "\ud800"}}, "bad_body"),
        ({"body": {"\ud800": [[]]}}, "bad_body"),
    ],
)
def test_files_that_are_not_ours(exported: bytes, change: dict[str, Any], code: str) -> None:
    assert code_of(json.dumps({**json.loads(exported), **change}).encode()) == code


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"PK\x03\x04",
        "配置".encode("gb18030"),
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b"[" * 100000,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_json_file(content: bytes) -> None:
    assert code_of(content) == "bad_file"


def test_numbers_beyond_all_bounds(exported: bytes) -> None:
    assert code_of(exported.replace(b'"days": 1', b'"days": 1e999')) == "bad_body"


def test_a_file_too_large() -> None:
    assert code_of(b" " * (16 * 1024 * 1024 + 1)) == "too_large"


def test_a_draft_with_problems_comes_in_and_shows_them() -> None:
    body: dict[str, Any] = {"rows": [{"key": "a", "days": -1}]}
    said = {"format": "xiucheng-pack/1", "kind": "sample", "digest": "", "body": body}
    said["digest"] = "sha256:" + commands.rules.digest("sample", body)
    made = bring(json.dumps(said).encode())
    assert [problem.path for problem in queries.preview(made, now=NOON).problems] == ["rows[0].days"]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_no_changed_byte_brings_another_body(exported: bytes, place: int, byte: int) -> None:
    place %= len(exported)
    changed = exported[:place] + bytes([byte]) + exported[place + 1 :]
    try:
        said = files.parse(changed)
    except Refused:
        return
    if commands.rules.digest(said.kind if isinstance(said.kind, str) else "", said.body) == said.digest:
        assert said.body == json.loads(exported)["body"]
