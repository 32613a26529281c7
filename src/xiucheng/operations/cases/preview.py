"""What a draft of the catalogue or of the stage limits would do, in numbers, before it is published."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from xiucheng.foundation.packs.registry import Effect

from .catalogue import Catalogue, compile_catalogue
from .models import OPEN, Case


def of_catalogue(body: Mapping[str, Any], in_force: Mapping[str, Any] | None, at: datetime) -> Sequence[Effect]:
    """Categories that come and go, limits that change, and the open cases of what goes. One statement."""
    after = compile_catalogue(0, body)
    before = compile_catalogue(0, in_force) if in_force else Catalogue(0, {})
    gone = before.categories.keys() - after.categories.keys()
    effects = [
        Effect(_("新增的类别"), len(after.categories.keys() - before.categories.keys())),
        Effect(_("不再使用的类别"), len(gone)),
        Effect(_("时限改变的立案条件；只对之后立案的案卷起作用"), _changed_limits(before, after)),
    ]
    if gone:
        waiting = Case.objects.filter(OPEN, category__in=gone).count()
        effects.append(Effect(_("在办案卷属于不再使用的类别，仍按原条件办理"), waiting))
    return effects


def of_limits(body: Mapping[str, Any], in_force: Mapping[str, Any] | None, at: datetime) -> Sequence[Effect]:
    """Stage limits count for cases filed from then on. One statement."""
    open_now = Case.objects.filter(OPEN).count()
    return [Effect(_("在办案卷仍按原时限，新时限只用于之后立案的案卷"), open_now)]


def _changed_limits(before: Catalogue, after: Catalogue) -> int:
    old = {c.key: c.limit for category in before.categories.values() for c in category.conditions}
    new = {c.key: c.limit for category in after.categories.values() for c in category.conditions}
    return sum(1 for key, limit in new.items() if key in old and old[key] != limit)
