"""Puts off imports that serving does not need, first of all TensorFlow's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

# Modules that Rasa imports and uses only in functions that serving does not call. The import runs when one of their
# attributes is first read, so nothing that does need them breaks. A name stands for a function that Rasa imports by
# name (`from x import f`): its first call runs the import.
DEFERRED: dict[str, tuple[str, ...]] = {
    "rasa.utils.train_utils": (),  # for every entity extractor; brings TensorFlow: 350 MB and seconds
    "rasa.utils.plotting": (),  # for `rasa.nlu.test`, which the server imports; brings matplotlib
    "dask": (),  # runs the graph in Rasa; here engine.serving.graph_runner does
    "sklearn": (),  # for data of neural networks, by the name below; brings scipy.stats: 35 MB
    "sklearn.model_selection": ("train_test_split",),
}


class _DeferredModule(ModuleType):
    """Becomes the real module when something that it does not have yet is read.

    importlib's own LazyLoader loads the module already when it is imported a second time, because Python then reads
    its `__spec__`.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            # Asked for by those who walk through all modules, such as `inspect` and `warnings`.
            raise AttributeError(name)
        if name in DEFERRED[self.__name__]:
            return _deferred_function(self, name)
        _load(self)
        return getattr(self, name)


def _deferred_function(module: _DeferredModule, name: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        _load(module)
        return getattr(module, name)(*args, **kwargs)

    return call


def _load(module: ModuleType) -> None:
    """Executes a deferred module, after those that it lies in."""
    parent = sys.modules.get(module.__name__.rpartition(".")[0])
    if isinstance(parent, _DeferredModule):
        _load(parent)
    if not isinstance(module, _DeferredModule):
        return
    spec = module.__spec__
    assert spec is not None
    assert isinstance(spec.loader, _DeferringLoader)
    if spec.loader.real is None:
        raise ModuleNotFoundError(
            f"{module.__name__} is not in requirements/serve.txt. Install requirements/bot.txt.", name=module.__name__
        )
    module.__class__ = ModuleType  # type: ignore[assignment]
    spec.loader = spec.loader.real
    spec.loader.exec_module(module)


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
            package = sys.modules.get(name.rpartition(".")[0])
            if isinstance(package, _DeferredModule):
                # Something inside a deferred package is really imported.
                _load(package)
            return None
        spec = PathFinder.find_spec(name, path, target) or ModuleSpec(name, None)
        spec.loader = _DeferringLoader(spec.loader)
        return spec


def defer_imports() -> None:
    """Makes the import of each module in `DEFERRED` wait until it is used. To be called before Rasa is imported."""
    if not any(isinstance(finder, _DeferringFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _DeferringFinder())
