"""The index of steps: what users say of a step leads to it, clause by clause."""

from __future__ import annotations

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.nlu.clauses import CLAUSES
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP
from engine.nlu.step_index import StepIndex

CONTEXT = ExecutionContext(GraphSchema({}), node_name="node")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> StepIndex:
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("storage"))
    config = StepIndex.get_default_config()
    StepIndex.create(config, storage, Resource("r"), CONTEXT).train(TrainingData())
    return StepIndex.load(config, storage, Resource("r"), CONTEXT)


def test_a_report_leads_to_its_step(index: StepIndex) -> None:
    nlp = NormalizedSpacyNLP.create(NormalizedSpacyNLP.get_default_config(), None, None, CONTEXT)
    message = Message({TEXT: "申诉表填完了，就差提交", CLAUSES: [{"text": "原因选完了"}]})
    (message,) = index.process(nlp.process([message], nlp.provide()))
    assert message.get("steps")[0]["name"].startswith("transaction_dispute/fill_in_form/")
    (clause,) = message.get(CLAUSES)
    assert clause["steps"][0]["name"] == "account_closure/give_reason/done"
