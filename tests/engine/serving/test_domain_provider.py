"""The domain of a model is the one that Rasa would read."""

from __future__ import annotations

from pathlib import Path

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.graph_components.providers.domain_provider import DomainProvider as RasaDomainProvider
from rasa.shared.core.domain import Domain
from rasa.shared.importers.importer import TrainingDataImporter

from engine.serving.domain_provider import DomainProvider
from tests.paths import ROOT


def test_what_is_persisted_is_read(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage(tmp_path), Resource("domain")
    context = ExecutionContext(GraphSchema({}))
    importer = TrainingDataImporter.load_from_dict(domain_path=str(ROOT / "domain.yml"))
    RasaDomainProvider.create({}, storage, resource, context).provide_train(importer)
    ours, rasas = (
        provider.load({}, storage, resource, context).provide_inference()
        for provider in (DomainProvider, RasaDomainProvider)
    )
    assert isinstance(ours, Domain)
    assert ours.as_dict() == rasas.as_dict()
    assert ours.fingerprint() == rasas.fingerprint()
    assert [slot.persistence_info() for slot in ours.slots] == [slot.persistence_info() for slot in rasas.slots]
