"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from xiucheng.kit.now import now

THEMES = {"light", "dark"}  # else the device decides


def page(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("xc_theme", "")
    return {
        "site": settings.SITE,
        "demo": settings.DEMO,
        "stream_url": settings.STREAM_URL,
        "now": now(),
        "zone_name": settings.TIME_ZONE,
        "theme": theme if theme in THEMES else "auto",
        # The switch of languages comes back here; a page that answered a POST has no address of its own.
        "here": request.get_full_path() if request.method == "GET" else request.path,
    }
