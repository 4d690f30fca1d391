"""Rasa has not changed underneath what replaces parts of it."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from rasa.core.channels.channel import InputChannel, OutputChannel
from rasa.engine.graph import GraphComponent, GraphNodeHook
from rasa.shared.importers.importer import TrainingDataImporter

import engine
from engine.upstream import REPLACED, Replaced, source_hash

UPSTREAM = ("rasa", "rasa_sdk", "sanic", "jieba", "spacy")
# Made for others to write subclasses of: what these methods do is documented.
INTERFACES = (GraphComponent, GraphNodeHook, InputChannel, OutputChannel, TrainingDataImporter)
MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(engine.__path__, "engine.")
    if not module.name.endswith("__main__")
]
MARKED = {replaced.replacement for replaced in REPLACED}


@pytest.mark.parametrize("replaced", REPLACED, ids=[replaced.name for replaced in REPLACED])
def test_the_replaced_code_is_what_it_was(replaced: Replaced) -> None:
    assert source_hash(replaced.original) == replaced.source, (
        f"{replaced.name} has changed. Compare it with {replaced.replacement}, which takes its place, and write "
        "the new hash there:\n" + inspect.getsource(replaced.original)
    )


def is_upstream(value: Any) -> bool:
    """Whether a class or a module is of one of the libraries that are adapted here."""
    if not isinstance(value, type | ModuleType):
        return False
    name = value.__name__ if isinstance(value, ModuleType) else value.__module__
    return name.partition(".")[0] in UPSTREAM


def function_of(value: Any) -> Callable[..., Any] | None:
    """Returns the function behind a method, a property or a static method."""
    value = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
    return value if inspect.isfunction(value) else None


def always_calls_super(function: Callable[..., Any], name: str) -> bool:
    """Whether a method runs the one that it overrides, whatever happens."""
    definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef)
    for statement in definition.body:
        is_branch = isinstance(statement, ast.If | ast.For | ast.While)
        if f"super().{name}(" in ast.unparse(statement):
            return not is_branch
        if is_branch and any(isinstance(node, ast.Return) for node in ast.walk(statement)):
            return False
    return False


def overriding(cls: type) -> Iterator[Callable[..., Any]]:
    """Yields the methods of a class that are run instead of one of a library.

    Not those that always call it, which only add to it, and not those that an interface leaves to its subclasses.
    """
    for name, value in vars(cls).items():
        function = function_of(value)
        base = next((base for base in cls.__mro__[1:] if name in vars(base)), object)
        # What a dataclass writes has no module of ours.
        if function is None or not is_upstream(base) or base in INTERFACES or name == "__init__":
            continue
        if function.__code__.co_filename.startswith("<") or always_calls_super(function, name):
            continue
        if any(name in vars(interface) for interface in INTERFACES if issubclass(cls, interface)):
            continue
        yield function


def patching(module: ModuleType) -> Iterator[str]:
    """Yields the names of what a module puts in the place of a function of a library."""
    tree = ast.parse(inspect.getsource(module))
    classes = {node: top.name for top in tree.body if isinstance(top, ast.ClassDef) for node in ast.walk(top)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            target, name, value = node.targets[0].value, node.targets[0].attr, node.value
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "mock.patch.object":
            target, value = node.args[0], node.args[2]
            name = ast.literal_eval(node.args[1])
        else:
            continue
        try:
            patched = eval(ast.unparse(target), vars(module))  # our own source: the name of a class or a module
        except NameError:  # a variable of a function
            continue
        if is_upstream(patched) and callable(getattr(patched, name, None)):
            replacement = ast.unparse(value.args[0] if isinstance(value, ast.Call) else value)
            yield f"{module.__name__}.{replacement.replace('cls', classes.get(node, ''))}"


def test_everything_that_replaces_is_marked() -> None:
    classes = {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__.startswith("engine.")
    }
    methods = {f"{method.__module__}.{method.__qualname__}" for cls in classes for method in overriding(cls)}
    patches = {name for module in MODULES for name in patching(module)}
    assert {"engine.serving.actions.ServingAction.run"} <= methods
    assert {"engine.serving.sql_database._create_database", "engine.training._merge"} <= patches
    assert (methods | patches) - MARKED == set()
