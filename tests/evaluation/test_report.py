"""The report renders, escapes what people typed, and tells no message of a blind set."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

from evaluation.compare import compare
from evaluation.neighbours import TrainingExamples
from evaluation.report import (
    Check,
    SetResult,
    read_report,
    render_report,
    without_messages,
    worst_misses,
    write_report,
)
from tests.evaluation.builders import SOME, document, prediction, result

EXAMPLES = TrainingExamples([
    ("怎么注销账户", "account_closure"),
    ("付款失败怎么办", "payment_failure"),
    ("我付不了款了", "payment_failure"),
])  # fmt: skip


def page(*results: SetResult, previous: SetResult | None = None) -> str:
    made = document(*results)
    misses = {one.labelled.name: worst_misses(one, EXAMPLES) for one in results}
    comparison = compare(made, document(previous), "the previous report") if previous else None
    return render_report(made, results, misses, comparison, "nothing before")


class WellFormed(HTMLParser):
    """Fails on a tag that is not closed in order."""

    VOID = {"meta", "br"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_complete_and_self_contained() -> None:
    made = page(result(SOME), previous=result([prediction("greet", "deny"), *SOME[1:]]))
    parser = WellFormed()
    parser.feed(made)
    assert parser.open == []
    assert made.count("<svg") == 6
    assert "src=" not in made
    assert 'href="http' not in made
    assert "url(http" not in made


def test_what_people_typed_is_escaped() -> None:
    made = page(result(SOME))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made
    assert "<script" not in made


def test_names_in_pictures_are_escaped() -> None:
    made = page(result([prediction("<b>x</b>", "greet", group="<i>y</i>")]))
    assert "<b>" not in made
    assert "<i>" not in made


def test_pictures_take_their_colours_from_the_page() -> None:
    made = page(result(SOME))
    assert "var(--good)" in made.split("<main>")[1]
    assert "#010101" not in made


def test_blind_set_tells_no_message_and_no_mistake() -> None:
    blind = result(SOME, name="test", blind=True)
    made, data = page(blind), json.dumps(document(blind), ensure_ascii=False)
    for one in SOME:
        assert one.text not in made
        assert one.text.replace("<", "&lt;").replace(">", "&gt;") not in made
        assert one.text not in data
    assert "confusions" not in data
    assert "What is taken for what" not in made
    assert "Worst misses" not in made
    assert document(blind)["sets"][0]["values"]["accuracy"] == 0.5


def test_misses_in_context_dangerous_first() -> None:
    dangerous, neighbour = worst_misses(result([SOME[2], SOME[1], SOME[0]]), EXAMPLES)
    assert dangerous.prediction == SOME[1]
    assert [example.text for example in dangerous.pulled_by] == ["怎么注销账户"]
    assert dangerous.should_pull[0].text == "我付不了款了"
    assert dangerous.should_pull[0].similarity > dangerous.should_pull[1].similarity
    assert neighbour.prediction.is_same_family
    assert neighbour.pulled_by == ()


def test_targets() -> None:
    checks = {check.name: check for check in result(SOME).checks}
    assert checks["accuracy"] == Check("accuracy", 0.5, "≥ 0.97", met=False, detail="2/4")
    assert checks["refused"].met
    assert checks["dangerous"].met is False
    assert checks["ece"].met is None


def test_files_and_latest(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_report(tmp_path / name, f"<p>{name}", document(result(SOME)))
    assert (tmp_path / "latest" / "report.html").read_text(encoding="utf-8") == "<p>second"
    read = read_report(tmp_path / "latest" / "report.json")
    assert read is not None
    assert read["sets"][0]["figures"]["accuracy"]["hits"] == 2
    assert len(read["sets"][0]["messages"]) == len(SOME)
    assert read_report(tmp_path / "none.json") is None


def test_record_without_messages_names_no_machine() -> None:
    record = without_messages(document(result(SOME)))
    assert "machine" not in record
    assert "messages" not in record["sets"][0]
    assert "_ms" not in json.dumps(record)
    assert record["sets"][0]["values"]["accuracy"] == 0.5
