"""The weights of the choice of answers are fitted on examples, and judged on those of another fold."""

from __future__ import annotations

import numpy as np

from actions.knowledge import Knowledge
from actions.knowledge.questions import Questions
from evaluation.answers import Examples, held_out, samples

RANDOM = np.random.default_rng(1)


def examples(size: int, candidates: int = 4) -> Examples:
    """Returns samples whose first feature is high for the right candidate, and for silence where none is right."""
    target = RANDOM.integers(-1, candidates, size)
    answers = RANDOM.normal(0, 0.1, (size, candidates, 2))
    silence = RANDOM.normal(0, 0.1, (size, 2))
    for i, right in enumerate(target):
        if right < 0:
            silence[i, 0] += 1
        else:
            answers[i, right, 0] += 1
    exists = np.ones((size, candidates), bool)
    return Examples(answers, exists, silence, target, np.ones(size), (["alike", "noise"], ["told", "noise"]))


def test_what_was_fitted_on_other_folds_finds_the_right_answer_and_stays_silent() -> None:
    known = examples(120)
    best, sure = held_out(known, np.arange(120) % 3)
    is_right = np.where(known.target < 0, sure < 0.5, best == known.target)
    assert is_right.mean() > 0.95


def test_a_question_is_asked_where_it_belongs_and_right_after_another_answer(knowledge: Knowledge) -> None:
    address = "payment_failure/bank/phone"
    asked = [
        sample
        for sample in samples(knowledge, Questions({address: [f"第{i}种问法" for i in range(12)]}, {}))
        if sample.target == address
    ]
    there = [sample for sample in asked if sample.kind == "asked there"]
    assert [sample.fold for sample in there] == [0] * 4 + [1] * 4 + [2] * 4
    assert all(sample.state.walk and sample.state.walk.topic == "payment_failure" for sample in there)
    assert all(sample.state.step == knowledge.topics["payment_failure"].step_number("bank") for sample in there)
    after = [sample.state for sample in asked if sample.state.asked_about]
    known = {answer.fingerprint for answer in knowledge.answers.values() if answer.address != address}
    assert after
    assert all(state.last_answer in known for state in after)
