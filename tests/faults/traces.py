"""Looking for words and bytes wherever they could have stayed: dumps, exports, files, in every form they may take."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.cluster import SITE, Databases, administering
from xiucheng.kit.trialcluster import binaries


def forms(secret: str | bytes) -> set[bytes]:
    """How a secret may be written: as it is, escaped in JSON, in hexadecimal as a dump writes bytes, in base64."""
    plain = secret.encode() if isinstance(secret, str) else secret
    found = {plain, plain.hex().encode(), base64.b64encode(plain).rstrip(b"=")[:-1]}
    if isinstance(secret, str):
        found |= {json.dumps(secret)[1:-1].encode(), secret.encode("utf-16-le")}
    return found


def found_in(content: bytes, secrets: Mapping[str, str | bytes]) -> list[str]:
    """The names of the secrets that the content holds in any form."""
    return [name for name, secret in secrets.items() if any(form in content for form in forms(secret))]


def found_in_files(folder: Path, secrets: Mapping[str, str | bytes]) -> list[str]:
    """The same for every file below a folder, with the file's name; names of files count as content."""
    return [
        f"{path.name}: {name}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for name in found_in(path.name.encode() + path.read_bytes(), secrets)
    ]


def dumps(databases: Databases) -> Iterator[bytes]:
    """Both databases as pg_dump writes them when nobody thinks of any option: plain, everything in."""
    for url in (databases.url, databases.keys_url):
        yield subprocess.run(
            [binaries() / "pg_dump", "-d", administering(databases, url)], check=True, capture_output=True
        ).stdout


def dump(databases: Databases, url: str) -> bytes:
    """One database's schema of the site, to be restored."""
    words = [binaries() / "pg_dump", "-Fc", "-n", SITE, "-d", administering(databases, url)]
    return subprocess.run(words, check=True, capture_output=True).stdout


def restore(databases: Databases, url: str, content: bytes) -> None:
    """What the database held of the site goes, what the dump holds comes."""
    words = [binaries() / "pg_restore", "--clean", "--if-exists", "--exit-on-error", "-n", SITE]
    subprocess.run([*words, "-d", administering(databases, url)], input=content, check=True)


def unpacked(xlsx: bytes) -> bytes:
    """The parts of a workbook, one after the other."""
    with zipfile.ZipFile(io.BytesIO(xlsx)) as book:
        return b"".join(book.read(name) for name in book.namelist())
