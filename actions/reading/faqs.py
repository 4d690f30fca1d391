"""Questions of `data/knowledge/faq/`, beside what the sentence means by its intent."""

from __future__ import annotations

from actions.dialogue import walkthrough
from actions.dialogue.acts import SOCIAL, UNCLEAR, Act
from actions.dialogue.answers import SURE, find_answer
from actions.dialogue.faqs import may_tell
from actions.dialogue.messages import AnswerBand
from actions.dialogue.replacing import replace
from actions.dialogue.state import Alarm, Awaiting, DialogueState, Offer, has_alarm
from actions.dialogue.turn import Context
from actions.knowledge.faqs import intent_of
from actions.reading.on_screen import causes_named
from actions.reading.reading import Reading, Source
from actions.reading.unclear import NOTICE

# The limits of the bands (`AnswerBands` in config.yml), and what it takes to leave a walkthrough aside for a question.
_ANSWER, _CHOICE, _IN_WALK = 0.7, 0.35, 0.9
_MOST = 3
_TALKED_OF = (Alarm.CRISIS, Alarm.FRAUD, Alarm.VICTIM)
# With these the bot has nothing to say, or says what is known of something near.
_SILENT = frozenset({*UNCLEAR, Act.HONEST, Act.FRAGMENT})
# What the bot says to these is said of just that.
_PLAIN = ("small talk", NOTICE)
_OPEN = frozenset({*_SILENT, *SOCIAL, Act.OPEN_TOPIC, Act.ASK_STEP})


def instead(context: Context, state: DialogueState, chosen: Reading) -> Reading | None:
    """Reads a message as a question with an answer of its own, or as one of a few that may be meant.

    Args:
        context: The knowledge.
        state: The state before the message.
        chosen: How the message would be read.
    """
    message = chosen.message
    if not message.faqs or message.is_payload or message.further_requests or chosen.act not in _OPEN:
        return None
    if chosen.source not in (Source.SENTENCE, Source.SAID_BEFORE, Source.ON_SCREEN) or chosen.evidence in _PLAIN:
        return None
    if state.awaiting in (Awaiting.DETAIL, Awaiting.WARNING) or state.offer is Offer.CHOICE:
        return None
    opened = context.knowledge.topics.get(message.intent) if chosen.act is Act.OPEN_TOPIC else None
    if opened and causes_named(opened, replace(state, walk=None), message):
        # 「付款失败是不是余额不够」 names the check to begin with.
        return None
    if (opened and opened.urgent) or has_alarm(state, *_TALKED_OF) or "frustration" in message.entities:
        return None
    known = context.knowledge.faqs
    asked = {name: share for name, share in message.faqs.items() if name in known and may_tell(known[name], message)}
    best = max(asked, key=lambda name: asked[name], default="")
    if not best:
        return None
    if state.walk and (asked[best] < _IN_WALK or find_answer(context, state, message, SURE)):
        return None
    if walkthrough.serves_in_passing(context, state, chosen.act, message):
        return None
    if asked[best] >= _ANSWER:
        plain = replace(message, intent=intent_of(best), band=AnswerBand.ANSWER, choices=(), confidence=asked[best])
        return Reading(Source.SENTENCE, Act.FAQ, plain, f"asks {best}", asked[best])
    return _among_others(chosen, asked)


def _among_others(chosen: Reading, asked: dict[str, float]) -> Reading | None:
    """Reads a doubtful message as one of the questions that are likely enough to be offered, beside the topics."""
    message = chosen.message
    likely = [(intent_of(name), share) for name, share in asked.items() if share >= _CHOICE / 2]
    is_unclear = chosen.act in _SILENT and "unsupported_topic" not in message.entities
    is_doubtful = message.band is AnswerBand.CHOICE or is_unclear
    if not is_doubtful or sum(share for _, share in likely) < _CHOICE:
        return None
    topics = () if is_unclear else message.choices
    choices = tuple(sorted((*likely, *topics), key=lambda pair: -pair[1])[:_MOST])
    first, share = choices[0]
    doubtful = replace(message, intent=first, band=AnswerBand.CHOICE, choices=choices, confidence=share)
    return Reading(Source.SENTENCE, Act.FAQ, doubtful, f"may ask {first}", share)
