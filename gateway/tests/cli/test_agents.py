"""The commands for accounts, as an operator types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from uwallet_gateway.cli.main import main


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UWALLET_DEVELOPMENT", "true")
    monkeypatch.setenv("UWALLET_DATA_DIR", str(tmp_path / "var"))


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=typed)


def test_account_from_the_first_to_the_last_command(tmp_path: Path) -> None:
    made = run("create-agent", "admin", "管理员", "--role=admin", "--if-none")
    assert made.exit_code == 0, made.output
    admin = json.loads(made.output)
    assert admin["role"] == "admin"
    assert len(admin["password"]) == 23
    assert run("create-agent", "other", "别人", "--if-none").output == ""
    asked = run("create-agent", "Lin", "小林", "--ask-password", "--max-chats=2", typed="k7mwp-3xq9h-tulip\n")
    assert asked.exit_code == 0, asked.output
    lin = json.loads(asked.output)
    assert "password" not in lin
    assert (lin["username"], lin["max_chats"], lin["enabled"]) == ("lin", 2, True)
    assert run("disable-agent", "lin").exit_code == 0
    listed = {agent["username"]: agent for agent in json.loads(run("list-agents").output)}
    assert listed["lin"]["enabled"] is False
    assert listed["lin"]["second_factor"] is False
    assert set(listed) == {"admin", "lin"}
    assert "password" not in listed["admin"]
    assert run("enable-agent", "lin").exit_code == 0
    assert len(run("set-password", "lin").output.strip()) == 23
    assert run("set-password", "lin", "--ask-password", typed="k7mwp-3xq9h-tulip\n").output == ""
    assert run("reset-second-factor", "lin").output == ""
    assert run("set-email", "lin", "Lin@bank.example").output == ""
    assert "another agent has the address" in run("set-email", "admin", "lin@bank.example").output
    assert '"email": "lin@bank.example"' in run("list-agents").output
    assert run("sign-out-agent", "lin").output == ""
    for file in (tmp_path / "var").iterdir():
        assert admin["password"].encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "typed", "reason"),
    [
        (("set-password", "nobody"), None, "there is no agent 'nobody'"),
        (("reset-second-factor", "nobody"), None, "there is no agent 'nobody'"),
        (("create-agent", "小林", "小林"), None, "is no user name"),
        (("create-agent", "lin", " "), None, "the name is refused: empty"),
        (("create-agent", "lin", "小林", "--ask-password"), "12345\n", "guessed easily"),
        (("disable-agent", "admin"), None, "the last admin"),
        (("create-agent", "admin", "管理员"), None, "there is an agent 'admin' already"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(arguments: tuple[str, ...], typed: str | None, reason: str) -> None:
    run("create-agent", "admin", "管理员", "--role=admin")
    refused = run(*arguments, typed=typed)
    assert refused.exit_code == 1
    assert reason in refused.output
    assert "Traceback" not in refused.output
