"""The spaCy model of the NLU pipeline: our `zh` pipeline, fed with normalized text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from engine.nlu.spacy_pipeline import load_pipeline
from engine.paths import ROOT
from engine.upstream import replaces
from language.text_normalization import normalize

_NORMALIZED_TEXT = "normalized_text"


def normalized_text(message: Message) -> str:
    """Returns the text of a message as spaCy has read it; empty when it has read none."""
    text: str | None = message.get(_NORMALIZED_TEXT)
    if text is None:
        doc = message.get(SPACY_DOCS[TEXT])
        # spaCy puts the text together from its tokens each time, and each featurizer asks for it.
        text = doc.text if doc is not None else ""
        message.set(_NORMALIZED_TEXT, text)
    return text


class LexiconSpacyModel(SpacyModel):
    """A spaCy model whose fingerprint follows the lexicon, so that Rasa retrains when a word or pattern changes."""

    @replaces(SpacyModel.fingerprint, "4acabad6d63b")
    def fingerprint(self) -> str:
        """Returns the hash of the lexicon that the pipeline was built from."""
        return str(self.model.meta["lexicon_fingerprint"])


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.MODEL_LOADER, DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER],
    is_trainable=False,
    model_from="NormalizedSpacyNLP",
)
class NormalizedSpacyNLP(SpacyNLP):
    """Rasa's SpacyNLP with three differences.

    The pipeline is built from the lexicon when it is missing or stale; text is normalized before spaCy reads it
    (same length, so offsets stay true); the training cache notices changes of the lexicon.

    Config:
        model: Folder of the spaCy pipeline, relative to the project's root.
        lexicon: Folder of the lexicon, relative to the project's root.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults of `model` and `lexicon`."""
        return {**SpacyNLP.get_default_config(), "model": "build/spacy_zh_uwallet", "lexicon": "data/lexicon"}

    @classmethod
    def create(cls, config: dict[str, Any], *args: Any, **kwargs: Any) -> NormalizedSpacyNLP:
        """Creates the component (see parent class)."""
        config = {**cls.get_default_config(), **config}
        pipeline = load_pipeline(ROOT / Path(config["model"]), ROOT / Path(config["lexicon"]))
        return cls(LexiconSpacyModel(model=pipeline, model_name=config["model"]), config)

    @replaces(SpacyNLP._preprocess_text, "0469fb0981c1")
    def _preprocess_text(self, text: str | None) -> str:
        return normalize(text or "")
