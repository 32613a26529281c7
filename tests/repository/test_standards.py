"""Every source that the code names is explained: a section of docs/standards.md for each `STANDARDS §n`."""

import re
from collections import defaultdict

from tests.repository.house import PACKAGE

PAGE = PACKAGE.parents[1] / "docs" / "standards.md"
SECTION = re.compile(r"§(\d+)")
CITED = re.compile(r"STANDARDS((?:,? §\d+)+)")


def test_every_section_that_is_cited_is_there():
    cited = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        if "node_modules" not in path.parts:
            for sections in CITED.findall(path.read_text(encoding="utf-8")):
                for number in SECTION.findall(sections):
                    cited[number].append(path.relative_to(PACKAGE).as_posix())
    assert sum(map(len, cited.values())) > 40, "the search itself must find something"
    there = set(re.findall(r"^## §(\d+) ", PAGE.read_text(encoding="utf-8"), re.M))
    assert {number: files[0] for number, files in cited.items() if number not in there} == {}


def test_no_page_is_cited_that_is_not_in_the_repository():
    for path in sorted(PACKAGE.rglob("*.py")):
        if "node_modules" not in path.parts:
            assert not re.search(r"\bHOUSE\b", path.read_text(encoding="utf-8")), path
