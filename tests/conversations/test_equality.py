"""Conversations, word for word and event for event the same by `make run` as by `rasa run` + `rasa run actions`.

A dozen of them, the longest of each kind; `make test-all` compares all, and our engine with an action server, too.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conversations.test_scripts import FILES
from tests.extent import LONG
from tests.paths import ROOT
from tests.processes import free_port

START_SECONDS = 180
# What differs by nature: when something happened, and the names that are drawn for messages and models.
BY_CHANCE = {"timestamp", "message_id", "model_id", "last_message_time"}


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.2)
    pytest.fail(f"nothing answers at {url}")


def start(*command: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "SANIC_HOST": "127.0.0.1"}
    return subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def endpoints(folder: Path, name: str, action_endpoint: dict[str, str]) -> Path:
    path = folder / f"{name}.yml"
    store = {"type": "SQL", "dialect": "sqlite", "db": str(folder / f"{name}.db")}
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump({"action_endpoint": action_endpoint, "tracker_store": store}, file)
    return path


def without_variations(folder: Path) -> Path:
    """Returns a copy of the model that says everything in one way only; of several, Rasa draws one."""
    unpacked = folder / "model"
    with tarfile.open(ROOT / "models" / "uwallet.tar.gz") as archive:
        archive.extractall(unpacked)
    metadata = json.loads((unpacked / "metadata.json").read_text(encoding="utf-8"))
    responses = metadata["domain"]["responses"]
    metadata["domain"]["responses"] = {name: variations[:1] for name, variations in responses.items()}
    (unpacked / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    path = folder / "model.tar.gz"
    # It is read three times, and sent nowhere.
    with tarfile.open(path, "w:gz", compresslevel=0) as archive:
        for item in unpacked.iterdir():
            archive.add(item, item.name)
    return path


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, Path]]]:
    """The address and the database of Rasa's server, of ours, and in the long run of ours with the action server."""
    folder = tmp_path_factory.mktemp("servers")
    model = without_variations(folder)
    ports = {name: free_port() for name in ("actions", "rasa", "engine", "engine with action server")}
    remote = {"url": f"http://127.0.0.1:{ports['actions']}/webhook"}
    configured = {
        "rasa": endpoints(folder, "rasa", remote),
        "engine": endpoints(folder, "engine", {**remote, "actions_module": "actions"}),
    }
    if LONG:
        configured["engine with action server"] = endpoints(folder, "engine with action server", remote)
    processes = [start("scripts/rasa_cli.py", "run", "actions", "--port", str(ports["actions"]), "--quiet")]
    try:
        wait_for(f"http://127.0.0.1:{ports['actions']}/health", processes[0])
        for name, path in configured.items():
            program = ["scripts/rasa_cli.py", "run"] if name == "rasa" else ["-m", "engine.serve"]
            options = ["--endpoints", str(path), "--port", str(ports[name]), "--interface", "127.0.0.1", "--quiet"]
            processes.append(start(*program, "--model", str(model), "--enable-api", *options))
            # One after the other: starting is what takes all cores.
            wait_for(f"http://127.0.0.1:{ports[name]}/webhooks/rest/", processes[-1])
        yield {name: (f"http://127.0.0.1:{ports[name]}", folder / f"{name}.db") for name in configured}
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(60)


def post(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def without_chance(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("event") == "slot" and value.get("name") in BY_CHANCE:
            return {"event": "slot", "name": value["name"]}
        return {key: without_chance(item) for key, item in value.items() if key not in BY_CHANCE}
    if isinstance(value, list):
        return [without_chance(item) for item in value]
    return value


def stored_events(database: Path) -> dict[str, list[Any]]:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT sender_id, data FROM events ORDER BY id").fetchall()
    found: dict[str, list[Any]] = {}
    for sender, data in rows:
        found.setdefault(sender, []).append(without_chance(json.loads(data)))
    return found


def compared_scripts() -> list[Any]:
    kinds = [YAML(typ="safe").load(path.read_text(encoding="utf-8")) for path in FILES]
    if not LONG:
        kinds = [[max(scripts, key=lambda script: len(script["turns"]))] for scripts in kinds]
    return [script for scripts in kinds for script in scripts]


def test_messages_and_events_are_the_same(servers: dict[str, tuple[str, Path]]) -> None:
    scripts = compared_scripts()
    assert len(scripts) >= len(FILES)
    for script in scripts:
        for turn in script["turns"]:
            said = {
                name: post(
                    f"{address}/webhooks/rest/webhook",
                    {
                        "sender": script["conversation"],
                        "message": turn["user"],
                        "metadata": {"after_agent": turn.get("after_agent", False)},
                    },
                )
                for name, (address, _) in servers.items()
            }
            assert said["rasa"]
            for name, messages in said.items():
                assert messages == said["rasa"], f"{name}: after 「{turn['user']}」 in “{script['conversation']}”"
    events = {name: stored_events(database) for name, (_, database) in servers.items()}
    assert len(events["rasa"]) == len(scripts)
    for name, found in events.items():
        assert found == events["rasa"], name
    # What the HTTP API tells about a conversation.
    for script in scripts[:3]:
        path = f"conversations/{urllib.parse.quote(script['conversation'])}/tracker"
        trackers = {}
        for name, (address, _) in servers.items():
            with urllib.request.urlopen(f"{address}/{path}", timeout=60) as response:
                trackers[name] = without_chance(json.load(response))
                trackers[name].pop("latest_event_time")
        for name, tracker in trackers.items():
            assert tracker == trackers["rasa"], name
    for text in ("我忘记密码了", "/next_step", "", "qwertz", "付款失败 200块"):
        parsed = {name: post(f"{address}/model/parse", {"text": text}) for name, (address, _) in servers.items()}
        for name, result in parsed.items():
            assert result == parsed["rasa"], f"{name}: 「{text}」"


def test_the_gateway_is_answered_the_same(servers: dict[str, tuple[str, Path]]) -> None:
    said = [
        ("payload", "/session_start"),
        ("text", "我忘記密碼了"),
        ("payload", "/next_step"),
        ("text", "/session_start"),
        ("text", "密码注销"),
        ("text", "转人工"),
        ("text", "我的工单怎么样了"),
    ]
    answers: dict[str, list[Any]] = {}
    for name, (address, _) in servers.items():
        url = f"{address}/webhooks/gateway/webhook"
        bodies = [{"sender": "visitor", "kind": kind, "message": text} for kind, text in said]
        answers[name] = [post(url, body) for body in bodies]
    for name, found in answers.items():
        assert found == answers["rasa"], name
    step = answers["engine"][2]["messages"][-1]["metadata"]
    assert step["response"] == "utter_step"
    assert (step["progress"]["number"], step["progress"]["count"]) == (2, 5)
    assert [event["kind"] for event in answers["engine"][2]["events"]] == ["step_shown"]
    assert [answer["messages"][-1]["custom"]["type"] for answer in answers["engine"][-2:]] == [
        "handoff",
        "support_request",
    ]
    for route, body in (("suggestions", {"text": "怎么改密码"}), ("intents", None)):
        told = {}
        for name, (address, _) in servers.items():
            url = f"{address}/webhooks/gateway/{route}"
            if body:
                told[name] = post(url, body)
            else:
                with urllib.request.urlopen(url, timeout=60) as response:
                    told[name] = json.load(response)
        assert told["engine"] == told["rasa"]
        assert told["engine"][route]
