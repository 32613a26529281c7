"""Roles, posts and what they reach; who is on duty; how a contact is masked. Tables first, no Django, no clock."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Literal, Self
from uuid import UUID

from xiucheng.kit.actor import Actor
from xiucheng.kit.words import marked as _

from .acts import ACTS

ScopeKind = Literal["all", "street", "community", "agency", "person", "none"]


TOKEN_SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "reports": _("提交上报与图片"),
        "read": _("读取案卷、任务和目录"),
        "moves": _("办理案卷与上报"),
    }
)
"""What a token may be issued for; a signed-in session may do all of it within its posts."""


# -- what there is ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of organisation: does it answer for cases (承办单位)?"""

    name: str
    handles: bool


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "government": Kind(_("区政府"), handles=False),
        "centre": Kind(_("指挥中心"), handles=False),
        "agency": Kind(_("职能部门"), handles=True),
        "street_office": Kind(_("镇街"), handles=True),
        "community_office": Kind(_("社区"), handles=True),
        "section": Kind(_("科室队所"), handles=True),
        "utility": Kind(_("公用企业"), handles=True),
        "property_firm": Kind(_("物业企业"), handles=True),
        "contractor": Kind(_("作业承包单位"), handles=True),
    }
)

RELATIONS: Mapping[str, str] = MappingProxyType(
    {"competent": _("主管单位"), "owner": _("权属单位"), "maintainer": _("养护单位")}
)


AGENCY_LINKS: Mapping[str, str] = MappingProxyType(
    {
        "competent": _("业务主管单位"),
        "guide": _("业务指导单位"),
        "cooperate": _("协作单位"),
        "caretake": _("代管单位"),
    }
)
"""How one organisation may be tied to another beside its parent: who is competent for its field, who guides its work,
with whom it works together, who looks after it on the parent's behalf (D)."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its name, the level it works at, what its post must name, and which cases it sees.

    needs: "area", "agency" or "nothing". sees: by "area", by "agency", its "own", or "nothing".
    """

    name: str
    level: Literal["district", "street", "community", "grid", "agency"]
    needs: Literal["area", "agency", "nothing"]
    sees: Literal["area", "agency", "own", "nothing"]


ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "grid_officer": Role(_("网格员"), "grid", needs="area", sees="area"),
        "inspector": Role(_("采集员"), "grid", needs="nothing", sees="area"),
        "acceptor": Role(_("受理员"), "district", needs="nothing", sees="area"),
        "dispatcher": Role(_("派遣员"), "district", needs="nothing", sees="area"),
        "shift_leader": Role(_("值班长"), "district", needs="nothing", sees="area"),
        "agency_clerk": Role(_("承办单位经办人"), "agency", needs="agency", sees="agency"),
        "crew": Role(_("处置人员"), "agency", needs="agency", sees="own"),
        "community_secretary": Role(_("社区书记"), "community", needs="area", sees="area"),
        "street_head": Role(_("镇街负责人"), "street", needs="area", sees="area"),
        "leader": Role(_("区领导"), "district", needs="nothing", sees="area"),
        "system_admin": Role(_("系统管理员"), "district", needs="nothing", sees="nothing"),
        "security_admin": Role(_("安全管理员"), "district", needs="nothing", sees="nothing"),
        "audit_admin": Role(_("审计管理员"), "district", needs="nothing", sees="nothing"),
    }
)

ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})


