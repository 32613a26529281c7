"""What a community asks somebody to take on (需求): offered, withdrawn, its words erased; which of them are open."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people import vault
from xiucheng.foundation.people.neighbourhood import neighbours
from xiucheng.foundation.people.rules import Standing
from xiucheng.foundation.places import figures as facilities
from xiucheng.foundation.places import queries as places
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused
from xiucheng.kit.rows import locked, refusing
from xiucheng.kit.verbs import verb
from xiucheng.kit.words import legible

from ..models import Need, Partnership
from . import rules
from .frame import NO_NEED, demand

LONGEST = 120
"""Characters in which a need or a result is told (D)."""


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A need as a list shows one; what it is is read with `words_of`. open: nobody has taken it on, it stands."""

    id: UUID
    area: str
    kind: str
    place: str
    offered_at: datetime
    withdrawn_at: datetime | None
    open: bool


@verb
def offer_need(*, by: Standing, now: datetime, area: str, kind: str, words: str = "", place: str = "") -> UUID:
    """A community (code or name) asks somebody to take on a task, a duty, a wish, or to look after a unit grid (its
    code) or a facility (its name or code) of its own. words: what it is about, sealed; of a place its name where
    nothing is said. Refused: no_such_place, not_yours, unknown_kind, words_missing, too_long, unknown_need_place,
    already_offered.
    """
    community = neighbours.community_of(area)
    demand(by, "offer", area=community)
    if kind not in rules.NEEDS:
        text = _("请选是哪一类。")
        raise Refused("unknown_kind", text, fields={"kind": text})
    code, name = _place(community, kind, place) if kind in rules.PLACES else ("", "")
    said = checked_words(words, "words") or name
    if not said:
        text = _("请写明是什么事，不要写人名。")
        raise Refused("words_missing", text, fields={"words": text})
    key = vault.new_key()
    row = Need(area=community, kind=kind, place=code, key=key, sealed=vault.seal(key, said), offered_at=now)
    text = _("这个地方已经在待认领的单子上。")
    with refusing({"responsibility_need_once": Refused("already_offered", text, fields={"place": text})}):
        row.save(force_insert=True)
    _record("offer_need", row, by, now)
    return row.id


def _place(community: str, kind: str, said: str) -> tuple[str, str]:
    """Code and name of a unit grid or facility of this community."""
    plain = " ".join(said.split())
    if kind == "unit_grid" and any(one.code == plain for one in places.unit_grids(community)):
        return plain, plain
    if kind == "facility" and plain:
        try:
            found = facilities.find_place(plain)
        except Refused:
            found = None
        if found is not None and found.kind == "facility" and found.area.startswith(community):
            return found.code, found.name
    text = _("本社区没有这个单元网格或设施。请填代码，设施也可填全名。")
    raise Refused("unknown_need_place", text, fields={"place": text})


def checked_words(said: str, field: str) -> str:
    """What was said without the blanks around it. Refused: too_long."""
    plain = " ".join(legible(said).split())
    if len(plain) > LONGEST or not plain.isprintable():
        text = _("请写短一些，%(longest)s 个字以内。") % {"longest": LONGEST}
        raise Refused("too_long", text, fields={field: text})
    return plain


def _record(name: str, row: Need, by: Standing, now: datetime) -> None:
    journal.record(
        room="responsibility", subject=row.id, verb=name, actor=by.actor, occurred_at=now,
        payload={"kind": row.kind, "area": row.area},
    )  # fmt: skip


def _mine(by: Standing, need_id: UUID) -> Need:
    row = locked(Need, need_id, NO_NEED)
    demand(by, "offer", area=row.area)
    return row


@verb
def withdraw_need(*, by: Standing, now: datetime, need_id: UUID) -> None:
    """The community no longer asks for it. Refused: not_found, not_yours, still_taken (409), already_ended (409)."""
    row = _mine(by, need_id)
    if row.withdrawn_at is not None:
        raise Refused("already_ended", _("这件事已经撤下。"), status=409)
    _check_free(row)
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    _record("withdraw_need", row, by, now)


@verb
def restore_need(*, by: Standing, now: datetime, need_id: UUID) -> None:
    """Take a withdrawal back. Refused: not_found, not_yours, still_offered (409), erased (410), already_offered."""
    row = _mine(by, need_id)
    if row.withdrawn_at is None:
        raise Refused("still_offered", _("这件事没有撤下，不用恢复。"), status=409)
    if row.sealed is None:
        raise Refused("erased", _("资料已经清除。"), status=410)
    row.withdrawn_at = None
    text = _("这个地方已经在待认领的单子上。")
    with refusing({"responsibility_need_once": Refused("already_offered", text, status=409)}):
        row.save(update_fields=["withdrawn_at"])
    _record("restore_need", row, by, now)


