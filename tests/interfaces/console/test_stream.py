"""The live stream, spoken to as an ASGI server speaks: a position within moments, nothing without a good token."""

import asyncio
import time
from typing import Any

import pytest
from django.core import signing

from xiucheng.interfaces.console import tokens


class Reader:
    """One connection: what is sent to it lies in `sent`."""

    def __init__(self, query: str, headers: dict[str, str] | None = None) -> None:
        raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        self.scope = {"type": "http", "method": "GET", "query_string": query.encode(), "headers": raw}
        self.sent: list[dict[str, Any]] = []
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return self.sent[0]["status"]

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def text(self) -> str:
        return b"".join(one.get("body", b"") for one in self.sent[1:]).decode()


def speak(reader: Reader, during=None) -> Reader:
    from xiucheng.interfaces.console import stream

    async def run() -> None:
        stream._bell = stream.Bell()
        serving = asyncio.ensure_future(stream.application(reader.scope, reader.receive, reader.send))
        if during:
            await during()
            reader.gone.set()
            stream._bell.ring(stream._bell.position)
        await asyncio.wait_for(serving, 20)
        for task in stream._tasks:
            task.cancel()
        await asyncio.gather(*stream._tasks, return_exceptions=True)
        stream._tasks.clear()

    asyncio.run(run())
    return reader


FORGED = ["", "token=", "token=forged", f"token={signing.dumps('x', salt='something else')}"]


@pytest.mark.parametrize("query", FORGED, ids=["none", "empty", "forged", "for something else"])
def test_without_a_good_token_there_is_no_stream(committed_db, query):
    reader = speak(Reader(query))
    assert reader.status == 403
    assert reader.text == ""


def test_an_old_token_does_not_open(monkeypatch):
    token = tokens.token_for("somebody")
    assert tokens.is_good(token)
    later = time.time() + tokens.SECONDS + 2
    monkeypatch.setattr(time, "time", lambda: later)
    assert not tokens.is_good(token)


def test_a_sequenced_step_rings_within_a_second(committed_db):
    from asgiref.sync import sync_to_async

    from tests.world import build
    from xiucheng.kit.journal import sequencer

    world = build()
    reader = Reader(f"token={tokens.token_for('x')}", {"host": "h:2", "origin": "http://h:1"})

    def file_one() -> int:
        sequencer.run_once()
        world.file()
        return sequencer.run_once()

    async def during() -> None:
        await asyncio.sleep(1)
        assert await sync_to_async(file_one)()
        begun = time.monotonic()
        while "event: position" not in reader.text and time.monotonic() - begun < 5:
            await asyncio.sleep(0.05)
        assert time.monotonic() - begun < 1

    speak(reader, during)
    assert reader.status == 200
    assert reader.headers[b"content-type"] == b"text/event-stream"
    assert reader.headers[b"access-control-allow-origin"] == b"http://h:1"


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"host": "h:2", "origin": "http://h:1"}, True),
        ({"host": "h:2", "origin": "http://evil:2"}, False),
        ({"host": "h:2", "origin": "null"}, False),
        ({"host": "h:2"}, False),
    ],
)
def test_only_pages_of_the_same_host_may_read(headers, allowed):
    from xiucheng.interfaces.console.stream import cors

    assert bool(cors(headers)) is allowed
