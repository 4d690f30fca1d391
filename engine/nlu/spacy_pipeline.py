"""Builds the spaCy `zh` pipeline from `data/lexicon/` and keeps it on disk, up to date.

Run `python -m engine.nlu.spacy_pipeline` to build it by hand; training and start-up build it when it is missing or
older than the lexicon.
"""

from __future__ import annotations

import json
import shutil
from functools import lru_cache
from pathlib import Path
from typing import cast

import spacy
from spacy.language import Language

from engine.nlu.lexicon import lexicon_fingerprint, read_lexicon
from engine.nlu.spacy_components import RULER_NAME, TOKENIZER_NAME, CharacterEntityRuler, JiebaTokenizer
from engine.paths import LEXICON, ROOT, SPACY_PIPELINE

_FINGERPRINT_KEY = "lexicon_fingerprint"
# Counted up when what is written changes; a pipeline of another format is built anew.
_FORMAT_KEY, _FORMAT = "format", 3


def build_pipeline(lexicon_folder: Path, target: Path) -> str:
    """Builds the pipeline and writes it to `target`, replacing what was there.

    Args:
        lexicon_folder: The folder that `read_lexicon` reads.
        target: A folder that `spacy.load` can then load, once `engine.nlu.spacy_components` is imported.

    Returns:
        The fingerprint of the lexicon that the pipeline was built from.

    Raises:
        LexiconError: The lexicon is broken.
    """
    lexicon = read_lexicon(lexicon_folder)
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": TOKENIZER_NAME}}})
    cast(JiebaTokenizer, nlp.tokenizer).set_words(lexicon.words)
    cast(CharacterEntityRuler, nlp.add_pipe(RULER_NAME)).add_patterns(lexicon.entity_patterns)
    nlp.meta["name"] = "uwallet"
    fingerprint = lexicon_fingerprint(lexicon_folder)
    nlp.meta[_FINGERPRINT_KEY], nlp.meta[_FORMAT_KEY] = fingerprint, _FORMAT

    # Written beside and then renamed: a killed build never leaves half a pipeline under the real name.
    scratch = target.with_name(target.name + ".new")
    shutil.rmtree(scratch, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(scratch)
    shutil.rmtree(target, ignore_errors=True)
    scratch.rename(target)
    return fingerprint


def load_pipeline(target: Path, lexicon_folder: Path) -> Language:
    """Loads the pipeline, building it first when it is missing or does not fit the lexicon.

    Args:
        target: Where the pipeline lies on disk.
        lexicon_folder: What it is built from.

    Returns:
        The pipeline; whoever asks again for the same one gets the same object.

    Raises:
        LexiconError: The lexicon is broken.
    """
    fingerprint = lexicon_fingerprint(lexicon_folder)
    meta = target / "meta.json"
    if meta.exists():
        known = json.loads(meta.read_text(encoding="utf-8"))
        if (known.get(_FINGERPRINT_KEY), known.get(_FORMAT_KEY)) == (fingerprint, _FORMAT):
            return _load(target, fingerprint)
    build_pipeline(lexicon_folder, target)
    return _load(target, fingerprint)


# A Rasa model asks twice: to train on texts and to read a user's message.
@lru_cache(maxsize=1)
def _load(target: Path, fingerprint: str) -> Language:
    return spacy.load(target)


if __name__ == "__main__":
    build_pipeline(LEXICON, SPACY_PIPELINE)
    print(f"built {SPACY_PIPELINE.relative_to(ROOT)} from {LEXICON.relative_to(ROOT)}")
