"""Opens a trained model without importing what only its training needs."""

from __future__ import annotations

import tarfile
from pathlib import Path

import rasa.shared.utils.io
from rasa.engine.exceptions import GraphSchemaException
from rasa.engine.storage.local_model_storage import (
    MODEL_ARCHIVE_COMPONENTS_DIR,
    MODEL_ARCHIVE_METADATA_FILE,
    LocalModelStorage,
)
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.exceptions import RasaException

from engine.upstream import replaces


class ServingModelStorage(LocalModelStorage):
    """Rasa's LocalModelStorage, leaving out the graph by which the model was trained, and unpacking once.

    Rasa imports the classes of the training graph too. Among them is the validator of the default recipe, which
    imports every component that Rasa ships and with them TensorFlow.
    """

    @classmethod
    @replaces(LocalModelStorage.from_model_archive, "eea1ab7f2d54")
    def from_model_archive(
        cls, storage_path: Path, model_archive_path: str | Path
    ) -> tuple[LocalModelStorage, ModelMetadata]:
        """Opens an archive (see parent class), or a folder that one was unpacked into."""
        folder = Path(model_archive_path)
        if folder.is_dir():
            return cls(folder / MODEL_ARCHIVE_COMPONENTS_DIR), cls._load_metadata(folder)
        found: tuple[LocalModelStorage, ModelMetadata] = super().from_model_archive(storage_path, model_archive_path)
        return found

    @staticmethod
    @replaces(LocalModelStorage._extract_archive_to_directory, "bb945b3a4e7d")
    def _extract_archive_to_directory(model_archive_path: str | Path, temporary_directory: Path) -> None:
        # Rasa unpacks everything twice, the first time to look for files that would land outside of the folder.
        # Python's own filter, which came with 3.10.12, looks at each before it writes it.
        if not hasattr(tarfile, "data_filter"):
            LocalModelStorage._extract_archive_to_directory(model_archive_path, temporary_directory)
            return
        with tarfile.open(model_archive_path, mode="r|gz") as archive:
            archive.extractall(temporary_directory, filter="data")
        LocalModelStorage._assert_not_rasa2_archive(temporary_directory)

    @staticmethod
    @replaces(LocalModelStorage._load_metadata, "66142ec69c7c")
    def _load_metadata(directory: Path) -> ModelMetadata:
        metadata = rasa.shared.utils.io.read_json_file(directory / MODEL_ARCHIVE_METADATA_FILE)
        try:
            return ModelMetadata.from_dict({**metadata, "train_schema": {"nodes": {}}})
        except GraphSchemaException as error:
            raise RasaException(
                f"The model has a component that cannot be imported. {error} {error.__cause__}. What needs TensorFlow "
                "(DIET, TED, ResponseSelector, LanguageModelFeaturizer) is served by the environment of the peers: "
                "`make setup-peers`."
            ) from error
