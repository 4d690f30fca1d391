"""What deploy/compose.yml promises of each container."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from uwallet_gateway.settings import REPOSITORY as ROOT
from uwallet_gateway.yaml_files import read_yaml

COMPOSE: dict[str, Any] = read_yaml(ROOT / "deploy" / "compose.yml").content
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OWN = ("engine", "gateway")


@pytest.mark.parametrize("name", SERVICES)
def test_container_is_limited_and_may_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service["pids_limit"] > 0
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")


@pytest.mark.parametrize("name", OWN)
def test_own_containers_write_to_their_data_only(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    writable = [volume for volume in service["volumes"] if not volume.endswith(":ro")]
    assert writable == [f"{name}-data:/data"]


def test_only_the_proxy_is_reached_from_outside_and_the_gateway_from_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert sorted(published) == ["gateway", "proxy"]
    assert all(port.startswith("127.0.0.1:") for port in published["gateway"])
    assert published["proxy"] == ["80:80", "443:443"]
    assert COMPOSE["networks"]["private"]["internal"] is True
    assert SERVICES["proxy"]["networks"] == ["public"]
    assert all(service["networks"] == ["private"] for name, service in SERVICES.items() if name not in published)


def test_proxy_leads_to_the_gateway_and_hides_the_metrics() -> None:
    text = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    assert "reverse_proxy gateway:5005" in text
    assert "header_up X-Forwarded-For {remote_host}" in text
    assert "respond /metrics 404" in text
    assert SERVICES["proxy"]["environment"]["PUBLIC_NAME"] == "${PUBLIC_NAME:-}"


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_engine_finds_its_store(store: str) -> None:
    (mounted,) = (volume for volume in SERVICES["engine"]["volumes"] if volume.endswith(":/bot/endpoints.yml:ro"))
    assert mounted.startswith("./engine/${ENGINE_STORE:-sqlite}.yml:")
    tracker = read_yaml(ROOT / "deploy" / "engine" / f"{store}.yml").content["tracker_store"]
    assert tracker["dialect"] == store
    if store == "sqlite":
        assert tracker["db"].startswith("/data/")
        return
    server = SERVICES[tracker["url"]]
    assert tracker["username"] == server["environment"]["POSTGRES_USER"]
    assert tracker["password"] == "${POSTGRES_PASSWORD}"
    # Nothing else makes the engine's database.
    (scripts,) = (volume for volume in server["volumes"] if volume.endswith(":/docker-entrypoint-initdb.d:ro"))
    statements = [file.read_text(encoding="utf-8") for file in (ROOT / "deploy" / scripts.split(":")[0]).glob("*.sql")]
    assert any(f"\nCREATE DATABASE {tracker['db']};" in statement for statement in statements)


def test_engines_share_a_lock_with_the_password_of_redis() -> None:
    lock = read_yaml(ROOT / "deploy" / "engine" / "postgresql.yml").content["lock_store"]
    assert (lock["type"], lock["password"]) == ("redis", "${REDIS_PASSWORD}")
    assert lock["url"] in SERVICES
    assert "REDIS_PASSWORD" in SERVICES["engine"]["environment"]


def test_every_image_can_be_pinned_by_digest() -> None:
    for name, service in SERVICES.items():
        if "image" in service:
            assert service["image"].startswith("${"), name
            continue
        arguments = service["build"]["args"]
        text = (ROOT / service["build"]["dockerfile"]).read_text(encoding="utf-8")
        stages = {line.split(" as ")[-1].split(" AS ")[-1] for line in text.splitlines() if line.startswith("FROM ")}
        for line in text.splitlines():
            if line.startswith("FROM "):
                source = line.split()[1]
                assert source in stages or source.strip("${}") in arguments, f"{name}: {line}"


@pytest.mark.parametrize("name", OWN)
def test_image_has_what_is_named_and_no_history(name: str) -> None:
    text = (ROOT / SERVICES[name]["build"]["dockerfile"]).read_text(encoding="utf-8")
    copied = [
        source
        for line in text.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    assert copied
    assert not [source for source in copied if source.strip("./") == "" or ".git" in source or "tests" in source]
    # What the builder is sent at all: nothing but what the file names.
    ignored = (ROOT / f"{SERVICES[name]['build']['dockerfile']}.dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"
    assert not [line for line in ignored if line.startswith("!") and ".git" in line]


@pytest.mark.parametrize(("password", "status", "written"), [("", 1, ""), ("geheim", 0, "requirepass geheim")])
def test_redis_starts_with_a_password_or_not_at_all(password: str, status: int, written: str) -> None:
    shell, option, script = SERVICES["redis"]["command"]
    # Compose's own escape; `cat` in place of the server shows what it would read.
    script = script.replace("$$", "$").replace("exec redis-server -", "cat")
    done = subprocess.run(
        [shell, option, script],
        env={"REDIS_PASSWORD": password, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status
    assert written in done.stdout
    assert ("REDIS_PASSWORD" in done.stderr) == bool(status)


def test_engine_does_not_start_without_its_secret() -> None:
    assert SERVICES["engine"]["environment"]["UWALLET_ENGINE_SECRET"].startswith("${UWALLET_ENGINE_SECRET:?")
