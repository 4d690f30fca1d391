"""Settings, and the table in the documentation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from uwallet_gateway.settings import PREFIX, REPOSITORY, Settings, SettingsError, load_settings

DOCUMENT = REPOSITORY / "docs" / "gateway.md"
ROW = re.compile(r"^\| `(?P<name>[A-Z_0-9]+)` \| (?P<default>.*?) \| (?P<meaning>.*) \|$", re.MULTILINE)


def shown_default(value: Any) -> str:
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    if isinstance(value, Path):
        return f"`{value.relative_to(REPOSITORY)}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        value = ",".join(value)
    return f"`{value}`" if value not in ("", None) else "empty"


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    told = {match["name"]: (match["default"], match["meaning"]) for match in ROW.finditer(DOCUMENT.read_text())}
    known = {
        f"{PREFIX}{name}".upper(): (shown_default(field.default), field.description)
        for name, field in Settings.model_fields.items()
    }
    assert told == known


def test_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UWALLET_SECRET_KEY", "s" * 32)
    monkeypatch.setenv("UWALLET_TRUSTED_PROXIES", "10.0.0.0/8, 192.168.1.1")
    monkeypatch.setenv("UWALLET_PUBLIC_URL", "https://Chat.example.com/")
    monkeypatch.setenv("UWALLET_RATE_MESSAGES_PER_USER", "")
    settings = load_settings()
    assert settings.trusted_proxies == ("10.0.0.0/8", "192.168.1.1")
    assert settings.public_url == "https://chat.example.com"
    assert settings.rate_messages_per_user == Settings.model_fields["rate_messages_per_user"].default


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UWALLET_PORT", "99999"),
        ("UWALLET_PORT", "abc"),
        ("UWALLET_TRUSTED_PROXIES", "everybody"),
        ("UWALLET_PUBLIC_URL", "chat.example.com"),
        ("UWALLET_PUBLIC_URL", "https://chat.example.com/path"),
        ("UWALLET_RATE_MESSAGES_PER_USER", "many"),
        ("UWALLET_NOTICE_AFTER", "9"),
        ("UWALLET_RETENTION_DAYS", "-1"),
        ("UWALLET_LOG_LEVEL", "LOUD"),
        ("UWALLET_SECRET_KEY", "short"),
        ("UWALLET_DESK_TWO_FACTOR_ROLES", "admin,boss"),
        ("UWALLET_DESK_OIDC_ROLES", "desk-admins"),
        ("UWALLET_DESK_OIDC_ROLES", "desk-admins=boss"),
    ],
)
def test_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("UWALLET_DEVELOPMENT", "true")
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load_settings()


def test_secret_key_is_required_outside_of_development() -> None:
    with pytest.raises(SettingsError, match="UWALLET_SECRET_KEY is not set"):
        load_settings()


def test_secrets_are_not_printed() -> None:
    settings = load_settings(secret_key="s" * 40, redis_url="redis://:password@host")
    assert "s" * 40 not in repr(settings)
    assert "password" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"desk_oidc_issuer": "http://login.example.com"}, "must begin with https"),
        ({}, "DESK_OIDC_CLIENT_ID is not set"),
        ({"desk_oidc_client_id": "desk"}, "PUBLIC_URL must be set"),
        ({"desk_oidc_client_id": "desk", "public_url": "https://a.example", "desk_oidc_scopes": "email"}, "openid"),
    ],
)
def test_provider_needs_what_makes_it_safe(given: dict[str, Any], missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        load_settings(**({"secret_key": "s" * 32, "desk_oidc_issuer": "https://login.example.com"} | given))


def test_secret_of_the_provider_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from the file\n", encoding="utf-8")
    settings = load_settings(secret_key="s" * 32, desk_oidc_client_secret_file=str(file))
    assert settings.oidc_client_secret() == "from the file"
    with pytest.raises(SettingsError, match="CLIENT_SECRET_FILE"):
        load_settings(secret_key="s" * 32, desk_oidc_client_secret_file=str(tmp_path / "none")).oidc_client_secret()
