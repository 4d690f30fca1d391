"""Reads the NLU examples: those for training and those that training never sees."""

from __future__ import annotations

from dataclasses import dataclass

from ruamel.yaml import YAML

from language.text_normalization import normalize
from tests.paths import ROOT


@dataclass(frozen=True)
class Example:
    """One message with its intent; `origin` is its file, or its style in the held-out sets."""

    text: str
    intent: str
    origin: str

    @property
    def key(self) -> str:
        """What is left when spelling variants, spaces and punctuation are folded."""
        return "".join(character for character in normalize(self.text) if character.isalnum())


def training_examples() -> list[Example]:
    """Returns the examples of `data/nlu/`."""
    found = []
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = block["examples"].splitlines()
            found += [Example(line.removeprefix("- ").strip(), block["intent"], path.name) for line in lines]
    return found


def held_out_examples(name: str) -> list[Example]:
    """Returns the examples of `tests/nlu/<name>.tsv`."""
    lines = (ROOT / "tests" / "nlu" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [Example(*line.split("\t")) for line in lines]
