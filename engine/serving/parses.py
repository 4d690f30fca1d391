"""Remembers what the NLU made of short messages: people repeat themselves and each other."""

from __future__ import annotations

import marshal
from typing import Any
from weakref import WeakKeyDictionary

from rasa.engine.graph import GraphSchema

from actions.knowledge.bundle import Bundle, current_bundle

# 「好了」, 「下一步」, 「转人工」: what is longer is hardly ever typed twice in the same words.
_LONGEST = 20
# Some 4 KB each.
_REMEMBERED = 1024
# Components of ours go by the text and the bundle of knowledge alone; so do these of Rasa's.
_OURS = "engine."
_PURE = frozenset({"DomainProvider", "NLUMessageConverter", "RegexMessageHandler", "SpacyTokenizer"})


class RememberedParses:
    """Parses by text, the latest ones of each bundle of knowledge.

    They are kept as bytes: each turn is given a parse of its own, which it may change.
    """

    def __init__(self, schema: GraphSchema, target: str | None) -> None:
        """Remembers nothing yet, and nothing at all where a component may go by more than the text.

        Args:
            schema: The model's graph.
            target: Its node whose output is the parse.
        """
        nodes = schema.minimal_graph_schema([target]).nodes.values() if target else ()
        self._is_on = bool(nodes) and all(
            node.uses.__module__.startswith(_OURS) or node.uses.__name__ in _PURE for node in nodes
        )
        self._by_bundle: WeakKeyDictionary[Bundle, dict[tuple[str, bool], bytes]] = WeakKeyDictionary()

    def get(self, text: str, only_output: bool) -> dict[str, Any] | None:
        """Returns the parse of a text, if it is remembered."""
        parses = self._by_bundle.get(current_bundle())
        if not parses:
            return None
        # Put back at the end, so that the one that was not asked for longest is the first.
        known = parses.pop((text, only_output), None)
        if known is None:
            return None
        parses[text, only_output] = known
        parse: dict[str, Any] = marshal.loads(known)
        return parse

    def keep(self, text: str, only_output: bool, parse: dict[str, Any]) -> None:
        """Remembers the parse of a text, if it is short."""
        if not self._is_on or len(text) > _LONGEST:
            return
        try:
            written = marshal.dumps(parse)
        except ValueError:
            # Not plain data.
            return
        parses = self._by_bundle.setdefault(current_bundle(), {})
        parses[text, only_output] = written
        if len(parses) > _REMEMBERED:
            del parses[next(iter(parses))]
