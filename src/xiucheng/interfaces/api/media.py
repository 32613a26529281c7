"""Pictures and files: handing in, and fetching by whoever may see what they belong to."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from xiucheng.foundation.media import commands, queries
from xiucheng.foundation.people import queries as people
from xiucheng.interfaces.web.uploads import content_of, sent_as
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import queries as cases
from xiucheng.operations.intake import queries as intake

from . import schemas
from .answers import of_change, of_one
from .callers import ANYBODY, MANY, PICTURES, Caller, caller, staff

router = Router(tags=["media 附件"])

_PICTURE: dict[str, Any] = {
    "responses": {
        200: {
            "description": "图片或文件 The bytes",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("image/jpeg", "image/png", "image/webp", "application/pdf")
            },
        }
    }
}


@router.post(
    "", response=of_change(schemas.MediaOut, 201), auth=ANYBODY, throttle=PICTURES, summary="上传图片 Hand in a picture"
)
def store(
    request: HttpRequest,
    file: File[UploadedFile],
    purpose: Form[Literal["near", "far", "reference", "before", "after"]] = "near",
) -> Status[schemas.MediaOut]:
    """上传一张图片或一份 PDF，按内容辨认种类；相机信息只存数据列，人看到的副本里没有。

    Take in a picture or a PDF; what it is is told by its content. 413 where it is too large, 422 `bad_type`,
    `too_many_pixels`, `broken_file`.
    """
    who = caller(request)
    who.demand("reports")
    content = content_of(file, "file")
    with sent_as("file"):
        stored = commands.store(
            actor=who.standing.actor, now=who.moment, content=content, name=file.name or "", purpose=purpose
        )
    return Status(201, schemas.MediaOut(**{name: getattr(stored, name) for name in schemas.MediaOut.model_fields}))


@router.get(
    "/{uuid:media_id}",
    response=of_one(None),
    auth=ANYBODY,
    throttle=MANY,
    summary="取图片 Fetch a picture",
    openapi_extra=_PICTURE,
)
def fetch(
    request: HttpRequest,
    media_id: UUID,
    variant: Literal["display", "thumb", "original"] = "display",
    report: UUID | None = None,
) -> HttpResponse:
    """能看案卷的人看它的图片；未立案的上报须注明 report；没有身份的人只能看已公开的副本；原图只给中心管图片的人。

    Who may see a case sees its pictures; of a report that is no case yet say which under `report`; without an account
    only copies that a person released. display and thumb are without the camera's facts. The original of a picture
    is for those of the centre who look after pictures (act media.original); everybody else gets `display` for it.
    """
    if caller(request).is_anybody:
        content, content_type = queries.content(media_id, variant, public=True)
    else:
        who = staff(request, "read")
        if not _may_see(who, media_id, report):
            raise Refused("not_found", _("没有这张图片，或不在您的范围内。"), status=404)
        content, content_type = queries.content(media_id, _variant(who, media_id, variant))
    answer = HttpResponse(content, content_type=content_type)
    answer["Cache-Control"] = "private, max-age=300"
    answer["X-Content-Type-Options"] = "nosniff"
    if content_type == "application/pdf":
        answer["Content-Disposition"] = "attachment"
    return answer


def _variant(who: Caller, media_id: UUID, asked: str) -> str:
    """The variant that this caller gets: an original with the camera's facts only who may. A file has no copies."""
    if asked != "original" or people.may(who.standing, "media.original"):
        return asked
    found = queries.describe([media_id]).get(media_id)
    return asked if found is not None and found.width is None else "display"


def _may_see(who: Caller, media_id: UUID, report: UUID | None) -> bool:
    if report is not None:
        return media_id in intake.report(report, who.standing).media
    return cases.sees_picture(media_id, who.standing)
