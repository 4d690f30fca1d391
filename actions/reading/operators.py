"""Operators: a matter that is denied, over, or supposed is not the matter itself."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.dialogue.acts import UNCLEAR, Act, act_of
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context
from actions.reading.complaint import is_complaint_of_us
from actions.reading.reading import Reading, Source

# What comes of a matter that is over or only supposed, when it is a matter of its own.
_INSTEAD = {
    ("past", "account_closure"): "closure_consequences",
    ("hypothetical", "account_closure"): "closure_consequences",
    ("only_asked", "account_closure"): "closure_consequences",
}
# 「不是要注销」 says that another matter was meant; 「先不销了」 lets this one be.
_CORRECTS = ("不是", "没说", "没问", "没让", "没提")
# The user's own account, whoever else comes up.
_OWN = ("我的", "我自己", "让我", "叫我", "催我", "劝我")


_TROUBLE = 0.6
_WANTS_IT = re.compile(
    "(?<![不没别])(?:想|要|帮我|给我|打算)(?:把|将)?.{0,4}(?:注销|销掉|销了|销号|销户|删掉|删除|删了)"
)


def _wishes_away(message: UserMessage) -> bool:
    return any(word in message.key for word in (*_CORRECTS, "不想", "不要", "不用", "别"))


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as denying, supposing or reporting as over what its intent stands for."""
    intents = {message.intent, *(name for name, _ in message.choices)}
    for matter in message.matters("negated"):
        if matter not in intents or (matter == message.intent and message.further_requests):
            continue
        if matter == state.topic and message.acts.get("trouble", 0.0) >= _TROUBLE and not _wishes_away(message):
            # 「帮助中心里没有申诉」 does not find it.
            continue
        if _says_what_instead(matter, message):
            continue
        if matter == "human_handoff":
            return Reading(Source.OPERATOR, Act.DENY_HUMAN, message, "wants no human")
        if matter == "account_closure" and state.topic == matter:
            return Reading(Source.OPERATOR, Act.CANCEL, message, "does not want to close the account")
        if matter == "account_closure" and matter in message.matters("only_asked"):
            continue
        if matter == "account_closure" and not any(word in message.key for word in _CORRECTS):
            arguments = {"matter": matter, "is_let_be": True}
            return Reading(Source.OPERATOR, Act.NOT_THAT, message, f"lets {matter} be", arguments=arguments)
        return Reading(Source.OPERATOR, Act.NOT_THAT, message, f"denies {matter}", arguments={"matter": matter})
    for (operator, matter), topic in _INSTEAD.items():
        is_about = matter == message.intent or act in UNCLEAR
        if is_about and matter in message.matters(operator) and topic in context.knowledge.topics:
            if "step_number" in message.entities or state.topic == matter:
                continue
            changed = replace(message, intent=topic, band=AnswerBand.ANSWER)
            return Reading(Source.OPERATOR, act_of(topic, context.knowledge), changed, f"{matter} is {operator}")
    if _closes_for_another(act, intents, message):
        return Reading(
            Source.OPERATOR, Act.HONEST, message, "closing somebody else's account", arguments={"about": "other_person"}
        )
    return None


def _says_what_instead(matter: str, message: UserMessage) -> bool:
    """Whether the message says what is wanted rather than only what is not."""
    if matter == "account_closure" and _WANTS_IT.search(message.key):
        # 「账户不用了想销掉」: the account is what is not needed.
        return True
    # 「我要投诉你们平台 不是申诉交易」
    return matter != "human_handoff" and is_complaint_of_us(message)


def _closes_for_another(act: Act, intents: set[str], message: UserMessage) -> bool:
    """Whether somebody else's account is to be closed (「我外婆的号帮她销掉」)."""
    if "account_closure" not in message.matters("other_person"):
        return False
    is_about = "account_closure" in intents or act in UNCLEAR
    return is_about and not any(word in message.key for word in _OWN)
