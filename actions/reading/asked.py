"""What was asked: each open question says what it accepts."""

from __future__ import annotations

import re

from actions.dialogue import walkthrough
from actions.dialogue.acts import CONTROL, SOCIAL, SUPPORT, UNCLEAR, Act
from actions.dialogue.answers import find_answer
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import Awaiting, DialogueState, Offer, with_walk
from actions.dialogue.turn import Context
from actions.knowledge import Topic
from actions.knowledge.schema import CollectedDetail
from actions.reading import corrections, place
from actions.reading.amounts import amounts_in
from actions.reading.clauses import asks_in
from actions.reading.complaint import goes_on_waiting, is_complaint_of_us
from actions.reading.hearing import clauses_of
from actions.reading.names import is_framed, is_unreadable
from actions.reading.questions import (
    asks,
    asks_if_noted,
    asks_of_waiting,
    complains,
    demands_money,
    dismisses,
    ends_noting,
    ends_talk,
    names_human,
    postpones,
    without_reminder,
)
from actions.reading.reading import Reading, Source
from actions.reading.restated import restated
from actions.reading.retold import retold
from actions.reading.steps_meant import reported_place, step_meant
from actions.reading.stories import PROCEDURE, is_story, tells
from actions.reading.times import with_hour
from actions.reading.values import accepted, details_said, joined, values_for
from language.text_normalization import normalize

_CONSENT = 0.5
_PLAIN_CONSENT = 0.95
_LIKELY, _SURE = 0.5, 0.6
# A command or another topic with less may be the answer: 「不二家」 is heard as a no with 0.94.
_COMMAND, _SWITCH, _OTHER_WALK = 0.98, 0.8, 0.95
_LONGEST_COMMAND = corrections.LONGEST_COMMAND
_LONGEST_DISMISSAL = 16
# Beside a contact there may be this much that says what it is.
_LONGEST_BESIDE = 10
_AGREES = re.compile(
    "(?:那|好|行|嗯|可以|ok|中|成|要得|就|你|快|先|给|帮|我|麻烦|吧|啊|的|了|呗|嘛|哈)*(?:转(?:人工|过去|接)?(?:吧|呗|嘛|啊|了|下|一下)*|(?<=[好行以k中成得嗯])(?:吧|的|啊|呀|嘞)*)"
)
_STAR = re.compile("[⭐🌟★]")
_GOES_ON = re.compile("继续|接着|往下")
_MODIFIERS = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f\u200d♀♂]")
# A yes that cannot be undone must be said in words.
_EMOJI_CERTAINTY = 0.9
_SHOP = re.compile(
    r"[^\W\d_]{2,8}(?:店|超市|商行|公司|餐厅|饭馆|馆|坊|商城|便利"
    r"|酒店|宾馆|药房|市场|之家|旗舰店|专营店)"
)
_SURE_PLACE = 0.72
_NUMBER = re.compile(r"\d{2,6}(?:\.\d{1,2})?")
_WRONGED = re.compile("[钱费扣收算绕坏错少没不假漏慢迟骗赖]")
_ONLY_THANKS = re.compile(
    "(?:明白|知道|懂|好|行|嗯|ok|清楚|了解|收到)*(?:了|的|啦|吧)*(?:非常|太|多)*(?:感谢|谢+)(?:你|您|了|啦|哈|啊|各位|客服)*"
)
_OF_PROOF = re.compile("截图|凭证|小票|发票|证据|单据|照片")
# What is asked of a request that was sent to a human.
_OF_TICKET = re.compile("工单|人工|客服|真人|排队|转接")
_OF_TIME = re.compile("哪天|几号|几点|日子|时间|什么时候|啥时候")
_CONFIRMS = re.compile("没错|是对的|都对|没记错|^对的?$|没(?:有)?别的(?:要)?改|不用改")
_WAITS = re.compile(
    "(?:好+的?|行|嗯+|哦|那|ok|我|就|先|再|可以)*(?:等|看)(?:着|等|看|一下|一?会儿?|几天|两天|吧|通知|消息|结果|呗|了|啊)*"
)
# 「刷新了一下 就一笔」: nothing is left to dispute.
_CLEARED_UP = re.compile(
    "(?:哎|哦|啊|其实|原来|刚看|又看了|刷新了?(?:一?下)?)*(?:就|只|才|就是|只是|还是)(?:扣了|付了|有|是|扣)?(?:一|1)(?:笔|次|遍)(?:啊|了|嘛|呀|的|而已|没多扣)*"
    "|(?:哎|哦|啊|那)*(?:没事了|没事儿?啦|没问题了|搞错了|看错了|弄错了|是我看错了?|是我搞错了?|虚惊一场|误会了?)(?:吧|哈|啊|呀)*"
    "|(?:哎|哦|啊|刚|已经)*(?:钱|款)?(?:已经|刚|都)?(?:退|还)(?:回来|给我|到)了(?:啊|哈)?"
)
_PARTS = re.compile(r"[\s,，。;；!！…]+")
# Buttons that a plain yes would press rather than the human's.
_YES_PAYLOADS = ("/next_step", "/affirm", "/problem_solved")


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as an answer to what was asked, or as a change of what was answered before."""
    return (
        _emoji(context, state, message)
        or _consent_to_warning(state, act, message)
        or _new_value(context, state, act, message)
        or _retold(context, state, message)
        or _answer_and_correction(context, state, message)
        or _correction(context, state, message)
        or _read_back(state, message)
        or _detail(context, state, act, message)
        or _consent(context, state, act, message)
        or _contact(context, state, act, message)
    )


def _emoji(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Takes a yes, a no or stars for what they say in words, where something is asked."""
    if message.key or message.is_payload:
        return None
    text = _MODIFIERS.sub("", message.text).strip()
    stars = len(_STAR.findall(text))
    signs = context.knowledge.wording.signs
    if state.offer is Offer.RATING:
        rating = (
            str(stars)
            if 1 <= stars <= 5
            else next((v for v, known in signs.ratings.items() if text[:1] in known), None)
        )
        if rating:
            return Reading(Source.ASKED, Act.THANK, replace(message, key=rating), f"{rating} of 5 by emoji")
        return None
    if state.offer is None and state.walk is None:
        return None
    for act, known in ((Act.AFFIRM, signs.yes), (Act.DENY, signs.no)):
        if text and all(sign in known for sign in text):
            changed = replace(
                message, intent=act.value, band=AnswerBand.ANSWER, choices=(), confidence=_EMOJI_CERTAINTY
            )
            return Reading(Source.ASKED, act, changed, f"{act.value} by emoji", _EMOJI_CERTAINTY)
    return None


