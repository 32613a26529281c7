"""Every address of the site × everybody who may come: the table that `test_urls.py` holds the site to.

The addresses of the API have a table of their own (tests/interfaces/api/test_roles.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.repository.scene import HOLDERS

STAFF = frozenset(HOLDERS)
RESIDENT = "resident"
EVERYBODY = STAFF | {RESIDENT}

ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
CENTRE = frozenset({"acceptor", "dispatcher", "shift_leader", "leader"})
ON_SITE = frozenset({"grid_officer", "inspector", "community_secretary", "street_head"})
AGENCY = frozenset({"agency_clerk", "crew"})
SEE_CASES = STAFF - ADMINISTRATORS
SEE_THE_CASE = CENTRE | ON_SITE | AGENCY
SEE_THE_REPORT = CENTRE | ON_SITE
FINDERS = frozenset({"grid_officer", "inspector"})
ACCEPT = frozenset({"acceptor", "shift_leader"})
LEAD = frozenset({"shift_leader", "leader"})
CONFIGURE = LEAD | {"system_admin"}

EXPORT = LEAD | {"street_head", "agency_clerk", "stranger"}

LOGIN = 302
"""Whoever has not signed in is led to the page where one does."""


@dataclass(frozen=True)
class Row:
    """One address by one method. answers: status → who gets it; together everybody, each once.

    hides: what is in the district but not in the scope of `from_whom`, so that it must not stand in their answer.
    statements: at most so many for whoever gets the page, sign-in and key store included.
    """

    route: str
    path: str
    answers: Mapping[int, frozenset[str]]
    method: str = "GET"
    body: Mapping[str, str] = field(default_factory=dict)
    hides: str = ""
    from_whom: frozenset[str] = frozenset()
    statements: int = 12

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def desk(route: str, path: str, *groups: tuple[int, frozenset[str]], method: str = "GET", **more: object) -> Row:
    """An address of the desk: the groups as given, all other staff 403, residents are led to sign in."""
    answers = dict(groups)
    rest = STAFF.difference(*answers.values())
    if rest:
        answers[403] = answers.get(403, frozenset()) | rest
    answers[LOGIN] = answers.get(LOGIN, frozenset()) | {RESIDENT}
    return Row(f"desk/{route}", f"/desk/{path}", answers, method, **more)  # type: ignore[arg-type]


def open_to_all(route: str, path: str, status: int = 200, method: str = "GET", **more: object) -> Row:
    """An address that answers everybody alike."""
    return Row(route, path, {status: EVERYBODY}, method, **more)  # type: ignore[arg-type]


def account(route: str, staff: int, resident: int = LOGIN, method: str = "GET") -> Row:
    """An address of signing in."""
    answers = {staff: STAFF, resident: frozenset({RESIDENT})} if staff != resident else {staff: EVERYBODY}
    return Row(f"accounts/{route}", f"/accounts/{route}", answers, method)


OUTSIDE = frozenset({"stranger"}) | ADMINISTRATORS
"""Those whom the case does not concern; that it is there they are not told."""

CASE = "cases/<str:number>"
UNSEEN = (404, OUTSIDE)
UNSEEN_REPORT = (404, STAFF - SEE_THE_REPORT)
REPORT = "reports/<uuid:report_id>"

DESK = (
    desk("", "", (200, SEE_CASES), (302, ADMINISTRATORS), statements=10),
    desk("", "?queue=all", (200, SEE_CASES), (302, ADMINISTRATORS), statements=10,
         hides="number", from_whom=frozenset({"stranger"})),
    desk("home", "home", (302, STAFF)),
    desk("search", "search?q={number}", (302, SEE_CASES)),
    desk("export.<str:form>", "export.csv?queue=all", (200, EXPORT), hides="number", from_whom=OUTSIDE),
    desk("export.<str:form>", "export.xlsx?queue=all", (200, EXPORT)),
    desk("export.<str:form>", "export.exe", (404, STAFF)),
    desk("stream", "stream", (200, STAFF)),
    desk("me/", "me/", (200, STAFF), hides="number", from_whom=OUTSIDE),
    desk(CASE, "cases/{number}", (200, SEE_THE_CASE), UNSEEN),
    desk(f"{CASE}/peek", "cases/{number}/peek", (200, SEE_THE_CASE), UNSEEN),
    desk(f"{CASE}/head", "cases/{number}/head", (200, SEE_THE_CASE), UNSEEN),
    desk(f"{CASE}/story", "cases/{number}/story", (200, SEE_THE_CASE), UNSEEN),
    desk(f"{CASE}/aside", "cases/{number}/aside", (200, SEE_THE_CASE), UNSEEN),
    desk(f"{CASE}/moves/<str:name>", "cases/{number}/moves/reply", (200, AGENCY), (409, SEE_THE_CASE - AGENCY), UNSEEN),
    # Whoever may reply is told that the picture after it is missing.
    desk(f"{CASE}/moves/<str:name>", "cases/{number}/moves/reply", (422, AGENCY), UNSEEN, method="POST",
         body={"version": "{version}", "reason": "已修好"}),
    desk(f"{CASE}/moves/<str:name>", "cases/{number}/moves/supervise", (302, frozenset({"leader", "street_head"})),
         UNSEEN, method="POST", body={"version": "{version}", "reason": "请抓紧", "reply_days": "2"}),
    desk(f"{CASE}/words/<uuid:content_id>/erase", "cases/{number}/words/{words}/erase",
         (200, frozenset({"shift_leader"})), UNSEEN),
    desk(f"{CASE}/words/<uuid:content_id>/erase", "cases/{number}/words/{words}/erase",
         (302, frozenset({"shift_leader"})), UNSEEN, method="POST", body={"reason": "names_somebody"}),
    desk("media/<uuid:media_id>/<str:variant>", "media/{picture}/thumb", (200, SEE_THE_CASE), UNSEEN),
    desk("media/<uuid:media_id>/<str:variant>", "media/{picture}/original", (404, STAFF)),
    desk("media/<uuid:media_id>/erase", "media/{picture}/erase", (200, frozenset({"shift_leader"})), UNSEEN),
    desk("media/<uuid:media_id>/erase", "media/{picture}/erase", (302, frozenset({"shift_leader"})), UNSEEN,
         method="POST", body={"reason": "names_somebody"}),
    desk("media/<uuid:media_id>/erase", "media/{picture}/erase", (422, frozenset({"shift_leader"})), UNSEEN,
         method="POST"),
    desk("media/<uuid:media_id>/release", "media/{picture}/release", (302, ACCEPT), method="POST"),
    desk("reports/", "reports/", (200, STAFF), hides="report", from_whom=STAFF - SEE_THE_REPORT),
    desk("reports/conditions", "reports/conditions?category=C0137", (200, STAFF)),
    desk(REPORT, "reports/{report}", (200, SEE_THE_REPORT), UNSEEN_REPORT),
    desk(REPORT, "reports/{filed}", (200, SEE_THE_REPORT), UNSEEN_REPORT),
    desk(f"{REPORT}/earlier", "reports/{report}/earlier", (200, ACCEPT), UNSEEN_REPORT),
    desk(f"{REPORT}/contact", "reports/{report}/contact", (200, ACCEPT), UNSEEN_REPORT),
    desk(f"{REPORT}/contact", "reports/{report}/contact", (200, ACCEPT), UNSEEN_REPORT, method="POST",
         body={"reason": "核对地址"}),
    desk(f"{REPORT}/erase", "reports/{report}/erase", (302, frozenset({"shift_leader"})), UNSEEN_REPORT,
         method="POST"),
    desk(f"{REPORT}/moves/<str:name>", "reports/{report}/moves/file", (200, ACCEPT), UNSEEN_REPORT),
    desk(f"{REPORT}/moves/<str:name>", "reports/{report}/moves/file", (302, ACCEPT), UNSEEN_REPORT, method="POST",
         body={"version": "1", "category": "C0137"}),
    desk("reception", "reception", (200, ACCEPT)),
    desk("reception", "reception", (302, ACCEPT), method="POST",
         body={"channel": "hotline", "text": "路灯不亮", "name": "示例", "phone": "13900000000", "once": "a",
               "address": "路口", "area": "990101001001"}),
    desk("reception/caller", "reception/caller", (200, ACCEPT), method="POST", body={"phone": "13900000000"}),
    desk("reception/caller", "reception/caller", (422, ACCEPT), method="POST", body={"phone": "what"}),
    desk("components", "components", (200, STAFF), method="POST",
         body={"category": "C0137", "lon": "122.1203", "lat": "37.5131"}),
    desk("self-handled", "self-handled", (200, FINDERS)),
    desk("self-handled", "self-handled", (422, FINDERS), method="POST", body={"category": "E0110"}),
    desk("self-handled/<str:side>/<str:seal>", "self-handled/before/forged", (404, STAFF)),
    desk("routing", "routing", (200, CENTRE | {"system_admin"})),
    desk("routing", "routing?category=C0137&area=990101001001", (200, CENTRE | {"system_admin"})),
    desk("inbox/", "inbox/", (200, STAFF), hides="number",
         from_whom=STAFF - {"agency_clerk", "crew", "dispatcher", "shift_leader"}),
    desk("inbox/read", "inbox/read", (302, STAFF), method="POST"),
    desk("inbox/<uuid:notice_id>", "inbox/{notice}", (302, frozenset({"agency_clerk"})),
         (404, STAFF - {"agency_clerk"}), method="POST"),
    desk("packs/", "packs/", (200, CONFIGURE)),
    desk("packs/<str:name>/", "packs/{pack}/", (200, CONFIGURE)),
    desk("packs/<str:name>/", "packs/none/", (422, CONFIGURE)),
    desk("packs/<str:name>/draft", "packs/{pack}/draft", (302, CONFIGURE), method="POST"),
    desk("packs/<str:name>/roll-back", "packs/{pack}/roll-back", (302, LEAD), method="POST", body={"to": "1"}),
    desk("packs/<str:name>/roll-back", "packs/{pack}/roll-back", (404, LEAD), method="POST", body={"to": "99"}),
    desk("packs/version/<uuid:pack_id>", "packs/version/{draft}", (200, CONFIGURE)),
    desk("packs/version/<uuid:pack_id>", "packs/version/{nobody}", (404, CONFIGURE)),
    desk("packs/version/<uuid:pack_id>", "packs/version/{draft}", (302, CONFIGURE), method="POST",
         body={"revision": "{revision}", "body": '{{"rules": [{{"no": 2, "agency": "roads"}}]}}'}),
    desk("packs/version/<uuid:pack_id>/publish", "packs/version/{draft}/publish", (302, LEAD), method="POST",
         body={"revision": "{revision}"}),
    desk("packs/version/<uuid:pack_id>/withdraw", "packs/version/{draft}/withdraw", (302, CONFIGURE), method="POST"),
    desk("packs/version/<uuid:pack_id>/export", "packs/version/{draft}/export", (200, CONFIGURE), method="POST"),
    desk("users/", "users/", (200, frozenset({"system_admin", "security_admin"}))),
    desk("users/new", "users/new", (302, frozenset({"system_admin"})), method="POST",
         body={"name": "示例", "username": "fresh", "password": "a Password for tests 8"}),
    desk("users/<uuid:account_id>/lock", "users/{account}/lock", (302, frozenset({"security_admin"})), method="POST"),
    desk("users/<uuid:person_id>/posts", "users/{person}/posts", (302, frozenset({"security_admin"})), method="POST",
         body={"role": "acceptor"}),
    desk("users/posts/<uuid:membership_id>/end", "users/posts/{membership}/end", (302, frozenset({"security_admin"})),
         method="POST"),
    desk("operations/", "operations/", (200, frozenset({"system_admin"}))),
    desk("audit/", "audit/", (200, frozenset({"audit_admin"}))),
)  # fmt: skip

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
    desk("points/<str:kind>/many", "points/component/many", (404, STAFF), method="POST", body=PARTY),
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

RESIDENTS = (
    open_to_all("", "/"),
    open_to_all("report", "/report"),
    open_to_all("report", "/report", 302, "POST", body={
        "text": "路灯不亮", "category": "C0137", "area": "990101001001", "once": "11112222"}),
    open_to_all("report", "/report", 422, "POST", body={"text": ""}),
    open_to_all("report/suggest", "/report/suggest", 200, "POST", body={"text": "路灯"}),
    # The scene has no outlines, so no point lies outside; half of a point is none.
    open_to_all("report/where", "/report/where", 200, "POST", body={"lon": "1", "lat": "1"}),
    open_to_all("report/where", "/report/where", 422, "POST", body={"lon": "1"}),
    open_to_all("report/pictures/<str:seal>", "/report/pictures/forged", 404),
    open_to_all("report/nearby", "/report/nearby", 200, "POST", body={"text": "路灯", "category": "C0137"}),
    open_to_all("t/", "/t/?key={key}", 302),
    open_to_all("t/<str:key>", "/t/{key}"),
    open_to_all("t/<str:key>", "/t/0000-0000-0000", 404),
    open_to_all("t/<str:key>/reopen", "/t/{key}/reopen"),
    open_to_all("t/<str:key>/reopen", "/t/{key}/reopen", 422, "POST", body={"reason": "灯还是不亮"}),
    open_to_all("t/<str:key>/erase", "/t/{key}/erase"),
    open_to_all("t/<str:key>/erase", "/t/{key}/erase", 302, "POST"),
    open_to_all("t/<str:key>/erase", "/t/0000-0000-0000/erase", 404),
    open_to_all("t/<str:key>/qr.svg", "/t/{key}/qr.svg"),
    open_to_all("t/<str:key>/pictures/<str:media_id>", "/t/{key}/pictures/{picture}", 404),
    open_to_all("mark.svg", "/mark.svg"),
    open_to_all("favicon.ico", "/favicon.ico"),
    open_to_all("shapes/grids.json", "/shapes/grids.json"),
    open_to_all("_gallery", "/_gallery"),
    open_to_all("readyz", "/readyz", 200),
    open_to_all("metrics", "/metrics", 200),
    open_to_all("healthz", "/healthz", 503),
    open_to_all("i18n/setlang/", "/i18n/setlang/", 302, "POST", body={"language": "en"}),
)  # fmt: skip

ACCOUNTS = (
    account("login/", 302, 200),
    account("logout/", 200, 302),
    account("logout/", 302, 302, "POST"),
    account("inactive/", 200, 200),
    account("reauthenticate/", 200),
    account("password/change/", 200),
    account("2fa/", 200),
    account("2fa/authenticate/", 302),
    account("2fa/reauthenticate/", 302),
    account("2fa/totp/activate/", 302),
    account("2fa/totp/deactivate/", 404),
    account("2fa/recovery-codes/", 404),
    account("2fa/recovery-codes/generate/", 302),
    account("2fa/recovery-codes/download/", 404),
)

CLOSED = (
    *("signup/", "email/", "confirm-email/", "password/set/", "password/reset/", "password/reset/done/"),
    *("password/reset/key/done/", "login/code/confirm/", "confirm-email/abc/", "password/reset/key/1-abc/"),
)
"""What the sign-in library brings along and this site has no use for: there are no mail addresses here."""

FOUNDER = frozenset({"security_admin"})


def founding(route: str, path: str, *groups: tuple[int, frozenset[str]], method: str = "GET", **more: object) -> Row:
    """An address of the set-up: the security administrator's alone."""
    row = desk(route, path, *groups, method=method, **more)
    return replace(row, route=f"setup/{route}", path=f"/setup/{path}")


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

ROWS = (
    *DESK,
    *BASEMAP,
    *AREAS,
    *ROSTERS,
    *POINTS,
    *FIGURES,
    *RESPONSIBILITY,
    *STEWARDS,
    *PARTNERS,
    *SETUP,
    *RESIDENTS,
    *ACCOUNTS,
    *(account(path, 404, 404) for path in CLOSED),
)
