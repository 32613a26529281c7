"""Pages that are looked up by a word or a number: the glossary says each word once, no two decisions share a number."""

import re
from collections import Counter

from tests.repository.house import PACKAGE

DOCS = PACKAGE.parents[1] / "docs"


def test_a_chinese_word_has_one_identifier():
    pairs: dict[str, set[str]] = {}
    for line in (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) < 5 or cells[1] in ("中文", "---"):
            continue
        chinese, english = cells[1].split(" / "), cells[2].split(" / ")
        for number, word in enumerate(chinese):
            # Several words for one thing share its identifier; otherwise they stand in the same order.
            pairs.setdefault(word, set()).add(english[number] if len(english) == len(chinese) else cells[2])
    assert len(pairs) > 100, "the search itself must find something"
    assert {word: said for word, said in pairs.items() if len(said) > 1} == {}


def test_no_row_of_the_glossary_stands_twice():
    lines = (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines()
    heads = Counter(tuple(line.split("|")[1:3]) for line in lines if line.startswith("| "))
    assert [head for head, count in heads.items() if count > 1] == []


def test_every_decision_has_a_number_of_its_own():
    numbers = Counter(path.name[:4] for path in (DOCS / "adr").glob("*.md"))
    assert [number for number, count in numbers.items() if count > 1 or not re.fullmatch(r"\d{4}", number)] == []
