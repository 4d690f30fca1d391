"""Measures how well messages are understood: reports, comparison with peers, ablations. See docs/evaluation.md."""

import engine.serving  # noqa: F401 - before Rasa: prepares what it needs on this Python
