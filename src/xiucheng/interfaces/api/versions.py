"""If-Match: the version that the caller saw, so that nobody overwrites what they have not seen."""

import re

from django.utils.translation import gettext as _

from xiucheng.kit.refused import Refused

_ETAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')


def version_of(if_match: str | None) -> int:
    """The version in an If-Match header; refused `version_required` (428) without one, `bad_version` (422)."""
    if if_match is None:
        raise Refused("version_required", _('请在 If-Match 中带上所见的版本，如 "7"。'), status=428)
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise Refused("bad_version", _('If-Match 应为版本号，如 "7"。'))
    return int(found[1])
