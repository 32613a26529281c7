"""OpenTelemetry, where XIUCHENG_TRACES names a collector: the extra `traces`, off by default."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from xiucheng import __version__
from xiucheng.kit import tracing
from xiucheng.kit.unready import Unready
from xiucheng.kit.unready import mark as _

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider


def begin(process: str) -> TracerProvider | None:
    """Traces this process (web, stream, worker) from now on; nothing where no collector is named.

    The library sends what it has every five seconds, and what is left when the process ends in order.

    Refused: `traces_absent` where the libraries are not installed.
    """
    from django.conf import settings

    if not settings.TRACES:
        return None
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        raise Unready("traces_absent", _("设置了 XIUCHENG_TRACES，但没有安装 xiucheng[traces]"))
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    about = {"service.name": "xiucheng", "service.version": __version__, "service.namespace": settings.SITE}
    provider = TracerProvider(resource=Resource.create({**about, "xiucheng.process": process}))
    exporter = OTLPSpanExporter(endpoint=f"{settings.TRACES.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracing.use(provider.get_tracer("xiucheng", __version__))
    return provider
