"""Lets Rasa 3.6.21 run on a current Python with current libraries; to be applied before Rasa is imported.

docs/adr/0001-rasa-on-current-python.md says why. What is lent here are attributes and one module that libraries have
removed and that Rasa reads while it is imported; `tests/engine/test_compatibility.py` fails when one of them is no
longer needed.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.resources
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, BinaryIO


@dataclass(frozen=True)
class LentAttribute:
    """An attribute that Rasa expects of a library and that the library has no more.

    Attributes:
        module: Where Rasa looks for it.
        name: Its name there.
        needed_by: The module of Rasa that cannot be imported without it.
        make: Makes it of the library's module.
    """

    module: str
    name: str
    needed_by: str
    make: Callable[[ModuleType], Any]

    def lend(self) -> None:
        """Adds the attribute, unless the library has one."""
        module = importlib.import_module(self.module)
        if not hasattr(module, self.name):
            setattr(module, self.name, self.make(module))


LENT = (
    # Versions that PEP 440 knows not are errors since packaging 22; Rasa asks only whether a version is one of them.
    LentAttribute(
        "packaging.version",
        "LegacyVersion",
        "rasa.shared.utils.validation",
        lambda version: type("LegacyVersion", (version.Version,), {}),
    ),
    # Moved in numpy 2. Rasa names it in a filter of warnings.
    LentAttribute(
        "numpy",
        "VisibleDeprecationWarning",
        "rasa.utils.common",
        lambda numpy: numpy.exceptions.VisibleDeprecationWarning,
    ),
)


# Gone since setuptools 82. Rasa and jieba find their own files by it, and Rasa the versions of libraries; setuptools
# would cost a tenth of a second for that.
PACKAGE_RESOURCES = "pkg_resources"


def _resource_filename(module: str, path: str) -> str:
    package = importlib.import_module(module)
    # A module stands for the package that it lies in, as it did for pkg_resources.
    anchor = package.__name__ if hasattr(package, "__path__") else package.__name__.rpartition(".")[0]
    return str(importlib.resources.files(anchor) / path)


def _resource_stream(module: str, path: str) -> BinaryIO:
    return open(_resource_filename(module, path), "rb")  # noqa: PTH123 - the caller closes it, as it did


def _package_resources() -> ModuleType:
    module = ModuleType(PACKAGE_RESOURCES, "The part of setuptools' pkg_resources that Rasa and jieba use.")
    module.resource_filename = _resource_filename  # type: ignore[attr-defined]
    module.resource_stream = _resource_stream  # type: ignore[attr-defined]
    module.get_distribution = importlib.metadata.distribution  # type: ignore[attr-defined]
    return module


def prepare() -> None:
    """Lends all of `LENT`, and `pkg_resources`."""
    for attribute in LENT:
        attribute.lend()
    sys.modules.setdefault(PACKAGE_RESOURCES, _package_resources())
