"""Which frame a file is in: candidates from its .prj and from the size of its numbers, judged by where they put it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .frames import MERIDIANS, Frame, Points, UnknownFrame, accuracy_note, degrees, of_crs, of_zone
from .placing import ELSEWHERE, Placing, Reach, placing, sampled

# Extents (west, south, east, north) that the two orders of degrees and the ordinary projected numbers have in China.
_LON, _LAT = (70.0, 140.0), (0.0, 56.0)
_NORTHING = (0.0, 6_500_000.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One frame with where it puts the points. why: prj, numbers. note: see frames.accuracy_note."""

    frame: Frame
    placing: Placing
    why: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a file is probably in. chosen: None where nothing fits at all.

    stated: what the .prj says, if it says anything; contradicted: it puts the points elsewhere and another frame puts
    them into the district. ambiguous: WGS84, GCJ-02 and BD-09 differ by some hundred metres, which an extent cannot
    tell apart; ask who made the file.
    """

    chosen: Candidate | None
    stated: Candidate | None
    others: tuple[Candidate, ...]
    contradicted: bool
    ambiguous: bool
    unreadable_prj: bool = False


def guess(points: Points, crs: str, reach: Reach | None) -> Guess:
    """Judge candidates for points in file numbers. crs: WKT or code as the file states it, "" for none."""
    few = sampled(points[np.isfinite(points).all(axis=1)])
    stated_frame = of_crs(crs) if crs else None
    stated = _judge(stated_frame, few, reach, "prj") if stated_frame else None
    tried = {stated_frame.code} if stated_frame else set()
    judged = []
    for frame in _by_numbers(few):
        if frame.code not in tried:
            tried.add(frame.code)
            judged.append(_judge(frame, few, reach, "numbers"))
    ranked = sorted(judged, key=_rank)
    best = ranked[0] if ranked and _fits(ranked[0]) else None
    wrong = stated is not None and stated.placing.verdict in ELSEWHERE
    fitting = best is not None and best.placing.verdict in ("inside", "partly")
    contradicted = wrong and fitting
    chosen = best if stated is None or contradicted else stated
    return Guess(
        chosen=chosen,
        stated=stated,
        others=tuple(one for one in ranked if chosen is None or one.frame.code != chosen.frame.code)[:4],
        contradicted=contradicted,
        ambiguous=stated is None and chosen is not None and chosen.frame.kind == "degrees",
        unreadable_prj=bool(crs) and stated_frame is None,
    )


def _judge(frame: Frame, points: Points, reach: Reach | None, why: str) -> Candidate:
    return Candidate(frame, placing(degrees(points, frame), reach), why, accuracy_note(frame))


_GOOD = {"inside": 0, "partly": 1, "unknown": 2, "away": 3, "sea": 4, "nowhere": 5}


def _rank(one: Candidate) -> tuple[int, float, float, int, str]:
    """Inside first, then the nearest, plain axes before swapped, 3° before 6° (the usual scale of a town's survey)."""
    lay = one.placing
    return (_GOOD[lay.verdict], -round(lay.inside, 2), lay.kilometres, one.frame.swapped * 10 + one.frame.width,
            one.frame.code)  # fmt: skip


def _fits(one: Candidate) -> bool:
    return one.placing.verdict != "nowhere"


def _by_numbers(points: Points) -> Iterator[Frame]:
    """Frames that numbers of this size can be in at all."""
    if not len(points):
        return
    x, y = np.median(points, axis=0).tolist()
    for swapped, (east, north) in ((False, (x, y)), (True, (y, x))):
        for frame in _of_size(east, north):
            yield Frame(frame.kind, frame.name, frame.width, frame.meridian, frame.prefix, swapped)


def _of_size(east: float, north: float) -> Iterator[Frame]:
    if _LON[0] <= east <= _LON[1] and _LAT[0] <= north <= _LAT[1]:
        yield Frame("degrees", "wgs84")
        return
    if abs(east) <= 180 or not _NORTHING[0] < north < _NORTHING[1]:
        return
    zone = int(east // 1_000_000)
    if zone == 0:
        # Without a zone number a 6° zone is the 3° zone of the same meridian: one candidate for both.
        yield from (Frame("gk", "", 3, meridian) for meridian in MERIDIANS[3])
        return
    for width in MERIDIANS:
        try:
            yield of_zone(width, zone, prefix=True)
        except UnknownFrame:
            continue
    if 7_500_000 < east < 15_600_000:
        yield Frame("epsg", "3857")
