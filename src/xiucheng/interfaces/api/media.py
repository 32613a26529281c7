"""Pictures and files: handing in, and fetching by whoever may see the case that they belong to."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Router
from ninja.files import UploadedFile

from xiucheng.foundation.media import commands, queries
from xiucheng.kit.refused import Refused
from xiucheng.operations.cases import queries as cases

from . import schemas
from .answers import answers
from .callers import ANYBODY, PerAddress, caller, staff

router = Router(tags=["media 附件"])


@router.post(
    "",
    response=answers(schemas.MediaOut, 201),
    auth=ANYBODY,
    throttle=[PerAddress("40/m")],
    summary="上传图片 Hand in a picture",
)
def store(request: HttpRequest, file: File[UploadedFile], purpose: Form[str] = "near") -> tuple[int, schemas.MediaOut]:
    """Take in a picture; what it is is told by its content. Refused: bad_type, too_large (413), too_many_pixels."""
    who = caller(request)
    who.demand("reports")
    stored = commands.store(
        actor=who.standing.actor, now=who.moment, content=file.read(), name=file.name or "", purpose=purpose
    )
    names = schemas.MediaOut.model_fields
    return 201, schemas.MediaOut(**{name: getattr(stored, name) for name in names})


@router.get("/{uuid:media_id}", response=answers(None), summary="取图片 Fetch a picture")
def fetch(request: HttpRequest, media_id: UUID, variant: str = "display") -> HttpResponse:
    """A copy without the camera's facts (display or thumb), or the original."""
    who = staff(request, "read")
    if not cases.sees_picture(media_id, who.standing):
        raise Refused("not_found", _("没有这张图片，或不在您的范围内。"), status=404)
    content, content_type = queries.content(media_id, variant)
    return HttpResponse(content, content_type=content_type)
