"""Why something is erased for good: codes, which the erasure list and the journal may hold when no word is left."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiucheng.kit.refused import Refused

REASONS: Mapping[str, Promise] = {
    "asked": _("本人要求删除"),
    "names_somebody": _("写出或拍到了个人信息"),
    "unlawful": _("内容违法或不当"),
    "mistake": _("误传、误填"),
}
"""What a person may give as a reason (D, after the Personal Information Protection Law, article 47)."""


def checked(reason: str) -> str:
    """A key of REASONS. Refused: bad_reason."""
    if reason not in REASONS:
        text = gettext("请选择删除的原因。")
        raise Refused("bad_reason", text, fields={"reason": text})
    return reason
