"""Alerts and dashboard ask for what the gateway measures, and each alert says what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import promql_parser
import pytest
from prometheus_client.parser import text_string_to_metric_families

from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.settings import REPOSITORY as ROOT
from uwallet_gateway.yaml_files import read_yaml

MONITORING = ROOT / "deploy" / "monitoring"
ALERTS: list[dict[str, Any]] = [
    rule for group in read_yaml(MONITORING / "alerts.yml").content["groups"] for rule in group["rules"]
]
PANELS: list[dict[str, Any]] = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))["panels"]
ASKED = {
    **{f"alert {rule['alert']}": [rule["expr"]] for rule in ALERTS},
    **{f"panel {panel['title']}": [target["expr"] for target in panel["targets"]] for panel in PANELS},
}
# Prometheus' own: whether a target answered.
KNOWN_ELSEWHERE = {"up"}


def selectors(expression: promql_parser.Expr) -> list[promql_parser.VectorSelector]:
    """All series that an expression asks for."""
    found: list[promql_parser.VectorSelector] = []

    def keep(part: promql_parser.Expr) -> bool:
        if isinstance(part, promql_parser.VectorSelector):
            found.append(part)
        return True

    promql_parser.walk(expression, keep)
    return found


def parsed(text: str) -> promql_parser.Expr:
    # Grafana puts a time in its place.
    return promql_parser.parse(text.replace("$__rate_interval", "1m"))


@pytest.fixture(scope="module")
def series() -> dict[str, set[str]]:
    """The labels of each series that a gateway may have."""
    metrics = Metrics()
    metrics.count_message(direction="in", transport="rest")
    metrics.observe_turn(0.1, 0.05)
    metrics.count_understood(_Understood())  # type: ignore[arg-type]  # what is read of it
    for count in (
        metrics.count_handoff,
        metrics.count_engine_trouble,
        metrics.count_redaction,
        metrics.count_ticket,
        metrics.count_ticket_closed,
        metrics.count_reply_dropped,
    ):
        count("any")
    metrics.count_rate_limited("messages", "user")
    metrics.count_hook("desk", "given_up")
    metrics.count_support_rating(5)
    metrics.count_event("turn")
    metrics.set_events_age(1)
    metrics.observe_wait(3)
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            # A target's own labels come from Prometheus.
            found.setdefault(sample.name, {"job", "instance"}).update(sample.labels)
    return found


class _Understood:
    intent = "forgot_password"
    answer_band = "answer"


@pytest.mark.parametrize("name", ASKED)
def test_expressions_ask_for_what_is_measured(name: str, series: dict[str, set[str]]) -> None:
    for text in ASKED[name]:
        chosen = selectors(parsed(text))
        assert chosen, text
        for selector in chosen:
            if selector.name not in KNOWN_ELSEWHERE:
                assert selector.name in series, text
                assert {matcher.name for matcher in selector.matchers.matchers} <= series[selector.name], text
        grouped = {label for labels in re.findall(r"by \(([^)]*)\)", text) for label in re.split(r"[,\s]+", labels)}
        assert grouped <= set().union(*series.values()), text


def test_nothing_unknown_passes(series: dict[str, set[str]]) -> None:
    (selector,) = selectors(parsed("rate(uwallet_gateway_forgotten_total[5m])"))
    assert selector.name not in series


@pytest.mark.parametrize("page", ["docs/operations.md", "docs/zh-CN/operations.md"])
def test_every_alert_says_what_to_do(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    chapters = re.findall(r"^### (\w+)\n\n(.+)", text, re.MULTILINE)
    assert [name for name, _ in chapters] == [rule["alert"] for rule in ALERTS]
    for rule in ALERTS:
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_every_alert_is_tried() -> None:
    tried = [test["name"] for test in read_yaml(MONITORING / "alerts.test.yml").content["tests"]]
    assert tried == [*(rule["alert"] for rule in ALERTS), "quiet"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "alerts.yml"),
        ("check", "config", "--syntax-only", "prometheus.yml"),
        # Each rule fires when it should, and none does on a usual day.
        ("test", "rules", "alerts.test.yml"),
    ],
)
def test_prometheus_takes_the_files(arguments: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed: Debian's package `prometheus` has it")
    done = subprocess.run([promtool, *arguments], cwd=MONITORING, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
