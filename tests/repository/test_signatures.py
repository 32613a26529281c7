"""The page of signatures is what the code says, and is complete and readable."""

import re

from tools import signatures

from xiucheng.config.rooms import FOUNDATION, OPERATIONS


def test_the_page_of_signatures_is_not_stale():
    assert signatures.PAGE.read_text(encoding="utf-8") == signatures.text(), "run python -m tools.signatures"


def test_every_room_stands_in_it_with_what_it_has():
    assert {room.rpartition("/")[2] for room in signatures.SHOWN} == {"kit", *FOUNDATION, *OPERATIONS}
    for room in signatures.SHOWN:
        for module in ("commands", "queries"):
            there = (signatures.PACKAGE / room / module).is_dir() or (
                signatures.PACKAGE / room / f"{module}.py"
            ).is_file()
            assert not there or list(signatures.public(room, module)), f"{room}.{module}"


def test_what_is_known_is_said():
    """A few that are written out here, so that the tool itself cannot go wrong unseen."""
    page = signatures.text()
    for line in (
        "case(key: UUID | str, standing: Standing, now: datetime) -> CaseView",
        "story(case_id: UUID) -> list[StoryLine]",
        "seal(key_id: UUID, text: str | bytes) -> bytes",
        "erase_picture(*, by: Standing, now: datetime, media_id: UUID, reason: str) -> None",
    ):
        assert f"\n{line}\n" in page, line


def test_its_lines_are_short():
    long = [line for line in signatures.text().splitlines() if len(line) > 120 and not line.startswith("What")]
    assert long == []
    assert not re.search(r"^_", signatures.text(), re.MULTILINE), "nothing private"
