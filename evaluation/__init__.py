"""Measures how well messages are understood: reports, comparison with peers, ablations. See docs/evaluation.md."""

import sys

if sys.version_info[:2] > (3, 10):
    # Before Rasa, which is prepared for this Python; the peers train with Rasa as published.
    import engine.serving  # noqa: F401 - importing it is what prepares
