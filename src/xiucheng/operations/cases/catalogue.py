"""The catalogue 立案标准: categories and their filing conditions, compiled from a published pack; and the stage limits.

The body of a pack goes in, a lookup comes out; only `body_from_csv` reads a file, the table that comes along. One
category has several filing conditions, each with a limit and a closing condition of its own; codes carry scheme and
version, and a minor code stays a string. Refused: what a body or a case asks for that is not in it.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiucheng.foundation.packs.registry import Problem
from xiucheng.kit.refused import Refused
from xiucheng.kit.worktime import Limit

KINDS = ("component", "event", "service")
SEVERITIES = ("H", "M", "L")
DEFAULT_CSV = Path(__file__).parent / "data" / "categories.csv"


@dataclass(frozen=True, slots=True)
class Condition:
    """A filing condition 立案条件 with its limit; first stage (fence first, repair later) where it has one."""

    key: str
    text: str
    severity: str
    limit: Limit
    closing: str
    after_photo: bool
    default: bool
    first_stage: Limit | None = None
    first_stage_text: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """A minor category 小类 of a component, event or hotline need."""

    key: str
    kind: str
    scheme: str
    version: str
    major_code: str
    major_name: str
    minor_code: str
    minor_name: str
    street_visible: bool
    conditions: tuple[Condition, ...]

    @property
    def default_condition(self) -> Condition:
        """The condition used where only the category is known; the case is then marked."""
        return next((c for c in self.conditions if c.default), self.conditions[0])

    @property
    def component_kind(self) -> str | None:
        """The kind of the components that this category is about (C0137 is about those of kind 0137), else None."""
        return self.key[1:] if self.kind == "component" else None

    def needs_check(self, condition: Condition) -> bool:
        """Does a case of this kind go to a check before closing? What leaves no trace in the street does not (D)."""
        return condition.after_photo or self.kind != "service"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All categories of one published version."""

    version: int
    categories: Mapping[str, Category]

    @property
    def component_kinds(self) -> tuple[str, ...]:
        """The kinds of components that any category is about, in the catalogue's order."""
        return tuple(kind for one in self.categories.values() if (kind := one.component_kind))

    def category(self, key: str) -> Category:
        """The category; refused `major_not_minor` where the key is only a major class, else `unknown_category`."""
        found = self.categories.get(key)
        if found is not None:
            return found
        if any(c.key.startswith(key) and key == c.key[: 1 + len(c.major_code)] for c in self.categories.values()):
            text = _("“%(key)s”是大类，请选到小类。") % {"key": key[:20]}
            raise Refused("major_not_minor", text, fields={"category": text})
        text = _("没有代码为“%(key)s”的类别。") % {"key": key[:20]}
        raise Refused("unknown_category", text, fields={"category": text})

    def condition(self, category: str, condition: str | None) -> tuple[Category, Condition]:
        """Category and condition, the category's default where none is given; refused `unknown_condition`."""
        found = self.category(category)
        if not condition:
            return found, found.default_condition
        for candidate in found.conditions:
            if candidate.key == condition:
                return found, candidate
        text = _("此小类没有代码为“%(key)s”的立案条件。") % {"key": condition[:20]}
        raise Refused("unknown_condition", text, fields={"condition": text})


def compile_catalogue(version: int, body: Mapping[str, Any]) -> Catalogue:
    """The lookup of a pack's body (already validated)."""
    return Catalogue(version, {item["key"]: _category(item) for item in body["categories"]})


def _category(item: Mapping[str, Any]) -> Category:
    return Category(
        key=item["key"],
        kind=item["kind"],
        scheme=item["scheme"],
        version=item["version"],
        major_code=item["major_code"],
        major_name=item["major_name"],
        minor_code=item["minor_code"],
        minor_name=item["minor_name"],
        street_visible=item["street_visible"],
        conditions=tuple(_condition(condition) for condition in item["conditions"]),
    )


def _condition(item: Mapping[str, Any]) -> Condition:
    first = item.get("first_stage")
    return Condition(
        key=item["key"],
        text=item["text"],
        severity=item["severity"],
        limit=Limit.from_json(item["limit"]),
        closing=item["closing"],
        after_photo=item["after_photo"],
        default=item["default"],
        first_stage=Limit.from_json(first["limit"]) if first else None,
        first_stage_text=first["text"] if first else "",
    )


def body_from_csv(path: Path = DEFAULT_CSV) -> dict[str, Any]:
    """The pack body of a catalogue table laid out as data/categories.csv."""
    categories: dict[str, dict[str, Any]] = {}
    with path.open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            category = categories.setdefault(
                row["category_key"],
                {
                    "key": row["category_key"],
                    **{k: row[k] for k in ("scheme", "version", "kind", "code_source")},
                    **{k: row[k] for k in ("major_code", "major_name", "minor_code", "minor_name")},
                    "street_visible": row["street_visible"] == "1",
                    "conditions": [],
                },
            )
            category["conditions"].append(_condition_from_row(row))
    return {"categories": list(categories.values())}


