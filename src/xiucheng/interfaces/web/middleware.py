"""What every answer passes: the reader's language, a strict content policy, and Refused mapped once."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from xiucheng.kit.refused import Refused

from .refusing import refused


class Language:
    """Chinese unless the reader has switched: the browser's own preference is not asked, the cookie is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = "en" if self._wants_english(request) else "zh-hans"
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    @staticmethod
    def _wants_english(request: HttpRequest) -> bool:
        # A program has no switch to press: it says what it reads.
        if request.path.startswith("/api/"):
            return request.headers.get("Accept-Language", "").lower().startswith("en")
        return request.COOKIES.get("xc_language") == "en"


class ContentPolicy:
    """Pages load nothing from elsewhere and run no inline script; only the stream may live on a port of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Security-Policy", self.policy(request))
        response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
        return response

    @staticmethod
    def policy(request: HttpRequest) -> str:
        stream = stream_origin(request)
        return "; ".join(
            (
                "default-src 'self'",
                "img-src 'self' data: blob:",
                # MapLibre positions its marks through the style object; no markup of ours carries a style.
                "style-src 'self'",
                "script-src 'self'",
                "worker-src 'self'",
                f"connect-src 'self' {stream}".rstrip(),
                "form-action 'self'",
                "base-uri 'none'",
                "object-src 'none'",
                "frame-ancestors 'none'",
            )
        )


def stream_origin(request: HttpRequest) -> str:
    """Scheme, host and port of the stream where it is not this very origin, else empty.

    STREAM_URL is a path (behind one proxy), a whole address, or `:8001/stream/` (the same host, another port).
    """
    url: str = settings.STREAM_URL
    if url.startswith("/"):
        return ""
    if url.startswith(":"):
        host = request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else request.get_host()
        return f"{request.scheme}://{host}{url.split('/', 1)[0]}"
    return "/".join(url.split("/", 3)[:3])


class Refusals:
    """Turns a Refused that left a page into an answer with its own status; a programmer's error stays a 500.

    A program gets JSON, htmx the sentence alone (it takes the form's place), a person a page (`refusing.py`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refused(request, error) if isinstance(error, Refused) else None
