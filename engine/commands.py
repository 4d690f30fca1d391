"""Prepares Rasa's own commands (`rasa train`, `run`, `shell`, `test` ...) for this Python and its libraries.

`engine.serve` and `engine.training` do the same for themselves. docs/adr/0001-rasa-on-current-python.md says why.
"""

from __future__ import annotations

from typing import Any

import engine.serving  # isort: skip  # noqa: F401 - first: prepares what Rasa needs while it is imported

from rasa.core.tracker_store import TrackerStore
from rasa.engine.graph import GraphModelConfiguration
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from sanic import Sanic

from engine.serving.deferred_imports import defer_neural_components
from engine.serving.forked_workers import fork_workers
from engine.serving.graph_runner import OrderedGraphRunner
from engine.serving.tracker_store import refuse_memory
from engine.upstream import replaces

_run = Sanic.run
_create_store = TrackerStore.create
_graphs = DefaultV1Recipe.graph_config_for_recipe


@replaces(Sanic.run, "6c167de55d36")
def _run_here(app: Sanic[Any, Any], *args: Any, **settings: Any) -> None:
    fork_workers()
    settings.setdefault("single_process", settings.get("workers", 1) == 1)
    _run(app, *args, **settings)


@replaces(TrackerStore.create, "91a91edd7f54")
def _create_configured_store(obj: Any, *args: Any, **settings: Any) -> TrackerStore:
    return refuse_memory(obj, _create_store(obj, *args, **settings))


@replaces(DefaultV1Recipe.graph_config_for_recipe, "b63605fd07fb")
def _graphs_without_tensorflow(
    recipe: DefaultV1Recipe, config: dict[str, Any], *args: Any, **settings: Any
) -> GraphModelConfiguration:
    defer_neural_components(entry["name"] for key in ("pipeline", "policies") for entry in config.get(key) or ())
    return _graphs(recipe, config, *args, **settings)


def prepare_rasa() -> None:
    """Makes Rasa's commands work from now on; a component that needs TensorFlow says so."""
    OrderedGraphRunner.take_the_place_of_dask()
    Sanic.run = _run_here  # type: ignore[method-assign, assignment]  # it passes on what it is given
    DefaultV1Recipe.graph_config_for_recipe = _graphs_without_tensorflow
    TrackerStore.create = staticmethod(_create_configured_store)
