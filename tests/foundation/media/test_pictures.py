"""Opening what strangers send, and the copies that others see."""

import io
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from xiucheng.foundation.media import pictures
from xiucheng.kit.refused import Refused

from .make import BLUE, GREEN, MARKS, RED, WHITE, bomb_png, jpeg, near, pixel, quarters, saved, with_exif

# As pictures.py sets them for the process; pytest puts its own in their place.
pytestmark = [
    pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin"),
]

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">secret words</x:xmpmeta>'


def code(content: bytes, kind: str) -> str:
    with pytest.raises(Refused) as caught:
        pictures.examine(content, kind)
    return caught.value.code


@pytest.mark.parametrize(("width", "height"), [(100_000, 100_000), (65_000, 1_000), (12_000, 8_000)])
def test_a_bomb_is_refused_at_its_header(width: int, height: int) -> None:
    content = bomb_png(width, height)
    assert len(content) < 300_000
    tracemalloc.start()
    began = time.process_time()
    assert code(content, "png") == "too_many_pixels"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - began < 1
    assert peak < 8_000_000


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_refused_where_the_library_only_warns() -> None:
    assert code(bomb_png(12_000, 8_000), "png") == "too_many_pixels"


def test_a_jpeg_that_says_it_is_huge() -> None:
    content = jpeg()
    at = content.index(b"\xff\xc0")
    huge = content[: at + 5] + b"\xff\xff\xff\xff" + content[at + 9 :]
    assert code(huge, "jpeg") == "too_many_pixels"


def test_the_limit_itself_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 80 * 40)
    assert pictures.examine(jpeg(), "jpeg").width == 80
    assert code(jpeg(81, 40), "jpeg") == "too_many_pixels"


