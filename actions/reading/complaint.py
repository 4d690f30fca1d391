"""Complaints about the company, and about waiting for a human."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import Alarm, DialogueState, Offer
from actions.dialogue.turn import Context
from actions.reading import beside_waiting
from actions.reading.questions import asks, excepts
from actions.reading.reading import Reading, Source
from actions.reading.values import details_said
from language.text_normalization import normalize

_SURE = 0.55
# 「我要投诉一笔交易」 complains about a payment, not about us.
_DISPUTES, _SURE_OF_US = frozenset({"transaction_dispute", "dispute_outcome"}), 0.85
_WAITING = 0.45
_URGES = re.compile("催(?:一下|一催|催|下|他们|客服|人工)|(?:帮我|能不能|可以)催|加急")
_AMENDS = re.compile(
    "赔不赔|赔不?[吗么]|赔偿?我|给?我赔|你们.{0,4}赔|必须赔|误工费|精神损失|给.{0,2}个?说法|投诉(?:你|平台|客服|你们|到底)|(?<!不)要投诉$|^投诉$|(?:就是|说了)(?:我)?(?:要|想)投诉|负责(?:吗|不|到底)"
    "|(?:你们|平台|客服).{0,8}(?:态度|垃圾|坑人|坑钱|骗人|骗子|耍我|忽悠)"
)
# 「投诉商家」, 「投诉这笔交易」: disputes a payment.
_OF_OTHERS = re.compile(
    "(?:投诉|赔).{0,3}(?:商家|商户|卖家|店|他|她|对方|交易|这笔|那笔)|(?:商家|店家|卖家|老板|对方).{0,4}赔"
)
# 「你把那个提示也告诉他没」
_ASKS_IF_TOLD = re.compile(
    "(?:告诉|跟|和|给|发给|转告|交给|写给)(?:他|她|人工|客服|他们|人家)(?:们)?(?:说|讲|带|看)?.{0,4}(?:没有?|吗|么|不)(?:啊|呀)?$"
)
_WAITS = re.compile(
    "(?:好+的?|好吧|行+吧?|嗯+|哦|那|算了|我|就|先|再|只能|慢慢|继续)*"
    "等(?:着|等|人|他们|一?会儿?|一下|吧|呗|了|啊|就是)*(?:谢+|辛苦)*"
)
_ASKS_WHEN = re.compile(
    "(?:他们?|她|人工|客服|有人|来人|人)(?:到底|都|还)?(?:要|得)?(?:啥时候?|什么时候|多久|几时|几点)(?:才|能|会|可以)*(?:来|到|回|联系|接|找我|理)"
    "|(?:啥时候?|什么时候|多久|几时)(?:才|能|会|可以)*(?:来人|有人|回我|回复|联系我|理我|找我)|有人(?:没|了没|吗|了吗|来没)(?:有)?$|回复时间|多久有人"
)
# 「到底转没转」, 「快点转啊」, asked of a handoff that is under way.
_ASKS_IF_SENT = re.compile(
    "转(?:了)?(?:没(?:有)?|过去没|好没|成没|了没|了吗|过去了吗)(?:转|啊|呀)*$|(?:快点?|赶紧|赶快|麻利|马上|立刻|倒是)(?:点)?(?:给我|帮我)?(?:转|接)(?!账|钱)"
    "|^(?:你)?(?:给我|帮我|倒是|怎么|咋|还)*(?:不|没)?转(?:接|过去)?(?:啊|呀|嘛|吧|呗)+|(?:怎么|咋)还(?:没|不)(?:转|接|来|有人)"
)
# 「你把这些都告诉他哈」
_TELLS_ON = re.compile("(?:把|将).{1,10}(?:都|也|一起|一块)*(?:告诉|转告|交给|发给|带给|说给)(?:他|她|人工|客服)")
# 「嗯 转吧」, where it is done already.
_AGREES_AGAIN = re.compile(
    "(?:嗯+|好+的?|行|那|就|可以|快|赶紧|是的?|对)+(?:给我|帮我)?(?:转|接)(?:人工|过去|人)?(?:吧|啊|呗|了|嘛|呀)*"
)
_OF_SUPPORT = frozenset({"contact_support", "support_hours"})
_UNANSWERED = re.compile("没人(?:接|理|应|回|管|搭理)|(?:打|拨)不通|(?:总|老|一直|都)不接|没有人(?:接|理|应|回)")
# Leaving the queue cannot be undone: the place is lost.
_LEAVING = 0.6
_URGING = 0.8
# The human is to hurry, not what the last answer was about: 「都等了十分钟了」 after one about codes waits for a code.
_HURRIES = re.compile("人工|客服|真人|转|快|赶紧|马上|立刻|抓紧|催|急|有人|来人|排队")
# 「排到第几个了」 only asks.
_ASKS_PLACE = 0.9
_SURE_NOTED = 0.8


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as a complaint, or as a word about the queue."""
    beside = beside_waiting.read(context, state, act, message)
    if beside:
        return beside
    if state.handed_over or message.is_queued:
        waiting_for = _of_waiting(context, state, act, message)
        if waiting_for:
            return waiting_for
    elif (
        state.offer is Offer.HUMAN
        and message.acts.get("waiting_complaint", 0.0) >= _URGING
        and not (state.last_topic and asks(normalize(message.text)))
    ):
        last = context.knowledge.topics.get(state.last_topic or "")
        if last and last.offer_human and not _HURRIES.search(message.key):
            return Reading(Source.COMPLAINT, Act.TRIED_ALL, message, f"still waits for what {last.id} is about")
        return Reading(Source.COMPLAINT, Act.HUMAN, message, "urges while a human is offered")
    if _URGES.search(message.key) and state.walk is None and act is not Act.HUMAN and not is_complaint_of_us(message):
        return Reading(Source.COMPLAINT, Act.TICKET_STATUS, replace(message, band=AnswerBand.ANSWER), "urges")
    if (
        act is Act.OPEN_TOPIC
        and message.intent in _OF_SUPPORT
        and _UNANSWERED.search(message.key)
        and not excepts(message.key)
    ):
        # A leaflet about the ways to reach support is no answer to that.
        return Reading(Source.COMPLAINT, Act.ALARM, message, "support did not answer", 0.9, {"alarm": Alarm.COMPLAINT})
    certainty = message.alarms.get(Alarm.COMPLAINT.value, 0.0)
    if is_complaint_of_us(message) and act is not Act.HUMAN:
        values = _details(context, state, message)
        arguments: dict[str, object] = {"alarm": Alarm.COMPLAINT, **({"values": values} if values else {})}
        return Reading(Source.COMPLAINT, Act.ALARM, message, "wants amends of us", 0.9, arguments)
    is_dispute = message.intent in _DISPUTES and message.band is AnswerBand.ANSWER
    if certainty >= (_SURE_OF_US if is_dispute else _SURE):
        return Reading(
            Source.COMPLAINT, Act.ALARM, message, "complains about us", certainty, {"alarm": Alarm.COMPLAINT}
        )
    return None


