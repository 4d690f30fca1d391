"""The command `verify-audit`."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from uwallet_gateway.cli.main import main


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UWALLET_DEVELOPMENT", "true")
    monkeypatch.setenv("UWALLET_DATA_DIR", str(tmp_path / "var"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_commands_are_recorded_and_checked(tmp_path: Path) -> None:
    site = json.loads(run("create-site", "商城", "--key", "shop").output)
    run("renew-secret", "shop")
    run("create-agent", "lin", "小林")
    checked = run("verify-audit")
    assert checked.exit_code == 0, checked.output
    assert checked.output.startswith("3 entries, none changed. Head: 3:")
    head = checked.output.split()[-1]
    assert run("verify-audit", "--expect", head).exit_code == 0
    assert "is not like" in run("verify-audit", "--expect", "3").output
    database = sqlite3.connect(tmp_path / "var" / "gateway.db")
    rows = database.execute("SELECT actor_kind, actor_name, action, target, details FROM audit_entries").fetchall()
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("command", "site_created", "shop"),
        ("command", "site_changed", "shop"),
        ("command", "account_created", "lin"),
    ]
    assert all(row[1] for row in rows)
    assert site["secret"] not in str(rows)
    database.execute("DROP TRIGGER audit_entries_no_update")
    database.execute("UPDATE audit_entries SET target = 'other' WHERE id = 2")
    database.commit()
    database.close()
    found = run("verify-audit", "--expect", head)
    assert found.exit_code == 1
    assert "entry 2 was changed" in found.output
