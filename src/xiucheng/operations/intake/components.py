"""Which fixed thing a report is about: does it exist, and is it of the kind that the category is about?"""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from xiucheng.foundation.places import queries as places
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import configuration

from . import placing
from .placing import Place

# GB/T 30428's component id: six digits of the division, then the kind, then a running number.
_KIND_AT = 6


def kind_of(category: str, now: datetime) -> str | None:
    """The kind of components that a minor category of the catalogue is about, None for events and hotline needs.

    Refused: `unknown_category`, `major_not_minor`, `no_catalogue`.
    """
    return configuration.catalogue(now).category(category).component_kind


def fits(code: str, category: str, now: datetime) -> bool:
    """Is a component of the kind that the category is about? No statement: its kind stands in its code."""
    kind = kind_of(category, now)
    return kind is not None and code.startswith(kind, _KIND_AT)


def demand(code: str, category: str | None, now: datetime) -> places.ComponentView:
    """The component of a code as chosen; one statement.

    Refused: `unknown_component`, `other_component` (of another kind than the category's, or no category is given).
    """
    found = places.component(code)
    if found is None:
        text = _("没有代码为“%(code)s”的部件。") % {"code": code[:20]}
        raise Refused("unknown_component", text, fields={"component": text})
    if not category or not fits(code, category, now):
        text = _("这个部件与所选的类别对不上。")
        raise Refused("other_component", text, fields={"component": text})
    return found


def placed(place: Place, code: str | None, category: str | None, now: datetime) -> Place:
    """The place with the component that was chosen; where no point was given the component's own counts.

    Refused as `demand`, and `outside`.
    """
    if not code:
        return place
    found = demand(code, category, now)
    if place.lon is None:
        place = placing.find(found.lon, found.lat, "wgs84", place.area or None)
    return replace(place, component=found.code)


def filed(chosen: str | None, known: str, category: str, now: datetime) -> str:
    """The component that a case is filed with: what the acceptor chose ("": none), else the report's while it fits.

    A report filed under another category than the reporter's is not about the thing that the reporter pointed at.
    Refused as `demand`.
    """
    if chosen:
        return demand(chosen, category, now).code
    if chosen is None and known and fits(known, category, now):
        return known
    return ""
