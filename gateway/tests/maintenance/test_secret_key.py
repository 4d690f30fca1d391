"""The development secret."""

from __future__ import annotations

import stat

from tests.conftest import SettingsFactory
from uwallet_gateway.maintenance.secret_key import secret_keys


def test_is_generated_once_for_its_owner_only(make_settings: SettingsFactory) -> None:
    settings = make_settings(secret_key="")
    [key] = secret_keys(settings)
    assert len(key) >= 32
    assert secret_keys(settings) == [key]
    [file] = settings.data_dir.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("")
    assert secret_keys(settings) != [key]


def test_given_key_is_used_and_nothing_written(make_settings: SettingsFactory) -> None:
    settings = make_settings(secret_key="g" * 32, old_secret_keys="a,b")
    assert secret_keys(settings) == ["g" * 32, "a", "b"]
    assert not settings.data_dir.exists()
