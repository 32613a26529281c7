"""`/healthz`: 200 once database, web, stream and worker are ready, 503 with what is missing until then."""

import threading
import time
from contextlib import suppress

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

from xiucheng.kit import heartbeat
from xiucheng.kit.now import now

NEEDED = ("web", "stream", "worker")
_EVERY_S = 3


def healthz(request: HttpRequest) -> JsonResponse:
    try:
        # This answer is the web's own sign of life; a stranger's question writes nothing.
        alive = heartbeat.alive(now()) | {"web": True}
    except Error:
        return JsonResponse({"database": False}, status=503)
    state = {"database": True, **{process: alive.get(process, False) for process in NEEDED}}
    return JsonResponse(state, status=200 if all(state.values()) else 503)


def keep_beating() -> None:
    """From now on this web process says every few seconds that it lives: nobody may be asking `/healthz`."""
    threading.Thread(target=_beat, name="heartbeat", daemon=True).start()


def _beat() -> None:
    while True:
        with suppress(Error):
            heartbeat.beat("web", now())
        with suppress(Error):
            connection.close()
        time.sleep(_EVERY_S)
