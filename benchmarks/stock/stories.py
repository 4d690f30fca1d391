"""Writes training stories for TED, which learns from stories only: those of `rasa test`, as intents without text."""

from __future__ import annotations

import io
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "tests" / "stories" / "test_stories.yml"


def training_stories(source: Path = SOURCE) -> str:
    """Returns the stories of `source` as YAML: each turn's intent and actions, without text and entities."""
    yaml = YAML(typ="safe")
    stories = yaml.load(source.read_text(encoding="utf-8"))["stories"]
    kept = [
        {
            "story": story["story"],
            "steps": [{key: step[key] for key in ("intent", "action") if key in step} for step in story["steps"]],
        }
        for story in stories
    ]
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    text = io.StringIO()
    yaml.dump({"version": "3.1", "stories": kept}, text)
    return text.getvalue()
