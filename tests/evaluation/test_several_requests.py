"""Whether all requests of a message are found, and none that nobody made."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.sets import SetError
from evaluation.several_requests import (
    RequestMessage,
    found_requests,
    measure_requests,
    read_request_set,
    read_request_sets,
)


def test_what_is_served_first() -> None:
    assert RequestMessage("…", ("account_closure", "human_handoff")).first_served == "human_handoff"
    assert RequestMessage("…", ("human_handoff", "account_compromised")).first_served == "account_compromised"
    assert RequestMessage("…", ("out_of_scope", "forgot_password")).first_served == "forgot_password"
    assert RequestMessage("…", ("out_of_scope",)).first_served == "out_of_scope"


def test_a_parse_is_read_with_its_further_requests() -> None:
    parse = {"intent": {"name": "forgot_password"}, "further_requests": [{"name": "support_hours"}]}
    assert found_requests(parse) == ["forgot_password", "support_hours"]
    assert found_requests({"intent": {"name": "nlu_fallback"}}) == ["out_of_scope"]


def test_figures() -> None:
    two, one = RequestMessage("a", ("forgot_password", "support_hours")), RequestMessage("b", ("greet",))
    found = [["forgot_password", "support_hours"], ["forgot_password"], ["support_hours", "greet"], ["greet"]]
    figures = measure_requests("some", [two, two, one, one], found)
    assert (figures.served_first.hits, figures.served_first.n) == (3, 4)
    assert (figures.all_found.hits, figures.all_found.n) == (1, 2)
    assert (figures.invented.hits, figures.invented.n) == (1, 2)


def test_the_sets_of_the_project() -> None:
    sets = read_request_sets()
    assert list(sets) == ["requests_dev", "requests_test"]
    assert all(len(messages) >= 100 for messages in sets.values())


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "requests.tsv"
    path.write_text("utterance\trequests\tstyle\n你好\tgreet, \tplain\n", encoding="utf-8")
    with pytest.raises(SetError, match=r"requests\.tsv:2: expected utterance"):
        read_request_set(path)
