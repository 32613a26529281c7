"""Files to take away: their types, the hour in their name, and the answer that a browser saves instead of showing."""

from datetime import datetime

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from xiucheng.kit.days import local_time

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def dated(name: str, at: datetime, ending: str) -> str:
    """`name`-day-hour.`ending`, by the site's clock."""
    return f"{name}-{local_time(at):%Y%m%d-%H%M}.{ending}"


def download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """The bytes as a file to be saved under this name, in whatever script it is written."""
    answer = HttpResponse(content, content_type=content_type)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
