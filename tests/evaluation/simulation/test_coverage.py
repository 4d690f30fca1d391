"""Coverage of the knowledge."""

from __future__ import annotations

from pathlib import Path

from actions.knowledge import Knowledge
from evaluation.simulation.coverage import Coverage, Entry, entries
from evaluation.simulation.noise import in_traditional


def test_every_text_that_is_told_is_an_entry(knowledge: Knowledge) -> None:
    found = {f"{entry.file}:{entry.path}" for entry in entries()}
    for topic in knowledge.topics.values():
        for number, step in enumerate(topic.steps):
            place = f"{topic.id}.yml:steps[{number}]"
            wanted = {f"{place}.text", f"{place}.trouble"} | {
                f"{place}.answers[{n}].text" for n in range(len(step.answers))
            }
            wanted |= {f"{place}.treatment"} if step.treatment else set()
            assert wanted <= found
        assert {f"{topic.id}.yml:items[{n}].text" for n in range(len(topic.items))} <= found
        assert {f"{topic.id}.yml:details[{n}].text" for n in range(len(topic.details))} <= found
        assert {f"{topic.id}.yml:answers[{n}].text" for n in range(len(topic.answers))} <= found
        assert {f"{topic.id}.yml:collected_details[{n}].ask" for n in range(len(topic.collected_details))} <= found
    assert {f"safety.yml:{name}[0][0]" for name in knowledge.care.answers} <= found
    assert not [entry for entry in found if entry.startswith("organisation.yml")]


def test_an_entry_tells_its_line(knowledge_folder: Path) -> None:
    path = knowledge_folder / "forgot_password.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    for entry in entries(knowledge_folder):
        if entry.file == path.name and entry.path.endswith(".trouble"):
            assert lines[entry.line - 1].strip().startswith("trouble:")


def test_texts_are_recognised_with_placeholders_filled_in_and_in_both_scripts() -> None:
    step = Entry("a.yml", 1, "steps[0].text", "打开{brand_name}APP，点“我的”。")
    label = Entry("a.yml", 2, "menu.label", "支付失败")
    coverage = Coverage([step, label])
    assert coverage.told_by(["打开别的APP，点“我的”吧"], ["支付失败了"]) == frozenset()
    assert coverage.missing == [step, label]
    assert coverage.told_by(["第1步：" + in_traditional("打开别的APP，点“我的”。")], ["支付失败"]) == {step, label}
    assert coverage.missing == []
