"""The desk's navigation as a table: where one can go, by which key, and whose posts see it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing, visible_to

CENTRE = ("acceptor", "dispatcher", "shift_leader")

# Who reads the figures of places: whoever answers for a place or for the district, and who brings them in.
FIGURES = ("shift_leader", "leader", "street_head", "community_secretary", "grid_officer", "system_admin")

# Who keeps the list of who answers for places; who is responsible at a point everybody may ask.
RESPONSIBILITY = ("shift_leader", "leader", "street_head", "community_secretary", "grid_officer")


@dataclass(frozen=True, slots=True)
class Place:
    """One entry. roles: who sees it; empty: everybody who sees cases."""

    url: str
    label: str | Promise
    icon: str
    key: str
    roles: tuple[str, ...] = ()


PLACES = (
    Place("console:hall", _("大厅"), "list", "h"),
    Place("console:my_desk", _("我的"), "user-check", "m"),
    Place(
        "console:reports",
        pgettext_lazy("nav", "待受理"),
        "inbox",
        "r",
        ("acceptor", "shift_leader", "inspector", "grid_officer"),
    ),
    Place("console:on_the_spot", _("自处置"), "camera", "z", ("inspector", "grid_officer")),
    Place("console:reception", _("登记"), "headset", "n", ("acceptor", "shift_leader")),
    Place("console:routing", _("派遣规则"), "route", "l", ("dispatcher", "shift_leader", "leader", "system_admin")),
    Place("console:packs", _("配置"), "package", "p", ("shift_leader", "leader", "system_admin")),
    Place("console:here", _("谁负责"), "map-pin", "w"),
    Place("console:responsibility", _("包保"), "shield", "e", RESPONSIBILITY),
    Place("console:stewards", _("骨干"), "home", "d", RESPONSIBILITY),
    Place("console:figures", _("底数"), "list", "f", FIGURES),
    Place("console:basemap", _("底图"), "map", "b", ("system_admin",)),
    Place("console:users", _("用户"), "users", "u", ("system_admin", "security_admin")),
    Place("setup:overview", _("建区"), "building", "s", ("security_admin",)),
    Place("console:operations", _("运行"), "tool", "o", ("system_admin",)),
    Place("console:audit", _("审计"), "shield", "a", ("audit_admin",)),
)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as the bar shows it."""

    href: str
    label: str | Promise
    icon: str
    key: str
    current: bool


def sees(place: Place, standing: Standing) -> bool:
    """Does this standing see the entry?"""
    if place.roles:
        return standing.has(*place.roles)
    return visible_to(standing).kind != "none"


def items(standing: Standing, path: str = "") -> list[Item]:
    """The entries for this standing; the one whose address begins the path longest is the current one."""
    seen = [(reverse(place.url), place) for place in PLACES if sees(place, standing)]
    under = [href for href, _place in seen if path.startswith(href)]
    here = max(under, key=len, default="")
    return [Item(href, place.label, place.icon, place.key, href == here) for href, place in seen]


def sees_cases(standing: Standing) -> bool:
    """Are there cases for this standing at all? Administrators have none, so searching for them leads nowhere."""
    return visible_to(standing).kind != "none"


def posts(standing: Standing) -> str:
    """The posts held, in words, for the menu of the person."""
    return " · ".join(dict.fromkeys(people.role_name(post.role) for post in standing.posts))
