"""Where things lie, relative to the project's root, whatever the working directory is."""

from __future__ import annotations

import os
from pathlib import Path

# Another folder of the same shape, in which knowledge is trained that was edited at the desk.
PROJECT_VARIABLE = "UWALLET_PROJECT"
ROOT = Path(os.environ.get(PROJECT_VARIABLE) or Path(__file__).resolve().parent.parent)
LEXICON = ROOT / "data" / "lexicon"
KNOWLEDGE = ROOT / "data" / "knowledge"
QUESTIONS = ROOT / "data" / "questions"
# What is made from packages and data, and can be made again.
BUILD = ROOT / "build"
SPACY_PIPELINE = BUILD / "spacy_zh_uwallet"
