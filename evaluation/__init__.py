"""Measures how well messages are understood: reports, comparison with peers, ablations. See docs/evaluation.md."""
