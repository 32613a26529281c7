"""The same room over S3: django-storages and boto3 against a small server of the test's own."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4
from xml.sax.saxutils import escape

import pytest

from xiucheng.foundation.media import commands, queries
from xiucheng.foundation.people.rules import Post, Standing
from xiucheng.kit.actor import Actor
from xiucheng.kit.jobs import run_waiting
from xiucheng.kit.refused import Refused

from .make import MARKS, jpeg

NOW = datetime.now(UTC)
Objects = dict[str, bytes]


class Bucket(BaseHTTPRequestHandler):
    """As much of S3 as the storage asks for: put, get, head, delete and list, in memory."""

    objects: Objects
    protocol_version = "HTTP/1.1"

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/pictures").lstrip("/")

    def _answer(self, status: int, body: bytes = b"", *, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("ETag", '"0"')
        self.send_header("Last-Modified", "Fri, 20 Nov 2026 04:00:00 GMT")
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            body = _joined(body)
        self.objects[self._key()] = body
        self._answer(200)

    def do_GET(self) -> None:
        key = self._key()
        if not key:
            return self._answer(200, self._list())
        found = self.objects.get(key)
        return self._answer(404) if found is None else self._answer(200, found)

    def do_HEAD(self) -> None:
        found = self.objects.get(self._key())
        self._answer(404) if found is None else self._answer(200, length=len(found))

    def do_DELETE(self) -> None:
        self.objects.pop(self._key(), None)
        self._answer(204)

    def _list(self) -> bytes:
        asked = parse_qs(urlsplit(self.path).query)
        prefix = asked.get("prefix", [""])[0]
        rest = [(key, key.removeprefix(prefix)) for key in sorted(self.objects) if key.startswith(prefix)]
        folders = sorted({tail.split("/")[0] for _key, tail in rest if "/" in tail})
        files = [key for key, tail in rest if "/" not in tail]
        listed = "".join(
            f"<CommonPrefixes><Prefix>{escape(prefix + one)}/</Prefix></CommonPrefixes>" for one in folders
        ) + "".join(f"<Contents><Key>{escape(one)}</Key><Size>1</Size></Contents>" for one in files)
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{listed}</ListBucketResult>".encode()

    def log_message(self, *arguments: Any) -> None:
        """Quiet."""


def _joined(body: bytes) -> bytes:
    """The chunks of an aws-chunked body, without their sizes, signatures and trailers."""
    parts = []
    while body:
        line, _end, body = body.partition(b"\r\n")
        size = int(line.split(b";")[0], 16)
        if size == 0:
            break
        parts.append(body[:size])
        body = body[size + 2 :]
    return b"".join(parts)


@pytest.fixture
def objects(settings: Any) -> Iterator[Objects]:
    held: Objects = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Held", (Bucket,), {"objects": held}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.STORAGES = {
        **settings.STORAGES,
        "media": {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": "pictures",
                "endpoint_url": f"http://127.0.0.1:{server.server_port}",
                "location": "sample",
                "access_key": "tests",
                "secret_key": "tests",
                "region_name": "none",
                "addressing_style": "path",
            },
        },
    }
    yield held
    server.shutdown()
    server.server_close()


def test_a_picture_lives_and_dies_in_s3(transactional_db: None, objects: Objects) -> None:
    leader = Standing(uuid4(), posts=(Post("shift_leader"),))
    stored = commands.store(actor=Actor.channel("x"), now=NOW, content=jpeg(), name="x", purpose="near")
    run_waiting()
    assert sorted(name.rpartition(".")[2] for name in objects) == ["display", "original", "thumb"]
    assert all(name.startswith("sample/") for name in objects)
    assert not [mark for mark in (*MARKS, b"\xff\xd8\xff") for sealed in objects.values() if mark in sealed]
    assert queries.content(stored.id) == (jpeg(), "image/jpeg")
    assert queries.content(stored.id, "thumb")[0].startswith(b"\xff\xd8\xff")

    assert commands.sweep(now=NOW + timedelta(days=2)) == 0
    commands.erase_picture(by=leader, now=NOW, media_id=stored.id, reason="asked")
    with pytest.raises(Refused, match="gone"):
        queries.content(stored.id)
    run_waiting()
    assert objects == {}


def test_lost_and_orphaned_objects(transactional_db: None, objects: Objects) -> None:
    kept, lost = (
        commands.store(actor=Actor.channel("x"), now=NOW, content=jpeg(size), name="x", purpose="near").id
        for size in (80, 90)
    )
    name = next(name for name in objects if lost.hex in name)
    objects[name.replace(lost.hex, lost.hex[:-4] + "ffff")] = objects.pop(name)
    with pytest.raises(Refused, match="file_missing"):
        queries.content(lost)
    assert commands.sweep(now=NOW + timedelta(days=2)) == 1
    assert [one for one in objects if kept.hex in one] == list(objects)
