"""An answer that was lost on the way: the same sent again, several times at once, is one case with one answer."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from django.db import connections
from django.test import Client

from tests.cluster import Databases
from tests.faults.town import found
from tests.pictures import jpeg
from xiucheng.kit.now import now

SENT = 6


def test_what_was_settled_on_the_spot_is_one_case_however_often_it_is_sent(committed_db: Databases) -> None:
    from tests.world import SETUP
    from xiucheng.foundation.media import commands as media
    from xiucheng.foundation.people import commands as people
    from xiucheng.kit.actor import Actor
    from xiucheng.operations.cases.models import Case

    world = found(now())
    officer = world.people["grid_officer"]
    account = people.create_account(
        by=SETUP, now=now(), person_id=officer, username="officer", password="a Password for tests 7"
    )
    secret = people.issue_token(by=SETUP, now=now(), label="phone", scopes=("reports",), account_id=account).secret
    before, after = (
        str(media.store(actor=Actor.person(officer), now=now(), content=jpeg(seed=seed), name="", purpose=side).id)
        for seed, side in ((1, "before"), (2, "after"))
    )
    body = {"text": "垃圾已清", "category": "E0101", "area": "990101001001", "before": [before], "after": [after]}
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": str(uuid4())}

    def send(said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        try:
            answer = Client().post(
                "/api/v1/reports/self-handled", json.dumps(said), content_type="application/json", headers=headers
            )
            return answer.status_code, answer.json()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(SENT) as pool:
        answers = list(pool.map(send, [body] * SENT))
    assert [status for status, _said in answers] == [201] * SENT, answers
    assert all(said == answers[0][1] for _status, said in answers)
    assert Case.objects.count() == 1
    status, refusal = send({**body, "text": "垃圾没清"})
    assert (status, refusal["code"]) == (422, "key_reused")
