"""Makes NLU examples of what supervisors have labelled: files in Rasa's format, for review.

They are written to a folder that nothing is trained on; whoever reviews them moves lines to the files of `data/nlu/`.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from uwallet_gateway.insight.misunderstood import Labelled
from uwallet_gateway.redaction import redact
from uwallet_gateway.yaml_files import YamlError, read_yaml

# Longer than anything that is an example of one intent.
_LONGEST = 200
# What the redactor leaves of a number or password, and a few that people type themselves.
_MASK = re.compile(r"\*{2,}")
# What Rasa would read as an entity, [text](name) or [text]{…}, or as a command.
_MARKUP = re.compile(r"\][({]|^/")
_HEADER = """\
# Written by `make export-labels`: what supervisors have labelled, for review. Not trained on.
# Look at each line (labelling guide: docs/labelling.md; no names, no numbers), then move it to data/nlu/.
"""


class LabelExportError(Exception):
    """The examples or the intents cannot be read, or a label is no intent; one line for each mistake."""


@dataclass(frozen=True)
class Known:
    """What the bot is trained on.

    Attributes:
        intents: Names of the intents of the domain.
        examples: Intents of the examples, by their normalised text.
        held_out: Normalised texts that measure the bot, and that training must never see.
    """

    intents: frozenset[str]
    examples: Mapping[str, frozenset[str]]
    held_out: frozenset[str] = frozenset()


@dataclass
class Review:
    """What came of the labels.

    Attributes:
        examples: New examples by intent, each once, those labelled first first.
        known: How many are examples of their intent already, or stand among the new ones.
        held_out: How many measure the bot already.
        masked: How many hold something that was, or ought to have been, masked.
        unfit: How many are too long, have no words, or would be read as something else.
        contradictions: Texts with two intents, by which ones: in the labels, or against the examples.
    """

    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    known: int = 0
    held_out: int = 0
    masked: int = 0
    unfit: int = 0
    contradictions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many new examples there are."""
        return sum(len(texts) for texts in self.examples.values())


def normalised(text: str) -> str:
    """What two spellings of one example have in common: width, case, punctuation and spaces do not count.

    Traditional characters do: the gateway has no table of them. The bot's own tests find such pairs in `data/nlu/`.
    """
    return "".join(character for character in unicodedata.normalize("NFKC", text).lower() if character.isalnum())


def review(labelled: Iterable[Labelled], known: Known) -> Review:
    """Sorts labelled messages out.

    Args:
        labelled: Messages with their intents.
        known: What the bot is trained on.

    Raises:
        LabelExportError: Labels that are no intents, each by name.
    """
    labelled = list(labelled)
    unknown = Counter(it.label for it in labelled if it.label not in known.intents)
    if unknown:
        raise LabelExportError(
            "\n".join(
                f"{label}: no such intent; {count} message{'s have' if count > 1 else ' has'} this label"
                for label, count in sorted(unknown.items())
            )
        )
    result = Review()
    fit: list[tuple[str, str, str]] = []
    for it in labelled:
        text = _one_line(it.text)
        if _MASK.search(it.text) or redact(it.text).kinds:
            result.masked += 1
        elif not normalised(text) or len(text) > _LONGEST or _MARKUP.search(text):
            result.unfit += 1
        else:
            fit.append((text, normalised(text), it.label))
    meanings: defaultdict[str, set[str]] = defaultdict(set)
    for _, key, label in fit:
        meanings[key].add(label)
        meanings[key].update(known.examples.get(key, ()))
    seen: set[str] = set()
    for text, key, label in fit:
        if len(meanings[key]) > 1:
            result.contradictions.setdefault(text, sorted(meanings[key]))
        elif key in known.held_out:
            result.held_out += 1
        elif key in known.examples or key in seen:
            result.known += 1
        else:
            seen.add(key)
            result.examples[label].append(text)
    return result


def read_known(domain: Path, nlu: Path, held_out: Path) -> Known:
    """Reads what the bot is trained on, and measured with.

    Args:
        domain: Rasa's domain file.
        nlu: The folder of the examples.
        held_out: The folder with tables (.tsv, the text stands first) of what it is measured with; may be missing.

    Raises:
        LabelExportError: They are not there, or not in Rasa's format.
    """
    try:
        content = read_yaml(domain).content
        intents = frozenset(_name(item) for item in content["intents"])
        if not nlu.is_dir():
            raise LabelExportError(f"{nlu}: there is no such folder")
        examples: defaultdict[str, set[str]] = defaultdict(set)
        for path in sorted(nlu.rglob("*.yml")):
            for text, intent in _examples(read_yaml(path).content):
                examples[normalised(text)].add(intent)
    except YamlError as error:
        raise LabelExportError(str(error)) from error
    except (AttributeError, KeyError, TypeError) as error:
        raise LabelExportError(f"{domain}, {nlu}: not in Rasa's format: {error}") from error
    measuring = {
        normalised(line.split("\t")[0])
        for path in sorted(held_out.glob("*.tsv"))
        for line in path.read_text(encoding="utf-8").splitlines()[1:]
    }
    return Known(intents, {key: frozenset(names) for key, names in examples.items()}, frozenset(measuring))


def write_examples(folder: Path, examples: Mapping[str, Sequence[str]]) -> list[Path]:
    """Writes a file for each intent; those that an earlier export has left there go.

    Raises:
        LabelExportError: A file that no export has written is in the way.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.glob("*.yml")):
        if not path.read_text(encoding="utf-8").startswith(_HEADER.split(":", maxsplit=1)[0]):
            raise LabelExportError(f"{path}: was not written by an export; move it away")
    for path in folder.glob("*.yml"):
        path.unlink()
    written = []
    for intent, texts in sorted(examples.items()):
        path = folder / f"{intent}.yml"
        path.write_text(_content(intent, texts), encoding="utf-8")
        written.append(path)
    return written


def known_here(folder: Path, intents: Iterable[str]) -> Known:
    """What the bot is trained on as far as this machine has it: beside the repository all of it.

    Args:
        folder: Where the repository would be; an image has none.
        intents: Names of the intents, as the engine tells them.

    Raises:
        LabelExportError: The files are there, and not in Rasa's format.
    """
    domain, nlu, held_out = folder / "domain.yml", folder / "data" / "nlu", folder / "tests" / "nlu"
    return read_known(domain, nlu, held_out) if nlu.is_dir() else Known(frozenset(intents), {})


def zipped(result: Review) -> bytes:
    """The new examples as a ZIP file with a file for each intent."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for intent, texts in sorted(result.examples.items()):
            archive.writestr(f"{intent}.yml", _content(intent, texts))
    return output.getvalue()


def _content(intent: str, texts: Iterable[str]) -> str:
    lines = "".join(f"    - {text}\n" for text in texts)
    return f'{_HEADER}version: "3.1"\nnlu:\n- intent: {intent}\n  examples: |\n{lines}'


def _one_line(text: str) -> str:
    # Whatever YAML or Rasa takes for the end of a line, or cannot hold; a dash would be read as the beginning of one.
    line = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in text)
    return " ".join(line.split()).lstrip("-– ")


def _name(item: Any) -> str:
    return item if isinstance(item, str) else str(next(iter(item)))


def _examples(content: Any) -> Iterable[tuple[str, str]]:
    for block in (content or {}).get("nlu") or ():
        if "intent" in block:
            for line in str(block["examples"]).splitlines():
                text = line.strip().removeprefix("-").strip()
                if text:
                    yield re.sub(r"\[([^\]]+)\](\([^)]*\)|\{[^}]*\})", r"\1", text), block["intent"]
