"""What a component of the NLU makes of each bundle of knowledge."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar, runtime_checkable
from weakref import WeakKeyDictionary

from actions.knowledge.bundle import Bundle, current_bundle

Index = TypeVar("Index")


@runtime_checkable
class ReadsBundles(Protocol):
    """A component that finds something in the knowledge."""

    def prepare(self, bundle: Bundle) -> None:
        """Makes ready for a bundle, beside those that it is ready for; not in the thread that serves."""


class BundleIndexes(Generic[Index]):
    """An index for each bundle as long as somebody has the bundle."""

    def __init__(self, own: Index) -> None:
        """Keeps the index of the files that the model was loaded with, for bundles that nobody has prepared."""
        self.own = own
        self._by_bundle: WeakKeyDictionary[Bundle, Index] = WeakKeyDictionary()

    def put(self, bundle: Bundle, index: Index) -> None:
        """Keeps the index of a bundle."""
        self._by_bundle[bundle] = index

    @property
    def current(self) -> Index:
        """The index of the bundle of this turn."""
        return self._by_bundle.get(current_bundle(), self.own)
