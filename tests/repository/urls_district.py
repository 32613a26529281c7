"""The addresses where a district is founded and kept: its map, figures, who answers, who stands by; the set-up."""

from __future__ import annotations

from tests.repository.rows import FOUNDER, LEAD, STAFF, Row, desk, founding

MAPPER = frozenset({"system_admin"})
NO_DRAFT = "desk/basemap/drafts/<uuid:draft_id>"
GRIDS = "desk/basemap/grids/<str:community>"


def no_draft(name: str, status: int) -> Row:
    """A verb of an upload that is not there."""
    return desk(
        f"{NO_DRAFT}/{name}".removeprefix("desk/"), f"basemap/drafts/{{nobody}}/{name}", (status, MAPPER), method="POST"
    )


def no_grid(name: str) -> Row:
    """A verb of grids, of which this district has none, without what it needs."""
    return desk(
        f"{GRIDS}/{name}".removeprefix("desk/"), f"basemap/grids/990101001001/{name}", (422, MAPPER), method="POST"
    )


BASEMAP = (
    desk("basemap/", "basemap/", (200, MAPPER | {"security_admin"})),
    desk("basemap/upload", "basemap/upload", (422, MAPPER), method="POST"),
    desk("basemap/compounds", "basemap/compounds", (200, MAPPER | {"security_admin"})),
    desk("basemap/compounds/<uuid:compound_id>", "basemap/compounds/{nobody}", (404, MAPPER | {"security_admin"})),
    desk("basemap/changes/<uuid:change_id>/undo", "basemap/changes/{nobody}/undo", (404, MAPPER), method="POST"),
    desk(NO_DRAFT.removeprefix("desk/"), "basemap/drafts/{nobody}", (404, MAPPER)),
    desk(f"{NO_DRAFT}/shapes".removeprefix("desk/"), "basemap/drafts/{nobody}/shapes", (404, MAPPER)),
    *(no_draft(name, 409) for name in ("choose", "repairs", "take")),  # they must say what they saw
    *(no_draft(name, 404) for name in ("discard", "undo")),
    desk(GRIDS.removeprefix("desk/"), "basemap/grids/990101001001", (200, MAPPER)),
    desk(GRIDS.removeprefix("desk/"), "basemap/grids/none", (404, MAPPER)),
    desk(f"{GRIDS}/shapes".removeprefix("desk/"), "basemap/grids/990101001001/shapes", (200, MAPPER)),
    *(no_grid(name) for name in ("draw", "split", "merge", "renumber")),
)

AREA = "basemap/areas/<str:code>"
AREAS = (
    desk("basemap/areas/", "basemap/areas/", (200, MAPPER)),
    desk("basemap/areas/add", "basemap/areas/add", (404, MAPPER), method="POST", body={"parent": "0"}),
    desk("basemap/areas/load", "basemap/areas/load", (422, MAPPER), method="POST"),
    desk("basemap/areas/blank", "basemap/areas/blank", (200, MAPPER)),
    *(desk(f"{AREA}/{name}", f"basemap/areas/0/{name}", (404, MAPPER), method="POST")
      for name in ("rename", "close", "reopen")),
)  # fmt: skip

ROSTERS = (
    desk("rosters/", "rosters/", (200, STAFF)),
    desk("rosters/change", "rosters/change", (422, STAFF), method="POST", body={"kind": "away"}),
    desk("rosters/changes/<uuid:change_id>/end", "rosters/changes/{nobody}/end", (404, STAFF), method="POST"),
)

POINT = "points/<str:kind>/of/<str:code>"
OWNERS = frozenset({"system_admin", "shift_leader"})
PARTY = {"do": "parties", "relation": "owner", "agency": "none", "code": "none"}
POINTS = (
    desk("points/<str:kind>/", "points/component/?search=none", (200, STAFF)),
    desk("points/<str:kind>/", "points/facility/?state=lost", (200, STAFF)),
    desk("points/<str:kind>/", "points/grid/", (404, STAFF)),
    desk("points/<str:kind>/many", "points/component/many", (422, STAFF), method="POST", body={"state": "lost"}),
    desk("points/<str:kind>/many", "points/component/many", (404, OWNERS), method="POST", body=PARTY),
    desk("points/<str:kind>/undo-parties", "points/component/undo-parties", (404, OWNERS), method="POST"),
    desk("points/<str:kind>/export", "points/component/export",
         (200, frozenset({"system_admin", "shift_leader", "leader", "street_head", "community_secretary"}))),
    desk(POINT, "points/component/of/0000", (404, STAFF)),
    desk(f"{POINT}/correct", "points/facility/of/none/correct", (404, STAFF), method="POST"),
    desk(f"{POINT}/parties", "points/facility/of/none/parties", (404, STAFF), method="POST"),
    desk("points/changes/<uuid:change_id>/undo", "points/changes/{nobody}/undo", (404, STAFF), method="POST"),
)  # fmt: skip

