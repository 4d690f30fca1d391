"""What the customers of the benchmark say: whole procedures, and questions of the NLU test set in between."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
# One question after this many turns of a procedure.
QUESTION_EVERY = 3


@lru_cache(maxsize=1)
def procedures() -> list[list[str]]:
    """Returns what the user says in each conversation of the tests."""
    files = sorted((ROOT / "tests" / "conversations" / "scripts").glob("*.yml"))
    scripts = [script for path in files for script in YAML(typ="safe").load(path.read_text(encoding="utf-8"))]
    return [[turn["user"] for turn in script["turns"]] for script in scripts]


@lru_cache(maxsize=1)
def questions() -> list[str]:
    """Returns the messages of the NLU test set."""
    with (ROOT / "tests" / "nlu" / "test.tsv").open(encoding="utf-8", newline="") as file:
        return [row[0] for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row][1:]


def conversations(seed: int) -> Iterator[list[str]]:
    """Yields conversations without end, the same ones for the same seed."""
    chance = random.Random(seed)
    plays, asked = procedures(), questions()
    while True:
        said = []
        for number, text in enumerate(chance.choice(plays), 1):
            said.append(text)
            if number % QUESTION_EVERY == 0:
                said.append(chance.choice(asked))
        yield said
