"""Draws the readers in their order. Usage: python -m tests.actions.reading.precedence, which writes the doc."""

from __future__ import annotations

import sys

from actions.reading.reader import READERS
from tests.actions.dialogue.diagram import DOCUMENT

BEGIN = "<!-- the readers, drawn by tests/actions/reading/precedence.py: begin -->\n"
END = "<!-- the readers: end -->\n"


def drawn() -> str:
    """Returns the mermaid diagram: each reader claims the message or leaves it to the next."""
    names = [reader.__module__.rpartition(".")[2] for reader in READERS]
    lines = ["```mermaid", "flowchart LR", "    message --> " + names[0]]
    lines += [f"    {before} -- nothing --> {after}" for before, after in zip(names, [*names[1:], "sentence"], strict=True)]
    lines += [f"    {name} -- a reading --> act" for name in names]
    return "\n".join([*lines, "    sentence --> act", "```", ""])


def updated(document: str) -> str:
    """Returns the document with the drawing between its marks."""
    before, _, rest = document.partition(BEGIN)
    return f"{before}{BEGIN}{drawn()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    DOCUMENT.write_text(updated(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    sys.exit(0)
