"""Puts off imports that serving does not need, first of all TensorFlow's."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

# Modules that Rasa imports whole (`import x.y`) and uses only in functions that serving does not call. The import runs
# when one of their attributes is first read, so nothing that does need them breaks.
DEFERRED = (
    "rasa.utils.train_utils",  # for every entity extractor; brings TensorFlow: 350 MB and seconds
    "rasa.utils.plotting",  # for `rasa.nlu.test`, which the server imports; brings matplotlib
    "dask",  # runs the graph in Rasa; here engine.serving.graph_runner does
)


class _DeferredModule(ModuleType):
    """Becomes the real module when something that it does not have yet is read.

    importlib's own LazyLoader loads the module already when it is imported a second time, because Python then reads
    its `__spec__`.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            # Asked for by those who walk through all modules, such as `inspect` and `warnings`.
            raise AttributeError(name)
        spec = self.__spec__
        assert spec is not None
        assert isinstance(spec.loader, _DeferringLoader)
        if spec.loader.real is None:
            raise ModuleNotFoundError(
                f"{self.__name__} is not in requirements/serve.txt. Install requirements/bot.txt.",
                name=self.__name__,
            )
        self.__class__ = ModuleType  # type: ignore[assignment]
        spec.loader = spec.loader.real
        spec.loader.exec_module(self)
        return getattr(self, name)


class _DeferringLoader(Loader):
    def __init__(self, real: Loader | None) -> None:
        self.real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _DeferredModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Does nothing; the module is executed when it is first used."""


class _DeferringFinder(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in DEFERRED:
            return None
        spec = PathFinder.find_spec(name, path, target) or ModuleSpec(name, None)
        spec.loader = _DeferringLoader(spec.loader)
        return spec


def defer_imports() -> None:
    """Makes the import of each module in `DEFERRED` wait until it is used. To be called before Rasa is imported."""
    if not any(isinstance(finder, _DeferringFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _DeferringFinder())
