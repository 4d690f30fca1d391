"""The domain, the actions and the dialogue fit together; what users read stands in data, not in code."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk.executor import ActionExecutor
from ruamel.yaml import YAML

from actions.dialogue.messages import Role
from tests.paths import ROOT

CODE = sorted([*ROOT.glob("actions/**/*.py"), *ROOT.glob("engine/**/*.py"), *ROOT.glob("language/*.py")])


@pytest.fixture(scope="module")
def domain() -> dict[str, Any]:
    return dict(YAML(typ="safe").load((ROOT / "domain.yml").read_text(encoding="utf-8")))


def test_actions_are_those_of_the_package(domain: dict[str, Any]) -> None:
    executor = ActionExecutor()
    executor.register_package("actions")
    # Actions of other tests in the same process are known to rasa_sdk as well.
    names = [name for name, run in executor.actions.items() if run.__self__.__module__.startswith("actions.")]
    assert sorted(names) == domain["actions"]


def test_every_response_is_used_and_every_used_one_exists(domain: dict[str, Any]) -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("actions/**/*.py"))
    assert set(re.findall(r'"(utter_\w+)"', code)) == set(domain["responses"])


def test_every_response_has_a_second_variant_for_when_the_first_has_just_been_said(domain: dict[str, Any]) -> None:
    for name, variants in domain["responses"].items():
        texts = {variant["text"] for variant in variants}
        assert len(texts) == len(variants) > 1, name


def test_buttons_of_responses_carry_known_intents(domain: dict[str, Any]) -> None:
    buttons = [b for variants in domain["responses"].values() for v in variants for b in v.get("buttons", [])]
    assert buttons
    assert {re.match(r"/(\w+)", button["payload"])[1] for button in buttons} <= set(domain["intents"])  # type: ignore[index]


def test_no_button_of_the_domain_weighs_what_it_cannot(domain: dict[str, Any]) -> None:
    for variants in domain["responses"].values():
        for buttons in (variant.get("buttons", []) for variant in variants):
            roles = [Role(button.get("role", "normal")) for button in buttons]
            assert roles.count(Role.PRIMARY) <= 1


def chinese_texts(path: Path) -> list[str]:
    """Returns the string constants of a module that hold Chinese characters and are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and re.search(r"[一-鿿]{3,}", node.value)
    ]


# Grammar: how times, amounts, names and questions are worded in what users type. Nothing in these is said to anybody.
GRAMMAR = {
    ROOT / "engine" / "nlu" / "entity_values.py",
    ROOT / "engine" / "nlu" / "parts.py",
    ROOT / "language" / "dialects.py",
    ROOT / "actions" / "knowledge" / "asked_days.py",
    *(ROOT / "actions" / "reading").glob("*.py"),
}


@pytest.mark.parametrize("path", [p for p in CODE if p not in GRAMMAR], ids=lambda p: str(p.relative_to(ROOT)))
def test_no_user_facing_text_in_code(path: Path) -> None:
    assert chinese_texts(path) == []
