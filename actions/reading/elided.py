"""What is told without its object after an alarm: 「我已经给了」 after 「他要我的验证码」."""

from __future__ import annotations

import re

from actions.dialogue.messages import UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState
from actions.knowledge.danger import Danger
from actions.reading.hearing import Heard

_BEFORE = (
    "(?:可是?|但是?|那|完了|糟了|不好|坏了|惨了)?(?:我|俺|咱)?(?:已经|刚才?|刚刚|都|就|早就?|也|当时|全|一着急|没多想)*"
)
_AFTER = (
    "(?:给|跟|到)?(?:他|她|对方|人家)?(?:们)?(?:了|过去?了?|出去了?|完了)+(?:啊|呀|呢|咋办|怎么办|才发现|才反应过来)?"
)
# By the fact: what was spoken of before, and the verb that is left. The first that fits counts.
_ELISIONS = tuple(
    (fact, re.compile(spoken), re.compile(f"{_BEFORE}(?:{verbs}){_AFTER}"))
    for fact, spoken, verbs in (
        ("code_told", "验证码|校验码|短信码|六位数", "给|说|念|报|告诉|发|填|输"),
        ("password_told", "密码", "给|说|念|报|告诉|发|填|输"),
        ("card_told", "卡号|银行卡", "给|说|念|报|告诉|发|填|输"),
        ("id_told", "身份证", "给|说|念|报|告诉|发|填|输|拍"),
        ("watched", "共享|屏幕|投屏|远程", "开|点|弄|照做|共享|打开"),
        ("installed", "软件|[aA][pP]{2}|会议|下载|安装", "下|装|下载|安装|照做"),
        ("link", "链接|网址|网页|二维码", "点|扫|点开|打开|进去"),
        ("lost", "转|汇款|打钱|打款|交钱|保证金|手续费|充值|垫付|付款|付钱", "转|汇|付|交|打|充|给|垫"),
    )
)
# What is longer tells of something itself.
_LONGEST = 14


def with_elided(danger: Danger, state: DialogueState, message: UserMessage, heard: Heard) -> Heard:
    """Returns what was heard with the fact of which only the verb is said, by what was told of before."""
    fact = _elided_fact(state, message.key)
    if fact is None or fact in heard.facts or fact not in danger.facts:
        return heard
    # The gravest stands first.
    facts = tuple(name for name in danger.facts if name == fact or name in heard.facts)
    return replace(heard, facts=facts, learnt=heard.learnt | {fact}, shares={**heard.shares, fact: 1.0})


def _elided_fact(state: DialogueState, key: str) -> str | None:
    if len(key) > _LONGEST:
        return None
    told = "".join(alarm.text for alarm in state.alarms)
    return next((fact for fact, spoken, said in _ELISIONS if said.fullmatch(key) and spoken.search(told)), None)
