"""Traces by OpenTelemetry, from a widget's message through gateway and engine to the action and back.

Off unless an endpoint is set, by OpenTelemetry's own variables; nothing of it is imported then. A span has names, ids,
times and outcomes, and never what somebody wrote.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any, Literal

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
# The part of the traces that is kept, 0 to 1; all without it.
RATIO = "OTEL_TRACES_SAMPLER_ARG"
# W3C Trace Context.
TRACEPARENT = "traceparent"
# In place of a parent: the span begins a trace, whatever goes on around it.
NEW = ""

Kind = Literal["internal", "server", "client"]


class _Tracing:
    """The library, loaded and set up."""

    def __init__(self, service: str, *, decides: bool) -> None:
        # With an endpoint only: half a second and 20 MB.
        from opentelemetry import trace  # noqa: PLC0415 - see above
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - see above
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - see above
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - see above
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - see above
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased  # noqa: PLC0415 - see above
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - see above
            TraceContextTextMapPropagator,
        )

        own = TraceIdRatioBased(float(os.environ.get(RATIO) or 1.0))
        parents = {"remote_parent_sampled": own, "remote_parent_not_sampled": own} if decides else {}
        self._provider = TracerProvider(
            sampler=ParentBased(own, **parents),
            resource=Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME") or service}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("uwallet")
        self._trace = trace
        self._propagator = TraceContextTextMapPropagator()

    @contextlib.contextmanager
    def span(self, name: str, kind: Kind, parent: str | None, attributes: Mapping[str, Any]) -> Iterator[None]:
        context = None
        if parent is not None:
            nothing = self._trace.set_span_in_context(self._trace.INVALID_SPAN)
            context = self._propagator.extract({TRACEPARENT: parent}, nothing)
        with self._tracer.start_as_current_span(
            name,
            context,
            self._trace.SpanKind[kind.upper()],
            {key: value for key, value in attributes.items() if value is not None},
            # The text of an exception may have what somebody wrote; its kind is told instead.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(self._trace.StatusCode.ERROR)
                raise

    def traceparent(self) -> str | None:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier.get(TRACEPARENT)

    def trace_id(self) -> str | None:
        context = self._trace.get_current_span().get_span_context()
        return f"{context.trace_id:032x}" if context.is_valid and context.trace_flags.sampled else None

    def stop(self) -> None:
        self._provider.shutdown()


_tracing: _Tracing | None = None


def start_tracing(service: str, *, decides: bool = False) -> bool:
    """Begins to send spans if an endpoint is set.

    Args:
        service: What this process is called, unless OTEL_SERVICE_NAME says otherwise.
        decides: Decide by the ratio alone which traces are kept, rather than believe the caller, who is anybody.

    Returns:
        Whether an endpoint is set.
    """
    global _tracing  # noqa: PLW0603  # one per process, as its variables are
    if _tracing is None and any(os.environ.get(name) for name in ENDPOINTS):
        _tracing = _Tracing(service, decides=decides)
    return _tracing is not None


def stop_tracing() -> None:
    """Sends what has not been sent; may take some seconds while the endpoint does not answer."""
    global _tracing  # as above
    stopping, _tracing = _tracing, None
    if stopping:
        stopping.stop()


@contextlib.contextmanager
def span(name: str, *, kind: Kind = "internal", parent: str | None = None, **attributes: object) -> Iterator[None]:
    """A span around the block; nothing while tracing is off.

    Args:
        name: What is done; of few different values.
        kind: Its role in a request.
        parent: The `traceparent` that it belongs below, `NEW` for none; the current span if absent.
        attributes: What is told of it: ids, numbers, names. Never a text of a user.
    """
    if _tracing is None:
        yield
        return
    with _tracing.span(name, kind, parent, {f"uwallet.{key}": value for key, value in attributes.items()}):
        yield


def traceparent() -> str | None:
    """What tells another process of the current span; None while tracing is off or without one."""
    return _tracing.traceparent() if _tracing else None


def trace_id() -> str | None:
    """The id of the current trace if it is kept, for exemplars of metrics."""
    return _tracing.trace_id() if _tracing else None
