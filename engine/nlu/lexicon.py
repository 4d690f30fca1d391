"""Reads `data/lexicon/`: the words, aliases and entity patterns that a content owner edits."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from actions.knowledge.yaml_files import YamlFileError, read_mapping, with_line
from engine.nlu.brands import BrandRules, brand_rules
from engine.nlu.contrast import ContrastRules, contrast_rules
from engine.nlu.handoff import HandoffRules, handoff_rules
from engine.nlu.manners import MannerRules, manner_rules
from engine.nlu.operators import OperatorRules, operator_rules
from engine.nlu.parts import PartRules, part_rules
from language.dialects import Dialects, dialects_of
from language.text_normalization import normalize

_Rules = TypeVar("_Rules")


class LexiconError(ValueError):
    """A file of `data/lexicon/` is broken; the message names the file and what is expected."""


@dataclass(frozen=True)
class Lexicon:
    """What the files say.

    Attributes:
        words: Words that the segmenter keeps in one piece.
        aliases: What people type instead of Chinese words (`yzm`, `password`), mapped to those words.
        entity_patterns: spaCy EntityRuler patterns; one token is one character.
        entity_values: For each entity with canonical values, these values.
        contrast: How people reject one thing and ask for another.
        parts: How people put several requests into one message.
        brands: Names that are read as the wallet's.
    """

    words: tuple[str, ...]
    aliases: dict[str, str]
    entity_patterns: list[dict[str, Any]]
    entity_values: dict[str, tuple[str, ...]]
    contrast: ContrastRules
    parts: PartRules
    brands: BrandRules


def lexicon_fingerprint(folder: Path) -> str:
    """Returns a hash that changes when any file of the lexicon does."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def read_lexicon(folder: Path) -> Lexicon:
    """Reads and checks the lexicon.

    Args:
        folder: Holds `words.txt`, `aliases.yml`, `entities.yml`, `contrast.yml`, `requests.yml` and `brands.yml`.

    Returns:
        The lexicon, with all words and phrases normalized as messages are.

    Raises:
        LexiconError: A file is missing or has the wrong shape.
    """
    patterns, values = _read_entities(folder / "entities.yml")
    return Lexicon(
        words=_read_words(folder / "words.txt"),
        aliases=read_aliases(folder),
        entity_patterns=patterns,
        entity_values=values,
        contrast=read_contrast_rules(folder),
        parts=read_part_rules(folder),
        brands=read_brand_rules(folder),
    )


def lexicon_problems(folder: Path) -> list[str]:
    """Returns what is wrong in the lexicon: of each file the first mistake, as `file:line: reason`."""
    readers: tuple[Callable[[Path], object], ...] = (
        lambda folder: _read_words(folder / "words.txt"),
        read_aliases,
        lambda folder: _read_entities(folder / "entities.yml"),
        read_contrast_rules,
        read_part_rules,
        read_brand_rules,
        read_handoff_rules,
        read_operator_rules,
        read_manner_rules,
        read_dialects,
    )
    problems = []
    for read in readers:
        try:
            read(folder)
        except LexiconError as error:
            problems.append(str(error))
    return problems


def read_brand_rules(folder: Path) -> BrandRules:
    """Reads and checks `brands.yml` of the lexicon alone.

    Raises:
        LexiconError: The file is missing or has the wrong shape.
    """
    return _read_rules(folder / "brands.yml", brand_rules)


def read_dialects(folder: Path) -> Dialects:
    """Reads and checks `dialects.yml` of the lexicon alone.

    Raises:
        LexiconError: The file is missing or has the wrong shape.
    """
    return _read_rules(folder / "dialects.yml", dialects_of)


def read_contrast_rules(folder: Path) -> ContrastRules:
    """Reads and checks `contrast.yml` of the lexicon alone.

    Raises:
        LexiconError: The file is missing or has the wrong shape.
    """
    return _read_rules(folder / "contrast.yml", contrast_rules)


def read_part_rules(folder: Path) -> PartRules:
    """Reads and checks `requests.yml` of the lexicon alone.

    Raises:
        LexiconError: The file is missing or has the wrong shape.
    """
    return _read_rules(folder / "requests.yml", part_rules)


