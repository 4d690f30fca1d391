"""Reads the names of other wallets and of their products as the wallet itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# Stands where a name was longer than the word it is read as, so that offsets stay true; no featurizer reads it.
_PADDING = " "


@dataclass(frozen=True)
class BrandRules:
    """The names, and the word they are read as; see `data/lexicon/brands.yml`."""

    read_as: str
    names: tuple[str, ...]

    @cached_property
    def _names(self) -> re.Pattern[str]:
        # Neighbours are one name: people write the shop's, the wallet's and the product's in a row.
        longest_first = sorted(self.names, key=len, reverse=True)
        return re.compile(f"(?:{'|'.join(map(re.escape, longest_first))})+")

    def read(self, text: str) -> str:
        """Returns normalized text with the names replaced, as long as before."""
        return self._names.sub(lambda match: self.read_as.ljust(len(match.group()), _PADDING), text)


def brand_rules(content: dict[str, Any]) -> BrandRules:
    """Returns the rules that a parsed `brands.yml` holds.

    Raises:
        ValueError: A field is missing, unknown or of the wrong type, or a name is shorter than what it is read as.
    """
    read_as, names = content.get("read_as"), content.get("names")
    if not (isinstance(read_as, str) and read_as):
        raise ValueError(f"read_as: expected a word, found {read_as!r}")
    if not (isinstance(names, list) and names and all(isinstance(name, str) and name for name in names)):
        raise ValueError(f"names: expected a list of names, found {names!r}")
    short = [name for name in names if len(name) < len(read_as)]
    if short:
        raise ValueError(f"names: {short[0]!r} is shorter than {read_as!r}, which would move what follows")
    unknown = sorted(set(content) - {"read_as", "names"})
    if unknown:
        raise ValueError(f"{unknown[0]}: unknown field")
    return BrandRules(read_as, tuple(names))
