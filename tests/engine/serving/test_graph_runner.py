"""The graph runs as with Rasa's own runner: the same outputs, the same errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage

from engine.serving.graph_runner import OrderedGraphRunner


class Sum(GraphComponent):
    """Adds up its inputs and a number of its configuration."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(cls, config: dict[str, Any], *args: Any, **kwargs: Any) -> Sum:
        return cls(config)

    def add(self, left: int = 0, right: int = 0) -> int:
        return left + right + int(self._config.get("plus", 0))

    def fail(self, left: int = 0) -> int:
        raise self._config["error"]


def node(fn: str = "add", config: dict[str, Any] | None = None, **needs: str) -> SchemaNode:
    return SchemaNode(needs, Sum, "create", fn, config or {}, eager=True)


GRAPH = {
    "one": node(config={"plus": 1}),
    "two": node(config={"plus": 1}, left="one"),
    "given": node(left="two", right="input"),
    "all": node(left="given", right="one"),
    "aside": node(fn="fail", config={"error": KeyError("must not run")}),
}


def results(tmp_path: Path, nodes: dict[str, SchemaNode], **run: Any) -> list[Any]:
    """Returns what both runners give, or the errors that they raise."""
    found: list[Any] = []
    for runner_class in (DaskGraphRunner, OrderedGraphRunner):
        schema = GraphSchema(nodes)
        runner = runner_class.create(schema, LocalModelStorage(tmp_path), ExecutionContext(schema))
        try:
            found += [[runner.run(**run), runner.run(**run)]]
        except Exception as error:
            found.append((type(error), str(error), type(error.__cause__)))
    return found


@pytest.mark.parametrize("targets", [["all"], ["two", "all"], ["one"]])
def test_outputs(tmp_path: Path, targets: list[str]) -> None:
    dask, ordered = results(tmp_path, GRAPH, inputs={"input": 10}, targets=targets)
    assert ordered == dask
    assert ordered[0] == ordered[1]
    assert set(ordered[0]) == set(targets)


@pytest.mark.parametrize("value", ["one", "free text"])
def test_an_input_that_is_named_like_a_node(tmp_path: Path, value: str) -> None:
    nodes = {"one": node(), "echo": SchemaNode({"left": "input"}, Echo, "create", "run", {}, eager=True)}
    dask, ordered = results(tmp_path, nodes, inputs={"input": value}, targets=["echo"])
    assert ordered[0] == dask[0]


class Echo(Sum):
    """Returns its input."""

    def run(self, left: Any) -> Any:
        return left


def test_a_missing_input(tmp_path: Path) -> None:
    dask, ordered = results(tmp_path, GRAPH, targets=["all"])
    assert ordered == dask
    assert ordered[0] is GraphRunError


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("x"), ValueError("x")])
def test_a_node_that_fails(tmp_path: Path, error: Exception) -> None:
    dask, ordered = results(tmp_path, {"broken": node(fn="fail", config={"error": error})}, targets=["broken"])
    assert ordered == dask
    assert ordered[0] in (GraphComponentException, GraphRunError)
