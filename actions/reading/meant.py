"""What a correction of the bot says was meant, and what was not."""

from __future__ import annotations

import re

from language.text_normalization import normalize

# 「我问的是注销」, 「我是说手机号换了」.
_MEANS = re.compile(
    r"^(?:[?？!！]|哎呀?|啊|不|诶|喂|都说了)*我(?:刚才?|刚刚)?(?:是|就是|其实是)?(?:在|想)?(?<!我想)(?:问|说|讲|指)(?![了过])(?:的)?(?:是)?(?:你)?(?P<meant>[^\s]{2,}.*)$"
)
# 「又不是申诉」, 「没问余额」, 「不是这个」.
_DOES_NOT_MEAN = re.compile(
    r"^(?:[?？!！]|哎呀?|啊|诶|喂)*(?:我)?(?:又|也|都|可)?(?:不是|没有?|哪)(?!看|找|见|瞧|收|翻|来)(?:在)?(?:问|说|讲|指|要|让|提)?(?:你们?|您)?的?(?:是)?(?P<wrong>.+)$"
)
_SAYS_SO = re.compile("[问说讲指提]|这个|那个|你们?")
_CLAUSE = re.compile(r"[\s,，。.;；!！?？…~]+")


def meant_and_wrong(text: str) -> tuple[str | None, str | None]:
    """Returns what a correction of the bot says was meant, and what was not; None for what it does not say."""
    clauses = [clause for clause in _CLAUSE.split(normalize(text)) if clause]
    meant: list[str] = []
    wrong = None
    is_open = False
    for clause in clauses:
        denied, said = _DOES_NOT_MEAN.match(clause), _MEANS.match(clause)
        if said:
            meant.append(said["meant"])
            is_open = True
        elif denied and (is_open or _SAYS_SO.search(clause)):
            wrong = denied["wrong"]
            is_open = False
        elif is_open:
            meant.append(clause)
    return (" ".join(meant) or None), wrong