FIGURE_READERS = frozenset(
    {"shift_leader", "leader", "street_head", "community_secretary", "grid_officer", "system_admin"}
)
FIGURE_TAKERS = FIGURE_READERS - {"grid_officer"}
FIGURE = {"place": "990101001001", "kind": "households", "amount": "300余", "as_of": "2026-01-31", "source": "示例"}
HISTORY = "figures/of/<str:place_kind>/<str:place>/<str:kind>"
FIGURES = (
    desk("figures/", "figures/?place=990101001&kind=households", (200, FIGURE_READERS)),
    desk("figures/record", "figures/record", (302, FIGURE_READERS - {"leader"}), method="POST", body=FIGURE),
    desk("figures/record", "figures/record", (422, FIGURE_READERS), method="POST", body={**FIGURE, "place": "none"}),
    desk("figures/export", "figures/export", (200, FIGURE_TAKERS)),
    desk(HISTORY, "figures/of/area/990101001001/households", (200, FIGURE_READERS)),
    desk(HISTORY, "figures/of/facility/none/households", (404, FIGURE_READERS)),
    desk("figures/<uuid:figure_id>/withdraw", "figures/{nobody}/withdraw", (404, FIGURE_READERS), method="POST"),
    desk("figures/<uuid:figure_id>/restore", "figures/{nobody}/restore", (404, FIGURE_READERS), method="POST"),
)  # fmt: skip

ANSWERERS = frozenset({"shift_leader", "leader", "street_head", "community_secretary", "grid_officer"})
NAMERS = ANSWERERS - {"grid_officer"}
ANSWER = "responsibility/<uuid:responsibility_id>"
RESPONSIBILITY = (
    desk("here", "here?area=990101001001&category=C0137", (200, STAFF)),
    desk("here", "here?area=none", (422, STAFF)),
    desk("responsibility/", "responsibility/?gaps=1", (200, ANSWERERS)),
    desk("responsibility/name", "responsibility/name", (302, NAMERS), method="POST",
         body={"place": "990101001001", "person": "{person}"}),
    desk("responsibility/export", "responsibility/export", (200, NAMERS - {"street_head", "community_secretary"})),
    desk("responsibility/export", "responsibility/export?place=990101001001", (200, NAMERS)),
    desk("responsibility/places/<str:code>", "responsibility/places/990101001001", (200, ANSWERERS)),
    desk("responsibility/places/<str:code>", "responsibility/places/none", (404, ANSWERERS)),
    desk(f"{ANSWER}/end", "responsibility/{nobody}/end", (404, ANSWERERS), method="POST"),
    desk(f"{ANSWER}/resume", "responsibility/{nobody}/resume", (404, ANSWERERS), method="POST"),
)  # fmt: skip

STEWARD = "stewards/<uuid:steward_id>"
KEEPERS = frozenset({"street_head", "community_secretary"})
CHOSEN = {"area": "990101001001", "kind": "building_steward", "covers": "3 号楼", "selection": "elected"}
STEWARDS = (
    desk("stewards/", "stewards/?state=serving", (200, ANSWERERS)),
    desk("stewards/add", "stewards/add", (422, KEEPERS | {"grid_officer"}), method="POST", body=CHOSEN),
    desk("stewards/notice/<str:community>", "stewards/notice/990101001001", (404, KEEPERS)),
    desk("stewards/export", "stewards/export?place=990101001001", (200, KEEPERS)),
    desk(STEWARD, "stewards/{nobody}", (404, ANSWERERS)),
    desk(f"{STEWARD}/move/<str:name>", "stewards/{nobody}/move/publish", (404, ANSWERERS), method="POST"),
    *(desk(f"{STEWARD}/{name}", f"stewards/{{nobody}}/{name}", (404, ANSWERERS), method="POST")
      for name in ("undo", "chain", "reveal", "erase")),
)  # fmt: skip

