"""Ports for processes that are started one after the other."""

from __future__ import annotations

import pytest

from scripts.local import free_port


def test_no_port_is_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens on the first one yet when the second one is asked for."""
    monkeypatch.setenv("FREE_PORTS", "19000-19009")
    given = [free_port() for _ in range(6)]
    assert len(set(given)) == len(given)
