"""Drawn pictures for the sample district, before and after: a road, a lawn, a river, and what is wrong there.

They are drawings on purpose: nobody takes them for a photograph of a real place.
"""

import io
import random
from functools import lru_cache
from typing import Literal

from PIL import Image, ImageDraw

SIZE = (800, 600)
VARIANTS = 3

Scene = Literal["road", "green", "water", "indoor"]
_SKY = {"before": (186, 203, 214), "after": (170, 208, 238)}
_GROUND = {
    "road": (128, 130, 133),
    "green": (122, 158, 104),
    "water": (104, 140, 150),
    "indoor": (206, 200, 190),
}


@lru_cache(maxsize=32)
def draw_picture(scene: Scene, when: Literal["before", "after"], variant: int = 0) -> bytes:
    """A JPEG of a scene; the same bytes for the same arguments."""
    draw = random.Random(f"{scene} {when} {variant}")
    image = Image.new("RGB", SIZE, _SKY[when])
    pen = ImageDraw.Draw(image)
    _houses(pen, random.Random(f"{scene} {variant}"))
    pen.rectangle((0, 380, *SIZE), fill=_GROUND[scene])
    if scene == "road":
        pen.polygon([(330, 380), (470, 380), (720, 600), (80, 600)], fill=(96, 98, 101))
        for n in range(4):
            y = 395 + n * 52
            pen.polygon([(396, y), (404, y), (406 + n, y + 26), (394 - n, y + 26)], fill=(232, 230, 220))
    if scene == "water":
        for n in range(14):
            x, y = draw.randrange(700), 400 + n * 14
            pen.line((x, y, x + draw.randrange(40, 140), y), fill=(150, 182, 190), width=3)
    if when == "before":
        _mess(pen, draw)
    pen.rectangle((0, 0, SIZE[0], 34), fill=(40, 44, 52))
    pen.text((14, 10), f"SAMPLE  {when}", fill=(255, 255, 255))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def _houses(pen: ImageDraw.ImageDraw, draw: random.Random) -> None:
    x = -20
    while x < SIZE[0]:
        width, height = draw.randrange(90, 170), draw.randrange(120, 260)
        shade = draw.randrange(180, 225)
        pen.rectangle((x, 380 - height, x + width, 380), fill=(shade, shade - 8, shade - 18))
        for row in range(380 - height + 18, 360, 34):
            for column in range(x + 14, x + width - 20, 30):
                pen.rectangle((column, row, column + 14, row + 18), fill=(120, 138, 156))
        x += width + draw.randrange(4, 18)


def _mess(pen: ImageDraw.ImageDraw, draw: random.Random) -> None:
    """Something that should not lie there."""
    x, y = draw.randrange(220, 480), draw.randrange(460, 510)
    for _ in range(26):
        dx, dy, size = draw.gauss(0, 55), draw.gauss(0, 18), draw.randrange(10, 34)
        shade = draw.choice([(86, 72, 58), (60, 64, 70), (150, 132, 96), (188, 186, 180), (74, 96, 66)])
        box = (x + dx, y + dy, x + dx + size * 1.6, y + dy + size)
        (pen.ellipse if draw.random() < 0.5 else pen.rectangle)(box, fill=shade)
    pen.arc((x - 120, y - 70, x + 170, y + 90), 0, 360, fill=(206, 60, 48), width=5)
