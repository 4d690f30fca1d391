"""Lets users made by rule talk to the bot, reports by profile, and tells what of data/knowledge nobody reached.

Usage: python -m evaluation.simulation [--count 3000] [--seed 1] [--failures 20]

The results stand in results/simulation/.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

from rich.console import Console
from rich.table import Table

from evaluation.paths import ROOT, shown
from evaluation.progress import progress_bars
from evaluation.simulation.coverage import Coverage, entries
from evaluation.simulation.missions import missions
from evaluation.simulation.phrases import read_phrases
from evaluation.simulation.run import Conversation, Report, simulate

RESULTS = ROOT / "results" / "simulation"
# One conversation in so many is with a deployment that has filled in everything, as some texts need that.
_FILLED_SHARE = 5


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: 1 when something crashed or came empty."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=3000, help="how many conversations")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failures", type=int, default=20, help="how many failed conversations to show")
    chosen = parser.parse_args(arguments)
    import actions.base  # noqa: PLC0415 - needs Rasa, which takes seconds to import
    from evaluation.conversations.bot import Bot  # noqa: PLC0415 - see above
    from evaluation.conversations.direct import DirectBot  # noqa: PLC0415 - see above
    from evaluation.simulation.deployment import filled_in  # noqa: PLC0415 - see above

    console = Console(highlight=False)
    bot, knowledge, phrases = Bot(), actions.base.knowledge(), read_phrases()
    # Rasa's tracker would take most of the time.
    direct = DirectBot(bot.parse)
    coverage = Coverage(entries())
    wanted = missions(knowledge, phrases)
    began = time.perf_counter()
    filled = chosen.count // _FILLED_SHARE
    with progress_bars(console) as progress:
        task = progress.add_task("talking", total=chosen.count)

        def step() -> None:
            progress.advance(task)
            if int(progress.tasks[0].completed) % 100 == 0:
                direct.forget()

        report = simulate(direct.says, wanted, phrases, knowledge, coverage, chosen.count - filled, chosen.seed, step)
        with mock.patch.object(actions.base, "knowledge", return_value=filled_in(knowledge)):
            more = simulate(direct.says, wanted, phrases, knowledge, coverage, filled, chosen.seed + 1, step)
    report.conversations += more.conversations
    bot.close()
    tell(console, report, chosen.failures)
    turns = sum(len(conversation.meant) for conversation in report.conversations)
    console.print(f"{len(report.conversations)} conversations, {turns} turns, {time.perf_counter() - began:.0f} s")
    console.print(f"Results: {shown(_write(report))}", soft_wrap=True)
    return 1 if {"crash", "empty turn"} & set(report.problems) else 0


def tell(console: Console, report: Report, failures: int) -> None:
    """Prints the report."""
    console.print(_by_profile(report))
    console.print(_by_meaning(report))
    for conversation in [c for c in report.conversations if c.problems][:failures]:
        console.print(_transcript(conversation), markup=False)
    coverage = report.coverage
    share = len(coverage.reached) / (len(coverage.entries) or 1)
    console.print(f"\nCoverage of data/knowledge: {len(coverage.reached)}/{len(coverage.entries)} ({share:.1%})")
    for entry in coverage.missing:
        console.print(
            f"  data/knowledge/{entry.file}:{entry.line}: {entry.path}: nobody was told", markup=False, soft_wrap=True
        )


def _by_profile(report: Report) -> Table:
    kinds = sorted({kind for conversation in report.conversations for kind, _ in conversation.problems})
    table = Table(title="By profile")
    for name in ("", "conversations", "reached", *kinds):
        table.add_column(name, justify="right" if name else "left")
    names = list(dict.fromkeys(conversation.profile.name for conversation in report.conversations))
    for name in [*sorted(names), "all"]:
        own = [c for c in report.conversations if name in (c.profile.name, "all")]
        problems = Counter(kind for conversation in own for kind, _ in conversation.problems)
        reached = sum(conversation.is_reached for conversation in own)
        table.add_row(
            name, str(len(own)), f"{reached} ({reached / len(own):.0%})", *(str(problems[kind]) for kind in kinds)
        )
    return table


def _by_meaning(report: Report) -> Table:
    counts: dict[str, list[int]] = {}
    for conversation in report.conversations:
        for means, is_done, _ in conversation.meant:
            if is_done is not None:
                count = counts.setdefault(means, [0, 0])
                count[0] += is_done
                count[1] += 1
    table = Table(title="What was meant, and done")
    for name in ("", "done", "of", "share"):
        table.add_column(name, justify="right" if name else "left")
    for means, (done, total) in sorted(counts.items(), key=lambda pair: pair[1][0] / pair[1][1]):
        table.add_row(means, str(done), str(total), f"{done / total:.0%}")
    return table


def _transcript(conversation: Conversation) -> str:
    problems = "; ".join(f"{kind}: {what}" for kind, what in conversation.problems)
    return "\n".join([f"\n#### {conversation.name}: {problems}", *conversation.lines])


def _write(report: Report) -> Path:
    RESULTS.mkdir(parents=True, exist_ok=True)
    document = {
        "problems": dict(report.problems),
        "reached": sum(conversation.is_reached for conversation in report.conversations),
        "conversations": len(report.conversations),
        "coverage": {
            "reached": len(report.coverage.reached),
            "entries": len(report.coverage.entries),
            "missing": [f"data/knowledge/{entry.file}:{entry.line} {entry.path}" for entry in report.coverage.missing],
        },
        "not_done": dict(
            Counter(
                f"{means}: {text}" for c in report.conversations for means, done, text in c.meant if done is False
            ).most_common(300)
        ),
        "failed": [
            {"name": c.name, "problems": [list(problem) for problem in c.problems], "lines": list(c.lines)}
            for c in report.conversations
            if c.problems
        ],
    }
    path = RESULTS / "report.json"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
