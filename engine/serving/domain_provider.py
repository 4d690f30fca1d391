"""Reads the domain of a model once."""

from __future__ import annotations

from typing import Any

import rasa.shared.utils.io
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.graph_components.providers.domain_provider import DomainProvider as RasaDomainProvider
from rasa.shared.core.domain import Domain

from actions.knowledge.kept import kept, text_digest
from engine.upstream import replaces

_FILE = "domain.yml"


class DomainProvider(RasaDomainProvider):
    """Rasa's DomainProvider, which trusts the domain that it has written itself.

    Rasa takes the model's domain for a folder of files by hand: it reads the YAML three times, once to validate it
    against the schema with the position of each value, although training has validated it: a tenth of the start.
    """

    @classmethod
    @replaces(RasaDomainProvider.load, "75a21f7228a8")
    @replaces(RasaDomainProvider._persist, "b582b9abf0a2")
    @replaces(Domain.from_directory, "113d50bc5e13")
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DomainProvider:
        """Creates the provider from what it has persisted (see parent class)."""
        with model_storage.read_from(resource) as folder:
            text = (folder / _FILE).read_text(encoding="utf-8")
            data = kept(text_digest(text), dict, lambda: rasa.shared.utils.io.read_yaml(text), folder)
        return cls(model_storage, resource, Domain.from_dict(data))
