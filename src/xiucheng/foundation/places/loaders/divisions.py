"""One district's subtree from the statistics office's lists, and the areas a district adds by hand."""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..refusals import refusal
from ..rules import code_of_local, level_of, name_forms, parent_code, trim_code
from . import reading
from .report import Sieve

# The lists of one level each, by the start of their file name.
_FILES = ("areas", "streets", "villages")
_PARENT = ("parent_code", "parent", "上级代码", "上级区划")
_CODE = ("code", "代码", "区划代码")
_NAME = ("name", "名称", "区划名称")


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area as a list gives it: the row it came from, trimmed code, name, whether the district added it itself."""

    row: int
    code: str
    name: str
    local: bool = False


def read_folder(folder: Path, district: str) -> list[AreaRow]:
    """The subtree of `district` (6 or 12 digits) from areas*.csv, streets*.csv and villages*.csv, each maybe gzipped.

    The lists have 12-digit codes or shorter ones, one row an area, sorted or not. Refuses `division_missing`.
    """
    prefix = trim_code(district)
    found: list[AreaRow] = []
    for start in _FILES:
        for path in sorted(folder.glob(f"{start}*.csv*")):
            found.extend(_of_prefix(path, prefix))
    if not any(area.code == prefix for area in found):
        raise refusal("division_missing", district)
    return found


def _of_prefix(path: Path, prefix: str) -> Iterator[AreaRow]:
    # 620,573 rows of which a few hundred are wanted: the code comes first, so most lines are never parsed.
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as raw:
        lines = io.TextIOWrapper(raw, encoding="utf-8-sig")
        wanted = [(number, line) for number, line in enumerate(lines) if number and line.startswith(prefix)]
    for (number, _), fields in zip(wanted, csv.reader(line for _, line in wanted), strict=True):
        yield AreaRow(number, trim_code(fields[0]), fields[1].strip())


def read_additions(source: Path | bytes, stored: Mapping[str, str], sieve: Sieve) -> list[AreaRow]:
    """Areas missing from the statistics: columns parent_code and name, and code where the district has given one.

    `stored` maps code → name of what is there. A name already there under the same parent keeps its code, so that
    reading the same list twice adds nothing; otherwise the next free code is taken, counted down from 999.
    """
    by_name = {(parent_code(code), name_forms(name)[0]): code for code, name in stored.items()}
    taken = set(stored)
    added = []
    for row in reading.table(source):
        name, parent = row.get(_NAME), trim_code(row.get(_PARENT))
        if level_of(parent) not in ("district", "street"):
            sieve.refuse(row.number, "unknown_area", parent or name)
            continue
        code = trim_code(row.get(_CODE)) or by_name.get((parent, name_forms(name)[0])) or code_of_local(parent, taken)
        if code is None:
            sieve.refuse(row.number, "area_full", parent)
            continue
        taken.add(code)
        by_name[parent, name_forms(name)[0]] = code
        added.append(AreaRow(row.number, code, name, local=True))
    return added


def sift(rows: Iterable[AreaRow], district: str, stored: Mapping[str, str], sieve: Sieve) -> list[AreaRow]:
    """The rows that may be stored below `district`, parents before children; `stored`: code → name of what is there.

    Refuses row by row: bad_area_code, other_district, name_missing, duplicate_code, parent_missing. Warns same_name.
    """
    kept: dict[str, AreaRow] = {}
    names: dict[tuple[str | None, str], str] = {}
    for area in sorted(rows, key=lambda area: len(area.code)):
        fault = _fault(area, district, kept, stored)
        if fault:
            sieve.refuse(area.row, fault, area.code)
            continue
        key = (parent_code(area.code), name_forms(area.name)[0])
        if names.setdefault(key, area.code) != area.code:
            sieve.warn(area.row, "same_name", area.name, other=names[key])
        kept[area.code] = area
    return list(kept.values())


def _fault(area: AreaRow, district: str, kept: Mapping[str, AreaRow], stored: Mapping[str, str]) -> str | None:
    parent = parent_code(area.code)
    faults = (
        ("bad_area_code", level_of(area.code) is None),
        ("other_district", not area.code.startswith(district)),
        ("name_missing", not area.name),
        ("duplicate_code", area.code in kept),
        ("parent_missing", parent is not None and parent not in kept and parent not in stored),
    )
    return next((code for code, true in faults if true), None)