def _consent_to_warning(state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Takes consent in so many words for what it is, whatever intent the words around it suggest."""
    if state.awaiting is not Awaiting.WARNING or message.is_payload:
        return None
    if not walkthrough.consents_in_words(state, act, message):
        return None
    plain = replace(message, intent=Act.AFFIRM.value, band=AnswerBand.ANSWER, choices=(), further_requests=())
    return Reading(Source.ASKED, Act.AFFIRM, plain, "accepts the warning in words")


def _new_value(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Takes the message as the new value that was asked for."""
    if state.offer is not Offer.CORRECTION or message.is_payload or asks(normalize(message.text)):
        return None
    detail = next((d for d in corrections.correctable(context, state) if d.id == state.correcting), None)
    if detail is None:
        return None
    is_command = act is Act.HUMAN or (act in CONTROL and len(message.text.strip()) <= _LONGEST_COMMAND)
    if is_command and detail.accepts in ("name", "story"):
        return None
    values = accepted(values_for(detail, message, context.knowledge.wording.rejections, is_asked=True))
    if not values and detail.accepts not in ("name", "story") and act in UNCLEAR:
        # What does not look like it is said so once; the question stays open.
        arguments = {"hint": detail.hint}
        return Reading(Source.ASKED, Act.MISFIT, message, f"fits no {detail.accepts}", arguments=arguments)
    if not values:
        return None
    changes = {detail.id: joined(detail, values)}
    return Reading(Source.ASKED, Act.CORRECT, message, f"the new {detail.id}", arguments={"changes": changes})


def _correction(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    told = without_reminder(message.text)
    if told and told != message.text.strip():
        # 「我不是说昨晚了吗」 denies nothing.
        message = replace(message, text=told, key=folded(normalize(told)), rejected={})
    changes = corrections.changes_in(context, state, message)
    if changes:
        changes = {**_told_beside(context, state, message, changes), **changes}
        evidence = f"corrects {', '.join(changes)}"
        return Reading(Source.ASKED, Act.CORRECT, message, evidence, arguments={"changes": changes})
    finds_old = corrections.finds_old(state, message) and state.awaiting is not Awaiting.DETAIL
    if finds_old and message.acts.get("correction", 0.0) >= _LIKELY:
        return Reading(Source.ASKED, Act.READ_BACK, message, "finds what is noted old")
    detail = corrections.to_be_changed(context, state, message)
    if detail is None or asks(normalize(message.text)):
        return None
    return Reading(Source.ASKED, Act.CORRECT, message, f"wants {detail.id} changed", arguments={"detail": detail.id})


def _answer_and_correction(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads the answer before what is corrected beside it (「王建国 哦不对 金额是1250」): neither is lost."""
    topic = context.topic(state)
    if topic is None or state.walk is None or state.awaiting is not Awaiting.DETAIL or message.is_payload:
        return None
    wanted = next((d for d in topic.collected_details if d.id == state.walk.requested_detail), None)
    return _told_and_corrected(context, state, wanted, message) if wanted else None


def _told_beside(
    context: Context, state: DialogueState, message: UserMessage, changes: dict[str, str]
) -> dict[str, str]:
    """Returns what a correction tells beside it that is still asked for: 「昨天晚上 45 美团」 corrects the day only."""
    topic = context.topic(state)
    if topic is None or state.awaiting is not Awaiting.DETAIL or state.walk is None:
        return {}
    wanted = next((d for d in topic.collected_details if d.id == state.walk.requested_detail), None)
    if wanted is None or wanted.accepts in ("story", "name"):
        wanted = next((d for d in topic.collected_details if d.id in changes), None)
    told = details_said(context, topic, message, wanted)
    kinds = {detail.id for detail in topic.collected_details if detail.accepts != "story"}
    return {
        name: value
        for name, value in told.items()
        if name in kinds
        and name not in state.collected_details
        and name not in changes
        # 「时间也不对 是前天」 names nobody.
        and not corrections.says_wrong(context, state, value)
    }


def _retold(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads details that are all told once more: what is noted otherwise is put right."""
    topic = context.topic(state)
    if topic is None or not topic.collected_details or state.walk is None:
        return None
    told = retold(context, topic, state.collected_details, message)
    changes = {name: value for name, value in told.items() if state.collected_details.get(name) != value}
    if not told:
        return None
    if not changes:
        return Reading(Source.ASKED, Act.READ_BACK, message, "tells again what is noted")
    evidence = f"tells {', '.join(changes)} again"
    return Reading(Source.ASKED, Act.CORRECT, message, evidence, arguments={"changes": changes})


def _read_back(state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads the wish to hear what was noted down (「都记了啥」), wherever it is said."""
    certainty = message.acts.get("read_back", 0.0)
    if asks_if_noted(message.key):
        certainty = 1.0
    if not state.collected_details or certainty < _SURE or message.is_payload:
        return None
    return Reading(Source.ASKED, Act.READ_BACK, message, "wants to hear what was noted", certainty)


def _detail(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as an answer to the question for a detail, or as what people say instead of one."""
    topic = context.topic(state)
    if state.awaiting is Awaiting.DETAIL and state.offer is Offer.HUMAN and ends_noting(message.key):
        return Reading(Source.ASKED, Act.STOP_NOTING, replace(message, further_requests=()), "wants nothing noted")
    if state.awaiting is not Awaiting.DETAIL or state.offer is not None or state.walk is None or topic is None:
        return None
    wanted = next((d for d in topic.collected_details if d.id == state.walk.requested_detail), None)
    if wanted is None:
        return None
    if place.resumes(context, state, act, message) or place.wants_back(context, state, act, message):
        return None
    waiting = _of_waiting(state, message) if state.handed_over else None
    other = waiting or _thanks(act, message) or _how_long(context, state, act, message)
    other = other or _wants_no_form(wanted, message) or _shop_instead(topic, wanted, state, message)
    other = other or _unreadable(context, topic, state, message)
    if other:
        return other
    told = without_reminder(message.text)
    message = message if told == message.text.strip() else replace(message, text=told, key=folded(normalize(told)))
    message = restated(wanted, message, context.knowledge.wording.rejections)
    return _answer(context, state, topic, wanted, act, message)


def _thanks(act: Act, message: UserMessage) -> Reading | None:
    """Reads bare thanks while something is asked: the question is not pressed again."""
    is_plain = act is Act.THANK and message.band is AnswerBand.ANSWER
    if not (is_plain or _ONLY_THANKS.fullmatch(message.key)) or message.further_requests:
        return None
    arguments = {"response": "utter_thank_in_form", "stays": True}
    return Reading(Source.ASKED, Act.LET_BE, message, "thanks, and answers nothing", arguments=arguments)


def _how_long(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads how long it takes, where nothing was sent to a human yet, as asked of the matter under way."""
    if act is not Act.TICKET_STATUS or state.handed_over or message.is_queued or _OF_TICKET.search(message.key):
        return None
    found = find_answer(context, state, message, of=state.topic)
    return _asks(message) if found else None


def _of_waiting(state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads what is said of the human who was sent for while a form is filled in (「要等多久」, 「算了 我等人吧」)."""
    if asks_of_waiting(message.key) and state.topic not in message.matters():
        return Reading(Source.ASKED, Act.TICKET_STATUS, replace(message, band=AnswerBand.ANSWER), "asks of the waiting")
    if goes_on_waiting(message.key) or postpones(message.key):
        plain = replace(message, intent=Act.CANCEL.value, band=AnswerBand.ANSWER, choices=(), further_requests=())
        return Reading(Source.ASKED, Act.CANCEL, plain, "leaves the form and waits")
    return None


def _told_and_corrected(
    context: Context, state: DialogueState, wanted: CollectedDetail, message: UserMessage
) -> Reading | None:
    """Reads an answer that ends in a correction (「没买过这东西 哦时间也不对 是大前天」): each is taken for itself."""
    parts = [part for part in _PARTS.split(message.text.strip()) if part]
    at = next(
        (
            number
            for number, part in enumerate(parts)
            if number
            and (corrections.says_wrong(context, state, part) or corrections.turns_back(" ".join(parts[number:])))
        ),
        0,
    )
    if not at or wanted.accepts not in ("story", "name"):
        return None
    told, corrected = (
        replace(message, text=text, key=folded(normalize(text)), clauses=(), entities={}, rejected={})
        for text in (" ".join(parts[:at]), " ".join(parts[at:]))
    )
    changes = corrections.changes_in(context, with_walk(state, awaiting=None), corrected, is_correction=True)
    values = accepted(values_for(wanted, told, context.knowledge.wording.rejections, is_asked=True))
    if not changes or not values:
        return None
    arguments = {"values": {wanted.id: joined(wanted, values)}, "changes": changes}
    return Reading(Source.ASKED, Act.NOTE, message, f"tells {wanted.id}, corrects {', '.join(changes)}", 1.0, arguments)


def _wants_no_form(wanted: CollectedDetail, message: UserMessage) -> Reading | None:
    """Reads what is said against the question rather than to it."""
    if not asks(normalize(message.text)) and any(_CLEARED_UP.fullmatch(clause) for clause in clauses_of(message)):
        plain = replace(message, intent=Act.CANCEL.value, band=AnswerBand.ANSWER, choices=(), further_requests=())
        return Reading(Source.ASKED, Act.CANCEL, plain, "nothing is wrong after all")
    if ends_noting(message.key) or ends_talk(message.key):
        return Reading(Source.ASKED, Act.STOP_NOTING, message, "wants nothing noted")
    if not without_reminder(message.text):
        arguments = {"hint": wanted.ask, "is_missed": True}
        return Reading(Source.ASKED, Act.MISFIT, message, f"has told {wanted.id} before", arguments=arguments)
    if demands_money(message.key) and not is_complaint_of_us(message):
        # 「别整那些 我要退钱」 is no detail: it is told what becomes of the money.
        return _asks(message)
    if dismisses(message.key) and len(message.key) <= _LONGEST_DISMISSAL:
        return Reading(Source.ASKED, Act.STOP_NOTING, message, "has no patience for the form")
    return None


def _answer(
    context: Context, state: DialogueState, topic: Topic, wanted: CollectedDetail, act: Act, message: UserMessage
) -> Reading | None:
    """Reads the message as the answer, or as what is told or asked in its place."""
    values = accepted(values_for(wanted, message, context.knowledge.wording.rejections, is_asked=True))
    fits = bool(values) and wanted.accepts in ("time", "amount")
    if not fits and topic.id in message.matters("negated") and message.acts.get("trouble", 0.0) < _SURE:
        return None
    if not fits and is_complaint_of_us(message):
        # It is no answer, whatever is asked; what is told beside it is noted all the same.
        return None
    if not (fits and len(message.key) <= _LONGEST_COMMAND) and _turns_elsewhere(context, topic, wanted, act, message):
        return None
    words = tuple(context.knowledge.wording.question_words)
    if asks(normalize(message.text), words):
        if _is_for_others(act, message):
            return None
        return _told_and_asked(context, state, topic, wanted, message) or _asks(message)
    said = details_said(context, topic, message, wanted)
    if wanted.id in said and _may_be_noted(wanted, act, message):
        return _noted(message, said, wanted)
    return _instead(context, state, topic, wanted, act, message, {k: v for k, v in said.items() if k != wanted.id})


def _shop_instead(topic: Topic, wanted: CollectedDetail, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads the bare name of a shop, while the story is asked for, as who was paid (「惠民超市」)."""
    named = next((d for d in topic.collected_details if d.accepts == "name" and d.id in state.collected_details), None)
    if wanted.accepts != "story" or named is None or not _SHOP.fullmatch(message.text.strip()):
        return None
    changes = {named.id: message.text.strip()}
    return Reading(Source.ASKED, Act.CORRECT, message, f"names {named.id}", arguments={"changes": changes})


def _unreadable(context: Context, topic: Topic, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads that the name is there and cannot be read (「商家名字是乱码」): it is not asked for any more."""
    named = next((d.id for d in topic.collected_details if d.accepts == "name"), None)
    if named is None or named in state.collected_details or not is_unreadable(message.key):
        return None
    said = {name: value for name, value in details_said(context, topic, message).items() if name != named}
    told = {"values": said, "skipped": named}
    return Reading(Source.ASKED, Act.NOTE, message, f"cannot read {named}", arguments=told)


def _told_and_asked(
    context: Context, state: DialogueState, topic: Topic, wanted: CollectedDetail, message: UserMessage
) -> Reading | None:
    """Reads what is told beside a question (「大概叫阿平 这钱退得成吗」): it is noted, and the question answered."""
    told = [clause for clause in message.clauses if not asks_in(clause)]
    if not told or len(told) == len(message.clauses):
        return None
    text = "，".join(clause.text for clause in told)
    rest = replace(message, text=text, key=folded(text), clauses=(), entities={}, acts=told[-1].acts)
    said = details_said(context, topic, rest, wanted)
    is_page = bool(PROCEDURE.search(rest.key)) or _is_placed(topic, state, rest)
    if wanted.id in said and (is_page or not _may_be_noted(wanted, Act.NOT_UNDERSTOOD, rest)):
        said.pop(wanted.id)
    if not said:
        return None
    return Reading(Source.ASKED, Act.NOTE, message, f"tells {', '.join(said)} and asks", arguments={"values": said})


def _completes_time(
    context: Context, state: DialogueState, message: UserMessage, wanted: CollectedDetail
) -> Reading | None:
    """Reads the hour of a day that is noted already (「上周六」, then 「上午吧 十点多」)."""
    topic = context.topic(state)
    times = [d for d in topic.collected_details if d.accepts == "time"] if topic else []
    known = next((d for d in times if d.id in state.collected_details and d is not wanted), None)
    if known is None:
        return None
    completed = with_hour(state.collected_details[known.id], message.text, message.said_at)
    if completed is None:
        return None
    return Reading(
        Source.ASKED, Act.CORRECT, message, f"completes {known.id}", arguments={"changes": {known.id: completed}}
    )


def _instead(
    context: Context,
    state: DialogueState,
    topic: Topic,
    wanted: CollectedDetail,
    act: Act,
    message: UserMessage,
    others: dict[str, str],
) -> Reading | None:
    """Reads a message that does not fit the question."""
    acts, is_short = message.acts, len(message.text.strip()) <= _LONGEST_COMMAND
    is_unknown = acts.get("unknown_detail", 0.0) >= _LIKELY or "declined_answer" in message.entities
    new = {name: value for name, value in others.items() if name not in state.collected_details}
    if not new and (_CONFIRMS.search(message.key) or _says_again(state, message)):
        # 「金额没错」 agrees with what was noted.
        return Reading(Source.ASKED, Act.NOTE, message, "agrees with what is noted", arguments={"values": {}})
    if is_unknown and new and not is_short:
        # 「时间不清楚，金额两千」 leaves one out and tells another.
        is_other = bool(_OF_TIME.search(message.key)) and wanted.accepts != "time"
        told = {"values": new, "skipped": None if is_other else wanted.id}
        return Reading(Source.ASKED, Act.NOTE, message, f"does not know {wanted.id}, tells others", arguments=told)
    if is_unknown and (is_short or wanted.accepts != "story"):
        return _unknown(wanted, message)
    if acts.get("read_back", 0.0) >= _SURE:
        return Reading(Source.ASKED, Act.READ_BACK, message, "wants to hear what was noted", acts["read_back"])
    if acts.get("waiting", 0.0) >= _SURE:
        return Reading(Source.ASKED, Act.WAIT, message, "needs time", acts["waiting"])
    if complains(message.key) or "frustration" in message.entities or act is Act.HUMAN:
        return None
    others = {name: value for name, value in others.items() if name not in state.collected_details}
    others = others or _bare_amount(topic, state, message)
    completed = _completes_time(context, state, message, wanted)
    if completed:
        return completed
    others = others or _story_instead(topic, wanted, state, act, message)
    if others:
        return _noted(message, others, wanted)
    if acts.get("question", 0.0) >= _LIKELY and not _is_for_others(act, message):
        return _asks(message)
    is_plain_command = act in CONTROL and message.band is AnswerBand.ANSWER and is_short
    for name, meant in (("done", Act.DONE), ("arrived", Act.DONE), ("trouble", Act.TROUBLE)):
        is_report = meant is Act.TROUBLE or bool(PROCEDURE.search(message.key)) or _is_placed(topic, state, message)
        if acts.get(name, 0.0) >= _SURE and is_report and not (is_plain_command and act is Act.NEXT):
            step = step_meant(context, topic, state, meant, message)
            return Reading(Source.ASKED, meant, message, f"{name} instead of {wanted.id}", acts[name], {"step": step})
    if is_plain_command or _is_for_others(act, message):
        return None
    return Reading(Source.ASKED, Act.MISFIT, message, f"fits no {wanted.accepts}", arguments={"hint": wanted.hint})


def _unknown(wanted: CollectedDetail, message: UserMessage) -> Reading:
    """Reads that the detail is not known; 「我没有截图」 says nothing of who was paid."""
    if wanted.accepts in ("name", "amount") and _OF_PROOF.search(message.key):
        return _asks(message)
    return Reading(Source.ASKED, Act.SKIP_DETAIL, message, f"does not know {wanted.id}")


def _story_instead(
    topic: Topic, wanted: CollectedDetail, state: DialogueState, act: Act, message: UserMessage
) -> dict[str, str]:
    """Returns what happened, told where a name is asked for (「司机绕路了 高速费也算我头上」)."""
    story = next((d for d in topic.collected_details if d.accepts == "story"), None)
    if story is None or story.id in state.collected_details or wanted.accepts != "name" or act not in UNCLEAR:
        return {}
    text = message.text.strip()
    reports = ("done", "arrived", "trouble", "question", "waiting", "read_back", "unknown_detail", "correction")
    is_plain = all(message.acts.get(name, 0.0) < _LIKELY for name in reports)
    is_long = len(message.key) > _LONGEST_COMMAND and len(message.clauses) > 1 and bool(_WRONGED.search(message.key))
    return {story.id: text} if is_plain and is_long and is_story(text) and not PROCEDURE.search(message.key) else {}


def _bare_amount(topic: Topic, state: DialogueState, message: UserMessage) -> dict[str, str]:
    """Returns the bare number that answers a question that has not been asked yet (「2680」, asked for the time)."""
    amount = next((d for d in topic.collected_details if d.accepts == "amount"), None)
    if amount is None or amount.id in state.collected_details or not _NUMBER.fullmatch(message.text.strip()):
        return {}
    found = amounts_in(message.text, is_asked=True)
    return {amount.id: found[0].value} if found else {}


def _says_again(state: DialogueState, message: UserMessage) -> bool:
    """Whether a message is a value that is noted already (「3280」, of which the alarm has told)."""
    known = (value.split("（")[0] for value in state.collected_details.values())
    return any(folded(normalize(value)) == message.key for value in known)


def _is_placed(topic: Topic, state: DialogueState, message: UserMessage) -> bool:
    place = reported_place(topic, state.step, message)
    return place is not None and place.likeness >= _SURE_PLACE


def _noted(message: UserMessage, said: dict[str, str], wanted: CollectedDetail) -> Reading:
    evidence = f"tells {', '.join(said)}" if wanted.id in said else f"tells {', '.join(said)} instead of {wanted.id}"
    return Reading(Source.ASKED, Act.NOTE, message, evidence, arguments={"values": said})


def _asks(message: UserMessage) -> Reading:
    return Reading(Source.ASKED, Act.ASK_STEP, message, "asks instead of answering", message.acts.get("question", 0.5))


def _may_be_noted(wanted: CollectedDetail, act: Act, message: UserMessage) -> bool:
    """Whether a text that could be a name or a story is not rather something else; a time or an amount always is."""
    if wanted.accepts not in ("name", "story"):
        return True
    if wanted.accepts == "name" and is_framed(message.text):
        return True
    acts, length = message.acts, len(message.text.strip())
    is_story = wanted.accepts == "story"
    if (
        is_story
        and length > _LONGEST_COMMAND
        and acts.get("waiting", 0.0) < _SURE
        and acts.get("read_back", 0.0) < _SURE
    ):
        return not (
            (acts.get("trouble", 0.0) >= _SURE or acts.get("done", 0.0) >= _SURE) and PROCEDURE.search(message.key)
        )
    if act is Act.HUMAN or "frustration" in message.entities or "declined_answer" in message.entities:
        return False
    if is_story and tells(message.text) and not PROCEDURE.search(message.key):
        return True
    if act in CONTROL and message.band is AnswerBand.ANSWER and message.confidence >= _COMMAND:
        return False
    if _is_for_others(act, message) and not message.text.isascii():
        return False
    others = ("unknown_detail", "waiting", "read_back", "done", "arrived", "question")
    if any(acts.get(name, 0.0) >= _SURE for name in others):
        return False
    return acts.get("trouble", 0.0) < _SURE or (is_story and not PROCEDURE.search(message.key))


def _is_for_others(act: Act, message: UserMessage) -> bool:
    """Whether the sentence says by itself, beyond doubt, what is no business of the question."""
    if act is Act.HUMAN:
        return message.confidence >= _SWITCH
    return act in SOCIAL | SUPPORT and message.band is AnswerBand.ANSWER and message.confidence >= _SWITCH


def _turns_elsewhere(context: Context, topic: Topic, wanted: CollectedDetail, act: Act, message: UserMessage) -> bool:
    """Whether the message opens another topic: it names it, or it is a plain question that the topic answers."""
    other = context.knowledge.topics.get(message.intent) if act is Act.OPEN_TOPIC else None
    if other is None or other.id == topic.id or message.band is not AnswerBand.ANSWER:
        return False
    if other.id in message.matters("named", "anchor") and message.confidence >= _SURE and other.id not in topic.related:
        return True
    if "declined_answer" in message.entities or message.acts.get("unknown_detail", 0.0) >= _LIKELY:
        return False
    if wanted.accepts == "story" and other.urgent:
        return False
    if other.kind == "answer":
        return message.confidence >= _SWITCH and (not other.urgent or other.id in message.matters("named", "anchor"))
    return message.confidence >= _OTHER_WALK and message.acts.get("question", 0.0) < _LIKELY


def _consent(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """A short yes to a human who is offered, or whose button stood first in the last turn."""
    is_first = bool(state.shown) and state.shown[0].payload == "/human_handoff" and not state.handed_over
    is_shown = any(option.payload == "/human_handoff" for option in state.shown) and not state.handed_over
    names_it = any(word in message.key for word in context.knowledge.wording.waiting_words)
    certainty = message.acts.get("consent_human", 0.0)
    if state.handed_over and any(word in message.key for word in ("谢", "thx", "thank")):
        return None
    if reported_place(context.topic(state), state.step, message):
        return None
    # 「那转吧」 says itself what it agrees to.
    says_it = "转" in message.key and certainty >= _PLAIN_CONSENT and not state.handed_over
    is_weak = (says_it or is_first or (is_shown and names_it)) and state.offer in (None, Offer.RESUME)
    if is_weak and _GOES_ON.search(message.key) and "转" not in message.key:
        # 「嗯 继续吧」 answers whether to go on, not the button of a human that stood above.
        return None
    is_offered = state.offer is Offer.HUMAN or is_weak
    if is_offered and not state.handed_over and _WAITS.fullmatch(message.key):
        # 「好 那我等着」 waits for the result and wants nobody.
        name = "utter_human_declined" if state.walk is None else "utter_take_your_time"
        arguments = {"response": name, "stays": state.walk is not None}
        return Reading(Source.ASKED, Act.LET_BE, message, "waits instead", arguments=arguments)
    if ends_talk(message.key) and not (names_human(message.key) or "转" in message.key):
        return None
    if is_offered and not message.matters("negated") and (agreed := _agrees_and_asks(state, act, message)):
        return agreed
    if not is_offered or len(message.key) > 12 or message.matters("negated") or asks(normalize(message.text)):
        return None
    if certainty >= _CONSENT and act is not Act.DENY:
        return Reading(Source.ASKED, Act.HUMAN, message, "agrees to a human", certainty)
    other_yes = any(option.payload.startswith(_YES_PAYLOADS) for option in state.shown)
    is_yes = act is Act.AFFIRM and message.band is AnswerBand.ANSWER and len(message.key) <= 4
    if is_yes and not other_yes and state.awaiting is not Awaiting.WARNING:
        return Reading(Source.ASKED, Act.HUMAN, message, "says yes to a human", message.confidence)
    return None


def _agrees_and_asks(state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads a yes to a human beside a question about how long it takes (「那就转吧 要等多久啊」): both are answered."""
    asked = [clause for clause in message.clauses if asks_in(clause)]
    told = [clause for clause in message.clauses if not asks_in(clause)]
    if state.handed_over or not asked or not told or not _AGREES.fullmatch(folded(told[0].text)):
        return None
    asks_wait = any(asks_of_waiting(folded(clause.text)) for clause in asked)
    if not any("转" in clause.text for clause in told) and not (asks_wait and state.offer is Offer.HUMAN):
        # 「那行吧 后面还干啥」 agrees to nothing.
        return None
    arguments = {"asks_wait": asks_wait}
    plain = replace(message, intent="human_handoff", band=AnswerBand.ANSWER, choices=(), further_requests=())
    return Reading(Source.ASKED, Act.HUMAN, plain, "agrees to a human and asks", arguments=arguments)


def _contact(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Takes down a phone number or an address that somebody leaves."""
    if message.is_payload or act is Act.HUMAN:
        return None
    found, rest = {}, len(message.key)
    for detail in context.knowledge.wording.contact_details:
        values = accepted(values_for(detail, message, context.knowledge.wording.rejections, is_asked=True))
        if values:
            found[detail.id] = values[-1]
            rest -= len(re.sub(r"\W", "", "".join(values)))
    if not found or (act is Act.OPEN_TOPIC and message.confidence >= _SWITCH and not state.handed_over):
        return None
    if rest > _LONGEST_BESIDE and not state.handed_over and state.offer is not Offer.HUMAN:
        return None
    return Reading(Source.ASKED, Act.NOTE_CONTACT, message, "leaves a contact", arguments={"values": found})
