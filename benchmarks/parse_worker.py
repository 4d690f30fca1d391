"""Parses messages in a process of its own; `benchmarks.parse_latency` starts it and tells it when.

Reads lines from standard input, each a JSON list of texts, and answers each with one line of JSON: `milliseconds` of
every text and `processor_seconds` of all. The first line, `{}`, says that the model is loaded.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from evaluation.predict import Parser


def main(model: Path) -> None:
    """Answers until standard input ends."""
    parser = Parser(model)
    print("{}", flush=True)
    for line in sys.stdin:
        started = time.process_time()
        milliseconds = [parser.parse(text)[1] for text in json.loads(line)]
        spent = time.process_time() - started
        print(json.dumps({"milliseconds": milliseconds, "processor_seconds": spent}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
