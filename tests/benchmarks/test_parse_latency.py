"""The benchmark's figures are medians over the repeats, and its tables hold the ratios to ours."""

from __future__ import annotations

import pytest

from benchmarks.parse_latency import IN_PROCESS, OVER_HTTP, Repeat, Result, figures_table, ratios_table, summarize


def summary(pipeline: str, way: str, *repeats: Repeat) -> Result:
    return summarize(repeats, pipeline=pipeline, way=way, start=2.0, resident=300.0, model=7.0)


def test_medians_over_the_repeats() -> None:
    slow = Repeat([100.0] * 10, 5.0)
    found = summary("ours", IN_PROCESS, Repeat([4.0] * 10, 0.05), slow, Repeat([6.0] * 10, 0.1))
    assert (found.p50_ms, found.p95_ms, found.p99_ms) == (6.0, 6.0, 6.0)
    assert found.messages_a_second_per_core == pytest.approx(100)


def test_percentiles() -> None:
    found = summary("ours", IN_PROCESS, Repeat([float(ms) for ms in range(1, 102)], 1.0))
    assert (found.p50_ms, found.p95_ms, found.p99_ms) == (51, 96, 100)


def test_ratios_are_to_ours_called_in_the_same_way() -> None:
    results = [
        summary("ours", IN_PROCESS, Repeat([2.0], 1.0)),
        summary("ours", OVER_HTTP, Repeat([4.0], 1.0)),
        summary("peer", IN_PROCESS, Repeat([8.0], 1.0)),
        summary("peer", OVER_HTTP, Repeat([10.0], 1.0)),
    ]
    assert ratios_table(results).splitlines()[2:] == [
        "| peer | in process | 4.00 x | 4.00 x | 4.00 x | 1.00 x | 1.00 x |",
        "| peer | over HTTP | 2.50 x | 2.50 x | 2.50 x | 1.00 x | 1.00 x |",
    ]
    assert len(figures_table(results).splitlines()) == 6
