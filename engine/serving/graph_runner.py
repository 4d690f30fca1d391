"""Runs the prediction graph in an order that is worked out once."""

from __future__ import annotations

import dataclasses
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy as RasaRulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.storage import ModelStorage
from rasa.graph_components.providers.domain_provider import DomainProvider as RasaDomainProvider

from engine.serving.domain_provider import DomainProvider
from engine.serving.rule_policy import RulePolicy
from engine.upstream import replaces

# Components for which there is a faster class with the same output.
_FASTER: dict[type[GraphComponent], type[GraphComponent]] = {
    RasaDomainProvider: DomainProvider,
    RasaRulePolicy: RulePolicy,
}


class OrderedGraphRunner(DaskGraphRunner):
    """Rasa's graph runner without dask.

    For each prediction Rasa works out anew which nodes the targets need, builds a dask graph of them and has it
    scheduled, which takes longer than most nodes. Which nodes run and in what order depends on the targets alone.
    """

    _orders: dict[tuple[str, ...], list[tuple[str, GraphNode, tuple[str, ...]]]]

    @replaces(DaskGraphRunner.run, "45f0f52f574f")
    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Runs the graph (see parent class).

        Raises:
            GraphRunError: An input has the name of a node, a node lacks an input, or a node raised a RuntimeError.
        """
        wanted = tuple(targets or self._graph_schema.target_names)
        orders = self.__dict__.setdefault("_orders", {})
        order = orders.get(wanted)
        if order is None:
            order = orders[wanted] = self._order(wanted)
        outputs: dict[str, tuple[str, Any]] = {}
        for name, value in (inputs or {}).items():
            if isinstance(value, str) and any(value == node_name for node_name, _, _ in order):
                raise GraphRunError(f"Input value '{value}' clashes with a node name.")
            outputs[name] = (name, value)
        try:
            for name, node, needs in order:
                if name not in outputs:
                    # A node is given the bare name of what nobody provides, as dask does, and says so itself.
                    outputs[name] = node(*[outputs.get(need, need) for need in needs])
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return {name: outputs[name][1] for name in wanted}

    def _order(self, targets: tuple[str, ...]) -> list[tuple[str, GraphNode, tuple[str, ...]]]:
        """Returns the nodes that the targets need, each after those whose output it takes."""
        nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
        ordered: dict[str, tuple[str, ...]] = {}

        def add(name: str) -> None:
            if name in nodes and name not in ordered:
                needs = tuple(nodes[name].needs.values())
                for need in needs:
                    add(need)
                ordered[name] = needs

        for target in targets:
            add(target)
        return [(name, self._instantiated_nodes[name], needs) for name, needs in ordered.items()]

    @classmethod
    def take_the_place_of_dask(cls) -> None:
        """Lets Rasa's own runner, which its commands make by name, run graphs in this way."""
        DaskGraphRunner.run = cls.run
        DaskGraphRunner._order = cls._order


class ServingGraphRunner(OrderedGraphRunner):
    """Makes the nodes of components for which there is a faster class of that one."""

    @staticmethod
    @replaces(DaskGraphRunner._instantiate_nodes, "1617dc20d930")
    def _instantiate_nodes(
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> dict[str, GraphNode]:
        return {
            name: GraphNode.from_schema_node(
                name,
                dataclasses.replace(node, uses=_FASTER.get(node.uses, node.uses)),
                model_storage,
                execution_context,
                hooks,
            )
            for name, node in graph_schema.nodes.items()
        }
