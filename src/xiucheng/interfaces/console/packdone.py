"""What has just become of a version of a pack, in one sentence, and how to take it back: by what it is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from xiucheng.foundation.packs.queries import Listed
from xiucheng.interfaces.web import words
from xiucheng.kit.days import site_zone


@dataclass(frozen=True, slots=True)
class Done:
    """said: what happened. button, address, data: the press that takes it back; no button where none does."""

    said: str
    button: str = ""
    address: str = ""
    data: Mapping[str, Any] | None = None


def done(versions: Sequence[Listed], asked: UUID | None, now: datetime, *, may_publish: bool) -> Done | None:
    """What became of the version that the address names; None where it names none of these.

    Taking back is never hurried: it makes a new version or gives up one that has not applied, and nothing is lost.
    """
    one = next((version for version in versions if version.id == asked), None)
    if one is None:
        return None
    if one.state == "withdrawn":
        return _withdrawn(one)
    if one.effective_from is None:
        return None
    return _to_come(one, may_publish) if one.effective_from > now else _applies(one, versions, may_publish)


def _withdrawn(one: Listed) -> Done:
    said = _("第 %(n)d 版已撤回，不会生效；内容还留着。") % {"n": one.version}
    return Done(said, _("撤销：按它重新起草"), reverse("console:pack_draft", args=[one.kind]), {"from": one.version})


def _to_come(one: Listed, may_publish: bool) -> Done:
    said = _("第 %(n)d 版已发布，%(when)s 起生效；在那以前仍按现行版本。") % {"n": one.version, "when": _when(one)}
    if not may_publish:
        return Done(said)
    return Done(said, _("撤销发布"), reverse("console:pack_withdraw", args=[one.id]))


def _applies(one: Listed, versions: Sequence[Listed], may_publish: bool) -> Done:
    if one.rolled_back_to:
        said = _("已退回到第 %(old)d 版的内容，记为第 %(n)d 版，现在起生效。") % {
            "old": one.rolled_back_to,
            "n": one.version,
        }
    else:
        said = _("第 %(n)d 版已发布，%(when)s 起生效。") % {"n": one.version, "when": _when(one)}
    before = _before(one, versions)
    if not one.in_force or before is None or not may_publish:
        return Done(said)
    button = _("撤销：退回到第 %(n)d 版") % {"n": before.version}
    return Done(said, button, reverse("console:pack_roll_back", args=[one.kind]), {"to": before.version})


def _before(one: Listed, versions: Sequence[Listed]) -> Listed | None:
    """The version that applied until this one began."""
    earlier = [
        other for other in versions if other.state == "published" and other.effective_until == one.effective_from
    ]
    return earlier[0] if earlier else None


def _when(one: Listed) -> str:
    at = one.effective_from or one.created_at
    return words.exact(at, site_zone())
