"""An OTLP receiver over HTTP that reads what comes with the official protobuf types."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Span:
    """A span as it was sent; ids in hexadecimal."""

    service: str
    name: str
    trace_id: str
    id: str
    parent_id: str
    attributes: dict[str, Any]


class OtlpReceiver:
    """Takes traces at `/v1/traces`."""

    def __init__(self) -> None:
        """Listens on a port that the system chooses."""
        self.bodies: list[bytes] = []
        self._came = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver._take(self.path, body)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def spans(self) -> Iterator[Span]:
        """All spans that have come."""
        for body in tuple(self.bodies):
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                service = next(it.value.string_value for it in resource.resource.attributes if it.key == "service.name")
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        attributes = {
                            it.key: getattr(it.value, it.value.WhichOneof("value") or "string_value")
                            for it in span.attributes
                        }
                        yield Span(
                            service,
                            span.name,
                            span.trace_id.hex(),
                            span.span_id.hex(),
                            span.parent_span_id.hex(),
                            attributes,
                        )

    def wait_for(self, trace_id: str, names: set[str], seconds: float = 60) -> list[Span]:
        """The spans of a trace, once all of these names have come."""

        def are_there() -> bool:
            return names <= {span.name for span in self.spans() if span.trace_id == trace_id}

        with self._came:
            if not self._came.wait_for(are_there, seconds):
                msg = f"of {names} came {[span.name for span in self.spans()]}"
                raise TimeoutError(msg)
        return [span for span in self.spans() if span.trace_id == trace_id]

    def close(self) -> None:
        """Ends."""
        self._server.shutdown()
        self._server.server_close()

    def _take(self, path: str, body: bytes) -> None:
        if path == "/v1/traces":
            with self._came:
                self.bodies.append(body)
                self._came.notify_all()
