"""Prints a table and writes results/redaction. Usage: python -m tools.redaction [COUNT [SEED]]."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.redaction import generator, plain_speech
from tools.redaction.samples import Sample
from tools.redaction.scoring import Figures, score, total

_OUTPUT = Path(__file__).parents[3] / "results" / "redaction"
# What each kind must reach (docs/redaction.md).
_LEAST_RECALL = {"password": 0.97, "code": 0.97, "cvv": 0.97, "bank_card": 0.995, "id_number": 0.995, "phone": 0.995}
_MOST_DAMAGE = 0.003
_EXAMPLES = 200
_NUMBERS = 4


def _table(title: str, figures: dict[tuple[str, str], Figures]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield "| kind | form | messages | recall | precision | damaged |"
    yield "|---|---|---|---|---|---|"
    for (kind, form), its in figures.items():
        recall, precision = (f"{its.recall:.2%}", f"{its.precision:.2%}") if kind in _LEAST_RECALL else ("–", "–")
        yield f"| {kind} | {form} | {its.messages:,} | {recall} | {precision} | {its.damage:.2%} |"
    yield ""


def _below(figures: dict[tuple[str, str], Figures]) -> Iterator[str]:
    for (kind, form), its in figures.items():
        if its.recall < _LEAST_RECALL.get(kind, 0):
            yield f"{kind} {form}: recall {its.recall:.2%}"
        if its.damage > _MOST_DAMAGE:
            yield f"{kind} {form}: damaged {its.damage:.2%}"


def _by_kind(samples: Iterable[Sample]) -> dict[tuple[str, str], Figures]:
    return score(samples, by_form=False)


def main(arguments: list[str]) -> int:
    """Returns the exit status: 0 if every target is reached."""
    count = int(arguments[0]) if arguments else 5_000
    seed = int(arguments[1]) if len(arguments) > 1 else 17
    # So many that one message of one form is less than what may be missed.
    numbers = score(generator.numbers(seed, _NUMBERS * count), by_form=True)
    tables = {
        "Passwords and codes": _by_kind(generator.secrets(seed, count)),
        "Cards, IDs and telephone numbers": total(numbers),
        "The same by form": numbers,
        "Messages without a secret": _by_kind(generator.harmless(seed, count)),
        "Second generator": _by_kind(plain_speech.messages(seed, count)),
    }
    report = [line for title, figures in tables.items() for line in _table(title, figures)]
    below = [line for figures in tables.values() for line in _below(figures)]
    print("\n".join(report))
    print("\n".join(["Below target:", *below] if below else ["Every target is reached."]))
    _OUTPUT.mkdir(parents=True, exist_ok=True)
    (_OUTPUT / "report.md").write_text("\n".join(report), encoding="utf-8")
    failures = {
        f"{title} / {' / '.join(filter(None, key))}": its.examples[:_EXAMPLES]
        for title, figures in tables.items()
        for key, its in figures.items()
        if its.examples
    }
    (_OUTPUT / "failures.json").write_text(json.dumps(failures, ensure_ascii=False, indent=1), encoding="utf-8")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
