"""Checks all data files (knowledge, questions, lexicon, situated, alarms, NLU examples) without starting anything.

Prints `file:line: field: reason` for each mistake, and notes for what is allowed but not finished.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rasa.shared.exceptions import InvalidConfigException

from actions.knowledge import Knowledge, KnowledgeError, load_knowledge
from actions.knowledge.danger import GIVEN
from actions.knowledge.faqs import INTENT as FAQ_INTENT
from actions.knowledge.questions import load_questions
from actions.knowledge.yaml_files import YamlFileError, read_mapping, with_line
from actions.reading.labels import AFTER_ALARM_LABELS, ALARM_LABELS, SITUATED_LABELS
from engine.nlu.labelled_texts import read_labelled_file, read_said_file
from engine.nlu.lexicon import lexicon_problems, read_lexicon
from engine.topic_checks import unknown_values, unreachable_topics
from language.text_normalization import normalize
from scripts.local import ROOT
from scripts.nlu_examples import NluExample, read_examples

# What the scaffold leaves to be written (scripts/new_procedure.py).
TO_WRITE = "待填写"
# Fewer are understood too rarely (docs/evaluation.md, `make evaluate-new-topic`); `make test` asks for as many.
ENOUGH_EXAMPLES = 30


@dataclass
class Findings:
    """What was found.

    Attributes:
        problems: Mistakes: nothing starts, or something is learnt wrongly.
        notes: What is unfinished.
    """

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check(root: Path) -> Findings:
    """Checks the data files of a checkout."""
    findings = Findings()
    knowledge = _check_topics(root, findings)
    intents = _domain_intents(root / "domain.yml", findings)
    if knowledge:
        findings.problems += unreachable_topics(knowledge, intents, root / "data" / "knowledge")
    _check_labelled(root / "data" / "situated", SITUATED_LABELS, findings)
    _check_labelled(root / "data" / "alarms", ALARM_LABELS, findings)
    _check_labelled(root / "data" / "after_alarm", AFTER_ALARM_LABELS, findings)
    if knowledge:
        _check_said(root / "data" / "said", knowledge, findings)
    _check_examples(root / "data" / "nlu", intents, findings)
    _find_unwritten(root / "data", findings)
    return findings


def _check_topics(root: Path, findings: Findings) -> Knowledge | None:
    knowledge_folder, lexicon_folder = root / "data" / "knowledge", root / "data" / "lexicon"
    broken = lexicon_problems(lexicon_folder)
    findings.problems += broken
    try:
        knowledge = load_knowledge(knowledge_folder)
    except KnowledgeError as error:
        findings.problems += error.problems
        return None
    try:
        load_questions(knowledge.addresses, root / "data" / "questions")
    except KnowledgeError as error:
        findings.problems += error.problems
    if not broken:
        values = read_lexicon(lexicon_folder).entity_values
        findings.problems += unknown_values(knowledge, values, knowledge_folder, lexicon_folder)
    return knowledge


def _domain_intents(path: Path, findings: Findings) -> list[str]:
    try:
        return list(read_mapping(path).get("intents") or ())
    except YamlFileError as error:
        findings.problems.append(str(error))
        return []


def _key(text: str) -> str:
    """What is left of a text when spelling variants, spaces and punctuation are folded."""
    return "".join(character for character in normalize(text).lower() if character.isalnum()) or text


def _check_labelled(folder: Path, labels: Collection[str], findings: Findings) -> None:
    seen: dict[str, tuple[str, str]] = {}
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        findings.problems.append(f"{folder}: expected files with label and examples, found none")
    for path in paths:
        try:
            label, texts = read_labelled_file(path)
        except InvalidConfigException as error:
            findings.problems.append(str(error))
            continue
        if label not in labels:
            reason = f"label: {label!r} is none of {', '.join(sorted(labels))}"
            findings.problems.append(with_line(path, reason))
            continue
        for place, text in texts:
            other, other_path = seen.setdefault(_key(text), (label, path.name))
            if other != label:
                findings.problems.append(
                    with_line(path, f"{place}: {text!r} stands under {other!r} in {other_path}, too")
                )


def _check_said(folder: Path, knowledge: Knowledge, findings: Findings) -> None:
    """Checks that what messages are labelled with is known to danger.yml or crisis.yml."""
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        findings.problems.append(f"{folder}: expected files with situations, found none")
    known = {name for talk in (knowledge.danger, knowledge.crisis) for name in (*talk.facts, *talk.reactions)} | GIVEN
    for path in paths:
        try:
            said = read_said_file(path)
        except InvalidConfigException as error:
            findings.problems.append(str(error))
            continue
        unknown = {label: one.text for one in said for label in one.labels if label not in known}
        for label, text in sorted(unknown.items()):
            reason = f"{text!r}: neither danger.yml nor crisis.yml has the fact or reaction {label!r}"
            findings.problems.append(with_line(path, reason))


def _check_examples(folder: Path, intents: Sequence[str], findings: Findings) -> None:
    examples: list[NluExample] = []
    for path in sorted(folder.glob("*.yml")):
        examples += read_examples(path, findings.problems)
    first: dict[str, NluExample] = {}
    unknown: set[str] = set()
    for example in examples:
        if intents and example.intent not in intents and example.intent not in unknown:
            unknown.add(example.intent)
            findings.problems.append(f"{example.place}: no intent of domain.yml is named {example.intent!r}")
        other = first.setdefault(_key(example.text), example)
        if other.intent != example.intent:
            findings.problems.append(
                f"{example.place}: {example.text!r} stands under {other.intent!r} at {other.place}, too"
            )
        elif other is not example and other.text == example.text:
            findings.problems.append(f"{example.place}: {example.text!r} stands at {other.place}, too")
    counts = Counter(example.intent for example in examples)
    for intent in intents:
        if intent == FAQ_INTENT:
            # Only buttons say it.
            continue
        if not counts[intent]:
            findings.problems.append(f"{folder}: no examples for the intent {intent!r}")
        elif counts[intent] < ENOUGH_EXAMPLES:
            findings.notes.append(
                f"{folder}: {counts[intent]} examples for the intent {intent!r}; write {ENOUGH_EXAMPLES} or more"
            )


def _find_unwritten(folder: Path, findings: Findings) -> None:
    for path in sorted(folder.rglob("*.yml")):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if TO_WRITE in line:
                findings.notes.append(f"{path}:{number}: still to be written")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was found; returns 1 when there is a mistake."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.check_knowledge",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout, by default this one")
    parser.add_argument("--strict", action="store_true", help="take what is not finished for a mistake, too")
    options = parser.parse_args(arguments)
    findings = check(options.root)

    def shown(line: str) -> str:
        return line.replace(f"{options.root}/", "")

    for problem in findings.problems:
        print(shown(problem), file=sys.stderr)
    for note in findings.notes:
        print(f"note: {shown(note)}")
    failed = bool(findings.problems or (options.strict and findings.notes))
    print(f"{len(findings.problems)} mistakes, {len(findings.notes)} notes.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
