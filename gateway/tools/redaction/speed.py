"""Times the redaction of generated messages. Usage: python -m tools.redaction.speed [DIRECTORY].

DIRECTORY holds another version of uwallet_gateway (such as a checkout of the commit before); both are then timed in
turns, in processes of their own, on the same messages.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

_MESSAGES, _ROUNDS = 500, 5
_HERE = Path(__file__).parents[2]


def _measure() -> None:
    from tools.redaction import generator, plain_speech  # noqa: PLC0415  (of the version that the path names)
    from uwallet_gateway.redaction import redact  # noqa: PLC0415

    sources = (generator.secrets, generator.numbers, generator.harmless, plain_speech.messages)
    texts = [sample.text for source in sources for sample in list(source(5, _MESSAGES))]
    taken = []
    for text in texts[:200] + texts:
        before = time.perf_counter()
        redact(text)
        taken.append(time.perf_counter() - before)
    percentiles = statistics.quantiles(taken[200:], n=100)
    print(f"{percentiles[49] * 1000:.3f} {percentiles[94] * 1000:.3f}")


def main(arguments: list[str]) -> None:
    """Prints the median and the 95th percentile of each version, in milliseconds: the best of some rounds."""
    if arguments == ["--measure"]:
        _measure()
        return
    versions = {"this version": _HERE, **{path: Path(path) for path in arguments}}
    figures: dict[str, list[list[float]]] = {name: [] for name in versions}
    for _ in range(_ROUNDS):
        for name, path in versions.items():
            # The other version first; the generators are those of this one.
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(path), str(_HERE)])}
            command = [sys.executable, "-m", "tools.redaction.speed", "--measure"]
            done = subprocess.run(command, cwd=path, env=environment, check=True, capture_output=True, text=True)
            figures[name].append([float(figure) for figure in done.stdout.split()])
    for name, rounds in figures.items():
        median, late = (min(column) for column in zip(*rounds, strict=True))
        print(f"{name}: p50 {median:.3f} ms, p95 {late:.3f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
