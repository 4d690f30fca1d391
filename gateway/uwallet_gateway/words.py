"""What things are called: by the desk, by exported files and by group robots.

`python -m uwallet_gateway.words` prints what the desk has of it, for `make protocol`.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from uwallet_gateway.yaml_files import load_yaml

PATH = Path(__file__).with_name("words.yml")


class WordsError(Exception):
    """words.yml is wrong."""


class Words(BaseModel):
    """All words; what words.yml holds, and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_min_length=1)

    reasons: dict[str, str]
    statuses: dict[str, str]
    dispositions: dict[str, str]
    priorities: tuple[str, str, str]
    outcomes: dict[str, str]
    kinds: dict[str, str]
    ticket_events: dict[str, str]
    target_kinds: dict[str, str]
    speakers: dict[str, str]
    roles: dict[str, str]
    visitor: str
    picture: str
    audit_actors: dict[str, str]
    audit_actions: dict[str, str]


@lru_cache
def load_words() -> Words:
    """Reads the words."""
    return load_yaml(PATH, Words, WordsError)[0]


if __name__ == "__main__":
    sys.stdout.write(load_words().model_dump_json())
