"""Files that come through a door: judged by their size before any of it is read into memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from xiucheng.kit.refused import Refused


class Upload(Protocol):
    """A file as Django (and ninja, which takes it over) hands it on."""

    @property
    def size(self) -> int | None: ...

    def read(self) -> bytes: ...


def content_of(upload: Upload, name: str, most: int | None = None) -> bytes:
    """The bytes of an upload; refused `too_large` (413) with the field `name`, unread, where there are more than `most`
    (the limit of the media room)."""
    limit: int = settings.MEDIA_MAX_BYTES if most is None else most
    if (upload.size or 0) > limit:
        text = _("文件太大，最多 %(limit)s MB。") % {"limit": limit // 1024 // 1024}
        raise Refused("too_large", text, fields={name: text}, status=413)
    return upload.read()


@contextmanager
def sent_as(name: str) -> Iterator[None]:
    """What the room of media refuses about an upload is said of the form's field that brought it, `name`."""
    try:
        yield
    except Refused as refusal:
        fields = {name if field == "media" else field: text for field, text in refusal.fields.items()}
        raise Refused(refusal.code, refusal.text, fields=fields, status=refusal.status) from None
