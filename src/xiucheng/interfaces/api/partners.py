"""Double registration, pairings, take-ons: lists and moves; what communities ask to be taken on."""

from collections.abc import Sequence
from typing import Literal, TypeVar
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from xiucheng.kit.days import local_day
from xiucheng.kit.refused import Refused
from xiucheng.operations.responsibility.partners import commands, queries
from xiucheng.operations.responsibility.partners import needs as book
from xiucheng.operations.responsibility.partners.queries import Row

from . import schemas
from .answers import answers, of_one
from .callers import Caller, staff

T = TypeVar("T")

router = Router(tags=["partnerships 共建"])


@router.get("/partnerships", response=answers(list[schemas.PartnershipOut]), summary="共建 Partnerships")
def partnerships(
    request: HttpRequest,
    within: schemas.AreaCode = "",
    kind: Literal["", "registration", "pairing", "take_on"] = "",
    phase: Literal["", "now", "ending", "past", "all"] = "",
    organisation: UUID | None = None,
) -> list[schemas.PartnershipOut]:
    """双报到、结对、认领，最多 300 条。个人的报到只给本人、其社区和直接领导。

    300 at most. A person's registration is told to themselves, their community and their direct leader alone.
    """
    who = staff(request, "read")
    rows = queries.partnerships(
        who.standing, today=local_day(who.moment), within=within, kind=kind, phase=phase, organisation_id=organisation
    )
    return _shown(rows, who)


@router.get(
    "/partnerships/unpaired", response=answers(list[schemas.CommunityOut]), summary="没有结对的社区 Without a pairing"
)
def unpaired(request: HttpRequest, within: schemas.AreaCode = "") -> list[schemas.CommunityOut]:
    """今天没有单位结对的社区。

    Communities with which no organisation is paired today.
    """
    who = staff(request, "read")
    bare = queries.unpaired(local_day(who.moment), within)
    return [schemas.CommunityOut(code=one.code, name=one.name) for one in bare]


@router.get("/partnerships/{uuid:partnership_id}", response=of_one(schemas.PartnershipOut), summary="一项 One of them")
def partnership(request: HttpRequest, partnership_id: UUID) -> schemas.PartnershipOut:
    """一项共建。

    One partnership.
    """
    return _one(staff(request, "read"), partnership_id)


@router.post("/partnerships", response=of_one(schemas.PartnershipOut), summary="登记 Enter one")
def enter(request: HttpRequest, payload: schemas.PartnershipIn) -> schemas.PartnershipOut:
    """单位报到、工作人员报到、结对、认领。

    An organisation or one of the staff registers, a pairing is agreed, a need is taken on.
    """
    who = staff(request, "moves")
    return _one(who, _entered(who, payload))


def _entered(who: Caller, payload: schemas.PartnershipIn) -> UUID:
    by, now = who.standing, who.moment
    if payload.kind == "registration":
        return commands.register(
            by=by, now=now, area=payload.area, organisation_id=payload.organisation, person_id=payload.person,
            since=payload.starts_on,
        )  # fmt: skip
    if payload.kind == "take_on":
        return commands.take_on(
            by=by, now=now, need_id=_given(payload.need, "need"), organisation_id=payload.organisation,
            person_id=payload.person, starts_on=payload.starts_on, ends_on=payload.ends_on,
        )  # fmt: skip
    return commands.pair(
        by=by, now=now, organisation_id=_given(payload.organisation, "organisation"), area=payload.area,
        starts_on=payload.starts_on or local_day(now), ends_on=_given(payload.ends_on, "ends_on"),
        topics=payload.topics,
    )  # fmt: skip


def _given(value: T | None, field: str) -> T:
    if value is None:
        text = _("此列不能为空。")
        raise Refused("incomplete", text, fields={field: text})
    return value


