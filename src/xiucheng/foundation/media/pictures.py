"""Opening pictures that strangers send: bounded before decoding, wholly decoded before kept; and their clean copies."""

import io
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageCms

from xiucheng.kit.refused import Refused

from .rules import COPIES, KINDS, MAX_PIXELS

# The library's own guard, for every picture of this process; it asks at the header, before a pixel is decoded.
Image.MAX_IMAGE_PIXELS = getattr(settings, "MEDIA_MAX_PIXELS", MAX_PIXELS)
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# Odd tags are everyday, and what is odd about them is nobody's business.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

_EXIF, _GPS = 0x8769, 0x8825
_UPRIGHT: Mapping[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@dataclass(frozen=True, slots=True)
class Examined:
    """A picture that could be decoded to its last row: its size as stored, the raw tags of its three directories."""

    width: int
    height: int
    base: Mapping[int, Any]
    details: Mapping[int, Any]
    gps: Mapping[int, Any]


def examine(content: bytes, kind: str) -> Examined:
    """Decode a picture of a kind of KINDS. Refused: too_many_pixels (before decoding), broken_file."""
    try:
        with _opened(content, kind) as image:
            width, height = image.size
            # A JPEG decodes at an eighth of its size: every byte is read, a fraction of the memory taken.
            image.draft("RGB", (1, 1))
            image.load()
            tags = _tags(image)
    except Refused:
        raise
    except Exception:
        # Whatever a decoder says of hostile bytes (OSError, SyntaxError, struct.error, …): it is no picture.
        raise _broken() from None
    return Examined(width, height, *tags)


def copies(content: bytes, kind: str, orientation: int) -> dict[str, bytes]:
    """The copies of COPIES as JPEG: upright, sRGB on white, without any of the original's facts."""
    found: dict[str, bytes] = {}
    longest = max(copy.longest for copy in COPIES.values())
    try:
        with _opened(content, kind) as opened:
            image = _resizable(opened)
            _shrink(image, longest)
            image = _upright(_clean(image), orientation)
    except (OSError, SyntaxError, ValueError) as error:
        raise _broken() from error
    # The longest first; the smaller ones come out of the larger.
    for name, copy in sorted(COPIES.items(), key=lambda item: -item[1].longest):
        _shrink(image, copy.longest)
        found[name] = _jpeg(image, copy.quality)
    return found


def _resizable(image: Image.Image) -> Image.Image:
    """In a mode that can be averaged: not of palette numbers, nor of 16 bits, which converting would clip."""
    if image.mode in ("1", "P"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image


def _shrink(image: Image.Image, longest: int) -> None:
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _opened(content: bytes, kind: str) -> Image.Image:
    decoder = KINDS[kind].decoder
    assert decoder is not None
    try:
        image = Image.open(io.BytesIO(content), formats=[decoder])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many() from None
    if image.width * image.height > (Image.MAX_IMAGE_PIXELS or MAX_PIXELS):
        raise _too_many()
    return image


def _tags(image: Image.Image) -> tuple[Mapping[int, Any], Mapping[int, Any], Mapping[int, Any]]:
    base: dict[int, Any] = {}
    inner: list[dict[int, Any]] = [{}, {}]
    # Broken facts are no broken picture; what was read before the break counts.
    with suppress(Exception):
        exif = image.getexif()
        base = dict(exif)
        inner = [_directory(exif, tag) for tag in (_EXIF, _GPS)]
    return base, inner[0], inner[1]


def _directory(exif: Image.Exif, tag: int) -> dict[int, Any]:
    with suppress(Exception):
        return dict(exif.get_ifd(tag))
    return {}


def _clean(image: Image.Image) -> Image.Image:
    """RGB in sRGB on white, with nothing in its info that an encoder could write out."""
    profile = image.info.get("icc_profile")
    if image.has_transparency_data:
        over = image.convert("RGBA")
        image = Image.new("RGB", image.size, "white")
        image.paste(over, mask=over.getchannel("A"))
    if profile:
        image = _in_srgb(image, profile)
    clean = Image.new("RGB", image.size)
    clean.paste(image.convert("RGB"))
    return clean


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Telephones photograph in wider colours than sRGB; without the profile these would look dull."""
    with suppress(ImageCms.PyCMSError, OSError, ValueError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
        return converted if converted is not None else image
    return image


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT.get(orientation)
    return image.transpose(turn) if turn is not None else image


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def _broken() -> Refused:
    text = _("图片已损坏或不完整，打不开；请重新拍摄或另选一张。")
    return Refused("broken_file", text, fields={"media": text})


def _too_many() -> Refused:
    text = _("图片的像素太多，不能超过 %(n)s 万；请用较低的分辨率。") % {
        "n": (Image.MAX_IMAGE_PIXELS or MAX_PIXELS) // 10_000
    }
    return Refused("too_many_pixels", text, fields={"media": text})
