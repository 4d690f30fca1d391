"""Tests of a training whose result is checked before it is used."""

from __future__ import annotations

from pathlib import Path

from engine.checked_training import misunderstandings, samples


def test_a_model_that_has_forgotten_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: one\n  examples: |\n' + "".join(f"    - 一{n}\n" for n in range(20))
        + "- intent: two\n  examples: |\n" + "".join(f"    - 二{n}\n" for n in range(20))
    )  # fmt: skip
    asked = samples(tmp_path, 4)
    assert {intent: len(texts) for intent, texts in asked.items()} == {"one": 4, "two": 4}
    heard = {text: intent for intent, texts in asked.items() for text in texts}
    assert list(misunderstandings(asked, heard)) == []
    # The new intent takes what is said of another one.
    told = list(misunderstandings(asked, dict.fromkeys(heard, "two")))
    assert told[0] == "data/nlu: the model understands 4 of 8 of its own examples"
    assert "'one': 0 of 4" in told[1]
