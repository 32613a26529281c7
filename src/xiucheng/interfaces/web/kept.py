"""Pictures that were stored before a form was refused or asked something back: they travel in it, each one signed, so
that nobody takes them twice, nobody attaches another's, and each can be taken out again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiucheng.foundation.media import commands as media
from xiucheng.kit.actor import Actor
from xiucheng.kit.refused import Refused

from .uploads import content_of

# D: so long a form may lie open with the pictures that it holds.
_KEPT_S = 3600


@dataclass(frozen=True, slots=True)
class Shelf:
    """The pictures of one field of a form. name: the field's. salt: of which form, and of whom where that is known.
    most: so many at once, those that were kept among them."""

    name: str
    salt: str
    most: int

    def seal(self, media_id: UUID) -> str:
        """A picture's id for the form that handed it in, for an hour; nobody else can name it."""
        return signing.dumps(str(media_id), salt=self.salt)

    def unsealed(self, text: str) -> UUID | None:
        """The picture that a seal names; None where the seal is not ours or too old."""
        try:
            return UUID(signing.loads(text, salt=self.salt, max_age=_KEPT_S)) if text else None
        except signing.BadSignature:
            return None

    def held(self, request: HttpRequest) -> tuple[UUID, ...]:
        """What the form says it holds (`kept_<name>`), each once, without what is to be left out (`drop_<name>`)."""
        dropped = request.POST.getlist(f"drop_{self.name}")
        kept = dict.fromkeys(request.POST.getlist(f"kept_{self.name}"))
        found = (self.unsealed(text) for text in kept if text not in dropped)
        return tuple(media_id for media_id in found if media_id is not None)

    def store(
        self, request: HttpRequest, held: Sequence[UUID], *, actor: Actor, now: datetime, purpose: str
    ) -> tuple[UUID, ...]:
        """Store what was attached besides `held`; the ids of the new ones.

        Refused: `too_many_pictures`, `too_large` (413) unread, and what the media room refuses.
        """
        files = [one for one in request.FILES.getlist(self.name) if one.size]
        if len(files) + len(held) > self.most:
            text = _("一次最多 %(n)d 张图片。") % {"n": self.most}
            raise Refused("too_many_pictures", text, fields={"media": text})
        contents = [(one.name or "", content_of(one, "media")) for one in files]
        return tuple(
            media.store(actor=actor, now=now, content=content, name=name, purpose=purpose).id
            for name, content in contents
        )

    def shots(self, held: Iterable[UUID], address: Callable[[str], str]) -> list[dict[str, str]]:
        """The kept pictures for web/parts/photos.html. address: where a seal's picture is shown."""
        return [{"seal": seal, "href": address(seal)} for seal in map(self.seal, held)]
