"""What is counted can be read by Prometheus, and stays small."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from uwallet_gateway.engine.client import Understood
from uwallet_gateway.observability.metrics import Metrics


def read(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(metrics.render().decode())
    return {
        (sample.name.removeprefix("uwallet_gateway_"), tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_counts_everything() -> None:
    metrics = Metrics()
    for _ in range(2):
        metrics.count_message(direction="in", transport="socket_io")
    metrics.count_message(direction="out", transport="rest")
    metrics.count_understood(Understood(intent="forgot_password", confidence=0.9, answer_band="answer"))
    metrics.count_understood(Understood(intent="forgot_password"))
    metrics.count_understood(Understood(answer_band="not_understood"))
    metrics.count_handoff("user_request")
    metrics.count_rate_limited("messages", "user")
    metrics.count_engine_trouble("timeout")
    metrics.count_redaction("bank_card")
    metrics.connections.inc()
    metrics.connections.inc()
    metrics.connections.dec()
    found = read(metrics)
    assert found["messages_total", (("direction", "in"), ("transport", "socket_io"))] == 2
    assert found["messages_total", (("direction", "out"), ("transport", "rest"))] == 1
    assert found["intents_total", (("intent", "forgot_password"),)] == 2
    assert found["answer_bands_total", (("band", "answer"),)] == 1
    assert found["answer_bands_total", (("band", "not_understood"),)] == 1
    assert found["handoffs_total", (("reason", "user_request"),)] == 1
    assert found["rate_limited_total", (("kind", "messages"), ("scope", "user"))] == 1
    assert found["engine_trouble_total", (("reason", "timeout"),)] == 1
    assert found["redactions_total", (("kind", "bank_card"),)] == 1
    assert found["connections", ()] == 1


def test_measures_the_gateways_own_share() -> None:
    metrics = Metrics()
    metrics.observe_turn(0.25, 0.2)
    metrics.observe_turn(0.1, 0.2)
    metrics.observe_turn(7.0)
    found = read(metrics)
    assert found["turn_seconds_count", ()] == 3
    assert found["engine_seconds_count", ()] == 2
    assert found["own_seconds_count", ()] == 2
    assert abs(found["own_seconds_sum", ()] - 0.05) < 1e-9


def test_labels_stay_few_whatever_comes() -> None:
    metrics = Metrics()
    for number in range(500):
        metrics.count_understood(Understood(intent=f"intent_{number}"))
        metrics.count_handoff(f"我的电话{number}")
    found = read(metrics)
    intents = {labels[0][1]: value for (name, labels), value in found.items() if name == "intents_total"}
    assert len(intents) == 101
    assert intents["other"] == 400
    assert found["handoffs_total", (("reason", "other"),)] == 500


def test_several_gateways_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.count_handoff("user_request")
    assert b'handoffs_total{reason="user_request"}' not in second.render()


def test_tells_of_the_process() -> None:
    assert b"process_resident_memory_bytes" in Metrics().render()
