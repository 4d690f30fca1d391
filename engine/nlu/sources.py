"""Tells whether what was made of the files of this checkout was made of these."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import actions.knowledge
import language
from engine.nlu.sentence_encoder import encoder_name
from engine.paths import KNOWLEDGE, LEXICON, QUESTIONS

_VARIABLE = b"${"
_CODE = tuple(Path(file).parent for file in (__file__, actions.knowledge.__file__, language.__file__))


def sources_digest() -> str:
    """Returns a hash of knowledge, questions and lexicon, and of the code that reads and compares them."""
    digest = hashlib.sha256(encoder_name().encode())
    for path in _files():
        content = path.read_bytes()
        if _VARIABLE in content:
            # The environment's variables are put in where a file names them.
            content = os.path.expandvars(content)
        digest.update(f"\0{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for folder in (KNOWLEDGE, QUESTIONS, LEXICON):
        yield from sorted(path for path in folder.rglob("*") if path.is_file())
    for folder in _CODE:
        yield from sorted(folder.glob("*.py"))
