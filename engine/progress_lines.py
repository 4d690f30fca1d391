"""The lines by which a training tells the process that started it how far it is."""

from __future__ import annotations

import re

_LINE = re.compile(r"progress (\d+)/(\d+)")


def progress_line(done: int, parts: int) -> str:
    """Returns the line that says how many parts are done."""
    return f"progress {done}/{parts}"


def share_done(line: str) -> float | None:
    """Returns from 0 to 1 how much is done; None of a line that says nothing of it."""
    told = _LINE.match(line)
    return int(told[1]) / int(told[2]) if told else None
