"""Tracing is off unless an endpoint is set."""

from __future__ import annotations

import subprocess
import sys

from tests.paths import ROOT

_OFF = """
import sys
from common.tracing import span, start_tracing, stop_tracing, trace_id, traceparent
assert start_tracing("test") is False
with span("anything", kind="server", parent="", action="x"):
    assert traceparent() is None and trace_id() is None
stop_tracing()
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""


def test_without_an_endpoint_nothing_is_loaded() -> None:
    subprocess.run([sys.executable, "-c", _OFF], cwd=ROOT, env={}, check=True)