def _condition_from_row(row: Mapping[str, str]) -> dict[str, Any]:
    condition: dict[str, Any] = {
        "key": row["condition_key"],
        "text": row["filing_condition"],
        "severity": row["severity"],
        "limit": {"value": int(row["limit_value"]), "unit": row["limit_unit"]},
        "closing": row["closing_condition"],
        "after_photo": row["after_photo"] == "1",
        "default": row["default_condition"] == "1",
    }
    if row["first_stage_value"]:
        condition["first_stage"] = {
            "limit": {"value": int(row["first_stage_value"]), "unit": row["first_stage_unit"]},
            "text": row["first_stage_text"],
        }
    return condition


def check_catalogue(body: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a draft's body: a line per place, in words; an empty list means it may be published."""
    items = body.get("categories")
    if not isinstance(items, list) or not items:
        return [Problem("categories", _("目录里还没有类别。"))]
    problems: list[Problem] = []
    seen: set[str] = set()
    for index, item in enumerate(items):
        problems += _check_category(f"categories[{index}]", item, seen)
    return problems


_CATEGORY_PARTS: Mapping[str, type] = {
    **dict.fromkeys(("key", "kind", "scheme", "version", "major_code", "major_name", "minor_code", "minor_name"), str),
    "street_visible": bool,
    "conditions": list,
}
_CONDITION_PARTS: Mapping[str, type] = {
    **dict.fromkeys(("key", "text", "severity", "closing"), str),
    **dict.fromkeys(("after_photo", "default"), bool),
}


def _check_category(where: str, item: Any, seen: set[str]) -> Iterable[Problem]:
    faulty = _wrong_parts(where, item, _CATEGORY_PARTS)
    yield from faulty
    rows = item.get("conditions") if isinstance(item, dict) else None
    held = rows if isinstance(rows, list) else []
    for index, condition in enumerate(held):
        wrong = [*_check_condition(f"{where}.conditions[{index}]", condition)]
        faulty += wrong
        yield from wrong
    if faulty:
        return
    category = _category(item)
    if category.kind not in KINDS:
        yield Problem(f"{where}.kind", _("类别种类只能是部件、事件或诉求。"))
    if not category.conditions:
        yield Problem(f"{where}.conditions", _("至少要有一个立案条件。"))
    if sum(condition.default for condition in category.conditions) > 1:
        yield Problem(f"{where}.conditions", _("默认立案条件只能有一个。"))
    keyed = [(where, category.key)]
    keyed += [(f"{where}.conditions[{index}]", one.key) for index, one in enumerate(category.conditions)]
    for place, key in keyed:
        if key in seen:
            yield Problem(f"{place}.key", _("代码“%(key)s”重复。") % {"key": key})
        seen.add(key)


def _wrong_parts(where: str, item: Any, parts: Mapping[str, type]) -> list[Problem]:
    """A line for each part that is missing or of another type."""
    if not isinstance(item, dict):
        return [Problem(where, _("这一行应是一个 JSON 对象。"))]
    return [
        Problem(f"{where}.{name}", _("缺这一项，或者写法不对。"))
        for name, kind in parts.items()
        if not isinstance(item.get(name), kind)
    ]


def _check_condition(where: str, item: Any) -> Iterable[Problem]:
    yield from _wrong_parts(where, item, _CONDITION_PARTS)
    if not isinstance(item, dict):
        return
    if not _is_limit(item.get("limit")):
        yield Problem(f"{where}.limit", _LIMIT)
    first = item.get("first_stage")
    if not first:
        return
    yield from _wrong_parts(f"{where}.first_stage", first, {"text": str})
    if isinstance(first, dict) and not _is_limit(first.get("limit")):
        yield Problem(f"{where}.first_stage.limit", _LIMIT)


_LIMIT = gettext_lazy("时限要写明大于零的数量和单位。")


def _is_limit(held: Any) -> bool:
    try:
        Limit.from_json(held)
    except (KeyError, TypeError, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class StageLimits:
    """Limits of the centre's own stages: how long to dispatch, how long to check."""

    dispatch: Limit
    check: Limit


DEFAULT_LIMITS: Mapping[str, Any] = {
    "dispatch": {"value": 1, "unit": "work_hour"},
    "check": {"value": 2, "unit": "work_hour"},
}
"""D: cities set the dispatch stage between minutes and hours; the check's two hours are STANDARDS §1, start_check."""


def compile_limits(body: Mapping[str, Any]) -> StageLimits:
    """The limits of the centre's own stages, from the body of a published pack."""
    return StageLimits(dispatch=Limit.from_json(body["dispatch"]), check=Limit.from_json(body["check"]))


def check_limits(body: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a draft of the stage limits."""
    return [Problem(stage, _LIMIT) for stage in ("dispatch", "check") if not _is_limit(body.get(stage))]