# Everybody on the staff reads what organisations do for a community; who may enter it is a table of the room.
PARTNER = "partners/<uuid:partnership_id>"
NEED = "partners/needs/<uuid:need_id>"
PARTNERED = {"area": "990101001001", "organisation": "{agency}", "starts_on": "2026-11-01", "ends_on": "x"}
PAIRING = KEEPERS | LEAD | {"agency_clerk", "stranger"}
PARTNERS = (
    desk("partners/", "partners/?kind=pairing&phase=ending", (200, STAFF)),
    desk("partners/export", "partners/export", (200, LEAD)),
    desk("partners/export", "partners/export?place=990101001001", (200, NAMERS)),
    desk("partners/new/<str:form>", "partners/new/pairing", (200, PAIRING)),
    desk("partners/new/<str:form>", "partners/new/organisation", (200, PAIRING - LEAD)),
    desk("partners/new/<str:form>", "partners/new/person", (200, STAFF)),
    desk("partners/new/<str:form>", "partners/new/none", (404, STAFF)),
    desk("partners/new/<str:form>", "partners/new/pairing", (422, PAIRING), method="POST", body=PARTNERED),
    desk(PARTNER, "partners/{nobody}", (404, STAFF)),
    *(desk(f"{PARTNER}/{name}", f"partners/{{nobody}}/{name}", (404, STAFF), method="POST")
      for name in ("renew", "forget", "undo")),
    desk(f"{PARTNER}/move/<str:name>", "partners/{nobody}/move/confirm", (404, STAFF), method="POST"),
    desk("partners/needs/", "partners/needs/?place=990101001", (200, STAFF)),
    desk("partners/needs/offer", "partners/needs/offer", (422, KEEPERS | {"grid_officer"}), method="POST",
         body={"area": "990101001001", "kind": "wish"}),
    desk(NEED, "partners/needs/{nobody}", (404, STAFF)),
    desk(f"{NEED}/take-on", "partners/needs/{nobody}/take-on", (404, STAFF), method="POST",
         body={"who": "a:{agency}"}),
    desk(f"{NEED}/<str:act>", "partners/needs/{nobody}/withdraw", (404, STAFF), method="POST"),
)  # fmt: skip

IMPORT = "imports/<uuid:import_id>"
SETUP = (
    founding("", "", (200, FOUNDER)),
    founding("district", "district", (302, FOUNDER), method="POST", body={"code": "990101", "name": "示例区"}),
    founding("gaps", "gaps", (200, FOUNDER)),
    founding("gaps.xlsx", "gaps.xlsx", (200, FOUNDER)),
    founding("rehearsal", "rehearsal", (200, FOUNDER)),
    founding("rehearsal", "rehearsal", (302, FOUNDER), method="POST"),
    founding("rehearsal/state", "rehearsal/state", (200, FOUNDER)),
    founding("live", "live", (200, FOUNDER)),
    founding("live", "live", (422, FOUNDER), method="POST"),
    founding(IMPORT, "imports/{nobody}", (404, FOUNDER)),
    founding(f"{IMPORT}/state", "imports/{nobody}/state", (404, FOUNDER)),
    founding(f"{IMPORT}/marked.xlsx", "imports/{nobody}/marked.xlsx", (404, FOUNDER)),
    founding(f"{IMPORT}/<str:act>", "imports/{nobody}/accept", (404, FOUNDER), method="POST"),
    founding(f"{IMPORT}/<str:act>", "imports/{nobody}/undo", (404, FOUNDER), method="POST"),
    founding("<str:name>/", "agencies/", (200, FOUNDER)),
    founding("<str:name>/", "none/", (404, FOUNDER)),
    founding("<str:name>/blank.xlsx", "agencies/blank.xlsx", (200, FOUNDER)),
    founding("<str:name>/upload", "agencies/upload", (422, FOUNDER), method="POST"),
)
