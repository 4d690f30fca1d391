"""Operators: a matter that is denied, over, or supposed is not the matter itself."""

from __future__ import annotations

from dataclasses import replace

from actions.dialogue.acts import UNCLEAR, Act, act_of
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context
from actions.reading.reading import Reading, Source

# What comes of a matter that is over or only supposed, when it is a matter of its own.
_INSTEAD = {("past", "account_closure"): "closure_consequences", ("hypothetical", "account_closure"): "closure_consequences"}


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as denying, supposing or reporting as over what its intent stands for."""
    intents = {message.intent, *(name for name, _ in message.choices)}
    for matter in message.matters("negated"):
        if matter not in intents or (matter == message.intent and message.further_requests):
            continue
        if matter == "human_handoff":
            return Reading(Source.OPERATOR, Act.DENY_HUMAN, message, "wants no human")
        if matter == "account_closure" and state.topic == matter:
            return Reading(Source.OPERATOR, Act.CANCEL, message, "does not want to close the account")
        return Reading(Source.OPERATOR, Act.NOT_THAT, message, f"denies {matter}", arguments={"matter": matter})
    for (operator, matter), topic in _INSTEAD.items():
        is_about = matter == message.intent or act in UNCLEAR
        if is_about and matter in message.matters(operator) and topic in context.knowledge.topics:
            if "step_number" in message.entities or state.topic == matter:
                continue
            changed = replace(message, intent=topic, band=AnswerBand.ANSWER)
            return Reading(Source.OPERATOR, act_of(topic, context.knowledge), changed, f"{matter} is {operator}")
    if message.intent == "account_closure" and "account_closure" in message.matters("other_person"):
        return Reading(
            Source.OPERATOR, Act.HONEST, message, "closing somebody else's account", arguments={"about": "other_person"}
        )
    return None
