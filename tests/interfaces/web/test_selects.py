"""A select drawn in code is the one that Django draws by templates."""

from html.parser import HTMLParser

import pytest
from django import forms

from xiucheng.interfaces.web.selects import Select

CHOICES = [("", "请选"), ("部件 & 设施", [("C01", "公用 <井盖>"), ("C02", "路灯")]), ("E01", "垃圾")]


class Read(HTMLParser):
    """What a browser reads: tags with their attributes in whatever order, and words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append(data.strip())


@pytest.mark.parametrize("value", [None, "", "C02", "E01", "none of them", '"><script>'])
@pytest.mark.parametrize("attrs", [{}, {"id": "id_x", "required": True, "class": "form-select", "disabled": False}])
def test_it_is_the_same(value: str | None, attrs: dict[str, object]) -> None:
    own = {"data-a": "1"}
    theirs = forms.Select(attrs=own, choices=CHOICES).render("x", value, attrs)
    ours = Select(attrs=own, choices=CHOICES).render("x", value, attrs)
    assert Read(theirs).found == Read(ours).found
