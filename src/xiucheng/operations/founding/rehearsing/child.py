"""The rehearsal's own process: `python -m …rehearsing.child` in the environment of `<site>_rehearsal`.

Makes the schema anew, carries the set-up into it, publishes there what is drafted, and walks the cases. Each line on
standard output is JSON: {"done", "total"} while it works, then {"cases": […]} or {"failed": code}. Whoever the site
would tell is told in this schema alone, and no worker runs on it: nothing leaves.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

_MADE = 60
"""Of a hundred parts of the work so many are the structure (measured)."""


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiucheng.config.settings")
    import django
    from django.conf import settings

    from xiucheng.kit import wordless
    from xiucheng.kit.refused import Refused
    from xiucheng.kit.unready import Unready

    # The pictures of the rehearsal need no place of their own: they live as long as this process.
    settings.STORAGES["media"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    django.setup()
    try:
        _say(cases=list(_rehearse()))
    except (Refused, Unready) as refusal:
        _say(failed=refusal.code)
    except Exception as error:
        _say(failed="broken", where=wordless.described(error)[:400])
    return 0


def _say(**told: Any) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _rehearse() -> Iterator[dict[str, Any]]:
    from django.utils import translation

    from xiucheng.kit import rehearsal
    from xiucheng.kit.now import now
    from xiucheng.kit.site import assert_site

    from .walking import Walk

    assert_site()
    rehearsal.make(lambda done, total: _say(done=done * _MADE // total, total=100))
    from django.conf import settings

    with translation.override(settings.LANGUAGE_CODE):
        _publish()
        planned = _plan(now())
        for one in planned:
            walked = Walk(one).go()
            _say(done=_MADE + (100 - _MADE) * one.number // len(planned), total=100)
            yield walked.as_json()


def _publish() -> None:
    """What is drafted is rehearsed as if it were in force."""
    from xiucheng.foundation.packs import commands, queries
    from xiucheng.kit.now import now

    from ..beginning import DRAFTED
    from ..frame import WORKER

    for kind in DRAFTED:
        draft = queries.open_draft(kind)
        if draft is not None:
            moment = now()
            commands.publish(by=WORKER, now=moment, pack_id=draft.id, effective_from=moment)


def _plan(at: Any) -> list[Any]:
    from xiucheng.foundation.packs import queries as packs
    from xiucheng.foundation.places import queries as places
    from xiucheng.operations.cases import configuration

    from ..rules.rehearsal import plan

    catalogue = configuration.catalogue(at)
    categories = {key: one.key[: 1 + len(one.major_code)] for key, one in catalogue.categories.items()}
    kinds = {key: one.kind for key, one in catalogue.categories.items()}
    routing = packs.current("routing", at)
    named = []
    for row in routing.body["rules"] if routing else ():
        codes = set(row.get("categories") or ())
        # A row may name a category, a major class or a kind: one case of it will do.
        fitting = [key for key in sorted(categories) if codes & {key, categories[key], kinds[key]}]
        named += [key for key in fitting if key not in named][:1]
    areas = places.subtree() if places.district() else []
    finest = max((len(one.code) for one in areas), default=0)
    return plan(categories.items(), named, [one.code for one in areas if len(one.code) == finest])


if __name__ == "__main__":
    sys.exit(main())
