"""A select drawn in code: by a template for each option, two hundred categories took half of a page's time."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.safestring import SafeString


class Select(forms.Select):
    """Django's select, as Django draws it."""

    def render(self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The control with its groups and options, those of `value` selected."""
        own = flatatt({"name": name, **self.build_attrs(self.attrs, dict(attrs or {}))})
        groups = self.optgroups(name, self.format_value(value))
        return SafeString(
            f"<select{own}>{''.join(_group(title, options) for title, options, _index in groups)}</select>"
        )


def _group(title: str | None, options: Iterable[Mapping[str, Any]]) -> str:
    drawn = "".join(
        f'<option value="{escape(str(one["value"]))}"{flatatt(one["attrs"])}>{escape(str(one["label"]))}</option>'
        for one in options
    )
    return f'<optgroup label="{escape(str(title))}">{drawn}</optgroup>' if title else drawn
