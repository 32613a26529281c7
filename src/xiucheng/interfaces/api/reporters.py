"""What concerns who reports: earlier reports of a caller, opening a case again and erasing one's own by the key."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from xiucheng.foundation.people.rules import Standing
from xiucheng.operations.cases import commands as case_commands
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.intake import commands, queries

from . import schemas, shown
from .answers import answers, of_change, of_one
from .callers import ANYBODY, FEW, SOME, caller, staff
from .schemas.common import Strict

router = Router(tags=["reports 上报"])
# Who comes with a tracking key acts as the reporter, whatever account they have besides.
REPORTER = Standing.resident("resident")


class EarlierOut(Schema):
    """同一来电人以前的一条上报。An earlier report of the same caller: none of its words, nothing of the caller."""

    report_id: UUID
    category: str
    channel: str
    state: str
    outcome: str = Field(description="案卷的结果：空、open、closed、void。How its case stands.")
    received_at: schemas.Moment
    number: str = Field(description="案卷编号，未立案为空。The number of its case, empty without one.")


class LookUpIn(Strict):
    """来电号码。The number that calls."""

    phone: str = Field(min_length=3, max_length=40, examples=["13900000000"])


class ReopenIn(Strict):
    """哪里还没解决。What is not settled."""

    reason: str = Field(min_length=1, max_length=2000, examples=["今晚灯还是不亮"])


class NothingIn(Strict):
    """不用给任何内容，查询码就够了。Nothing: the tracking key says it all; what is given besides is refused."""


class ErasedOut(Schema):
    """erased: false 表示此前已删除。False where it had been erased before."""

    erased: bool


class EraseIn(Strict):
    """asked 本人要求 · names_somebody 个人信息 · unlawful 违法或不当 · mistake 误传。"""

    reason: str = Field(max_length=20, examples=["names_somebody"])


@router.post("/reports/earlier", response=answers(list[EarlierOut]), summary="查同一来电人 Look a caller up")
def look_up(request: HttpRequest, payload: LookUpIn) -> list[Any]:
    """按来电号码查以前的上报，不打开任何联系方式；查询本身留下记录。

    Earlier reports by the number that calls; no contact is opened, and the look-up is recorded.
    """
    who = staff(request, "read")
    found = commands.look_up_caller(by=who.standing, now=who.moment, phone=payload.phone)
    return [shown.fields_of(one, EarlierOut) for one in found]


@router.get(
    "/reports/{uuid:report_id}/earlier", response=of_one(list[EarlierOut]), summary="来电人以前的上报 Earlier ones"
)
def earlier(request: HttpRequest, report_id: UUID) -> list[Any]:
    """这位上报人以前的上报，按所留电话认。

    Earlier reports of whoever made this one, known by the number they left.
    """
    who = staff(request, "read")
    return [shown.fields_of(one, EarlierOut) for one in queries.earlier_of_reporter(report_id, who.standing)]


@router.post(
    "/reports/track/{tracking_key}/reopen",
    response=of_change(schemas.Tracked),
    auth=ANYBODY,
    throttle=FEW,
    summary="没有解决，重新办 Not settled",
)
def reopen(request: HttpRequest, tracking_key: str, payload: ReopenIn) -> schemas.Tracked:
    """结案后 `reopen_until` 以前，上报人凭查询码要求重新办理。

    Until `reopen_until` the reporter may have a closed case opened again; `reopen_too_late` afterwards.
    """
    at = caller(request).moment
    commands.reopen_by_reporter(by=REPORTER, now=at, tracking_key=tracking_key, reason=payload.reason)
    found: schemas.Tracked = shown.fields_of(queries.track(tracking_key, at), schemas.Tracked)
    return found


@router.post(
    "/reports/track/{tracking_key}/erase",
    response=of_change(ErasedOut),
    auth=ANYBODY,
    throttle=FEW,
    summary="删除我的信息 Erase my own",
)
def erase(request: HttpRequest, tracking_key: str, payload: NothingIn | None = None) -> ErasedOut:
    """凭查询码永久删除这条上报的文字、图片和联系方式；案卷和办理经过留下。

    Words, pictures and contact of this report are gone for good; the case and what was done about it stay.
    """
    at = caller(request).moment
    return ErasedOut(erased=commands.erase_by_reporter(by=REPORTER, now=at, tracking_key=tracking_key))


@router.post("/media/{uuid:media_id}/erase", response=of_change(ErasedOut), summary="删除一张图片 Erase a picture")
def erase_picture(request: HttpRequest, media_id: UUID, payload: EraseIn) -> ErasedOut:
    """永久删除一张图片，注明理由；原图和副本都销毁。

    One picture is destroyed for good, with the reason kept.
    """
    who = staff(request, "moves")
    commands.erase_picture(by=who.standing, now=who.moment, media_id=media_id, reason=payload.reason)
    return ErasedOut(erased=True)


@router.post(
    "/cases/{uuid:case_id}/words/{uuid:words_id}/erase",
    response=of_change(ErasedOut),
    summary="删除案卷里的一段文字 Erase words of a case",
)
def redact_words(request: HttpRequest, case_id: UUID, words_id: UUID, payload: EraseIn) -> ErasedOut:
    """永久删除某一步里写的话，注明理由；这一步本身留在案卷里。words_id 在案卷经过里。

    What was said with one move is destroyed for good, with the reason kept; the move stays. words_id: `words` of a
    line of the story.
    """
    who = staff(request, "moves")
    # Who may not see a case is not told by a refusal that it is there.
    view = cases.case(str(case_id), who.standing, who.moment)
    case_commands.redact_words(
        by=who.standing, now=who.moment, content_id=words_id, reason_code=payload.reason, case_id=view.id
    )
    return ErasedOut(erased=True)


@router.get(
    "/places/components",
    response=answers(list[schemas.NearOut]),
    auth=ANYBODY,
    throttle=SOME,
    summary="可能是哪个部件 Which component?",
)
def components(
    request: HttpRequest,
    lon: schemas.Lon,
    lat: schemas.Lat,
    datum: schemas.Datum = "wgs84",
    category: str = Query(..., max_length=20),
) -> list[Any]:
    """五十米内此类别的部件，近的在前；把选中的 `code` 作为上报的 `component`。

    Components of the category's kind within 50 m, the nearest four, to be offered as a report's `component`.
    """
    found = queries.components_nearby(category=category, lon=lon, lat=lat, datum=datum, now=caller(request).moment)
    return [shown.fields_of(one, schemas.NearOut) for one in found]
