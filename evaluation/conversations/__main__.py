"""Plays sets of conversations, reports by kind and compares with the last run.

Usage: python -m evaluation.conversations [SET.yml ...] [--file SET.yml ...] [--only A01,B12] [--quiet]

Without a set, those of tests/conversations/evaluation/ are played. The results stand in results/dialogues/.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from actions.base import domain_settings
from actions.knowledge import load_knowledge
from evaluation.conversations.checks import checker
from evaluation.conversations.play import PlayedConversation, play, transcript
from evaluation.conversations.sets import SetError, default_sets, read_set
from evaluation.paths import ROOT, shown

RESULTS = ROOT / "results" / "dialogues"


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: 0 when the sets were played, whatever the figures are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--file", nargs="+", type=Path, default=[], help="further sets, from anywhere")
    parser.add_argument("--only", default="", help="ids of the conversations to play, separated by commas")
    parser.add_argument("--quiet", action="store_true", help="no transcripts of what failed")
    chosen = parser.parse_args(arguments)
    paths = [*chosen.sets, *chosen.file] or default_sets()
    only = set(filter(None, chosen.only.split(",")))
    console = Console(highlight=False)
    try:
        sets = {path: read_set(path) for path in paths}
    except SetError as error:
        print(error, file=sys.stderr)
        return 2
    from evaluation.conversations.bot import Bot  # noqa: PLC0415 - Rasa takes seconds to import

    bot = Bot()
    judge = checker(load_knowledge(), domain_settings().responses)
    for path, conversations in sets.items():
        began = time.perf_counter()
        wanted = [conversation for conversation in conversations if not only or conversation.id in only]
        played = [play(bot, conversation, judge, f"{path} {conversation.id}") for conversation in wanted]
        if not chosen.quiet:
            for conversation in played:
                if not conversation.succeeded:
                    console.print(transcript(conversation) + "\n", markup=False)
        _tell(console, path, played, time.perf_counter() - began, keeps=not only)
    bot.close()
    return 0


def _tell(console: Console, path: Path, played: list[PlayedConversation], seconds: float, *, keeps: bool) -> None:
    document = {
        "created": datetime.now().astimezone().isoformat(timespec="seconds"),
        "set": path.name,
        "kinds": _by_kind(played),
        "conversations": [conversation.as_json() for conversation in played],
    }
    latest = RESULTS / f"{path.stem}.json"
    previous = json.loads(latest.read_text(encoding="utf-8")) if latest.exists() else None
    console.print(_table(path, document["kinds"], previous))  # type: ignore[arg-type] # put there above
    for line in changes(document, previous) if previous else ():
        console.print(line, markup=False)
    total = sum(len(conversation.turns) for conversation in played)
    console.print(f"{total} turns in {seconds:.1f} s")
    if keeps:
        RESULTS.mkdir(parents=True, exist_ok=True)
        latest.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        console.print(f"Results: {shown(latest)}", soft_wrap=True)


def _by_kind(played: list[PlayedConversation]) -> dict[str, dict[str, int]]:
    kinds: dict[str, dict[str, int]] = {}
    for conversation in played:
        for name in (conversation.kind, "all"):
            kind = kinds.setdefault(name, dict.fromkeys(("conversations", "succeeded", "turns", "right"), 0))
            kind["conversations"] += 1
            kind["succeeded"] += conversation.succeeded
            kind["turns"] += len(conversation.turns)
            kind["right"] += sum(not turn.faults for turn in conversation.turns)
    if "all" in kinds:
        kinds["all"] = kinds.pop("all")
    return kinds


def _table(path: Path, kinds: dict[str, dict[str, int]], previous: dict[str, Any] | None) -> Table:
    table = Table(title=path.name)
    for name in ("", "conversations", "turns"):
        table.add_column(name, justify="right" if name else "left")
    for name, kind in kinds.items():
        before = previous["kinds"].get(name) if previous else None
        table.add_row(
            name,
            f"{kind['succeeded']}/{kind['conversations']}{_difference(kind, before, 'succeeded')}",
            f"{kind['right']}/{kind['turns']}{_difference(kind, before, 'right')}",
        )
    return table


def _difference(kind: dict[str, int], before: dict[str, int] | None, name: str) -> str:
    difference = kind[name] - before[name] if before else 0
    return f" ({difference:+d})" if difference else ""


def changes(document: dict[str, Any], previous: dict[str, Any]) -> list[str]:
    """Returns a line for each turn that is right and was not before, or the other way round."""
    before = {
        (conversation["id"], number, turn["user"]): bool(turn["faults"])
        for conversation in previous["conversations"]
        for number, turn in enumerate(conversation["turns"], start=1)
    }
    lines = []
    for conversation in document["conversations"]:
        for number, turn in enumerate(conversation["turns"], start=1):
            was_wrong = before.get((conversation["id"], number, turn["user"]))
            if was_wrong is not None and was_wrong != bool(turn["faults"]):
                verdict = "better" if was_wrong else "WORSE "
                lines.append(f"{verdict} {conversation['id']} {number} {turn['user']}  {'; '.join(turn['faults'])}")
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
