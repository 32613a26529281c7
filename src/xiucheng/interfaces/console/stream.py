"""The live stream: server-sent events that say how far the journal has come; an ASGI application of its own.

One connection LISTENs for all readers of a process. An event carries a position and nothing else: what is new the
reader asks the web for, where it is judged what they may see.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiucheng.config.settings")
django.setup()

import psycopg  # noqa: E402
from asgiref.sync import sync_to_async  # noqa: E402
from django.db import connection  # noqa: E402

from xiucheng.kit import heartbeat  # noqa: E402
from xiucheng.kit.now import now  # noqa: E402
from xiucheng.kit.site import channel  # noqa: E402

from .tokens import is_good  # noqa: E402

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

STREAM_SECONDS = 3600
"""How long one stream lasts: then the reader asks for a new token, which somebody locked out no longer gets."""

_BEAT = 3.0
_SILENCE = 15.0


class Bell:
    """The latest position, and a way to wait until it rises."""

    def __init__(self) -> None:
        self.position = 0
        self._rung = asyncio.Event()

    def ring(self, position: int) -> None:
        """A new position for everybody who waits."""
        self.position = max(self.position, position)
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self, seconds: float) -> bool:
        """True when it rang within the time."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), seconds)
            return True
        return False


_bell = Bell()
_tasks: set[asyncio.Task[None]] = set()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI door: lifespan, and GET with `?token=`."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _serve(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _begin()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            for task in _tasks:
                task.cancel()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _begin() -> None:
    """Starts listening and beating, once per process."""
    if not _tasks:
        _tasks.update({asyncio.ensure_future(_listen()), asyncio.ensure_future(_beat())})


async def _serve(scope: Scope, receive: Receive, send: Send) -> None:
    _begin()
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    allowed = cors(headers)
    if scope["method"] != "GET" or not is_good(query.get("token", [""])[0]):
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0"), *allowed]})
        await send({"type": "http.response.body", "body": b""})
        return
    plain = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": 200, "headers": [*plain, *allowed]})
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        async for line in _lines(gone):
            await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    except OSError:
        pass  # the reader went away in the middle of a line
    finally:
        gone.cancel()


def cors(headers: MutableMapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Pages of the same host may read the stream, whatever their port; others may not."""
    origin, host = headers.get("origin", ""), headers.get("host", "")
    if not origin or urlsplit(origin).hostname != urlsplit(f"//{host}").hostname:
        return []
    return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")]


async def _lines(gone: asyncio.Future[None]) -> AsyncIterator[bytes]:
    """The events of one reader: positions as they rise (several at once become one), and a sign of life in silence."""
    loop = asyncio.get_running_loop()
    end = loop.time() + STREAM_SECONDS
    told = _bell.position
    yield b"retry: 2000\n\n"
    while loop.time() < end and not gone.done():
        rang = await _bell.wait(_SILENCE)
        if _bell.position > told:
            told = _bell.position
            yield f"event: position\ndata: {told}\n\n".encode()
        elif not rang:
            yield b": still here\n\n"


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _listen() -> None:
    """Listens for ever; after a lost connection it tries again and rings, since something may have been missed."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**_connection(), autocommit=True) as listening:
                await listening.execute(
                    psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel("position")))
                )
                _bell.ring(_bell.position)
                async for notice in listening.notifies():
                    _bell.ring(int(notice.payload) if notice.payload.isdigit() else _bell.position)
        except psycopg.OperationalError:
            await asyncio.sleep(1)


def _connection() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {name: given[name] for name in ("dbname", "user", "password", "host", "port", "options") if given.get(name)}


async def _beat() -> None:
    while True:
        with contextlib.suppress(django.db.Error):
            await sync_to_async(_say_alive)()
        await asyncio.sleep(_BEAT)


def _say_alive() -> None:
    try:
        heartbeat.beat("stream", now())
    finally:
        connection.close()
