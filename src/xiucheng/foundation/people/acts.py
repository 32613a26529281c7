"""Who may do what outside the moves of reports and cases: act → role → how far it reaches. Tables alone."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from xiucheng.kit.words import marked as _

Reach = Literal["district", "area", "agency", "own"]


# The acts outside the moves of reports and cases. No act belongs to two administrators (STANDARDS §6; a test holds it):
# the first builds, the second appoints and locks, the third reads what both did.
ACTS: Mapping[str, Mapping[str, Reach]] = MappingProxyType(
    {
        "people.organise": {"system_admin": "district"},
        "users.manage": {"system_admin": "district"},
        "people.appoint": {"security_admin": "district"},
        "users.lock": {"security_admin": "district"},
        "tokens.issue": {"security_admin": "district"},
        "keys.rotate": {"security_admin": "district"},
        "site.found": {"security_admin": "district"},
        "journal.audit": {"audit_admin": "district"},
        "people.audit_reveals": {"audit_admin": "district"},
        "people.roster": {
            "shift_leader": "district",
            "street_head": "area",
            "community_secretary": "area",
            "agency_clerk": "agency",
        },
        "people.reveal": {"acceptor": "district", "shift_leader": "district"},
        "people.find_caller": {"acceptor": "district", "shift_leader": "district"},
        "people.erase": {"shift_leader": "district"},
        "packs.draft": {"shift_leader": "district", "leader": "district", "system_admin": "district"},
        "packs.publish": {"shift_leader": "district", "leader": "district"},
        # With what the camera wrote into it: where, when, by which device.
        "media.original": {"acceptor": "district", "shift_leader": "district"},
        "media.release": {"acceptor": "district", "shift_leader": "district"},
        "media.erase": {"shift_leader": "district"},
        # A list of cases as a file, of what the taker sees anyway; the reporters' words only by the second.
        "cases.export": dict.fromkeys(("shift_leader", "leader", "street_head", "agency_clerk"), "district"),
        "cases.export_words": dict.fromkeys(("shift_leader", "leader", "street_head"), "district"),
        "places.import": {"system_admin": "district"},
        # What becomes of components and facilities: who answers for the place, and the clerks of whose they are.
        "places.points": {
            "system_admin": "district",
            "shift_leader": "district",
            "street_head": "area",
            "community_secretary": "area",
            "grid_officer": "area",
            "agency_clerk": "agency",
        },
        # Whose they are decides to whom cases go, so only those who may write the rules of routing say it.
        "people.parties": {"system_admin": "district", "shift_leader": "district"},
        # Figures of places: whoever answers for a place or for the district reads them all, and counts in their own.
        "places.see_figures": dict.fromkeys(
            ("system_admin", "shift_leader", "leader", "street_head", "community_secretary", "grid_officer"), "district"
        ),
        "places.figures": {
            "system_admin": "district",
            "shift_leader": "district",
            "street_head": "area",
            "community_secretary": "area",
            "grid_officer": "area",
        },
        "places.export": dict.fromkeys(
            ("system_admin", "shift_leader", "leader", "street_head", "community_secretary"), "district"
        ),
        # Who answers for which place, as a list of names; who is responsible at one point all staff may ask.
        "people.see_responsible": dict.fromkeys(
            ("shift_leader", "leader", "street_head", "community_secretary", "grid_officer"), "district"
        ),
        # Who answers for a place by name (包保): whoever is above it, or keeps the district's lists.
        "people.responsible": {
            "shift_leader": "district",
            "leader": "district",
            "street_head": "area",
            "community_secretary": "area",
        },
        # Stewards and who is reached through whom: names for those who work with them, masked for who looks on.
        "people.neighbours": {"street_head": "area", "community_secretary": "area", "grid_officer": "area"},
        "people.stewards": {"street_head": "area", "community_secretary": "area"},
        "people.see_neighbours": {
            "shift_leader": "district",
            "leader": "district",
            "street_head": "area",
            "community_secretary": "area",
            "grid_officer": "area",
        },
        "people.reveal_neighbour": {"street_head": "area", "community_secretary": "area"},
        "people.lists_export": {
            "shift_leader": "district",
            "leader": "district",
            "street_head": "area",
            "community_secretary": "area",
        },
        "intake.import": {"shift_leader": "district", "system_admin": "district"},
        # Why a case goes where it goes: for those who send cases on, answer callers, draw up the rules.
        "dispatch.explain": dict.fromkeys(
            ("acceptor", "dispatcher", "shift_leader", "leader", "system_admin"), "district"
        ),
        "site.operate": {"system_admin": "district"},
    }
)

# Lists that leave as a file besides those of cases: what each is called, and the act that its taker needs.
LISTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "figures": (_("底数"), "places.export"),
        "components": (_("部件"), "places.export"),
        "facilities": (_("设施"), "places.export"),
        "stewards": (_("中心户和楼长名单"), "people.stewards"),
        "responsibilities": (_("包保名单"), "people.lists_export"),
        "partnerships": (_("共建名单"), "people.lists_export"),
        "founding_blank": (_("建区模板"), "site.found"),
        "founding_marked": (_("标出错误的表"), "site.found"),
        "founding_gaps": (_("缺口清单"), "site.found"),
    }
)