# -- who stands here --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Post:
    """A role held now. area "" is the whole district; agency_id the organisation it is held in, if any."""

    role: str
    area: str = ""
    agency_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Who acts, with the posts they hold at this moment; what every verb above takes as `by`."""

    person_id: UUID | None
    account_id: UUID | None = None
    posts: tuple[Post, ...] = ()
    acting: Actor | None = field(default=None)

    @property
    def actor(self) -> Actor:
        """What the journal stores."""
        if self.acting is not None:
            return self.acting
        if self.person_id is None:
            raise ValueError("a standing without a person must say who acts")
        return Actor.person(self.person_id)

    @property
    def is_system(self) -> bool:
        """The site's own processes and its command line: whoever starts them has the machine anyway."""
        return self.acting is not None and self.acting.kind == "system"

    def has(self, *roles: str) -> bool:
        """Is one of these roles held?"""
        return any(post.role in roles for post in self.posts)

    @classmethod
    def for_rule(cls, pack_kind: str, version: int) -> Self:
        """A published version of a pack acts; its publisher decided."""
        return cls(None, acting=Actor.rule(pack_kind, version))

    @classmethod
    def for_system(cls, name: str) -> Self:
        """A process or the command line acts."""
        return cls(None, acting=Actor.system(name))

    @classmethod
    def resident(cls, channel: str) -> Self:
        """Somebody without an account, known by the door they came through."""
        return cls(None, acting=Actor.channel(channel))


# -- what a post reaches ----------------------------------------------------------------------------------------------


def covers(post_area: str, area: str | None) -> bool:
    """Does an area contain another? Codes contain by prefix; "" and a district's six digits are the whole district."""
    return len(post_area) <= 6 or (area is not None and area.startswith(post_area))


def _post_reaches(
    reach: str, post: Post, standing: Standing, area: str | None, agency_id: UUID | None, person_id: UUID | None
) -> bool:
    if reach == "area":
        return covers(post.area, area)
    if reach == "agency":
        return agency_id is not None and post.agency_id == agency_id
    if reach == "own":
        return person_id is not None and standing.person_id == person_id
    if reach != "district":
        raise ValueError(f"not a reach: {reach}")
    return True


def reaches(
    standing: Standing,
    table: Mapping[str, str],
    *,
    area: str | None = None,
    agency_id: UUID | None = None,
    person_id: UUID | None = None,
) -> bool:
    """Does a post of this standing reach the thing? table: role → how far it reaches.

    "district" reaches everything, "area" what lies in the post's area, "agency" what is the post's agency's, "own"
    what is the person's. What the thing is: its area code, its agency, its person; None where it has none.
    """
    return any(
        _post_reaches(table[post.role], post, standing, area, agency_id, person_id)
        for post in standing.posts
        if post.role in table
    )


def may(
    standing: Standing,
    act: str,
    *,
    area: str | None = None,
    agency_id: UUID | None = None,
    person_id: UUID | None = None,
) -> bool:
    """May this standing do this act (a key of ACTS) to this thing? The site's own processes may; rules may not."""
    table = ACTS[act]
    return standing.is_system or reaches(standing, table, area=area, agency_id=agency_id, person_id=person_id)


def may_somewhere(standing: Standing, act: str) -> bool:
    """Is this act (a key of ACTS) any of this standing's posts' business, however far it reaches?"""
    return standing.is_system or standing.has(*ACTS[act])


def may_within(standing: Standing, act: str, area: str) -> bool:
    """May this standing do this act (a key of ACTS) in the whole of an area ("": the district), or where one of their
    posts inside it is?"""
    inside = (post.area for post in standing.posts if post.area.startswith(area))
    return any(may(standing, act, area=one) for one in (area, *inside))


def administrators_apart(held: Iterable[str], role: str) -> bool:
    """May somebody who holds these roles in the same span be given this one too?"""
    return role not in ADMINISTRATORS or not (set(held) & (ADMINISTRATORS - {role}))


# -- what a standing sees ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases a list starts from: one indexed predicate for each kind of post. values: area codes, agency ids or
    the person's id. also: narrower scopes beside it, each of a kind of its own, widest first."""

    kind: ScopeKind
    values: tuple[str | UUID, ...] = ()
    also: tuple["Scope", ...] = ()

    @property
    def parts(self) -> tuple["Scope", ...]:
        """All it takes in, as scopes of one kind each; none for nobody."""
        return () if self.kind == "none" else (Scope(self.kind, self.values), *self.also)

    @property
    def areas(self) -> tuple[str, ...]:
        """The codes of the streets and communities in it."""
        return tuple(str(value) for part in self.parts if part.kind in _AREAS for value in part.values)


_AREAS: frozenset[ScopeKind] = frozenset({"street", "community"})


