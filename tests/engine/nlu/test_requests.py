"""Which parts of a message count as requests of their own."""

from __future__ import annotations

import pytest

from engine.nlu.parts import Boundary
from engine.nlu.requests import Request, RequestRules

RULES = RequestRules(
    sure=0.9,
    sure_after_connector=0.6,
    torn=0.85,
    urgent=("account_compromised", "human_handoff"),
    last=frozenset({"out_of_scope"}),
    always=frozenset({"human_handoff"}),
    never=frozenset({"thank"}),
    only_after_connector=frozenset({"out_of_scope", "affirm"}),
    sure_after_background=0.9,
)


def found(
    left: tuple[str, float], right: tuple[str, float], whole: tuple[str, float], *, explicit: bool = False
) -> list[str]:
    parts = {(0, 4): Request((0, 4), *left), (5, 9): Request((5, 9), *right)}
    requests = RULES.find(Request((0, 9), *whole), parts, [Boundary(4, 5, 5, explicit)])
    return [request.intent for request in requests]


def test_two_sure_parts_of_a_torn_message() -> None:
    assert found(("forgot_password", 0.95), ("payment_failure", 0.95), ("payment_failure", 0.6)) == [
        "forgot_password",
        "payment_failure",
    ]


def test_a_message_that_is_clear_as_a_whole_stays_one() -> None:
    parts = ("forgot_password", 0.95), ("payment_failure", 0.95)
    assert found(*parts, ("payment_failure", 0.9)) == ["payment_failure"]
    assert found(*parts, ("payment_failure", 0.9), explicit=True) == ["forgot_password", "payment_failure"]


def test_unsure_parts_do_not_count() -> None:
    whole = ("payment_failure", 0.5)
    assert found(("forgot_password", 0.8), ("payment_failure", 0.95), whole) == ["payment_failure"]
    assert found(("forgot_password", 0.5), ("payment_failure", 0.95), whole, explicit=True) == ["payment_failure"]


@pytest.mark.parametrize("urgent", ["account_compromised", "human_handoff"])
def test_what_is_urgent_comes_first(urgent: str) -> None:
    assert found(("account_closure", 0.95), (urgent, 0.95), (urgent, 0.7)) == [urgent, "account_closure"]


def test_a_wish_for_a_human_counts_even_in_a_clear_message() -> None:
    assert found(("human_handoff", 0.95), ("account_closure", 0.95), ("account_closure", 0.95)) == [
        "human_handoff",
        "account_closure",
    ]


def test_what_the_bot_cannot_do_comes_last_and_needs_a_connector() -> None:
    parts = ("out_of_scope", 0.95), ("account_security", 0.95)
    assert found(*parts, ("account_security", 0.6), explicit=True) == ["account_security", "out_of_scope"]
    assert found(*parts, ("account_security", 0.6)) == ["account_security"]


def test_an_answer_counts_before_a_connector_only() -> None:
    answer, request = ("affirm", 0.95), ("account_security", 0.95)
    assert found(answer, request, ("account_security", 0.6), explicit=True) == ["affirm", "account_security"]
    assert found(request, answer, ("account_security", 0.6), explicit=True) == ["account_security"]


def test_manners_never_count() -> None:
    whole = ("payment_failure", 0.6)
    assert found(("payment_failure", 0.95), ("thank", 0.99), whole, explicit=True) == ["payment_failure"]


def test_three_requests() -> None:
    spans = {(0, 2): "a", (3, 5): "b", (6, 8): "c"}
    parts = {span: Request(span, intent, 0.95) for span, intent in spans.items()}
    parts |= {span: Request(span, "a", 0.7) for span in ((0, 5), (3, 8))}
    whole = Request((0, 8), "a", 0.4)
    requests = RULES.find(whole, parts, [Boundary(2, 3, 3, False), Boundary(5, 6, 6, False)])
    assert sorted(request.intent for request in requests) in (["a", "b", "c"], ["a"])


def test_the_same_wish_twice_is_one_request() -> None:
    assert found(("forgot_password", 0.95), ("forgot_password", 0.95), ("forgot_password", 0.5)) == ["forgot_password"]


def test_a_request_after_its_background() -> None:
    background, whole = ("out_of_scope", 0.6), ("out_of_scope", 0.8)
    assert found(background, ("contact_support", 0.95), whole) == ["contact_support"]
    assert found(background, ("contact_support", 0.8), whole) == ["out_of_scope"]
    # An answer, thanks: nothing that background comes before.
    assert found(background, ("affirm", 0.95), whole) == ["out_of_scope"]
    # The beginning is no background, or the whole is clear.
    assert found(("account_closure", 0.6), ("contact_support", 0.95), whole) == ["out_of_scope"]
    assert found(background, ("contact_support", 0.95), ("payment_failure", 0.8)) == ["payment_failure"]
