"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    return {"site": settings.SITE, "demo": settings.DEMO, "stream_url": settings.STREAM_URL}
