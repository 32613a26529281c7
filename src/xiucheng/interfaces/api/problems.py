"""What is wrong with a value, as a sentence in the reader's language: a table over the kinds that pydantic finds."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Kind → sentence; `%(…)s` are filled from the bounds that pydantic tells with it.
_SENTENCES: Mapping[str, Any] = {
    "missing": gettext_lazy("必须给出。"),
    "extra_forbidden": gettext_lazy("没有这一项，请检查名称。"),
    "string_too_long": gettext_lazy("至多 %(max_length)s 个字。"),
    "string_too_short": gettext_lazy("至少 %(min_length)s 个字。"),
    "too_long": gettext_lazy("至多 %(max_length)s 项。"),
    "too_short": gettext_lazy("至少 %(min_length)s 项。"),
    "greater_than": gettext_lazy("应大于 %(gt)s。"),
    "greater_than_equal": gettext_lazy("不应小于 %(ge)s。"),
    "less_than": gettext_lazy("应小于 %(lt)s。"),
    "less_than_equal": gettext_lazy("不应大于 %(le)s。"),
    "string_pattern_mismatch": gettext_lazy("写法不对，应符合 %(pattern)s。"),
    "finite_number": gettext_lazy("应为有限的数。"),
    "literal_error": gettext_lazy("只能是其中之一：%(expected)s。"),
}

# The beginnings of all other kinds (`int_parsing`, `int_type`, `int_from_float` …) name what was expected.
_EXPECTED: Mapping[str, Any] = {
    "string": gettext_lazy("应为文字。"),
    "int": gettext_lazy("应为整数。"),
    "float": gettext_lazy("应为数字。"),
    "bool": gettext_lazy("应为 true 或 false。"),
    "uuid": gettext_lazy("应为编号（UUID）。"),
    "datetime": gettext_lazy("应为带时区的时间，例如 2026-03-02T09:00:00+08:00。"),
    "timezone": gettext_lazy("应为带时区的时间，例如 2026-03-02T09:00:00+08:00。"),
    "list": gettext_lazy("应为列表。"),
    "dict": gettext_lazy("应为 JSON 对象。"),
    "model": gettext_lazy("应为 JSON 对象。"),
}


def sentence(problem: Mapping[str, Any]) -> str:
    """One sentence for one problem as pydantic tells it (`type`, `ctx`)."""
    kind, bounds = str(problem.get("type", "")), dict(problem.get("ctx") or {})
    if "expected" in bounds:
        # Pydantic writes "'a', 'b' or 'c'".
        bounds["expected"] = ", ".join(re.findall(r"'([^']*)'", str(bounds["expected"])))
    if kind in _SENTENCES:
        return str(_SENTENCES[kind] % bounds)
    return str(_EXPECTED.get(kind.partition("_")[0]) or _("写法不对。"))
