"""Measures how a writer's messages after an alarm are heard by a model that has learnt from the other writers.

Usage: python -m evaluation.said [--show] [FILE ...]

Each file of `data/said/` is held out in turn, or only those that are named.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rich.console import Console
from rich.table import Table

from actions.dialogue.danger_talk import reactions_to
from actions.dialogue.messages import Clause, UserMessage, folded
from actions.dialogue.state import DialogueState
from actions.knowledge import Knowledge, load_knowledge
from actions.knowledge.yaml_files import read_yaml
from actions.reading.hearing import Heard, hear
from engine.nlu.clauses import clauses
from engine.nlu.example_classifier import background_texts
from engine.nlu.labelled_texts import SaidText, read_said_file
from engine.nlu.lexicon import read_lexicon
from engine.nlu.said_classifier import SaidClassifier, SaidModel
from engine.paths import KNOWLEDGE, LEXICON, ROOT
from language.text_normalization import normalize
from scripts.nlu_examples import read_examples

SAID = ROOT / "data" / "said"
_COMPONENT = "engine.nlu.said_classifier.SaidClassifier"
_CRISIS = "crisis"
_CLAIM_NOTHING = frozenset({"asks", "tells"})
# Whose misfortune it is, which is no answer.
_OF_OTHER = "of_other"


@dataclass(frozen=True)
class Result:
    """One message, and what was heard.

    Attributes:
        said: The message with what its writer says that it tells and asks.
        heard: What was heard.
        answered: What would be answered, the first first, with nothing known before.
        of_other: How likely it is that it has happened to somebody else.
        subjects: By what is said of a subject, the labels that are about it.
    """

    said: SaidText
    heard: Heard
    answered: tuple[str, ...]
    of_other: float
    subjects: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def labels(self) -> frozenset[str]:
        """What its writer says that it tells and asks."""
        return frozenset(self.said.labels) - {_OF_OTHER}

    @property
    def is_of_subject(self) -> bool:
        """Whether what is answered first speaks of the subject of something that was said."""
        return any(label in self.subjects.get(name, ()) for name in self.answered[:1] for label in self.labels)

    @property
    def claims_nothing(self) -> bool:
        """Whether what is answered first claims to know nothing of what was said."""
        return not self.answered or self.answered[0] in _CLAIM_NOTHING

    @property
    def names(self) -> frozenset[str]:
        """All that was heard."""
        return frozenset((*self.heard.facts, *self.heard.questions, *self.heard.moods))


def background() -> list[str]:
    """Returns the texts that say nothing of all this, as the component takes them."""
    examples = [
        example for path in sorted((ROOT / "data" / "nlu").glob("*.yml")) for example in read_examples(path, [])
    ]
    data = TrainingData([Message({TEXT: example.text, INTENT: example.intent}) for example in examples])
    return list(background_texts(settings()["background"], data))


def settings() -> dict[str, Any]:
    """Returns the settings of the component."""
    own = next(one for one in read_yaml(ROOT / "config.yml")["pipeline"] if one["name"] == _COMPONENT)
    return {**SaidClassifier.get_default_config(), **own}


def held_out(path: Path, knowledge: Knowledge) -> list[Result]:
    """Returns what a model that has learnt from the other files hears in one."""
    others = [said for file in sorted(SAID.glob("*.yml")) if file != path for said in read_said_file(file)]
    texts = {said.text for said in others}
    model = SaidModel.fit(others, background(), read_lexicon(LEXICON).aliases, settings())
    script = knowledge.crisis if path.stem.startswith(_CRISIS) else knowledge.danger
    results = []
    for said in read_said_file(path):
        if said.text in texts:
            continue
        plain = normalize(said.text)
        parts = tuple(Clause(clause, said=model.said(clause, 0.1)) for clause in clauses(plain))
        message = UserMessage(text=said.text, key=folded(plain), said=model.said(plain, 0.1), clauses=parts)
        heard = hear(script, message)
        answered = reactions_to(script, DialogueState(), heard, None)
        share = message.said.get(_OF_OTHER, 0.0)
        results.append(Result(said, heard, tuple(answered), share, script.subjects))
    return results


def summary(results: Iterable[Result]) -> dict[str, float]:
    """Returns shares of the messages.

    Returns:
        `first`: what is answered first was said; `subject`: it speaks of the subject of what was said; `unsure`: it
        claims to know nothing; `wrong`: it is about something that was not said;
        `any`, `all`: some, or all, of what was said was heard; `nothing`:
        nothing was heard where nothing was said.
    """
    told = [one for one in results if one.labels]
    empty = [one for one in results if not one.labels]
    first = _share(bool(one.answered) and one.answered[0] in one.labels for one in told)
    subject, unsure = _share(one.is_of_subject for one in told), _share(one.claims_nothing for one in told)
    return {
        "first": first,
        "subject": subject,
        "unsure": unsure,
        "wrong": 1 - first - subject - unsure,
        "any": _share(bool(one.names & one.labels) for one in told),
        "all": _share(one.labels <= one.names for one in told),
        "nothing": _share(not one.names for one in empty),
    }


def by_label(results: Iterable[Result]) -> dict[str, tuple[int, int, int]]:
    """Returns for each label how often it was heard rightly, wrongly, and missed."""
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for one in results:
        right.update(one.labels & one.names)
        wrong.update(one.names - one.labels)
        missed.update(one.labels - one.names)
    return {label: (right[label], wrong[label], missed[label]) for label in sorted({*right, *wrong, *missed})}


def _share(found: Iterable[bool]) -> float:
    values = list(found)
    return sum(values) / max(len(values), 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.said", description=__doc__)
    parser.add_argument("--show", action="store_true", help="show each label, and what is answered first wrongly")
    parser.add_argument("files", nargs="*", metavar="FILE", type=Path)
    options = parser.parse_args(arguments)
    console, knowledge = Console(), load_knowledge(KNOWLEDGE)
    table = Table(
        "held out", "messages", "first", "subject", "unsure", "wrong", "any", "all", "nothing, where nothing is said"
    )
    for path in [file.resolve() for file in options.files] or sorted(SAID.glob("*.yml")):
        results = held_out(path, knowledge)
        table.add_row(path.stem, str(len(results)), *(f"{share:.2f}" for share in summary(results).values()))
        if not options.show:
            continue
        for label, (right, wrong, missed) in by_label(results).items():
            console.print(f"{label}\tright {right}\twrong {wrong}\tmissed {missed}", markup=False)
        for one in results:
            if one.labels and (not one.answered or one.answered[0] not in one.labels):
                console.print(
                    f"{', '.join(one.answered)}\t{', '.join(sorted(one.labels))}\t{one.said.text}", markup=False
                )
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
