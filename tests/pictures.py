"""Pictures for tests, made on the spot: real JPEG bytes with what a phone writes into them."""

from io import BytesIO

from PIL import Image


def jpeg(width: int = 64, height: int = 48, colour: tuple[int, int, int] = (90, 120, 60), seed: int = 0) -> bytes:
    """A small JPEG; different seeds give different bytes."""
    image = Image.new("RGB", (width, height), colour)
    image.putpixel((0, 0), (seed % 256, seed // 256 % 256, 0))
    image.putpixel((1, 0), (255 - seed % 256, 0, 0))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=95, comment=f"test {seed}".encode())
    return buffer.getvalue()
