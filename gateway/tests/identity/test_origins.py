"""What is an origin."""

from __future__ import annotations

import pytest

from uwallet_gateway.identity.origins import OriginError, normalized_origin


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://www.example.com", "https://www.example.com"),
        ("https://WWW.Example.com/", "https://www.example.com"),
        ("https://example.com:443", "https://example.com"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://钱包.example", "https://xn--uir314m.example"),
    ],
)
def test_origin_is_as_browsers_send_it(given: str, origin: str) -> None:
    assert normalized_origin(given) == origin


@pytest.mark.parametrize(
    "given",
    [
        "",
        "null",
        "*",
        "example.com",
        "https://*.example.com",
        "https://example.com/path",
        "https://example.com?x",
        "https://user@example.com",
        "https://example.com:port",
        "ftp://example.com",
        "https://",
    ],
)
def test_everything_else_is_refused(given: str) -> None:
    with pytest.raises(OriginError):
        normalized_origin(given)