_WIDEST: tuple[ScopeKind, ...] = ("all", "street", "community", "agency", "person")


def _seen(post: Post, person_id: UUID | None) -> tuple[ScopeKind, str | UUID | None]:
    sees = ROLES[post.role].sees
    if sees == "area" and len(post.area) <= 6:
        return "all", None
    if sees == "area":
        return ("street", post.area) if len(post.area) == 9 else ("community", post.area[:12])
    if sees == "agency":
        return "agency", post.agency_id
    return ("person", person_id) if sees == "own" else ("none", None)


def visible_to(standing: Standing) -> Scope:
    """What the posts see together: all, or streets, communities, agencies and one's own side by side.

    Whoever holds posts of two kinds sees what either would: the matrix of moves judges post by post too.
    """
    if standing.is_system:
        return Scope("all")
    seen = [_seen(post, standing.person_id) for post in standing.posts]
    if any(kind == "all" for kind, _value in seen):
        return Scope("all")
    found = [
        Scope(kind, values)
        for kind in _WIDEST
        if (values := tuple(dict.fromkeys(value for of_kind, value in seen if of_kind == kind and value is not None)))
    ]
    return Scope(found[0].kind, found[0].values, tuple(found[1:])) if found else Scope("none")


# -- who is on duty ---------------------------------------------------------------------------------------------------


EVERY_DAY = 0b111_1111
"""The weekdays of a duty as bits, Monday the lowest: all seven."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A weekly duty in local time. weekdays: bit 0 is Monday; an end not after the start lies on the next day."""

    weekdays: int
    starts: time
    ends: time
    since: date
    until: date | None = None

    def valid_on(self, day: date) -> bool:
        """Is the duty that begins on this day part of the roster?"""
        return (
            self.since <= day and (self.until is None or day <= self.until) and bool(self.weekdays >> day.weekday() & 1)
        )


def on_shift(shift: Shift, local: datetime) -> bool:
    """Is this shift on at this wall-clock time? A night shift belongs to the day it began on."""
    clock, today = local.time(), local.date()
    if shift.starts < shift.ends:
        return shift.valid_on(today) and shift.starts <= clock < shift.ends
    begun_today = shift.valid_on(today) and clock >= shift.starts
    begun_yesterday = shift.valid_on(today - timedelta(days=1)) and clock < shift.ends
    return begun_today or begun_yesterday


@dataclass(frozen=True, slots=True)
class Duty:
    """A post's roster as far as it matters at one moment; changed: True stands in, False is away, None no exception."""

    shifts: tuple[Shift, ...] = ()
    changed: bool | None = None


def is_on_duty(duty: Duty, local: datetime) -> bool:
    """The exception, where there is one, else the roster."""
    return duty.changed if duty.changed is not None else any(on_shift(shift, local) for shift in duty.shifts)


def prefixes(area: str) -> Sequence[str]:
    """The codes of all areas that contain this one, itself included, and "" for the whole district."""
    return ["", *(area[:length] for length in (6, 9, 12, 15) if len(area) >= length)]


# -- contacts ---------------------------------------------------------------------------------------------------------

_PHONE = re.compile(r"\+?\d{7,15}")


def plain_phone(text: str) -> str | None:
    """A phone number as digits without country code 86, or None where it is none.

    Full-width digits, spaces, dashes and brackets are how people write; 7 to 15 digits (a local number to E.164):
    what is shorter nobody can call back (D).
    """
    digits = re.sub(r"[\s\-()–—.]", "", unicodedata.normalize("NFKC", text))
    if not _PHONE.fullmatch(digits):
        return None
    digits = re.sub(r"^(\+86|0086)", "", digits).lstrip("+")
    return digits[2:] if re.fullmatch(r"861\d{10}", digits) else digits


def masked_phone(phone: str) -> str:
    """138****5678; a short number keeps its last two digits only."""
    if len(phone) >= 11:
        return f"{phone[:3]}****{phone[-4:]}"
    return "*" * max(len(phone) - 2, 2) + phone[-2:] if len(phone) > 2 else "**"


def masked_name(name: str) -> str:
    """The first character and a star for each of the others."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""
