"""The commands, as an operator types them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from uwallet_gateway.cli.main import main
from uwallet_gateway.identity.vouching import read_attributes, read_voucher


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("UWALLET_DEVELOPMENT", "true")
    monkeypatch.setenv("UWALLET_DATA_DIR", str(tmp_path / "var"))
    # The commands set it for their process, which is this one here.
    before = os.umask(0o022)
    yield
    os.umask(before)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_site_from_creation_to_removal() -> None:
    made = run("create-site", "商店", "--key", "shop", "--origin", "https://Shop.example/", "--require-identity")
    assert made.exit_code == 0, made.output
    site = json.loads(made.output)
    assert site["origins"] == ["https://shop.example"]
    assert site["require_identity"]
    assert site["notice"] == "shown"
    listed = json.loads(run("list-sites").output)
    assert listed == [{key: value for key, value in site.items() if key != "secret"}]
    again = json.loads(
        run("create-site", "商店", "--key", "shop", "--if-missing", "--origin", "http://localhost:1").output
    )
    assert again["secret"] == site["secret"]
    assert again["origins"] == ["http://localhost:1"]
    assert read_voucher(site["secret"], "u-1", run("user-hash", "shop", "u-1").output.strip()) is not None
    told = run("user-hash", "shop", "u-1", "--attributes", '{"level": "gold"}').output.splitlines()[1]
    assert read_attributes(site["secret"], "u-1", told) is not None
    assert run("revoke-user", "shop", "u-1").output == "Ended 0 sessions.\n"
    assert run("set-origins", "shop", "https://a.example", "https://b.example").exit_code == 0
    assert run("renew-secret", "shop").output.strip() != site["secret"]
    # The engine is away, which is logged.
    assert run("purge").output.endswith("Removed 0 messages, 0 pictures, 0 conversations.\n")
    assert run("set-retention", "shop", "--messages", "30", "--pictures", "7").exit_code == 0
    assert run("remove-site", "shop", "--yes").exit_code == 0
    assert json.loads(run("list-sites").output) == []
    assert run("migrate").exit_code == 0


def test_signing_a_user_out_is_recorded_without_naming_them(tmp_path: Path) -> None:
    assert run("create-site", "商店", "--key", "shop").exit_code == 0
    assert run("revoke-user", "shop", "user-17").exit_code == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "var" / "gateway.db")) as connection:
        rows = connection.execute("SELECT action, actor_kind, target, details FROM audit_entries").fetchall()
    revoked = [row for row in rows if row[0] == "user_revoked"]
    assert [(row[1], json.loads(row[3])) for row in revoked] == [("command", {"sessions": 0})]
    assert re.fullmatch("[0-9a-f]{32}", revoked[0][2])
    assert "user-17" not in str(rows)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create-site", "x", "--origin", "*.example.com"), "is not an origin"),
        (("create-site", "x", "--key", "Not Good"), "cannot be a key"),
        (("user-hash", "nobody", "u"), "there is no site 'nobody'"),
        (("revoke-user", "nobody", "u"), "there is no site 'nobody'"),
        (("set-retention", "nobody"), "there is no site 'nobody'"),
        (("renew-secret", "nobody"), "there is no site 'nobody'"),
        (("no-such-command",), "No such command"),
    ],
)
def test_mistakes_are_told_in_a_line(arguments: tuple[str, ...], told: str) -> None:
    result = run(*arguments)
    assert result.exit_code != 0
    assert told in result.output
    assert "Traceback" not in result.output


def test_settings_are_checked_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UWALLET_DATABASE_URL", "mysql://x")
    result = run("list-sites")
    assert result.exit_code == 1
    assert "UWALLET_DATABASE_URL: must begin with sqlite:// or postgresql://" in result.output


def test_database_that_is_away_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UWALLET_DATABASE_URL", "postgresql://user:pass-word@127.0.0.1:1/db")
    result = run("list-sites")
    assert result.exit_code == 1
    assert "the database does not answer" in result.output
    assert "pass-word" not in result.output


def test_files_are_for_nobody_else_whatever_the_umask(tmp_path: Path) -> None:
    assert run("migrate").exit_code == 0
    made = [tmp_path / "var", *(tmp_path / "var").rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in made} == {0}


def test_a_first_start_makes_the_site_and_an_admin_and_later_ones_set_the_origins() -> None:
    command = ("prepare-demonstration", "demo", "--admin=admin-1", "--admin-name=管理员")
    made = run(*command, "--origin=http://localhost:1")
    assert made.exit_code == 0, made.output
    assert json.loads(made.output)["password"]
    assert json.loads(run(*command, "--origin=http://localhost:2").output) == {"password": None}
    (site,) = json.loads(run("list-sites").output)
    assert (site["key"], site["origins"]) == ("demo", ["http://localhost:2"])
    (agent,) = json.loads(run("list-agents").output)
    assert (agent["username"], agent["role"]) == ("admin-1", "admin")
