"""Counts alarms: those that ordinary messages raise, and those that cries for help, frauds and thefts do not.

Usage: python -m evaluation.alarms [--show]

Ordinary are the questions of `data/questions/` where they belong and elsewhere, but for those to answers about dangers;
the model has learnt that they are (`config.yml`). What is to be heard, and what only sounds alike, is in
`tests/nlu/alarms.tsv`, which nobody trains on.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from actions.dialogue.acts import Act, act_of
from actions.dialogue.messages import UserMessage
from actions.dialogue.replies import ReplyBuilder
from actions.dialogue.state import Alarm, DialogueState
from actions.dialogue.turn import Context
from actions.incoming import message_from_parse
from actions.knowledge import load_knowledge
from actions.knowledge.questions import load_questions
from actions.knowledge.yaml_files import read_yaml
from actions.reading import danger
from engine.paths import KNOWLEDGE, QUESTIONS, ROOT
from evaluation.answers import samples
from evaluation.paths import MODEL

if TYPE_CHECKING:
    from evaluation.predict import Parser

PROBES = ROOT / "tests" / "nlu" / "alarms.tsv"
_QUESTION_KINDS = {"asked there", "asked elsewhere"}
# A fraud heard as a theft is heard, and grief as a cry for help.
_OF_MONEY = frozenset({Alarm.FRAUD.value, Alarm.VICTIM.value})
_OF_LIFE = frozenset({Alarm.CRISIS.value, Alarm.BEREAVED.value})
_DOUBT = "asked about"
# Enough of them.
_EVERY = 5
NONE = "none"


@dataclass(frozen=True)
class Raised:
    """What a message raises.

    Attributes:
        text: The message.
        expected: The kind of danger that it is, or `none`.
        alarm: The kind that it raises, or `none`.
        is_doubtful: Whether it is asked about.
    """

    text: str
    expected: str
    alarm: str
    is_doubtful: bool

    @property
    def is_right(self) -> bool:
        """Whether it is heard as what it is, or as a kind that is answered alike."""
        if self.expected == NONE:
            return self.alarm == NONE
        alike = next((kinds for kinds in (_OF_MONEY, _OF_LIFE) if self.expected in kinds), frozenset({self.expected}))
        return self.alarm in alike


class Listener:
    """Hears alarms with a trained model."""

    def __init__(self, model: Path = MODEL) -> None:
        """Loads model and knowledge."""
        from evaluation.predict import Parser  # noqa: PLC0415 - Rasa takes seconds to import

        self.knowledge = load_knowledge(KNOWLEDGE)
        self._context = Context(self.knowledge, ReplyBuilder(self.knowledge, {}))
        self._parser: Parser = Parser(model)
        self._parsed: dict[str, UserMessage] = {}

    def hears(self, text: str, expected: str = NONE, state: DialogueState | None = None) -> Raised:
        """Returns what a message raises in a state."""
        if text not in self._parsed:
            self._parsed[text] = message_from_parse(self._parser.parse(text)[0], self.knowledge.wording.rejections)
        message = self._parsed[text]
        reading = danger.read(self._context, state or DialogueState(), act_of(message.intent, self.knowledge), message)
        if reading is None or reading.act is not Act.ALARM:
            return Raised(text, expected, NONE, is_doubtful=False)
        return Raised(text, expected, reading.arguments["alarm"].value, bool(reading.arguments.get("is_doubtful")))


def about_danger() -> frozenset[str]:
    """Returns the answers to questions that may be asked in danger, which the model does not learn as harmless."""
    component = next(one for one in read_yaml(ROOT / "config.yml")["pipeline"] if one.get("alias") == "alarms")
    return frozenset(component["background"][NONE]["questions"]["except"])


def probes(path: Path = PROBES) -> Iterator[tuple[str, str]]:
    """Yields text and kind of each probe."""
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        text, label = line.split("\t")
        yield text, label


def of_questions(listener: Listener) -> list[Raised]:
    """Returns what the questions raise, each where it belongs."""
    questions = load_questions(listener.knowledge.addresses, QUESTIONS)
    left_out = about_danger()
    asked = [sample for sample in samples(listener.knowledge, questions) if sample.kind in _QUESTION_KINDS]
    asked = [sample for sample in asked if sample.target not in left_out]
    return [listener.hears(sample.text, state=sample.state) for sample in asked[::_EVERY]]


def counted(raised: Iterable[Raised]) -> Counter[tuple[str, str]]:
    """Returns how often each kind raises each kind."""
    return Counter((one.expected, f"{one.alarm}, {_DOUBT}" if one.is_doubtful else one.alarm) for one in raised)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.alarms", description=__doc__)
    parser.add_argument("--show", action="store_true", help="show each message that is heard wrongly")
    show: bool = parser.parse_args(arguments).show
    console, listener = Console(), Listener()
    sets = {
        "questions": of_questions(listener),
        "probes": [listener.hears(text, label) for text, label in probes()],
    }
    for name, raised in sets.items():
        table = Table("is", "raises", "messages", title=f"{name}: {len(raised)}")
        for (expected, heard), count in sorted(counted(raised).items()):
            table.add_row(expected, heard, str(count))
        console.print(table)
        for one in raised if show else ():
            if not one.is_right:
                console.print(f"{one.expected}\t{one.alarm}{'?' if one.is_doubtful else ''}\t{one.text}", markup=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
