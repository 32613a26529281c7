"""What is taken in: kinds told by content, purposes, limits, and the copies that are made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken: how its content begins, how it is sent, what the picture library calls it."""

    content_type: str
    begins: re.Pattern[bytes]
    decoder: str | None = None


def _begins(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


KINDS: Mapping[str, Kind] = {
    "jpeg": Kind("image/jpeg", _begins(rb"\xff\xd8\xff"), "JPEG"),
    "png": Kind("image/png", _begins(rb"\x89PNG\r\n\x1a\n"), "PNG"),
    "webp": Kind("image/webp", _begins(rb"RIFF....WEBP"), "WEBP"),
    "pdf": Kind("application/pdf", _begins(rb"%PDF-[12]\.\d")),
}

# Known and not taken, with a hint that helps; everything else that is unknown gets no hint.
TURNED_AWAY: Mapping[str, re.Pattern[bytes]] = {
    "heic": _begins(rb"....ftyp(heic|heix|hevc|heim|heis|mif1|msf1|avif)"),
    "video": _begins(rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI |\x00\x00\x01\xba"),
    "gif": _begins(rb"GIF8[79]a"),
}

PURPOSES = ("near", "far", "reference", "before", "after")
"""STANDARDS §1: pictures are typed; each has its own place and time."""

MAX_PIXELS = 64_000_000
"""D: above the 50 million of a telephone's full resolution; decoded it takes 0.2 GB. Judged from the header alone."""
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy without the camera's facts, turned upright: the longer side in pixels, and its JPEG quality."""

    longest: int
    quality: int


ORIGINAL = "original"
COPIES: Mapping[str, Copy] = {"display": Copy(1600, 82), "thumb": Copy(320, 75)}
VARIANTS = (ORIGINAL, *COPIES)
COPY_TYPE = "image/jpeg"

# EXIF orientations that lay the picture on its side: width and height change places.
SIDEWAYS = frozenset({5, 6, 7, 8})


def sniff(content: bytes) -> str | None:
    """The kind of KINDS by how the content begins, or None; a name says nothing about a file."""
    return next((name for name, kind in KINDS.items() if kind.begins.match(content)), None)


def why_turned_away(content: bytes) -> str:
    """A key of TURNED_AWAY for content that is known but not taken, or "unknown"."""
    return next((name for name, begins in TURNED_AWAY.items() if begins.match(content)), "unknown")


def plain_name(name: str) -> str:
    """The last part of a file's name without control characters, at most 200 characters, its end kept."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(character for character in last if character.isprintable()).strip()[-MAX_NAME:]
