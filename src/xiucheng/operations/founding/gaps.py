"""What a founded district still lacks, each gap with the page that cures it; read from the rooms below."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs import queries as packs
from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.neighbourhood.responsibilities import Known
from xiucheng.foundation.people.queries import Agency, GridWalker, Member
from xiucheng.foundation.people.rules import ROLES
from xiucheng.foundation.places import queries as places
from xiucheng.foundation.places.queries import AreaView, DutyGridView
from xiucheng.kit.days import local_day
from xiucheng.operations.cases import configuration
from xiucheng.operations.cases.catalogue import Catalogue
from xiucheng.operations.dispatch import queries as dispatch
from xiucheng.operations.responsibility import queries as responsibility
from xiucheng.operations.responsibility.queries import Covered


@dataclass(frozen=True, slots=True)
class Picture:
    """The district at one moment, read once for all gaps."""

    areas: Sequence[AreaView]
    grids: Sequence[DutyGridView]
    staff: Sequence[Member]
    walkers: Sequence[GridWalker]
    agencies: Sequence[Agency]
    rostered: frozenset[object]
    catalogue: Catalogue | None
    routing: dict[str, object] | None
    short: Sequence[Covered]
    now: datetime

    def holders(self, role: str) -> Counter[str]:
        """Area code → how many hold this role right there."""
        return Counter(one.post.area for one in self.staff if one.post.role == role)


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing: its code, what it concerns by code and name."""

    code: str
    about: str
    name: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of gap. cure: the template that mends it. grave: without it cases get stuck."""

    code: str
    title: Promise
    why: Promise
    cure: str
    grave: bool
    find: Callable[[Picture], Iterator[tuple[str, str]]]


def _communities(picture: Picture) -> Iterator[tuple[str, str]]:
    held = picture.holders("grid_officer")
    wide = tuple(area for area in held if len(area) == 9)
    for one in picture.areas:
        if one.level == "community" and not held[one.code] and not one.code.startswith(wide):
            yield one.code, one.name


def _grids(picture: Picture) -> Iterator[tuple[str, str]]:
    """Duty grids for which nobody answers at all, in the ways that the requirement in force counts."""
    for one in picture.short:
        if one.place.level == "grid" and not one.people:
            yield one.place.code, one.place.name


def _short(picture: Picture) -> Iterator[tuple[str, str]]:
    """Places with fewer people than the requirement in force asks for; an empty duty grid is told by itself."""
    for one in picture.short:
        if one.place.level != "grid" or one.people:
            said = gettext("%(name)s（还缺 %(missing)s 人）")
            yield one.place.code, said % {"name": one.place.name, "missing": one.missing}


def _categories(picture: Picture) -> Iterator[tuple[str, str]]:
    if picture.catalogue is None:
        return
    for key in dispatch.unrouted_categories(picture.routing, picture.now):
        yield key, picture.catalogue.categories[key].minor_name


def _agencies(picture: Picture) -> Iterator[tuple[str, str]]:
    manned = {one.post.agency_id for one in picture.staff if one.membership_id in picture.rostered}
    yield from ((one.code, one.name) for one in picture.agencies if one.id not in manned)


def _clerks(picture: Picture) -> Iterator[tuple[str, str]]:
    manned = {one.post.agency_id for one in picture.staff if one.post.role == "agency_clerk"}
    yield from ((one.code, one.name) for one in picture.agencies if one.id not in manned)


def _streets(picture: Picture) -> Iterator[tuple[str, str]]:
    held = picture.holders("street_head")
    yield from ((one.code, one.name) for one in picture.areas if one.level == "street" and not held[one.code])


def _twice(picture: Picture) -> Iterator[tuple[str, str]]:
    names = {one.code: one.name for one in picture.areas} | {one.code: one.name for one in picture.grids}
    held: dict[tuple[str, str], set[str]] = defaultdict(set)
    for member in picture.staff:
        if member.post.role in ("street_head", "community_secretary") and member.post.area:
            held[member.post.area, member.post.role].add(member.name)
    for walker in picture.walkers:
        held[walker.duty_grid, ""].add(walker.name)
    for (place, _role), people_there in sorted(held.items()):
        if len(people_there) > 1:
            yield place, f"{names.get(place, place)}（{'、'.join(sorted(people_there))}）"


def _centre(picture: Picture) -> Iterator[tuple[str, str]]:
    held = {one.post.role for one in picture.staff}
    for role in ("acceptor", "dispatcher", "shift_leader"):
        if role not in held:
            yield role, gettext(ROLES[role].name)


_TABLE = (
    Kind("centre_post", _("中心缺少岗位"), _("没有人受理、派遣、值班，案卷一步也走不动。"),
         "people", True, _centre),
    Kind("community_without_officer", _("社区没有网格员"), _("那里的核实和核查没有人去。"),
         "duties", True, _communities),
    Kind("agency_without_clerk", _("承办单位没有经办人"), _("派去的案卷没有人签收。"),
         "people", True, _clerks),
    Kind("category_without_rule", _("类别没有规则管"), _("这些案卷要由派遣员一件件决定。"),
         "routing", False, _categories),
    Kind("street_without_head", _("镇街没有负责人"), _("吹哨、督办没有人批。"),
         "duties", False, _streets),
    Kind("grid_without_leader", _("责任网格没有负责人"), _("包保到不了网格。"),
         "duties", False, _grids),
    Kind("place_short_of_people", _("包保人数不够"), _("按包保要求还缺人，出了事找不到人负责。"),
         "duties", False, _short),
    Kind("agency_without_roster", _("单位没有排班"), _("没有排班的，按人人随时在岗算。"),
         "rosters", False, _agencies),
    Kind("covered_twice", _("一个地方有几个人负责"), _("请确认以谁为主。"),
         "duties", False, _twice),
)  # fmt: skip
KINDS: Mapping[str, Kind] = {one.code: one for one in _TABLE}


def picture(now: datetime) -> Picture:
    """The district now; about a dozen statements."""
    catalogue = configuration.catalogue_if_any(now)
    # What is drafted counts as being there: the gaps are looked at before going live.
    routing = packs.open_draft("routing") or packs.current("routing", now)
    today = local_day(now)
    grids, known = places.duty_grids(), Known(people.staff(at=now), people.grid_walkers(at=now))
    return Picture(
        areas=places.subtree() if places.district() else (),
        grids=grids,
        staff=known.staff,
        walkers=known.walkers,
        agencies=people.agencies(),
        rostered=frozenset(one.membership_id for one in people.rosters(on=today)),
        catalogue=catalogue,
        routing=routing.body if routing else None,
        short=responsibility.report(now=now, only_missing=True, known=known, grids=grids),
        now=now,
    )


def gaps(now: datetime) -> dict[str, list[Gap]]:
    """Kind → its gaps by code, kinds in the order of the table; kinds without a gap are there with none."""
    seen = picture(now)
    return {code: [Gap(code, about, name) for about, name in kind.find(seen)] for code, kind in KINDS.items()}
