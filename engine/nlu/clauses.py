"""Cuts a message into its clauses: 「余额够 网也换了 还是不行」 says three things."""

from __future__ import annotations

import re

# What the clauses of a message are called on it: each has `text`, and what other components find in it.
CLAUSES = "clauses"

# A point or a colon between digits belongs to an amount or a time.
_BREAK = re.compile(r"(?:[\s,;!?、。…~]|(?<!\d)[.:]|[.:](?!\d))+")
# What is shorter belongs to what follows: 「哦 好了」.
_SHORTEST = 2
# A longer list of clauses is a story; what matters in a report comes last.
_MOST = 4


def clauses(text: str) -> list[str]:
    """Returns the clauses of normalized text, at most the last four; none when there is only one."""
    found: list[str] = []
    carried = ""
    for part in _BREAK.split(text):
        carried += part
        if len(carried) >= _SHORTEST:
            found.append(carried)
            carried = ""
    if carried and found:
        found[-1] += carried
    return found[-_MOST:] if len(found) > 1 else []
