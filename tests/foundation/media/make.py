"""Pictures for these tests, made by hand so that every fact in them is known; and how they are stored."""

import io
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from PIL import Image

from xiucheng.foundation.media import commands
from xiucheng.kit.actor import Actor

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 30), (30, 30, 220), (255, 255, 255)
MARKS = (b"Exif", b"http://ns.adobe.com/xap", b"ICC_PROFILE", b"secret words")


def quarters(width: int = 80, height: int = 40) -> Image.Image:
    """Red, green (above), blue, white (below): which side is up can be seen."""
    image = Image.new("RGB", (width, height), WHITE)
    half = (width // 2, height // 2)
    image.paste(RED, (0, 0, *half))
    image.paste(GREEN, (half[0], 0, width, half[1]))
    image.paste(BLUE, (0, half[1], half[0], height))
    return image


def saved(image: Image.Image, format: str = "JPEG", **more: Any) -> bytes:
    """The picture's bytes."""
    out = io.BytesIO()
    image.save(out, format, **{"quality": 95, **more} if format != "PNG" else more)
    return out.getvalue()


def with_exif(base: dict[int, Any], details: dict[int, Any] | None = None, gps: dict[int, Any] | None = None) -> bytes:
    """An EXIF block of three directories."""
    exif = Image.Exif()
    exif.update(base)
    exif.get_ifd(0x8769).update(details or {})
    exif.get_ifd(0x8825).update(gps or {})
    return exif.tobytes()


def jpeg(width: int = 80, height: int = 40, **more: Any) -> bytes:
    """A plain JPEG."""
    return saved(quarters(width, height), **more)


def bomb_png(width: int, height: int) -> bytes:
    """A PNG that is small on the way and says that it is huge: rows of zeros compress a thousandfold."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    squeezed = zlib.compressobj(9)
    row = bytes(width + 1)
    data = b"".join(squeezed.compress(row) for _ in range(min(height, 200))) + squeezed.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def pixel(content: bytes, x: float, y: float) -> tuple[int, ...]:
    """The colour at a share of width and height."""
    with Image.open(io.BytesIO(content)) as image:
        found = image.convert("RGB").getpixel((int(image.width * x), int(image.height * y)))
    assert isinstance(found, tuple)
    return found


def near(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """The same colour to the eye."""
    return all(abs(one - two) <= 12 for one, two in zip(a, b, strict=True))


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

NOW = datetime.now(UTC)
RESIDENT = Actor.channel("resident")
PERSON = Actor.person(UUID(int=7))
FACTS = with_exif(
    {0x010F: "Maker", 0x0110: "secret words", 0x0112: 6},
    {0x9003: "2026:07:01 12:00:00", 0x9011: "+08:00"},
    {1: "N", 2: (37.0, 30.0, 36.0), 3: "E", 4: (122.0, 6.0, 0.0)},
)


def store(
    content: bytes | None = None, *, actor: Actor = RESIDENT, name: str = "照片.jpg", purpose: str = "near"
) -> Any:
    return commands.store(
        actor=actor, now=NOW, content=jpeg() if content is None else content, name=name, purpose=purpose
    )


def lying(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