@pytest.mark.parametrize(("format", "kind"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp")])
def test_half_a_picture_is_broken(format: str, kind: str) -> None:
    noisy = Image.effect_noise((200, 200), 90).convert("RGB")
    whole = saved(noisy, format)
    assert pictures.examine(whole, kind).height == 200
    for share in (0.1, 0.5, 0.9):
        assert code(whole[: int(len(whole) * share)], kind) == "broken_file"


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_a_beginning_alone_is_no_picture(kind: str) -> None:
    begins = {"jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "webp": b"RIFF\0\0\0\0WEBP"}[kind]
    assert code(begins + b"<?php system('x'); ?>", kind) == "broken_file"


def test_broken_facts_are_no_broken_picture() -> None:
    content = jpeg(exif=with_exif({0x010F: "Maker", 0x0112: 6}, {0x9003: "2026:01:01 00:00:00"}))
    at = content.index(b"Maker") - 40
    for byte in (b"\xff", b"\x00", b"\x7f"):
        assert pictures.examine(content[:at] + byte * 30 + content[at + 30 :], "jpeg").width == 80


PLAIN = jpeg(
    64, 48, exif=with_exif({0x010F: "Maker", 0x0112: 6}, {0x9003: "2026:01:01 00:00:00"}, {1: "N", 2: (1, 2, 3)})
)
PLAIN_PNG, PLAIN_WEBP = saved(quarters(), "PNG"), saved(quarters(), "WEBP")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([("jpeg", PLAIN), ("png", PLAIN_PNG), ("webp", PLAIN_WEBP)]), st.data())
def test_no_changed_bytes_do_harm(picture: tuple[str, bytes], data: Any) -> None:
    kind, content = picture
    changed = bytearray(content)
    for _change in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    answer = "taken"
    try:
        found = pictures.examine(bytes(changed), kind)
        assert found.width * found.height <= 64_000_000
        pictures.copies(bytes(changed), kind, 1)
    except Refused as refusal:
        answer = refusal.code
    assert answer in {"taken", "broken_file", "too_many_pixels"}


# -- copies -----------------------------------------------------------------------------------------------------------


def sizes(content: bytes, kind: str = "jpeg", orientation: int = 1) -> dict[str, tuple[int, int]]:
    return {
        name: Image.open(io.BytesIO(made)).size for name, made in pictures.copies(content, kind, orientation).items()
    }


def test_sizes() -> None:
    assert sizes(jpeg(3200, 1600)) == {"display": (1600, 800), "thumb": (320, 160)}
    assert sizes(jpeg(400, 800)) == {"display": (400, 800), "thumb": (160, 320)}
    assert sizes(jpeg(20, 10)) == {"display": (20, 10), "thumb": (20, 10)}
    assert sizes(saved(Image.new("L", (5000, 1)), "PNG"), "png") == {"display": (1600, 1), "thumb": (320, 1)}
    assert sizes(jpeg(3200, 1600), orientation=6)["display"] == (800, 1600)


# What a viewer that heeds the tag shows in the four corners, row by row, for the picture RED GREEN / BLUE WHITE.
SHOWN = {
    1: (RED, GREEN, BLUE, WHITE),
    2: (GREEN, RED, WHITE, BLUE),
    3: (WHITE, BLUE, GREEN, RED),
    4: (BLUE, WHITE, RED, GREEN),
    5: (RED, BLUE, GREEN, WHITE),
    6: (BLUE, RED, WHITE, GREEN),
    7: (WHITE, GREEN, BLUE, RED),
    8: (GREEN, WHITE, RED, BLUE),
}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_copies_stand_upright(orientation: int) -> None:
    content = jpeg(400, 200, exif=with_exif({0x0112: orientation}))
    for made in pictures.copies(content, "jpeg", orientation).values():
        corners = [pixel(made, x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]
        assert all(near(one, two) for one, two in zip(corners, SHOWN[orientation], strict=True))


def test_copies_hold_nothing_of_the_camera() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = with_exif({0x010F: "secret words"}, {0x9003: "2026:01:01 00:00:00"}, {1: "N", 2: (1.0, 2.0, 3.0)})
    content = saved(quarters(), exif=exif, xmp=XMP, icc_profile=profile, comment=b"secret words")
    assert all(mark in content for mark in MARKS)
    for made in pictures.copies(content, "jpeg", 1).values():
        assert not [mark for mark in MARKS if mark in made]
        with Image.open(io.BytesIO(made)) as image:
            assert not image.getexif()
            assert set(image.info) <= {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "progressive",
                "progression",
            }


def test_transparency_becomes_white() -> None:
    clear = Image.new("RGBA", (80, 40), (0, 0, 0, 0))
    clear.paste((*RED, 255), (0, 0, 40, 40))
    palette = quarters().quantize(8)
    palette.info["transparency"] = palette.getpixel((1, 1))
    for content, kind in (
        (saved(clear, "PNG"), "png"),
        (saved(clear, "WEBP", lossless=True), "webp"),
        (saved(clear.convert("LA"), "PNG"), "png"),
    ):
        assert near(pixel(pictures.copies(content, kind, 1)["thumb"], 0.75, 0.5), WHITE)
    made = pictures.copies(saved(palette, "PNG", transparency=palette.info["transparency"]), "png", 1)["thumb"]
    assert near(pixel(made, 0.25, 0.25), WHITE)
    assert near(pixel(made, 0.75, 0.25), GREEN)


def test_sixteen_bits_of_grey_keep_their_tones() -> None:
    deep = Image.new("I;16", (60, 20))
    for x in range(60):
        for y in range(20):
            deep.putpixel((x, y), (0, 32768, 65535)[x // 20])
    made = pictures.copies(saved(deep, "PNG"), "png", 1)["display"]
    tones = [pixel(made, x, 0.5)[0] for x in (0.16, 0.5, 0.84)]
    assert [abs(tone - right) <= 4 for tone, right in zip(tones, (0, 128, 255), strict=True)] == [True] * 3


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "RGB"])
def test_every_mode_can_be_shown(mode: str) -> None:
    format = "JPEG" if mode in ("CMYK", "L", "RGB") else "PNG"
    content = saved(quarters(400, 200).convert(mode), format)
    made = pictures.copies(content, format.lower(), 1)
    assert near(pixel(made["thumb"], 0.75, 0.75), WHITE)


def test_wide_colours_are_brought_into_srgb() -> None:
    swapped = _profile_with_swapped_red_and_green()
    made = pictures.copies(saved(quarters(), icc_profile=swapped), "jpeg", 1)["display"]
    red, green, _blue = pixel(made, 0.25, 0.25)
    assert green > red


@example(b"")
@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=30)
def test_a_profile_of_nonsense_is_left_aside(profile: bytes) -> None:
    made = pictures.copies(saved(quarters(), icc_profile=profile), "jpeg", 1)["display"]
    assert near(pixel(made, 0.25, 0.25), RED)


def _profile_with_swapped_red_and_green() -> bytes:
    """sRGB whose red and green colourants changed places: reading it rightly turns red into green."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {}
    for number in range(int.from_bytes(profile[128:132], "big")):
        at = 132 + 12 * number
        tags[bytes(profile[at : at + 4])] = at
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    profile[red + 4 : red + 12], profile[green + 4 : green + 12] = (
        profile[green + 4 : green + 12],
        profile[red + 4 : red + 12],
    )
    return bytes(profile)