@router.post(
    "/partnerships/{uuid:partnership_id}/moves", response=of_one(schemas.PartnershipOut), summary="办一步 Move"
)
def move(request: HttpRequest, partnership_id: UUID, payload: schemas.PartnershipMoveIn) -> schemas.PartnershipOut:
    """确认、不接收、结束、报结果、退回；renew 续期，答新的一期。

    Confirm, decline, end, report the result, release; renew answers the new term.
    """
    who = staff(request, "moves")
    queries.partnership(partnership_id, who.standing)
    if payload.move == "renew":
        ends_on = _given(payload.ends_on, "ends_on")
        return _one(
            who, commands.renew(by=who.standing, now=who.moment, partnership_id=partnership_id, ends_on=ends_on)
        )
    commands.move(
        by=who.standing, now=who.moment, partnership_id=partnership_id, name=payload.move, reason=payload.reason,
        result=payload.result, words=payload.words,
    )  # fmt: skip
    return _one(who, partnership_id)


@router.post("/partnerships/{uuid:partnership_id}/undo", response=of_one(schemas.UndoneOut), summary="撤销 Undo")
def undo(request: HttpRequest, partnership_id: UUID) -> schemas.UndoneOut:
    """刚办的人 10 秒内可撤销；刚登记的撤销后就没有了。

    Within ten seconds by whoever did it; what had just been entered is gone.
    """
    who = staff(request, "moves")
    queries.partnership(partnership_id, who.standing)
    state = commands.undo(by=who.standing, now=who.moment, partnership_id=partnership_id)
    return schemas.UndoneOut(id=partnership_id, state=state)


@router.get("/needs", response=answers(list[schemas.NeedOut]), summary="待认领的事 To be taken on")
def needs(request: HttpRequest, within: schemas.AreaCode = "", every: bool = False) -> list[schemas.NeedOut]:
    """社区请人认领的事，最多 300 件；every 连已认领、已撤下的也给。

    What communities ask for, 300 at most; every: also what is taken on or withdrawn.
    """
    staff(request, "read")
    return _needs(book.needs(within=within, only_open=not every))


@router.post("/needs", response=of_one(schemas.NeedOut), summary="请人认领 Ask for something")
def offer(request: HttpRequest, payload: schemas.NeedIn) -> schemas.NeedOut:
    """任务、岗位、微心愿，或要人照看的单元网格、设施。

    A task, a duty, a wish, or a unit grid or facility to be looked after.
    """
    who = staff(request, "moves")
    made = book.offer_need(by=who.standing, now=who.moment, **payload.dict())
    return _needs([book.need(made)])[0]


@router.post("/needs/{uuid:need_id}/withdraw", response=of_one(schemas.NeedOut), summary="撤下 Withdraw")
def withdraw(request: HttpRequest, need_id: UUID) -> schemas.NeedOut:
    """社区不再请人认领。

    The community no longer asks for it.
    """
    who = staff(request, "moves")
    book.withdraw_need(by=who.standing, now=who.moment, need_id=need_id)
    return _needs([book.need(need_id)])[0]


def _one(who: Caller, partnership_id: UUID) -> schemas.PartnershipOut:
    return _shown([queries.partnership(partnership_id, who.standing)], who)[0]


def _shown(rows: Sequence[Row], who: Caller) -> list[schemas.PartnershipOut]:
    today = local_day(who.moment)
    named, told = queries.names_of(rows, who.standing), queries.words_of(rows)
    return [
        schemas.PartnershipOut(
            id=row.id,
            kind=row.kind,
            whose=row.whose,
            name=named[row.id],
            organisation=row.organisation_id,
            area=row.area,
            need=row.need_id,
            need_kind=row.need_kind,
            place=row.need_place,
            what=told.get(row.id, ""),
            topics=list(row.topics),
            state=row.state,
            phase=row.phase(today),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            ended_on=row.ended_on,
            reason=row.reason,
            result=row.result,
            renews=row.renews_id,
            moves=queries.allowed(row, who.standing),
        )
        for row in rows
    ]


def _needs(rows: Sequence[book.NeedRow]) -> list[schemas.NeedOut]:
    told = book.words_of(one.id for one in rows)
    return [
        schemas.NeedOut(
            id=one.id,
            area=one.area,
            kind=one.kind,
            place=one.place,
            words=told[one.id],
            offered_at=one.offered_at,
            withdrawn_at=one.withdrawn_at,
            open=one.open,
        )
        for one in rows
    ]
