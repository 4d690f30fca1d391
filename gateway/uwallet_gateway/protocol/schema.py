"""Prints the JSON schema of the protocol, from which `make protocol` writes TypeScript types.

`python -m uwallet_gateway.protocol.schema`.
"""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from uwallet_gateway.agents.canned_replies import CannedReply
from uwallet_gateway.protocol import (
    agents,
    answer_figures,
    audit,
    bulk,
    configuration,
    conversations,
    customers,
    events,
    insight,
    knowledge,
    knowledge_pilots,
    messages,
    notices,
    persons,
    push,
    quality,
    routing,
    service,
    support,
    tickets,
    views,
)
from uwallet_gateway.protocol.base import Request, View

_MODULES: tuple[ModuleType, ...] = (
    messages,
    notices,
    support,
    tickets,
    conversations,
    customers,
    agents,
    insight,
    quality,
    configuration,
    audit,
    persons,
    routing,
    service,
    knowledge,
    knowledge_pilots,
    answer_figures,
    views,
    bulk,
    push,
    events,
)
# Models that clients send but that ignore unknown fields, as Rasa's channel does.
_LENIENT_REQUESTS = (messages.SessionRequest,)


def schema() -> dict[str, Any]:
    """The schema of all models, each under its name in `$defs`."""
    models = {
        model
        for module in _MODULES
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, View | Request) and model not in {View, Request}
    } | set(_LENIENT_REQUESTS)
    inputs: list[tuple[Any, JsonSchemaMode]] = [(CannedReply, "serialization")]
    for model in sorted(models, key=lambda model: model.__name__):
        inputs.append((model, "serialization" if issubclass(model, View) else "validation"))
    return models_json_schema(inputs, title="Protocol")[1]


if __name__ == "__main__":
    json.dump(schema(), sys.stdout, ensure_ascii=False, indent=2)
