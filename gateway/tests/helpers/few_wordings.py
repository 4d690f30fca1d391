"""Imported into a gateway of browser tests: before a publication it asks a few wordings of what is published.

There are some three hundred, each asked of two versions. That none of them is reported without a reason is told by
tests/real_engine/test_publishing.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from uwallet_gateway.knowledge import regression_check
from uwallet_gateway.knowledge.entries import Entry, Key
from uwallet_gateway.knowledge.labelled_sets import LabelledMessage
from uwallet_gateway.knowledge.regressions import wordings_of

_WORDINGS = 20


def few_wordings_of(entries: Mapping[Key, Entry], told: Iterable[str]) -> list[LabelledMessage]:
    """The first wordings of questions."""
    return wordings_of(entries, told)[:_WORDINGS]


regression_check.wordings_of = few_wordings_of  # type: ignore[attr-defined] # another one for this process
