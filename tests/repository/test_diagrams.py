"""The page of moves is what the tables say."""

from tools import diagrams


def test_the_page_of_moves_is_not_stale():
    assert diagrams.PAGE.read_text(encoding="utf-8") == diagrams.text(), "run python -m tools.diagrams"
