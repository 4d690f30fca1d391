"""A question is believed to be asked when a message is nearer to it than to what else people say."""

from __future__ import annotations

import numpy as np
import pytest

from engine.nlu.faq_matcher import FaqMatcher, Understood
from engine.nlu.question_index import Example

OUTSIDE = Understood(topic=0.05, out_of_scope=0.9, other=0.0)
# Directions that stand for meanings.
_PLACES = {"开票": 0, "红包": 1, "注销": 2}


def vector(meaning: str, beside: str = "", share: float = 0.0) -> np.ndarray:
    found = np.zeros(8, np.float32)
    found[_PLACES[meaning]] = 1.0
    if beside:
        found[_PLACES[beside]] = share
    return found / np.linalg.norm(found)


WORDINGS = [
    Example("invoice", "怎么开发票", vector("开票")),
    Example("invoice", "发票在哪申请", vector("开票", "红包", 0.1)),
    Example("gift", "红包怎么领", vector("红包")),
    Example("gift", "在哪里领红包", vector("红包", "开票", 0.1)),
]
OTHERS = [
    Example("", "怎么注销账户", vector("注销")),
    Example("", "领不到红包 帮我转人工", vector("红包", "注销", 0.2)),
]


@pytest.fixture(scope="module")
def matcher() -> FaqMatcher:
    return FaqMatcher.of(WORDINGS, OTHERS, {})


def test_the_likeliest_comes_first_and_is_sure(matcher: FaqMatcher) -> None:
    ranked = matcher.rank("发票怎么开", vector("开票"), OUTSIDE)
    assert ranked[0].id == "invoice"
    assert ranked[0].confidence > 0.7
    assert sum(one.confidence for one in ranked) <= 1


def test_what_is_near_to_something_else_is_not_asked(matcher: FaqMatcher) -> None:
    plain = matcher.rank("怎么注销账户", vector("注销"), OUTSIDE)
    assert plain[0].confidence < 0.2
    rival = matcher.rank("领不到红包 帮我转人工", vector("红包", "注销", 0.2), OUTSIDE)
    alone = FaqMatcher.of(WORDINGS, [], {}).rank("领不到红包 帮我转人工", vector("红包", "注销", 0.2), OUTSIDE)
    assert rival[0].confidence < alone[0].confidence


def test_a_sure_topic_speaks_against_it(matcher: FaqMatcher) -> None:
    sure, unsure = Understood(0.99, 0.0, 0.0), Understood(0.3, 0.3, 0.1)
    assert (
        matcher.rank("发票怎么开", vector("开票"), sure)[0].confidence
        < matcher.rank("发票怎么开", vector("开票"), unsure)[0].confidence
    )
