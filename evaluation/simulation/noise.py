"""Makes messages look as people type them: typos by sound, pinyin, traditional characters, pieces."""

from __future__ import annotations

import random
from functools import lru_cache

from opencc import OpenCC
from pypinyin import lazy_pinyin

# Common characters, so that the wrong one is one that an input method offers.
_COMMON = (
    "的一是不了在有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成"
    "方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已"
    "工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内"
    "信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少"
    "报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放"
    "强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔验码"
)


@lru_cache(maxsize=1)
def _homophones() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for character in dict.fromkeys(_COMMON):
        found.setdefault(lazy_pinyin(character)[0], []).append(character)
    return found


def mistyped(text: str, chance: random.Random) -> str:
    """Returns the text with one character replaced by another of the same sound."""
    places = list(range(len(text)))
    chance.shuffle(places)
    for place in places:
        others = [c for c in _homophones().get(lazy_pinyin(text[place])[0], []) if c != text[place]]
        if others and not text[place].isascii():
            return text[:place] + chance.choice(others) + text[place + 1 :]
    return text


def in_pinyin(text: str) -> str:
    """Returns the text as it is typed without an input method."""
    return " ".join(lazy_pinyin(text))


def in_traditional(text: str) -> str:
    """Returns the text in traditional characters, as the bot writes them (actions/outgoing.py)."""
    return str(_converter("t2tw").convert(_converter("s2t").convert(text)))


@lru_cache(maxsize=2)
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


def noisy(text: str, chance: random.Random) -> str:
    """Returns the text changed in one of the ways."""
    way = chance.random()
    if way < 0.5:
        return mistyped(text, chance)
    return in_traditional(text) if way < 0.85 else in_pinyin(text)


def in_pieces(text: str, chance: random.Random) -> list[str]:
    """Returns the text as two messages, when it is long enough."""
    if len(text) < 8:
        return [text]
    cut = chance.randint(3, len(text) - 3)
    return [text[:cut], text[cut:]]
