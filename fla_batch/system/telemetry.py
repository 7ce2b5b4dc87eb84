"""Spans for who watches by OpenTelemetry: each command, and each call of the channel.

For the extra `otel`, and only when a variable OTEL_... is set; else nothing is imported. A span
says which command or operation, how long, and how it ended; never a national number, nor the text
of an error, in which one may stand (decision 1917).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fla_batch.vocabulary.identifiers import mask_text

Fact = str | int
Tell = Callable[[str, Fact], None]
"""Adds a fact to a span: its name, by OpenTelemetry's conventions where there is one, and value."""

_PREFIX = "OTEL_"
_LAST_SPANS_MS = 5000
"""A collector that is not there does not hold a command up for longer."""


@contextmanager
def span(name: str, facts: Mapping[str, Fact] | None = None) -> Iterator[Tell]:
    """What is done within, as one span; the function that is given adds to it."""
    trace = _trace()
    if trace is None:
        yield lambda _name, _value: None
        return
    tracer = trace.get_tracer("fla_batch")
    with tracer.start_as_current_span(
        name, record_exception=False, set_status_on_exception=False
    ) as current:

        def tell(key: str, value: Fact) -> None:
            current.set_attribute(key, mask_text(value) if isinstance(value, str) else value)

        for key, value in (facts or {}).items():
            tell(key, value)
        try:
            yield tell
        except BaseException as error:
            tell("error.type", type(error).__name__)
            current.set_status(trace.StatusCode.ERROR)
            raise


@contextmanager
def spans_sent() -> Iterator[None]:
    """Spans of within go where OTEL_EXPORTER_OTLP_ENDPOINT says, the last ones at the end.

    A process that has a provider of its own keeps it.
    """
    trace = _trace()
    if trace is None:
        yield
        return
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        trace.set_tracer_provider(_provider())
    try:
        yield
    finally:
        getattr(trace.get_tracer_provider(), "force_flush", lambda _ms: True)(_LAST_SPANS_MS)


def _trace() -> Any:
    """OpenTelemetry's interface; None when nobody asked for it, or it is not installed."""
    if not any(name.startswith(_PREFIX) for name in os.environ):
        return None
    try:
        from opentelemetry import trace
    except ImportError:
        return None
    return trace


def _provider() -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    service = os.environ.get("OTEL_SERVICE_NAME", "fla-batch")
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}))
    if os.environ.get("OTEL_TRACES_EXPORTER", "otlp") != "none":
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
