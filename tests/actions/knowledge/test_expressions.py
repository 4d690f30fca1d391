"""Whatever an expression finds, it is among those that are possible."""

from __future__ import annotations

import csv
import re

import pytest

from actions.knowledge import load_knowledge
from actions.knowledge.expressions import Expressions, needed_characters
from tests.paths import ROOT

KNOWLEDGE = load_knowledge()


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        ("密码", "密"),
        ("[改换]密码?", "密"),
        ("(?:骗|偷)了", "了"),
        ("骗|偷", "骗偷"),
        ("骗|偷|.", None),
        ("(?:钱)?", None),
        ("(?:钱)+", "钱"),
        ("(?<=给)我", "给"),
        ("(?<!给)我", "我"),
        ("(?=.*说)", "说"),
        (r"\d{4}", None),
        ("[^钱]", None),
        ("^$", None),
        ("(?i)sim", None),
        ("(?i:sim)", None),
        (r"(钱|卡)\1", "钱卡"),
    ],
)
def test_what_is_needed(pattern: str, needed: str | None) -> None:
    found = needed_characters(pattern)
    assert (found is None) if needed is None else found == frozenset(needed)


@pytest.mark.parametrize("danger", [KNOWLEDGE.danger, KNOWLEDGE.crisis], ids=["danger", "crisis"])
def test_nothing_that_is_found_in_a_message_is_left_out(danger: object) -> None:
    texts = []
    for path in sorted((ROOT / "tests" / "nlu").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            texts += ["".join(filter(str.isalnum, cell)) for row in rows for cell in row[:1]]
    facts, questions = danger.facts.values(), danger.questions.values()  # type: ignore[attr-defined] # a Danger
    for patterns in ([one for fact in facts for one in fact.said], [one for asked in questions for one in asked]):
        expressions = Expressions(patterns)
        compiled = [re.compile(pattern) for pattern in patterns]
        for text in texts[::5]:
            found = {place for place, pattern in enumerate(compiled) if pattern.search(text)}
            possible = expressions.possible(text)
            assert found <= set(possible)
            assert possible == sorted(possible)
