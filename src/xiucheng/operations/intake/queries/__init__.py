"""What others may read of reports; lists start from what the reader may see."""

from .desk import QueueRow, ReportView, counts, earlier_of_reporter, queue, report
from .public import Tracked, nearby, track
from .sources import SourceStatistics, flagged, runs, source_statistics
from .states import Source, SourceReport, channels, of_source, reports_of, still_received

__all__ = [
    "QueueRow",
    "ReportView",
    "Source",
    "SourceReport",
    "SourceStatistics",
    "Tracked",
    "channels",
    "counts",
    "earlier_of_reporter",
    "flagged",
    "nearby",
    "of_source",
    "queue",
    "report",
    "reports_of",
    "runs",
    "source_statistics",
    "still_received",
    "track",
]
