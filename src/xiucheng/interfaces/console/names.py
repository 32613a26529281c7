"""From codes to names for lists and stories: places, categories, agencies, people; each page asks once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiucheng.foundation.packs import registry as packs
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.places import queries as places
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases.catalogue import Catalogue
from xiucheng.operations.intake.channels import CHANNELS

CHANNEL_ICONS = {
    "resident": "device-mobile",
    "hotline": "phone",
    "desk": "headset",
    "patrol": "walk",
    "api": "api",
    "import": "table-import",
}

# The five elements of a call (GB/T 33358) as the reception desk asks for them.
ELEMENT_TITLES: Mapping[str, str | Promise] = {
    "time": gettext_lazy("什么时候"),
    "place": gettext_lazy("在哪里"),
    "cause": gettext_lazy("起因"),
    "course": gettext_lazy("经过"),
    "demand": gettext_lazy("要求"),
}


def catalogue(now: datetime) -> Catalogue | None:
    """The catalogue in force, or None before one is published."""
    return configuration.catalogue_if_any(now)


def category(key: str, held: Catalogue | None) -> str:
    """The name of a minor category; its code where the catalogue no longer has it."""
    found = held.categories.get(key) if held else None
    return found.minor_name if found else key


def category_groups(held: Catalogue | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """All minor categories under their majors, as a form's choices."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in held.categories.values() if held else ():
        groups.setdefault(one.major_name, []).append((one.key, one.minor_name))
    return list(groups.items())


def area_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Streets with their communities, as a form's choices; no statement."""
    district = places.district()
    streets = places.children(district.code) if district else []
    return [
        (street.name, [(street.code, street.name), *((one.code, one.name) for one in places.children(street.code))])
        for street in streets
    ]


def not_yours() -> str:
    """What somebody reads who comes to a page that is not for their posts."""
    return _("您的岗位不能看这一页。需要的话，请找本单位的系统管理员。")


def place(code: str) -> str:
    """和平街道 · 建设社区 from a division code of any length."""
    levels = [places.area_name(code[:length]) for length in (9, 12) if len(code) >= length]
    named = [name for name in levels if name]
    return " · ".join(named) or (places.area_name(code[:6]) if code else "") or _("地点待定")


def choices(table: Mapping[str, str]) -> list[tuple[str, str]]:
    """A table of a rule (code → name, marked for translation) as choices in the reader's language."""
    return [(code, _(title)) for code, title in table.items()]


def asked_area(said: str) -> str:
    """The code of the area that a list is asked for by code or name; "" for the whole district, or where none is named.

    Refused: unknown_area, because a list of everything would be taken for the list of what was asked.
    """
    typed = said.strip()
    found = places.area_code(typed) if typed else ""
    if found is None:
        text = _("没有“%(place)s”这个镇街或社区，或有几个同名的。请从列表里选，或填代码。") % {"place": typed[:30]}
        raise Refused("unknown_area", text, fields={"place": text})
    district = places.district()
    return "" if district is not None and found == district.code else found


def spot(code: str) -> str:
    """The name of a place to answer for by its code: an area or a duty grid; at most one statement."""
    grid = None if code.isdigit() and places.area(code) else places.duty_grid(code)
    return grid.name if grid else place(code)


def channel(name: str) -> str:
    """What people call a channel."""
    found = CHANNELS.get(name)
    return str(found.title) if found else name


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the people of one page, read at once; agencies are in memory."""

    persons: dict[UUID, str] = field(default_factory=dict)

    @classmethod
    def of_actors(cls, actors: Iterable[str], persons: Iterable[UUID | None] = ()) -> "Names":
        """One statement for all actors (`person:<uuid>`) and persons of a page."""
        wanted: set[UUID | None] = set(persons)
        for actor in actors:
            kind, _sep, reference = str(actor).partition(":")
            if kind == "person":
                wanted.add(UUID(reference))
        return cls(people.person_names(wanted))

    def actor(self, actor: str) -> str:
        """Who did it, in words."""
        kind, _sep, reference = str(actor).partition(":")
        if kind == "person":
            return self.persons.get(UUID(reference), _("已离岗人员"))
        if kind == "rule":
            pack, _at, version = reference.partition("@")
            return _("已发布的规则（%(pack)s 第 %(version)s 版）") % {"pack": pack_title(pack), "version": version}
        if kind == "channel":
            return channel(reference)
        return _("系统")


def pack_title(kind: str) -> str:
    """What people call a kind of pack."""
    found = next((one for one in packs.kinds() if one.name == kind), None)
    return str(found.title) if found else kind


def agency(agency_id: UUID | str | None) -> str:
    """The name of an agency by its id, also as a step holds it; empty where there is none."""
    if not agency_id:
        return ""
    key = UUID(str(agency_id))
    return people.agency_names([key]).get(key, "")
