"""What others may read of reports; lists start from what the reader may see."""

from .desk import QueueRow, ReportView, counts, earlier_of_reporter, queue, report
from .public import Tracked, nearby, track
from .sources import SourceStatistics, flagged, runs, source_statistics
from .states import channels, reports_of, still_received

__all__ = [
    "QueueRow",
    "ReportView",
    "SourceStatistics",
    "Tracked",
    "channels",
    "counts",
    "earlier_of_reporter",
    "flagged",
    "nearby",
    "queue",
    "report",
    "reports_of",
    "runs",
    "source_statistics",
    "still_received",
    "track",
]
