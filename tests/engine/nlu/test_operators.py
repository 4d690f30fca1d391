"""A sentence denies, supposes or reports a matter; what only looks like it does not."""

from __future__ import annotations

from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.nlu.lexicon import read_operator_rules
from engine.nlu.operators import ANCHOR, OperatorRules, operator_rules
from language.text_normalization import normalize
from tests.paths import ROOT

FILE = ROOT / "data" / "lexicon" / "operators.yml"


@pytest.fixture(scope="module")
def rules() -> OperatorRules:
    return read_operator_rules(FILE.parent)


def found(rules: OperatorRules, text: str) -> set[str]:
    operators = rules.find(normalize(text))
    return {f"{operator.name}:{operator.matter}" for operator in operators if operator.name != ANCHOR}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我要注销账户", {"named:account_closure"}),
        ("我不要注销", {"negated:account_closure"}),
        ("不注销了", {"negated:account_closure"}),
        ("我没被盗", {"negated:account_compromised"}),
        ("不是忘记密码", {"negated:forgot_password"}),
        ("密码是对的", {"negated:forgot_password"}),
        ("别给我转人工", {"negated:human_handoff"}),
        ("转人工", {"named:human_handoff"}),
        ("昨天已经注销了", {"past:account_closure"}),
        ("如果我注销了，钱怎么办", {"named:account_closure", "hypothetical:account_closure"}),
        ("我妈要注销", {"named:account_closure", "other_person:account_closure"}),
        ("我沒被騙", {"negated:fraud"}),
        ("今天天气真好", set()),
    ],
)
def test_what_a_sentence_does(rules: OperatorRules, text: str, expected: set[str]) -> None:
    assert found(rules, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "我是不是被盗了",
        "为什么没有注销成功",
        "找不到注销",
        "没有人工吗，转人工啊",
        "不小心被骗了",
        "怎么没转人工",
        "要不要转人工",
    ],
)
def test_a_question_and_trouble_are_no_denial(rules: OperatorRules, text: str) -> None:
    assert not any(name.startswith("negated") and name != "negated:" for name in found(rules, text)), found(rules, text)


def test_a_denial_holds_in_its_clause_only(rules: OperatorRules) -> None:
    assert found(rules, "不是这个，我被盗了") == {"named:account_compromised"}


def test_the_span_is_that_of_the_word(rules: OperatorRules) -> None:
    text = "那个，我要注销"
    (operator,) = (found for found in rules.find(text) if found.name != ANCHOR)
    assert text[operator.start : operator.end] == "注销"


def content() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(FILE.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"denials": []}, "denials"),
        ({"denials": "不"}, "denials"),
        ({"matters": {}}, "matters"),
        ({"matters": {"x": [""]}}, "matters.x"),
        ({"reach": -1}, "reach"),
        ({"reach": "5"}, "reach"),
        ({"unknown": ["x"]}, "unknown"),
    ],
)
def test_a_broken_file_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        operator_rules({**content(), **change})


def test_a_word_that_turns_to_a_topic_is_told_apart_from_a_matter(rules: OperatorRules) -> None:
    anchors = {operator.matter for operator in rules.find("客服几点上班") if operator.name == ANCHOR}
    assert anchors == {"contact_support", "support_hours"}
