"""Components and facilities from CSV or GeoJSON: fields by the standard's names or by plain ones, row by row."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

import shapely
from shapely.geometry.base import BaseGeometry

from ..rules import ACCURACY_METRES, POINT_STATES, component_code, point_ok
from .reading import Row, Source, rows, shifter
from .report import Sieve

# Plain name, the standard's attribute name, the words a clerk's spreadsheet has.
FIELDS: dict[str, tuple[str, ...]] = {
    "code": ("code", "objid", "部件编码", "部件标识码", "设施编码", "编码"),
    "name": ("name", "objname", "部件名称", "设施名称", "名称"),
    "kind": ("kind", "type", "类别", "类型"),
    "state": ("state", "objstate", "部件状态", "设施状态", "状态"),
    "lon": ("lon", "lng", "longitude", "x", "经度"),
    "lat": ("lat", "latitude", "y", "纬度"),
    "community": ("community", "community_code", "社区", "所在社区", "社区代码"),
    "unit_grid": ("unit_grid", "bgid", "bgcode", "所在单元网格", "单元网格"),
    "accuracy": ("accuracy", "精度", "精度等级"),
    "surveyed_on": ("surveyed_on", "ordate", "初始时间", "普查日期"),
    "changed_on": ("changed_on", "chdate", "变更时间"),
    "source": ("source", "datasource", "数据来源"),
    "note": ("note", "备注"),
    "address": ("address", "地址", "objpos"),
    "department": ("department", "deptname1", "主管部门", "主管部门名称"),
    "owner": ("owner", "deptname2", "权属单位", "权属单位名称"),
    "maintainer": ("maintainer", "deptname3", "养护单位", "养护单位名称"),
}
PARTIES = ("department", "owner", "maintainer")

_STATES = {word: state for state, words in POINT_STATES.items() for word in (state, *words)}
_FACILITY_CODE = re.compile(r"[0-9A-Za-z_-]{1,32}")
_FACILITY_KIND = re.compile(r"[a-z][a-z_]{1,31}")
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S")


class _Fault(Exception):
    """A row's first fault: the code of the finding and its values."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass(frozen=True, slots=True)
class PointRow:
    """A component or facility as read: place in WGS84, community as written (code or name) until it is resolved.

    state: "" where the file does not say.
    """

    row: int
    code: str
    kind: str
    name: str
    lon: float
    lat: float
    community: str
    unit_grid: str
    shape: BaseGeometry | None = None
    state: str = ""
    accuracy: str = ""
    surveyed_on: date | None = None
    changed_on: date | None = None
    source: str = ""
    note: str = ""
    address: str = ""
    parties: tuple[tuple[str, str], ...] = ()


Reader = Callable[[Row], PointRow]


def read_components(
    source: Source, datum: str, variant: str, kinds: Collection[str] | None, sieve: Sieve
) -> tuple[int, list[PointRow]]:
    """Rows read, and the components whose own fields are sound; where they lie is checked by the command.

    `kinds` are the major+minor codes of the catalogue, or None to take any. Refuses row by row: bad_component_code,
    duplicate_code, unknown_kind, unknown_state, unknown_accuracy, bad_date, point_missing, bad_point.
    """
    shift = shifter(datum)

    def read(row: Row) -> PointRow:
        code = _text(row, "code")
        parts = component_code(code, variant)
        if parts is None:
            raise _Fault("bad_component_code")
        if kinds is not None and parts.kind not in kinds:
            raise _Fault("unknown_kind", other=parts.kind)
        return replace(
            _point(row, code, parts.kind, shift),
            shape=row.shape if row.shape is not None and row.shape.geom_type != "Point" else None,
            state=_choice(row, "state", _STATES, "unknown_state"),
            accuracy=_choice(row, "accuracy", {key: key for key in ACCURACY_METRES}, "unknown_accuracy"),
            surveyed_on=_date(row, "surveyed_on"),
            changed_on=_date(row, "changed_on"),
            source=_text(row, "source"),
            note=_text(row, "note"),
            parties=_parties(row),
        )

    return _read(rows(source, datum), read, sieve)


def read_facilities(source: Source, datum: str, sieve: Sieve) -> tuple[int, list[PointRow]]:
    """Rows read, and the facilities whose own fields are sound.

    Refuses row by row: bad_facility_code, duplicate_code, name_missing, unknown_kind, unknown_state, bad_date,
    point_missing, bad_point.
    """
    shift = shifter(datum)

    def read(row: Row) -> PointRow:
        code, kind = _text(row, "code"), _text(row, "kind").lower()
        if not _FACILITY_CODE.fullmatch(code):
            raise _Fault("bad_facility_code")
        if not _text(row, "name"):
            raise _Fault("name_missing")
        if not _FACILITY_KIND.fullmatch(kind):
            raise _Fault("unknown_kind", other=kind)
        return replace(
            _point(row, code, kind, shift),
            address=_text(row, "address"),
            state=_choice(row, "state", _STATES, "unknown_state"),
            changed_on=_date(row, "changed_on"),
            note=_text(row, "note"),
            parties=_parties(row),
        )

    return _read(rows(source, datum), read, sieve)


def _read(read: list[Row], reader: Reader, sieve: Sieve) -> tuple[int, list[PointRow]]:
    kept: dict[str, PointRow] = {}
    for row in read:
        code = _text(row, "code")
        try:
            point = reader(row)
            if code in kept:
                raise _Fault("duplicate_code")
        except _Fault as fault:
            sieve.refuse(row.number, fault.code, code, **fault.values)
            continue
        kept[code] = point
    return len(read), list(kept.values())


def _text(row: Row, field: str) -> str:
    return row.get(FIELDS[field])


def _parties(row: Row) -> tuple[tuple[str, str], ...]:
    """Whose it is, as the file names them."""
    return tuple((party, name) for party in PARTIES if (name := _text(row, party)))


def _choice(row: Row, field: str, known: dict[str, str], fault: str) -> str:
    given = _text(row, field)
    if given and given not in known:
        raise _Fault(fault, other=given)
    return known.get(given, "")


def _date(row: Row, field: str) -> date | None:
    given = _text(row, field)
    if not given:
        return None
    for form in _DATES:
        try:
            return datetime.strptime(given, form).date()
        except ValueError:
            continue
    raise _Fault("bad_date", other=given)


def _point(row: Row, code: str, kind: str, shift: Callable[[float, float], tuple[float, float]] | None) -> PointRow:
    lon, lat = _of_shape(row.shape) if row.shape is not None else _of_fields(row, shift)
    if not point_ok(lon, lat):
        raise _Fault("bad_point")
    return PointRow(
        row.number, code, kind, _text(row, "name"), lon, lat, _text(row, "community"), _text(row, "unit_grid")
    )


def _of_shape(shape: BaseGeometry) -> tuple[float, float]:
    """Where a thing is shown: a point itself, of a line or polygon a point on it (features are shifted already)."""
    if shape.is_empty:
        raise _Fault("point_missing")
    point = shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)
    return float(shapely.get_x(point)), float(shapely.get_y(point))


def _of_fields(row: Row, shift: Callable[[float, float], tuple[float, float]] | None) -> tuple[float, float]:
    lon, lat = _text(row, "lon"), _text(row, "lat")
    if not (lon and lat):
        raise _Fault("point_missing")
    try:
        point = float(lon), float(lat)
    except ValueError:
        raise _Fault("bad_point") from None
    return shift(*point) if shift and point_ok(*point) else point
