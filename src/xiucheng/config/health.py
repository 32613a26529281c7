"""`/healthz`: 200 once database, web, stream and worker are ready, 503 with what is missing until then."""

from django.db import Error
from django.http import HttpRequest, JsonResponse

from xiucheng.kit import heartbeat
from xiucheng.kit.now import now

NEEDED = ("web", "stream", "worker")


def healthz(request: HttpRequest) -> JsonResponse:
    try:
        moment = now()
        # This answer is the web's own sign of life.
        heartbeat.beat("web", moment)
        alive = heartbeat.alive(moment)
    except Error:
        return JsonResponse({"database": False}, status=503)
    state = {"database": True, **{process: alive.get(process, False) for process in NEEDED}}
    return JsonResponse(state, status=200 if all(state.values()) else 503)