def _of_waiting(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads what somebody who waits for a human says of that."""
    if _ASKS_IF_TOLD.search(message.key):
        plain = replace(message, band=AnswerBand.ANSWER, choices=())
        return Reading(Source.COMPLAINT, Act.TICKET_STATUS, plain, "asks whether the human was told")
    if _ASKS_WHEN.search(message.key) and not message.matters("named"):
        plain = replace(message, band=AnswerBand.ANSWER, choices=())
        return Reading(Source.COMPLAINT, Act.TICKET_STATUS, plain, "asks when somebody comes")
    if _ASKS_IF_SENT.search(message.key) and state.walk is None and not message.matters("named"):
        plain = replace(message, band=AnswerBand.ANSWER, choices=())
        return Reading(Source.COMPLAINT, Act.TICKET_STATUS, plain, "asks whether it was sent")
    if message.acts.get("read_back", 0.0) >= _SURE_NOTED and state.walk is None:
        plain = replace(message, band=AnswerBand.ANSWER, choices=())
        return Reading(Source.COMPLAINT, Act.TICKET_STATUS, plain, "asks whether it was noted")
    if _AGREES_AGAIN.fullmatch(message.key):
        plain = replace(message, band=AnswerBand.ANSWER, choices=())
        return Reading(Source.COMPLAINT, Act.TICKET_STATUS, plain, "agrees once more")
    if _TELLS_ON.search(message.key) and not asks(normalize(message.text)):
        return Reading(Source.COMPLAINT, Act.HUMAN, message, "wants the human to know")
    if act is not Act.LEAVE_QUEUE and goes_on_waiting(message.key) and state.walk is None and state.offer is None:
        waits = {"response": "utter_acknowledge_waiting", "stays": True}
        return Reading(Source.COMPLAINT, Act.LET_BE, message, "goes on waiting", arguments=waits)
    waiting, leaving = message.acts.get("waiting_complaint", 0.0), message.acts.get("leave_wait", 0.0)
    # The situated act is sure where the intent may be not.
    clear = replace(message, band=AnswerBand.ANSWER, choices=())
    if leaving >= _LEAVING and not _is_about_else(context, state, act, message):
        return Reading(Source.COMPLAINT, Act.LEAVE_QUEUE, clear, "wants to wait no longer", leaving)
    if act is Act.TICKET_STATUS and message.confidence >= _ASKS_PLACE:
        return None
    if waiting >= _WAITING or (act is Act.LEAVE_QUEUE and waiting > leaving):
        return Reading(Source.COMPLAINT, Act.WAIT_COMPLAINT, message, "complains about waiting", waiting)
    return None


def _details(context: Context, state: DialogueState, message: UserMessage) -> dict[str, str]:
    """Returns what the message tells of a payment beside the complaint, while a form for it is under way."""
    topic = context.topic(state)
    return details_said(context, topic, message) if topic and topic.collected_details else {}


def goes_on_waiting(key: str) -> bool:
    """Whether the text says no more than that they wait for the human who was sent for (「算了 我等人吧」)."""
    return bool(_WAITS.fullmatch(key))


def is_complaint_of_us(message: UserMessage) -> bool:
    """Whether the message wants amends of the company, or to complain of it, in so many words (「就说赔不赔吧」)."""
    return bool(_AMENDS.search(message.key)) and not _OF_OTHERS.search(message.key)


def _is_about_else(context: Context, state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether a no or a stop may mean what is on the screen: 「算了」 in a procedure names no waiting."""
    names_waiting = any(word in message.key for word in context.knowledge.wording.waiting_words)
    is_open = state.walk is not None or state.offer is not None
    return act in (Act.CANCEL, Act.DENY) and is_open and not names_waiting
