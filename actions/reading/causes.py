"""Which causes of a trouble a message rules out before they are looked at (「网是满格的，余额也有三千多」)."""

from __future__ import annotations

import re

from actions.dialogue.messages import folded
from actions.knowledge import Topic
from language.text_normalization import normalize

_CLAUSE = re.compile(r"[\s,，。;；!！]+|但是?|可是?|不过|而且")
_FINE = re.compile(
    r"够|[网络号]也?(?:好|行|还行|可以|快)$|挺快|很快|满格|满的|全满|正常|没有?问题|没毛病|没事|没坏|好的|好着|好得|挺好|很好|蛮好|充足|足足|多着|里有钱|还有钱"
    r"|[有剩][一二两三四五六七八九十几好\d]+[百千万多块元\d]|没有?(?:设|限|超|拦)|不是"
)
# 「前头四个都不是」.
_FIRST = re.compile("[前头][面头边]?([一二两三四五])[个项样条]")
_NOT_FINE = re.compile(
    r"不够|不足|不好|不太|没网|没信号|断|差|慢|卡顿|弱|只[有剩]|[吗呢么?？]|是不是|会不会|够不够|正不正常"
)


def ruled_out(topic: Topic, text: str) -> tuple[str, ...]:
    """Returns the values of the checks whose causes the text says are fine, each clause by itself."""
    found: list[str] = []
    for clause in _CLAUSE.split(normalize(text)):
        if _FINE.search(clause) and not _NOT_FINE.search(clause):
            found += named(topic, folded(clause))
    return tuple(dict.fromkeys(found))


def named(topic: Topic, key: str) -> tuple[str, ...]:
    """Returns the values of the checks that users' words name; the longest words first, each place once.

    Args:
        topic: The diagnosis.
        key: What was said, normalized and folded.
    """
    words = sorted(
        ((word, step.value) for step in topic.steps if step.value for word in step.words),
        key=lambda pair: -len(pair[0]),
    )
    rest, values = key, []
    first = _FIRST.search(key)
    if first:
        count = "一二三四五".find(first.group(1).replace("两", "二")) + 1
        values = [step.value for step in topic.steps[:count] if step.value]
    for word, value in words:
        if folded(normalize(word)) in rest:
            rest = rest.replace(folded(normalize(word)), " ")
            values.append(value)
    return tuple(dict.fromkeys(values))
