"""What of a writer's messages is heard is counted."""

from __future__ import annotations

from actions.reading.hearing import Heard
from engine.nlu.labelled_texts import SaidText
from evaluation.said import Result, by_label, summary


def result(labels: tuple[str, ...], heard: Heard, *answered: str) -> Result:
    return Result(SaidText("…", labels, "s", "danger"), heard, answered, 0.0)


RESULTS = [
    result(("lost", "asks_real"), Heard(("lost",), ("asks_real",)), "asks_real"),
    result(("lost",), Heard(("lost", "link")), "link"),
    result(("feels", "of_other"), Heard(moods=())),
    result((), Heard()),
    result((), Heard(("lost",)), "lost"),
]


def test_shares_are_of_what_was_said() -> None:
    assert summary(RESULTS) == {"first": 1 / 3, "any": 2 / 3, "all": 2 / 3, "nothing": 1 / 2}


def test_each_label_is_counted() -> None:
    assert by_label(RESULTS)["lost"] == (2, 1, 0)
    assert by_label(RESULTS)["feels"] == (0, 0, 1)
