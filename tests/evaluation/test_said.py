"""What of a writer's messages is heard is counted."""

from __future__ import annotations

from actions.reading.hearing import Heard
from engine.nlu.labelled_texts import SaidText
from evaluation.said import Result, by_label, summary


def result(labels: tuple[str, ...], heard: Heard, *answered: str) -> Result:
    return Result(SaidText("…", labels, "s", "danger"), heard, answered, 0.0, {"about_given": ("lost", "link")})


RESULTS = [
    result(("lost", "asks_real"), Heard(("lost",), ("asks_real",)), "asks_real"),
    result(("lost",), Heard(("lost", "link")), "link"),
    result(("feels", "of_other"), Heard(moods=())),
    result((), Heard()),
    result((), Heard(("lost",)), "lost"),
    result(("link",), Heard(), "about_given"),
]


def test_shares_are_of_what_was_said() -> None:
    found = summary(RESULTS)
    assert {name: round(share, 2) for name, share in found.items()} == {
        "first": 0.25,
        "subject": 0.25,
        "unsure": 0.25,
        "wrong": 0.25,
        "any": 0.5,
        "all": 0.5,
        "nothing": 0.5,
    }


def test_each_label_is_counted() -> None:
    assert by_label(RESULTS)["lost"] == (2, 1, 0)
    assert by_label(RESULTS)["feels"] == (0, 0, 1)