@verb
def erase_need(*, by: Standing, now: datetime, need_id: UUID) -> None:
    """Destroy what was said of a need and of its results, for good (somebody is named in it); who took it on and how
    it ended stays. Refused: not_found, not_yours, still_taken (409), erased (410).
    """
    row = _mine(by, need_id)
    if row.sealed is None:
        raise Refused("erased", _("资料已经清除。"), status=410)
    _check_free(row)
    vault.destroy([row.key], reason="names_somebody", now=now)
    row.sealed, row.withdrawn_at = None, row.withdrawn_at or now
    row.save(update_fields=["sealed", "withdrawn_at"])
    Partnership.objects.filter(need=row).update(result_sealed=None)
    _record("erase_need", row, by, now)


def _check_free(row: Need) -> None:
    if Partnership.objects.filter(need=row, state="taken").exists():
        raise Refused("still_taken", _("还有人认领着。请先让认领人报结果或退回。"), status=409)


_TAKEN = Q(state="taken")
_SETTLED = Q(state="done", result="met") & ~Q(need__kind__in=rules.PLACES)


def _open() -> Q:
    """Offered, and nobody has it in hand; a task, duty or wish that was met is settled."""
    held = Partnership.objects.filter(_TAKEN | _SETTLED, need=OuterRef("pk"))
    return Q(withdrawn_at__isnull=True) & ~Q(Exists(held))


def open_needs(need_ids: Collection[UUID]) -> set[UUID]:
    """Those of the needs that somebody may take on; one statement."""
    return set(Need.objects.filter(_open(), id__in=need_ids).values_list("id", flat=True))


def needs(*, within: str = "", only_open: bool = True, limit: int = 300) -> list[NeedRow]:
    """What communities of an area ask for, the latest first; one statement."""
    rows = Need.objects.annotate(is_open=_annotated()).filter(area__startswith=within)
    rows = rows.filter(is_open=True) if only_open else rows
    columns = ("id", "area", "kind", "place", "offered_at", "withdrawn_at", "is_open")
    return [NeedRow(*row) for row in rows.order_by("-offered_at", "-id").values_list(*columns)[:limit]]


def _annotated() -> Case:
    return Case(When(_open(), then=Value(True)), default=Value(False), output_field=BooleanField())


def need(need_id: UUID) -> NeedRow:
    """One need; one statement. Refused: not_found (404)."""
    columns = ("id", "area", "kind", "place", "offered_at", "withdrawn_at", "is_open")
    row = Need.objects.annotate(is_open=_annotated()).filter(id=need_id).values_list(*columns).first()
    if row is None:
        raise Refused("not_found", NO_NEED, status=404)
    return NeedRow(*row)


def allowed(row: NeedRow, standing: Standing, *, told: bool, held: bool) -> set[str]:
    """What this reader may do with a need now: withdraw what nobody took on, restore what was withdrawn, erase words
    unless somebody has it in hand; no statement. told: its words are there; held: somebody has it in hand.
    """
    if not rules.may(standing, "offer", area=row.area):
        return set()
    now = {"withdraw": row.open, "restore": row.withdrawn_at is not None and told, "erase": told and not held}
    return {act for act, possible in now.items() if possible}


def words_of(need_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What needs are about, "" where it was erased; two statements, one of them on `keys`, none for none."""
    wanted = set(need_ids)
    rows = list(Need.objects.filter(id__in=wanted).values_list("id", "key", "sealed")) if wanted else []
    held = [(pk, key, bytes(sealed)) for pk, key, sealed in rows if sealed is not None]
    clear = dict(zip((pk for pk, *_rest in held), vault.open_texts(one[1:] for one in held), strict=True))
    return {row[0]: clear.get(row[0]) or "" for row in rows}


def result_words(partnership_id: UUID) -> str:
    """What was said with a result; two statements, one of them on `keys`."""
    row = Partnership.objects.filter(id=partnership_id, result_sealed__isnull=False)
    found = row.values_list("need__key", "result_sealed").first()
    return (vault.open_text(found[0], bytes(found[1])) or "") if found and found[1] else ""


def leaning(kind: str, codes: Sequence[str], since: datetime) -> Sequence[str]:
    """Unit grids and facilities that a community offers to be looked after, since then."""
    rows = Need.objects.filter(kind=kind, place__in=codes, withdrawn_at__isnull=True, offered_at__gte=since)
    return sorted(rows.values_list("place", flat=True))


def clear(key_ids: Sequence[UUID]) -> int:
    """Needs that came back with an older copy of this database lose their words and those of their results."""
    rows = Need.objects.filter(key__in=key_ids, sealed__isnull=False)
    Partnership.objects.filter(need__in=rows).update(result_sealed=None)
    return rows.update(sealed=None, withdrawn_at=Coalesce(F("withdrawn_at"), F("offered_at")))
