"""Figures of places: the latest, their history, recording one and taking one down."""

from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.places import amounts, commands, figures
from xiucheng.foundation.places.amounts import FIGURE_KINDS
from xiucheng.foundation.places.refusals import refusal

from . import schemas
from .answers import answers, of_one
from .callers import staff

router = Router(tags=["figures 底数"])


def _reader(request: HttpRequest) -> None:
    people.demand(staff(request, "read").standing, "places.see_figures")


@router.get("/figures", response=answers(list[schemas.FigureOut]), summary="底数 Figures")
def latest(
    request: HttpRequest, within: schemas.AreaCode = "", kind: str = Query("", max_length=40)
) -> list[schemas.FigureOut]:
    """各处各项最近的底数，最多 2000 条；用 `within`、`kind` 缩小。

    The latest figure of each place and kind, 2,000 at most; narrow by area and kind.
    """
    _reader(request)
    return [_shown(one) for one in figures.latest(within, kind if kind in FIGURE_KINDS else "", limit=2000)]


@router.get(
    "/figures/{place_kind}/{place}/{kind}",
    response=of_one(list[schemas.FigureOut]),
    summary="一项底数的历史 History of a figure",
)
def history(
    request: HttpRequest,
    place_kind: Literal["area", "duty_grid", "facility"],
    place: str,
    kind: str,
    title: str = Query("", max_length=20),
) -> list[schemas.FigureOut]:
    """这个地方这一项说过的所有数，撤下的也在。

    Everything ever said of one place and kind, what was taken down included.
    """
    _reader(request)
    if kind not in FIGURE_KINDS:
        raise refusal("unknown_figure_kind", kind[:30], status=404)
    return [_shown(one) for one in figures.history(figures.place_of(place_kind, place[:40]), kind, title)]


@router.post("/figures", response=of_one(schemas.FigureOut), summary="记一个数 Record a figure")
def record(request: HttpRequest, payload: schemas.FigureIn) -> schemas.FigureOut:
    """同一地方、项目、日期、来源的数再记一次，就是更正。

    The same place, kind, day and source once more is a correction.
    """
    who = staff(request, "moves")
    place = figures.find_place(payload.place)
    people.demand(who.standing, "places.figures", area=place.area)
    amount = amounts.read_amount(payload.amount)
    if amount is None:
        raise refusal("bad_amount", payload.amount[:20], field="amount")
    row = commands.FigureRow(place, payload.kind, amount, payload.as_of, payload.source, payload.title)
    made = commands.record_figure(actor=who.standing.actor, now=who.moment, row=row)
    return _shown(figures.figure(made))


@router.post("/figures/{uuid:figure_id}/withdraw", response=of_one(schemas.FigureOut), summary="撤下 Withdraw")
def withdraw(request: HttpRequest, figure_id: UUID) -> schemas.FigureOut:
    """撤下一个数；它更正过的那个数重新有效。

    Take a figure down; what it had corrected stands again.
    """
    who = staff(request, "moves")
    people.demand(who.standing, "places.figures", area=figures.figure(figure_id).place.area)
    commands.withdraw_figure(actor=who.standing.actor, now=who.moment, figure_id=figure_id)
    return _shown(figures.figure(figure_id))


def _shown(one: figures.FigureView) -> schemas.FigureOut:
    return schemas.FigureOut(
        id=one.id,
        place_kind=one.place.kind,
        place=one.place.code,
        place_name=one.place.name,
        area=one.place.area,
        kind=one.kind,
        title=one.title,
        value=float(one.amount.value),
        mark=one.amount.mark,
        unit=amounts.unit_of(one.kind),
        as_of=one.as_of,
        source=one.source,
        recorded_at=one.recorded_at,
        withdrawn_at=one.withdrawn_at,
    )
