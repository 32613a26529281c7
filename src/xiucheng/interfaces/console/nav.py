"""The desk's navigation as a table: where one can go, by which key, and whose posts see it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing, visible_to
from xiucheng.operations.intake import queries as intake
from xiucheng.operations.intake.rules import may_self_handle, meets_reports
from xiucheng.operations.responsibility.partners.rules import keeps_partnerships


def sees_cases(standing: Standing) -> bool:
    """Are there cases for this standing at all? Administrators have none, so searching for them leads nowhere."""
    return visible_to(standing).kind != "none"


def _may(*acts: str) -> Callable[[Standing], bool]:
    """Whoever may do one of these acts somewhere: the very acts that the page behind the entry asks for."""
    return lambda standing: any(people.may_somewhere(standing, act) for act in acts)


@dataclass(frozen=True, slots=True)
class Place:
    """One entry. seen: who is shown it, by what the page itself judges; unless told, whoever sees cases."""

    url: str
    label: str | Promise
    icon: str
    key: str
    seen: Callable[[Standing], bool] = sees_cases


PLACES = (
    Place("console:hall", _("大厅"), "list", "h"),
    Place("console:my_desk", _("我的"), "user-check", "m"),
    Place("console:reports", pgettext_lazy("nav", "待受理"), "inbox", "r", meets_reports),
    Place("console:on_the_spot", _("自处置"), "camera", "z", may_self_handle),
    Place("console:reception", _("登记"), "headset", "n", lambda standing: bool(intake.call_channels(standing))),
    Place("console:routing", _("派遣规则"), "route", "l", _may("dispatch.explain")),
    Place("console:packs", _("配置"), "package", "p", _may("packs.draft")),
    Place("console:here", _("谁负责"), "map-pin", "w"),
    Place("console:responsibility", _("包保"), "shield", "e", _may("people.see_responsible")),
    Place("console:stewards", _("骨干"), "home", "d", _may("people.see_neighbours")),
    Place("console:rosters", _("值班"), "calendar", "t"),
    Place("console:partners", _("共建"), "users", "c", keeps_partnerships),
    Place("console:figures", _("底数"), "list", "f", _may("places.see_figures")),
    Place("console:basemap", _("底图"), "map", "b", _may("places.import", "site.found")),
    Place("console:users", _("用户"), "users", "u", _may("users.manage", "users.lock", "people.appoint")),
    Place("setup:overview", _("建区"), "building", "s", _may("site.found")),
    Place("console:operations", _("运行"), "tool", "o", _may("site.operate")),
    Place("console:audit", _("审计"), "shield", "a", _may("journal.audit")),
)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as the bar shows it."""

    href: str
    label: str | Promise
    icon: str
    key: str
    current: bool


def items(standing: Standing, path: str = "") -> list[Item]:
    """The entries for this standing; the one whose address begins the path longest is the current one."""
    seen = [(reverse(place.url), place) for place in PLACES if place.seen(standing)]
    under = [href for href, _place in seen if path.startswith(href)]
    here = max(under, key=len, default="")
    return [Item(href, place.label, place.icon, place.key, href == here) for href, place in seen]


def posts(standing: Standing) -> str:
    """The posts held, in words, for the menu of the person."""
    return " · ".join(dict.fromkeys(people.role_name(post.role) for post in standing.posts))
