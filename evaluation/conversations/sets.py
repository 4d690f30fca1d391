"""Reads sets of conversations. The format is described in tests/conversations/evaluation/README.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from evaluation.paths import ROOT

DEFAULT_FOLDER = ROOT / "tests" / "conversations" / "evaluation"


class SetError(ValueError):
    """A set cannot be read."""


class ExpectedTurn(BaseModel):
    """What the user says and what the reply must be like.

    Attributes:
        user: What is typed; `[按钮:下一步]` presses the button of that title.
        expect: What a good reply does, for people.
        must_any: The reply, its buttons included, has one of these.
        must_not: The texts of the reply have none of these.
        handoff: Whether the conversation is handed to a human; not checked when None.
        step: The step that the reply shows, as `topic:number`.
    """

    user: str
    expect: str = ""
    must_any: list[str] = []
    must_not: list[str] = []
    handoff: bool | None = None
    step: str | None = None

    model_config = ConfigDict(extra="forbid", frozen=True)


class ExpectedConversation(BaseModel):
    """One conversation of a set; `kind` groups them in the report."""

    id: str
    kind: str
    turns: list[ExpectedTurn]

    model_config = ConfigDict(extra="forbid", frozen=True)


def default_sets() -> list[Path]:
    """Returns the sets of the project."""
    return sorted(DEFAULT_FOLDER.glob("*.yml"))


def read_set(path: Path) -> list[ExpectedConversation]:
    """Reads one set.

    Raises:
        SetError: The file cannot be read, has another shape, or names a conversation twice.
    """
    try:
        entries = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        found = [ExpectedConversation.model_validate(entry) for entry in entries or ()]
    except (OSError, YAMLError, ValidationError) as error:
        raise SetError(f"{path}: {error}") from error
    _refuse_repeated(path, [conversation.id for conversation in found])
    return found


def _refuse_repeated(path: Path, names: Sequence[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise SetError(f"{path}: the id {repeated[0]} occurs twice")
