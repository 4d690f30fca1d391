"""What is only offered is not told as done."""

from __future__ import annotations

import re

from tests.paths import ROOT

_TEXTS = sorted([*(ROOT / "data" / "knowledge").rglob("*.yml"), ROOT / "domain.yml"])
# 「我帮您交过去。」 ends there: nothing says that it takes a word of the user.
_AS_DONE = re.compile(r"我(?:这就|马上)?(?:帮|替|给)您(?:把[^，。]{1,6})?[交转]过去$")
_ON_A_WORD = re.compile("说.{0,4}“转人工”")


def as_done(text: str) -> list[str]:
    """Returns the sentences that say that something is handed over, and not what it takes."""
    sentences = re.split("[。！？\n]", text)
    return [sentence for sentence in sentences if _AS_DONE.search(sentence) and not _ON_A_WORD.search(sentence)]


def test_no_text_with_an_offer_speaks_as_done() -> None:
    assert as_done("账户要人工来看，我帮您把情况交过去。")
    assert not as_done("剩下的得人工客服看，我帮您转过去，好吗？")
    wrong = {path.name: found for path in _TEXTS if (found := as_done(path.read_text(encoding="utf-8")))}
    assert not wrong
