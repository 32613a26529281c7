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
        drawn = (
            group(title, (option(one["value"], one["label"], flatatt(one["attrs"])) for one in options))
            for title, options, _index in groups
        )
        return SafeString(f"<select{own}>{''.join(drawn)}</select>")


def group(title: Any, options: Iterable[str]) -> str:
    """Drawn options under their title; bare without one."""
    drawn = "".join(options)
    return f'<optgroup label="{escape(str(title))}">{drawn}</optgroup>' if title else drawn


def option(value: Any, label: Any, attributes: str = "") -> str:
    """One option; attributes: drawn, each with a space before it."""
    return f"{opening(value)}{attributes}>{escape(str(label))}</option>"


def opening(value: Any) -> str:
    """How an option begins, by which it is found again among those drawn."""
    return f'<option value="{escape(str(value))}"'