def read_handoff_rules(folder: Path) -> HandoffRules:
    """Reads and checks `handoff.yml` of the lexicon alone.

    Raises:
        LexiconError: The file is missing or has the wrong shape.
    """
    return _read_rules(folder / "handoff.yml", handoff_rules)


def read_operator_rules(folder: Path) -> OperatorRules:
    """Reads and checks `operators.yml` of the lexicon alone.

    Raises:
        LexiconError: The file is missing or has the wrong shape.
    """
    return _read_rules(folder / "operators.yml", operator_rules)


def read_manner_rules(folder: Path) -> MannerRules:
    """Reads and checks `manners.yml` of the lexicon alone.

    Raises:
        LexiconError: The file is missing or has the wrong shape.
    """
    return _read_rules(folder / "manners.yml", manner_rules)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise LexiconError(f"{path}:1: cannot be read: {error.strerror}") from error


def _read_words(path: Path) -> tuple[str, ...]:
    lines = (line.split("#", 1)[0].strip() for line in _read_text(path).splitlines())
    return tuple(dict.fromkeys(normalize(line) for line in lines if line))


def _read_mapping(path: Path) -> dict[str, Any]:
    try:
        return read_mapping(path)
    except YamlFileError as error:
        raise LexiconError(str(error)) from error


def read_aliases(folder: Path) -> dict[str, str]:
    """Reads what people type instead of Chinese words.

    Raises:
        LexiconError: The file is missing or has the wrong shape.
    """
    path = folder / "aliases.yml"
    aliases = _read_mapping(path)
    for alias, word in aliases.items():
        if not (isinstance(alias, str) and alias.isascii() and isinstance(word, str) and word):
            reason = f"{alias}: expected latin letters mapped to a Chinese word, found {word!r}"
            raise LexiconError(with_line(path, reason))
    return {alias.lower(): normalize(word) for alias, word in aliases.items()}


def _read_rules(path: Path, parse: Callable[[dict[str, Any]], _Rules]) -> _Rules:
    try:
        return parse(_read_mapping(path))
    except ValueError as error:
        raise error if isinstance(error, LexiconError) else LexiconError(with_line(path, str(error))) from error


def _read_entities(path: Path) -> tuple[list[dict[str, Any]], dict[str, tuple[str, ...]]]:
    patterns: list[dict[str, Any]] = []
    values: dict[str, tuple[str, ...]] = {}
    for label, groups in _read_mapping(path).items():
        if not isinstance(groups, list):
            reason = f"{label}: expected a list of groups, found {type(groups).__name__}"
            raise LexiconError(with_line(path, reason))
        for number, group in enumerate(groups):
            try:
                patterns += _group_patterns(label, group, f"{label}[{number}]")
            except ValueError as error:
                raise LexiconError(with_line(path, str(error))) from error
        values[label] = tuple(dict.fromkeys(str(group["value"]) for group in groups if "value" in group))
    return patterns, values


def _group_patterns(label: str, group: Any, where: str) -> list[dict[str, Any]]:
    if not isinstance(group, dict) or not set(group) <= {"value", "phrases", "patterns"}:
        raise ValueError(f"{where}: expected a mapping with value, phrases, patterns")
    found: list[str | list[dict[str, Any]]] = []
    for phrase in group.get("phrases", []):
        if not isinstance(phrase, str) or not phrase.strip():
            raise ValueError(f"{where}.phrases: expected non-empty texts, found {phrase!r}")
        found.append(normalize(phrase))
    for pattern in group.get("patterns", []):
        if not isinstance(pattern, list) or not all(isinstance(token, dict) for token in pattern):
            raise ValueError(f"{where}.patterns: expected lists of spaCy token patterns, found {pattern!r}")
        found.append(pattern)
    if not found:
        raise ValueError(f"{where}: expected at least one phrase or pattern")
    entry: dict[str, Any] = {"label": label}
    if "value" in group:
        entry["id"] = str(group["value"])
    return [{**entry, "pattern": pattern} for pattern in found]
