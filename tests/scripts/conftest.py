"""What tests of scripts share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import pytest

from language.text_normalization import normalize
from scripts import check_knowledge


@pytest.fixture(scope="session", autouse=True)
def _texts_are_normalized_once() -> Iterator[None]:
    """Remembers the normalized texts of all data files, a dozen copies of which are checked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check_knowledge, "normalize", lru_cache(maxsize=None)(normalize))
        yield
