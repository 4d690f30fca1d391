"""Lets Rasa 3.6.21 run on a current Python with current libraries; to be applied before Rasa is imported.

docs/adr/0001-rasa-on-current-python.md says why. What is lent here are attributes that libraries have removed and that
Rasa reads while it is imported; `tests/engine/test_compatibility.py` fails when one of them is no longer needed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any


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


def lend_attributes() -> None:
    """Lends all of `LENT`."""
    for attribute in LENT:
        attribute.lend()
