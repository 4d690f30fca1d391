"""Whose misfortune a cry for help tells of, by how it begins."""

from __future__ import annotations

import re

from actions.reading.questions import despairs

_BEGINS_WITH_SOMEBODY = re.compile(
    "^(?:我|俺)?(?:家)?(?:的)?(?:老公|老婆|爱人|对象|男友|女友|男朋友|女朋友|儿子|女儿|闺女|妈妈?|爸爸?|哥|弟|姐|妹|爷爷|奶奶|舅|姨|姑|叔|室友|舍友|同学|同事"
    "|朋友|闺蜜|兄弟|哥们|邻居|徒弟|学生)(?!(?:都|也|又|还|天天|一直|老)?(?:骂|嫌|说我|不要我|不理|打我|死|走了|没了|去世|离开))"
    ".*(?:说|留|发|写|转|讲|喊|念叨|[坐站爬骑]在|[坐站爬骑][上到]|打视频|打电话)"
)
_NEAR_ONE = re.compile(
    "老公|老婆|爱人|对象|男友|女友|男朋友|女朋友|儿子|女儿|闺女|孩子|妈|爸|哥|弟|姐|妹|爷爷|奶奶|室友|舍友|同学|同事|朋友|闺蜜|兄弟|哥们|邻居|学生|网友"
)
_OF_ME = re.compile("我(?:现在|正|就|也|已经|真|都)*(?:在(?!.{0,3}给)|坐|站|爬|想|要|不想|活|撑|割|吃了)")

# 「她发朋友圈：我不想活了」
_QUOTES = re.compile('(?:他|她|[妈爸姐哥弟妹公婆友学事儿女孩伴]).{0,4}(?:说|发|写|留|讲|回).{0,6}[：:“"「『]')


def quotes_somebody(text: str) -> bool:
    """Whether somebody else's own words follow, with the signs of a quotation."""
    return bool(_QUOTES.search(text))


def tells_of_somebody(key: str) -> bool:
    """Whether somebody else comes first and nothing is said of oneself: 「我老公昨晚没回来 说以后你带好孩子」."""
    return bool(_BEGINS_WITH_SOMEBODY.search(key)) and not (despairs(key) or _OF_ME.search(key))


_IS_THEIRS = re.compile(
    "(?:不是|没说|不关|又不是)我(?:自己|本人|想|要|啦|啊|呀|是|$)|(?:我)?(?:是)?(?:替|帮|给|为)(?:我)?.{1,6}(?:问|打听)|我?(?:问|说)的是(?:我)?"
)


def is_of_somebody_after_all(key: str) -> bool:
    """Whether it was misheard as the user's own: 「不是我 是我妹妹」."""
    found = _IS_THEIRS.search(key)
    rest = key[found.start() :] if found else ""
    return bool(_NEAR_ONE.search(rest))
