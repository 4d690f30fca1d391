"""spaCy parts of the `zh` pipeline: a jieba tokenizer with a user dictionary, an entity ruler that reads characters.

Importing this module registers both with spaCy; `engine.nlu.spacy_pipeline` builds the pipeline from them.
"""

# No postponed annotations here: spaCy reads the types of a factory at run time.

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import spacy.lang.zh as spacy_zh
from spacy import util
from spacy.lang.zh import ChineseTokenizer
from spacy.language import Language
from spacy.pipeline import EntityRuler
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from engine.nlu.segmenter import Segmenter
from engine.upstream import replaces

TOKENIZER_NAME = "uwallet.JiebaTokenizer.v1"
RULER_NAME = "character_entity_ruler"
ENTITIES_KEY = "character_entities"
# Patterns with this label keep those of the label that is their id from matching within them.
BLOCKING_LABEL = "_blocked"


class JiebaTokenizer(ChineseTokenizer):
    """spaCy's Chinese tokenizer with the jieba segmenter and a user dictionary of its own.

    spaCy uses jieba's global segmenter and does not save its dictionary; here the dictionary is part of the
    pipeline on disk, and two pipelines in one process do not disturb each other.
    """

    def __init__(self, vocab: Vocab) -> None:
        """Makes a tokenizer without a dictionary; `set_words` or `from_disk` gives it one."""
        # Told of jieba, spaCy would load jieba's global dictionary.
        super().__init__(vocab, segmenter=spacy_zh.Segmenter.char)
        self.segmenter = spacy_zh.Segmenter.jieba
        self.jieba_seg: Segmenter | None = None

    def set_words(self, words: tuple[str, ...]) -> None:
        """Makes a dictionary of jieba's general one and `words`, each of which stays in one piece; takes seconds."""
        self.jieba_seg = Segmenter.build(words)

    @replaces(ChineseTokenizer.to_disk, "94d7db1b7fa8")
    def to_disk(self, path: str | Path, **kwargs: Any) -> None:
        """Writes the dictionary into the folder `path`."""
        folder = util.ensure_path(path)
        folder.mkdir(parents=True, exist_ok=True)
        if self.jieba_seg:
            self.jieba_seg.save(folder)

    @replaces(ChineseTokenizer.from_disk, "017cb83acaa5")
    def from_disk(self, path: str | Path, **kwargs: Any) -> "JiebaTokenizer":
        """Reads the dictionary from the folder `path`."""
        self.jieba_seg = Segmenter.load(util.ensure_path(path))
        return self


@util.registry.tokenizers(TOKENIZER_NAME)
def create_jieba_tokenizer() -> Callable[[Language], JiebaTokenizer]:
    """Registers `JiebaTokenizer` under the name that the pipeline's config refers to."""

    def create(nlp: Language) -> JiebaTokenizer:
        return JiebaTokenizer(nlp.vocab)

    return create


def _character_doc(vocab: Vocab, text: str) -> Doc:
    return Doc(vocab, words=list(text), spaces=[False] * len(text))


class CharacterEntityRuler(EntityRuler):
    """spaCy's EntityRuler, matching characters instead of words.

    A word segmenter may join the edge of an entity with its neighbour (「200.5元超」), and a token pattern then
    finds nothing. Matching characters does not depend on segmentation: in a token pattern, one token is one
    character. Word tokens cannot express the result, so `doc.ents` stays empty and the entities are kept in
    `doc.user_data[ENTITIES_KEY]` as tuples `(label, id, start_char, end_char)` in the order of the text.
    """

    def add_patterns(self, patterns: Iterable[dict[str, Any]]) -> None:
        """Adds patterns; the text of a phrase pattern is split into characters, not segmented into words."""
        patterns = list(patterns)
        super().add_patterns([entry for entry in patterns if not isinstance(entry["pattern"], str)])
        for entry in patterns:
            if isinstance(entry["pattern"], str):
                key = self._create_label(entry["label"], entry["id"]) if "id" in entry else entry["label"]
                phrase = _character_doc(self.nlp.vocab, entry["pattern"])
                self._ent_ids[self.matcher._normalize_key(key)] = (entry["label"], entry.get("id", ""))
                self.phrase_patterns[key].append(phrase)
                self.phrase_matcher.add(key, [phrase])

    @replaces(EntityRuler.__call__, "746700fe8ab6")
    def __call__(self, doc: Doc) -> Doc:
        """Finds the entities of `doc`. Of overlapping ones with the same label the longest wins, then the first."""
        characters = _character_doc(doc.vocab, doc.text)
        by_label: dict[str, list[Span]] = {}
        blockers: dict[str, list[Span]] = {}
        for match_id, start, end in self.match(characters):
            label, span_id = self._ent_ids.get(match_id) or (self.nlp.vocab.strings[match_id], "")
            span = Span(characters, start, end, label=label, span_id=span_id)
            if label == BLOCKING_LABEL:
                blockers.setdefault(span_id, []).append(span)
            else:
                by_label.setdefault(label, []).append(span)
        found = [
            (label, span.id_, span.start, span.end)
            for label, spans in by_label.items()
            for span in util.filter_spans([*spans, *blockers.get(label, [])])
            if span.label_ == label
        ]
        doc.user_data[ENTITIES_KEY] = sorted(found, key=lambda entity: (entity[2], entity[3], entity[0]))
        return doc


@Language.factory(RULER_NAME)
def create_character_entity_ruler(nlp: Language, name: str) -> CharacterEntityRuler:
    """Registers `CharacterEntityRuler` as a pipeline factory."""
    return CharacterEntityRuler(nlp, name)
