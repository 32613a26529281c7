"""What others may read of reports; lists start from what the reader may see."""

from .callers import Earlier, earlier_of_reporter
from .components import components_nearby, components_of_report, components_offered
from .desk import QueueRow, ReportView, counts, may_open, queue, report, search
from .public import Tracked, nearby, track
from .sources import SourceStatistics, Unfinished, flagged, runs, source_statistics, unfinished
from .states import (
    Arrived,
    Source,
    SourceReport,
    arrived,
    call_channels,
    channel_by,
    channels,
    of_source,
    reports_of,
    still_received,
)
from .told import Told, texts_of, told, told_of

__all__ = [
    "Arrived",
    "Earlier",
    "QueueRow",
    "ReportView",
    "Source",
    "SourceReport",
    "SourceStatistics",
    "Told",
    "Tracked",
    "Unfinished",
    "arrived",
    "call_channels",
    "channel_by",
    "channels",
    "components_nearby",
    "components_of_report",
    "components_offered",
    "counts",
    "earlier_of_reporter",
    "flagged",
    "may_open",
    "nearby",
    "of_source",
    "queue",
    "report",
    "reports_of",
    "runs",
    "search",
    "source_statistics",
    "still_received",
    "texts_of",
    "told",
    "told_of",
    "track",
    "unfinished",
]
