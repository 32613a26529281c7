"""A report from a form: gone back to and sent again it is the same report as long as the content is the same."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from xiucheng.foundation.media import queries as media_queries
from xiucheng.kit import idempotency
from xiucheng.kit.refused import Refused

from .submitting import Once, Submitted, answered_before, submit_report

NEEDS = frozenset({"place"})
"""What every form must be told, besides what its channel requires."""


def by_content(scope: str, number: str, said: Mapping[str, Any]) -> Once:
    """The key of what is said under a form's number; at most one statement, on the pictures.

    number: what this form alone was given. said: what submit_report takes of the reporter's own (no `by`, `now`).
    Pictures (`media`, ids) count by their content: a form that is sent again hands them in anew.
    """
    words = {name: value for name, value in said.items() if value is not None and name != "media"}
    pictures = _pictures(said.get("media") or ())
    content = json.dumps([words, pictures], sort_keys=True, default=repr, ensure_ascii=False)
    return Once(scope, f"{number}:{hashlib.sha256(content.encode()).hexdigest()}")


def sent_before(once: Once) -> Submitted | None:
    """The report that was sent under this key; None where there is none. At most 2 statements."""
    earlier = idempotency.answered(scope=once.scope, key=once.key)
    return answered_before(earlier) if earlier is not None else None


def submit_from_form(*, once: Once, **said: Any) -> Submitted:
    """submit_report under a key of `by_content`: the report that was sent under it, if there is one.

    said: as submit_report takes it. The place must be told whatever the channel: whoever fills in a form, or writes
    down a call, can say or ask where; without it nobody could go there, and no rule could send anybody (D). Refused:
    as submit_report; never `key_reused`.
    """
    earlier = sent_before(once)
    if earlier is not None:
        return earlier
    try:
        return submit_report(once=once, needs=NEEDS, **said)
    except Refused as refusal:
        # Two at the same moment, each with its own copy of the same picture: the second waited for the first.
        earlier = sent_before(once) if refusal.code == "key_reused" else None
        if earlier is None:
            raise
        return earlier


def _pictures(media: Sequence[UUID]) -> list[str]:
    known = media_queries.describe(media)
    return [known[one].digest if one in known else str(one) for one in media]
