"""Measures suggestions while typing at 5,000 questions.

Run it with the gateway's Python: `gateway/.venv/bin/python benchmarks/associate.py`. It needs no running gateway:
the index is all that takes time. Each text is typed character by character, and nothing is cached.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "gateway"))

from uwallet_gateway.insight.questions import (  # type: ignore[import-not-found]  # noqa: E402 - in the gateway's environment; after the path
    Question,
    QuestionIndex,
    read_questions,
)

COUNT = 5000
ROUNDS = 5
TYPED = (
    "忘记登录密码",
    "付款失敗怎麼辦",
    "wangjimima",
    "wjdlmm",
    "fukuanshibbai",
    "登陆密码忘记",
    "注消账户要什么",
    "今天天气怎么样",
    "客服dianhua多少",
)


def main() -> int:
    """Prints the figures as JSON; fails if the 95th percentile is above 20 ms."""
    known = read_questions(ROOT / "data" / "knowledge")
    questions = [Question(f"{known[n % len(known)].text}{n}", f"topic{n % 400}") for n in range(COUNT)]
    index = QuestionIndex(questions)
    milliseconds = []
    for _ in range(ROUNDS):
        for text in TYPED:
            for length in range(1, len(text) + 1):
                index.find.cache_clear()
                start = time.perf_counter()
                index.find(text[:length], 5)
                milliseconds.append((time.perf_counter() - start) * 1000)
    milliseconds.sort()
    p95 = milliseconds[int(len(milliseconds) * 0.95)]
    figures = {"median_ms": statistics.median(milliseconds), "p95_ms": p95, "most_ms": milliseconds[-1]}
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))
    return 0 if p95 <= 20 else 1


if __name__ == "__main__":
    sys.exit(main())
