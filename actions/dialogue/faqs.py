"""Tells the answers of `data/knowledge/faq/`: only where they hold, and only where they are meant to be told."""

from __future__ import annotations

import datetime

from actions.dialogue.endings import after_digression
from actions.dialogue.messages import Card, Event, EventKind, Reply, UserMessage
from actions.dialogue.repair import not_understood
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context, Turn
from actions.knowledge.faqs import Faq, faq_id

_MOST_BUTTONS = 4


def may_tell(faq: Faq, message: UserMessage) -> bool:
    """Whether a question is known on this day and at this place; one that is over, if there is a word about that."""
    day = day_of(message)
    if not faq.is_for(message.site, message.channel) or faq.is_ahead(day):
        return False
    return not faq.is_over(day) or faq.outdated is not None


def day_of(message: UserMessage) -> datetime.date | None:
    """Returns the day of a message in the users' time zone; None where nobody knows."""
    return message.said_at.date() if message.said_at else None


def tell(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Gives the answer to the question that the intent names."""
    faq = context.knowledge.faqs.get(faq_id(message.intent) or "")
    if faq is None or not may_tell(faq, message):
        # The button of an answer that is gone since.
        return not_understood(context, state, message)
    event = Event(EventKind.TOPIC_OPENED, message.intent)
    text = faq.answer
    if faq.outdated and faq.is_over(day_of(message)):
        text = faq.outdated
    topics = [context.knowledge.topics[name] for name in faq.buttons]
    others = [other for name in faq.related if may_tell(other := context.knowledge.faqs[name], message)]
    buttons = (
        *(context.replies.topic_button(topic) for topic in topics if topic.id != state.topic),
        *(context.replies.faq_button(other) for other in others),
    )[:_MOST_BUTTONS]
    card = None
    if faq.picture or faq.link:
        card = Card(
            {"url": faq.picture.url, "alt": context.replies.fill(faq.picture.alt)} if faq.picture else None,
            {"url": faq.link.url, "title": context.replies.fill(faq.link.title)} if faq.link else None,
        )
    reply = Reply("utter_answer", {"answer": context.replies.fill(text)}, buttons, event=event, card=card)
    if state.walk is None and topics:
        # 「那要多久」 after it asks on about this.
        state = replace(state, last_topic=topics[0].id)
    return after_digression(context, state, reply)
