"""The frozen registry of templates: each is registered by its room while the site starts."""

from collections.abc import Sequence

from django.apps import apps
from django.utils.translation import gettext as _

from xiucheng.kit.refused import Refused

from .base import Template

_templates: dict[str, Template] = {}


def register(template: Template) -> None:
    """Add a template, from a room's registry.py; the table is frozen once the site has started."""
    if apps.ready:
        raise RuntimeError(f"template {template.name}: templates are registered while the site starts")
    if template.name in _templates or any(one.number == template.number for one in _templates.values()):
        raise RuntimeError(f"two templates are called {template.name} or have the number {template.number}")
    _templates[template.name] = template


def templates() -> Sequence[Template]:
    """All templates in the order in which a district fills them in."""
    return sorted(_templates.values(), key=lambda one: one.number)


def template_of(name: str) -> Template:
    """Refused `unknown_template` (404)."""
    found = _templates.get(name)
    if found is None:
        raise Refused("unknown_template", _("没有这张模板。"), status=404)
    return found
