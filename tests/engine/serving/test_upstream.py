"""Rasa has not changed underneath what replaces parts of it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import engine.serving
import engine.training
from engine.serving.upstream import REPLACED, Replaced, source_hash

for module in pkgutil.iter_modules(engine.serving.__path__):
    importlib.import_module(f"engine.serving.{module.name}")


@pytest.mark.parametrize("replaced", REPLACED, ids=[replaced.name for replaced in REPLACED])
def test_the_replaced_code_is_what_it_was(replaced: Replaced) -> None:
    assert source_hash(replaced.original) == replaced.source, (
        f"{replaced.name} has changed. Compare it with {replaced.replacement}, which takes its place, and write "
        "the new hash there:\n" + inspect.getsource(replaced.original)
    )


def test_everything_that_replaces_is_marked() -> None:
    assert len(REPLACED) >= 7
