"""What a sentence tells is masked as well as what follows its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from uwallet_gateway.redaction import redact

CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "statements.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["masked"], ids=lambda case: case["text"])
def test_masks(case: dict[str, Any]) -> None:
    redacted = redact(case["text"])
    assert redacted.text == case["becomes"]
    assert sorted(redacted.kinds) == case["kinds"]


@pytest.mark.parametrize("text", CASES["kept"])
def test_leaves_alone(text: str) -> None:
    assert redact(text).text == text
