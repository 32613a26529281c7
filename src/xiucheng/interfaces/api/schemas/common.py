"""Shapes that several parts of the API share: refusals, pages, points, moments."""

from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Query, Schema
from pydantic import AwareDatetime, ConfigDict

Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, description="经度，度。Longitude in degrees.")]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, description="纬度，度。Latitude in degrees.")]
Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]


AreaCode = Annotated[str, Query(default="", pattern=r"^([0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15})?$")]
"""The code of an area of the division, or none: district, street, community, unit grid."""

DivisionCode = Annotated[str, Query(default="", pattern=r"^([0-9]{6}|[0-9]{9}|[0-9]{12})?$")]
"""As AreaCode, without unit grids: what is asked for is known by its community alone."""

Moment = AwareDatetime

Cursor = Annotated[
    str | None,
    Query(
        default=None,
        max_length=400,
        description="上一页给出的 next 或 previous；last 为最后一页。A token of the page before, or `last`.",
    ),
]
Limit = Annotated[int, Query(default=50, ge=1, le=200, description="每页条数。Rows per page.")]


class Strict(Schema):
    """Unknown keys are refused: a misspelt one would otherwise be lost in silence."""

    model_config = ConfigDict(extra="forbid")


class Error(Schema):
    """拒绝：稳定的代码、一句话、逐项说明。A refusal: a stable code, a sentence, and a sentence per field."""

    code: str = Field(examples=["illegal_move"])
    text: str = Field(examples=["“已结案”状态下不能“派遣”。请刷新后再看可用的动作。"])
    fields: dict[str, str] = Field(examples=[{"agency": "请选承办单位。"}])


class PageInfo(Schema):
    """相邻页的标记。Cursors of the neighbouring pages; `last` jumps to the other end."""

    next: str | None
    previous: str | None
    last: str = "last"


class PictureOut(Schema):
    """A picture and what it shows: near, far, reference, before, after."""

    media: UUID
    purpose: str
