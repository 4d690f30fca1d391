"""Answers what a message gives away that must not be missed: danger, grief, a complaint."""

from __future__ import annotations

import re

from actions.dialogue import danger_talk, repair
from actions.dialogue.acts import Act, act_of
from actions.dialogue.endings import after_digression, leave
from actions.dialogue.handing_over import hand_off
from actions.dialogue.messages import SUPPORT_REQUEST, AnswerBand, Button, Event, EventKind, Reply, UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import Alarm, AttemptOutcome, DialogueState, HandoffReason, Request, has_alarm, with_alarm
from actions.dialogue.suspending import suspend
from actions.dialogue.topics import open_topic
from actions.dialogue.turn import Context, Turn, offering_human
from actions.knowledge.danger import Danger
from actions.reading.after_alarm import HELP
from actions.reading.elided import with_elided
from actions.reading.hearing import Heard, clauses_of, hear
from actions.reading.likely_questions import likely_questions
from actions.reading.questions import despairs, mistook, names_human
from actions.reading.reading import Reading
from actions.reading.whose import is_of_somebody_after_all, quotes_somebody, tells_of_somebody

# The user is told that the complaint is recorded, so it is, even if they want no human now.
_COMPLAINT = {"type": SUPPORT_REQUEST, "request": "complaint"}
# A cry for help that begins so is for somebody else, by what the model hears.
_SURE_OTHER = 0.7
_MINE = "mine"
# 「他」 may be a culprit: the model must hear that it has happened to him.
_HE, _SURELY_HIS = re.compile("他|TA|ta"), 0.9
# An expression that names somebody needs an inkling of the model, too.
_OF_OTHER, _LIKELY_OTHER = "of_other", 0.25
_OTHER_PERSON, _OTHER_PERSON_ANSWER = "crisis_other_person", "crisis_other_person"
_OTHER_PERSON_ACUTE = "other_person_acute"
# What is asked of somebody else's trouble, and its answer.
_ASKS_HOW, _HOW = "asks_comfort", "other_person_comfort"
_ASKS_HELPER = "asks_helper"
# Until it is averted, this is spoken of.
_OTHERWISE = "otherwise"
_TAKEN = "crisis_taken"
_AT_HAND = (_TAKEN, "crisis_at_height")
# Who has left what endangered them is heard in all that they say.
_AWAY, _AVERTED = "means_away", "crisis_means_away"
_ACUTE = "acute"
# A clause that begins so is nobody else's: longer, it may quote (「我妈说我不想活了」).
_OWN_BEGINNING = 6
# Answers to a danger that is over, to one that is none, and to whoever only asks about one.
_OVER, _MISHEARD, _ASKED_ONLY = "danger_over", "danger_misheard", "danger_asked_only"
_LOST = "lost"
_SURELY_ORDINARY = 0.85
_SURE_LABEL = 0.9
# Gone or given away, whatever is said of it later.
_OUT = frozenset({"lost", "code_told", "password_told", "unknown_payment", "entered"})
# With one of these somebody cheats, and may say for the user that it was a mistake.
_OF_CULPRIT = frozenset(
    {
        "claims_official",
        "code_told",
        "demanded",
        "exposure",
        "installed",
        "isolated",
        "mule",
        "password_told",
        "secrecy",
        "still_in_touch",
        "threatened",
        "watched",
    }
)
_LINE_BUSY, _REFUSED = "crisis_line_busy", frozenset({"line_busy", "refuses_line"})
# These answer what is asked with the first message.
_ANSWERS_ITSELF = ("fraud_question", "report_fraudster", "closing_under_pressure")
# A walkthrough may be a part of the rescue, but not of that of a life.
_WALKED = (Alarm.FRAUD, Alarm.VICTIM)
_REASONS = {
    Alarm.CRISIS: HandoffReason.CRISIS,
    Alarm.FRAUD: HandoffReason.FRAUD,
    Alarm.VICTIM: HandoffReason.ACCOUNT_COMPROMISED,
    Alarm.BEREAVED: HandoffReason.BEREAVED,
    Alarm.COMPLAINT: HandoffReason.COMPLAINT,
}


def answer_alarm(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Says what helps now, remembers what was given away, and brings a human.

    Somebody who speaks of ending their life, or asks for a human in the same breath, is handed over at once. Others are
    offered a human; if one is on the way, the ticket is told. A doubtful case is asked about and leaves everything as
    it is.
    """
    alarm: Alarm = reading.arguments["alarm"]
    if reading.arguments.get("ends_walk"):
        state = leave(state, AttemptOutcome.SOLVED)
    comes_now = _asks_human(context, reading) and not state.handed_over
    # What is said fits that a human is told: none is offered, and none is said to be far.
    said = _said(context, replace(state, handed_over=state.handed_over or comes_now), alarm, reading)
    said = replace(said, state=replace(said.state, handed_over=state.handed_over))
    state, replies, offers_human = replace(said.state, open_alarm=alarm), said.replies, said.offers_human
    if said.is_understood:
        state = replace(state, failures_in_row=0)
    elif not state.handed_over:
        # Nobody in danger is left to go on without being understood.
        failed_state = repair.failed(context, state, reading.message, _REASONS[alarm])
        if isinstance(failed_state, Turn):
            return failed_state
        state = failed_state
    if reading.arguments.get("is_only_asked"):
        # Nothing has happened: nothing is on record, and what was under way goes on.
        return after_digression(context, replace(state, open_alarm=None), *replies)
    if reading.arguments.get("is_doubtful"):
        return Turn(replace(state, offer=None), replies)
    is_new = not has_alarm(state, alarm)
    state = replace(state, denied_alarms=tuple(denied for denied in state.denied_alarms if denied is not alarm))
    state = with_alarm(state, alarm, reading.message.text)
    if alarm is Alarm.VICTIM:
        state, replies = _about_theft(context, state, replies)
    is_urgent = (alarm is Alarm.CRISIS and not state.handed_over) or comes_now
    if is_urgent or (is_new and state.handed_over):
        # Whoever waits already has told something new: their ticket must say so, and may have to go first.
        return _handed_over(context, state, reading, replies)
    is_reported = "follow_up" in reading.arguments and alarm in _WALKED and not is_new
    if state.walk and is_reported:
        # What was begun to mend it goes on.
        return after_digression(context, state, *replies)
    if alarm is not Alarm.COMPLAINT:
        state = suspend(context, state).state
    if state.handed_over or not (is_new or offers_human):
        # A human is offered once, and where one is what helps.
        if reading.arguments.get("follow_up") == "refuses_human" and alarm is not Alarm.CRISIS:
            # A yes now answers what is offered back.
            is_left = bool(state.suspended or state.requests)
            return after_digression(context, replace(state, open_alarm=None) if is_left else state, *replies)
        return Turn(replace(state, offer=None), replies)
    # What ordinary question was answered beside it offers nobody.
    place = max(number for number, reply in enumerate(replies) if reply.response == "utter_care")
    before, last, beside = replies[:place], replies[place], replies[place + 1 :]
    record = (Reply(custom=_COMPLAINT),) if alarm is Alarm.COMPLAINT and is_new else ()
    last = replace(last, response="utter_care_with_human")
    return offering_human(state, _REASONS[alarm], *before, last, *beside, *record)


def _said(context: Context, state: DialogueState, alarm: Alarm, reading: Reading) -> danger_talk.Said:
    """Returns what is said: by what is known of the danger, or else the answer of `safety.yml`."""
    if alarm in _WALKED and not reading.arguments.get("is_doubtful"):
        return _said_of_money(context, state, alarm, reading)
    if alarm is Alarm.CRISIS and _is_misheard_as_own(state, reading):
        reading = replace(reading, arguments={"alarm": alarm, "follow_up": _OTHER_PERSON})
        state = replace(state, whose_danger=0.0)
    elif alarm is Alarm.CRISIS and _is_talk(context, state, reading):
        script = danger_talk.script_of(context, alarm)
        heard = hear(script, reading.message)
        if _follow_up_of(reading) == _AWAY:
            state = replace(state, answered={**state.answered, _AVERTED: 1})
        known = danger_talk.noted(script, state, heard)
        return danger_talk.react(context, script, state, known, heard, _label_of(script, reading))
    name, offers_human = _answer(context, state, alarm, reading)
    replies = context.replies.care(name, state)
    state = _counted(state, name)
    if alarm is Alarm.CRISIS and not reading.arguments.get("is_doubtful"):
        script = danger_talk.script_of(context, alarm)
        state = danger_talk.noted(script, state, hear(script, reading.message))
        state = danger_talk.told(state, script.told_by.get(name, []))
        opened = danger_talk.open_talk(context, script, state) if name == _OTHER_PERSON_ANSWER else None
        if opened:
            return opened
    is_understood = not name.endswith("_again") or "follow_up" not in reading.arguments
    return danger_talk.Said(state, replies, offers_human, is_understood)


def _is_misheard_as_own(state: DialogueState, reading: Reading) -> bool:
    """Whether what was answered as the user's own danger is somebody else's (「不是我 是我妹」)."""
    is_own = has_alarm(state, Alarm.CRISIS) and not state.answered.get(_OTHER_PERSON_ANSWER)
    message = reading.message
    return is_own and is_of_somebody_after_all(message.key) and not despairs(message.key)


def _said_of_money(context: Context, state: DialogueState, alarm: Alarm, reading: Reading) -> danger_talk.Said:
    script = danger_talk.script_of(context, alarm)
    if has_alarm(state, Alarm.CRISIS) and not has_alarm(state, *_WALKED):
        # Whose life was in danger says nothing of whose money it is.
        state = replace(state, whose_danger=0.0)
    told = with_elided(script, state, reading.message, hear(script, reading.message))
    heard = danger_talk.believed(script, state, told)
    if _follow_up_of(reading) in set(told.facts) - set(heard.facts):
        reading = replace(reading, arguments={**reading.arguments, "follow_up": None})
    is_talk = has_alarm(state, *_WALKED)
    ordinary = _ordinary(context, state, reading.message) if heard.asks_more and is_talk else ()
    if ordinary:
        heard = replace(heard, asks_more=False)
    said = _told_of_money(context, script, state, alarm, reading, heard)
    said = replace(said, replies=_with_questions(script, said.replies, heard, reading.message))
    return replace(said, replies=(*said.replies, *ordinary))


def _with_questions(
    script: Danger, replies: tuple[Reply, ...], heard: Heard, message: UserMessage
) -> tuple[Reply, ...]:
    """Returns what is said with the questions that may have been meant, where it is not sure what is asked."""
    if not replies or not heard.is_question:
        return replies
    names = likely_questions(script, message, heard.questions, heard.shares)
    # A press is heard like the typed words, whichever client sends it.
    buttons = tuple(Button(script.titles[name], script.titles[name]) for name in names)
    return (*replies[:-1], replace(replies[-1], buttons=(*replies[-1].buttons, *buttons), is_list=bool(buttons)))


def _ordinary(context: Context, state: DialogueState, message: UserMessage) -> tuple[Reply, ...]:
    """Returns the answer to an ordinary question beside what is said of a danger (「能赔吗 客服几点上班」)."""
    own = Request(message.intent, message.text, message.entities)
    # What is only likely to be meant is none.
    for request in (*message.further_requests, *((own,) if message.confidence >= _SURELY_ORDINARY else ())):
        topic = context.knowledge.topics.get(request.intent)
        if topic is not None and not topic.is_walkthrough and not topic.urgent:
            asked = replace(message, intent=request.intent, text=request.text, further_requests=())
            return open_topic(context, replace(state, last_answer=None), asked).replies[:1]
    return ()


def _told_of_money(
    context: Context, script: Danger, state: DialogueState, alarm: Alarm, reading: Reading, heard: Heard
) -> danger_talk.Said:
    # Known is what the message gives away, and what it tells.
    known = with_alarm(danger_talk.noted(script, state, heard), alarm, reading.message.text)
    # A talk under way begins anew only with a loss.
    is_loss = _LOST in known.danger_facts and _LOST not in state.danger_facts
    begins = not has_alarm(state, alarm) and (is_loss or not has_alarm(state, *_WALKED))
    opened = danger_talk.open_talk(context, script, known) if begins else None
    if has_alarm(state, alarm) or (opened is None and has_alarm(state, *_WALKED)):
        return _unrecorded(state, danger_talk.react(context, script, state, known, heard, _label_of(script, reading)))
    if opened:
        return _unrecorded(state, danger_talk.answering(context, script, opened, heard))
    name, offers_human = _answer(context, state, alarm, reading)
    replies = context.replies.care(name, state)
    known = danger_talk.told(_counted(known, name), script.told_by.get(name, []))
    said = danger_talk.Said(known, replies, offers_human)
    return _unrecorded(state, said if name in _ANSWERS_ITSELF else danger_talk.answering(context, script, said, heard))


def _follow_up_of(reading: Reading) -> str | None:
    found = reading.arguments.get("follow_up")
    return str(found) if found else None


def _label_of(script: Danger, reading: Reading) -> str | None:
    """Returns what the classifier of one label hears: if it is not beyond doubt, the subject of that."""
    label = _follow_up_of(reading)
    if label and not danger_talk.is_backed(script, label, reading.message):
        return None
    is_sure = reading.certainty >= _SURE_LABEL or not reading.message.is_listened
    return label if is_sure else danger_talk.subject_with(script, label)


def _is_talk(context: Context, state: DialogueState, reading: Reading) -> bool:
    """Whether a cry for help is talked about, and nothing is at hand that must be averted first."""
    follow_up = _follow_up_of(reading)
    if not has_alarm(state, Alarm.CRISIS) or reading.arguments.get("is_doubtful") or follow_up == _ACUTE:
        return False
    if follow_up in HELP or (follow_up == _AWAY and not _is_still(state, _TAKEN)):
        return True
    is_others = bool(state.answered.get(_OTHER_PERSON_ANSWER))
    if not is_others and any(_is_still(state, hand) for hand in _AT_HAND):
        return False
    case = None if follow_up else _case(context, Alarm.CRISIS, reading, is_first=False)
    return case is None or (case == _OTHER_PERSON_ANSWER and is_others)


def _unrecorded(state: DialogueState, said: danger_talk.Said) -> danger_talk.Said:
    """Returns it with the alarms that were on record before: what is new goes on record with the rest."""
    return replace(said, state=replace(said.state, alarms=state.alarms))


def _handed_over(context: Context, state: DialogueState, reading: Reading, replies: tuple[Reply, ...]) -> Turn:
    handed = hand_off(context, state, reading.message, _REASONS[reading.arguments["alarm"]])
    is_told = has_alarm(state, Alarm.CRISIS) and reading.message.human_available is not None
    # Whoever asked for a human hears, once, that one is told.
    says_who_comes = is_told or bool(reading.arguments.get("wants_human"))
    added = handed.replies if says_who_comes else tuple(reply for reply in handed.replies if reply.custom)
    return Turn(replace(handed.state, offer=None), (*replies, *added))


def _asks_human(context: Context, reading: Reading) -> bool:
    message = reading.message
    if reading.arguments.get("wants_human"):
        return True
    if "human_handoff" in message.matters("negated"):
        return False
    if not message.is_payload and not names_human(message.key):
        return False
    intents = (message.intent, *(request.intent for request in message.further_requests))
    return any(act_of(intent, context.knowledge) is Act.HUMAN for intent in intents)


def _about_theft(
    context: Context, state: DialogueState, replies: tuple[Reply, ...]
) -> tuple[DialogueState, tuple[Reply, ...]]:
    """Returns both as if the topic of a stolen account had been opened: statistics and ticket count it as such."""
    topic = next((topic for topic in context.knowledge.topics.values() if topic.urgent), None)
    if topic is None:
        return state, replies
    first, *others = replies
    opened = replace(first, event=Event(EventKind.TOPIC_OPENED, topic.id))
    return replace(state, last_topic=topic.id), (opened, *others)


def take_denial(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Believes that it is not so, and goes on; a later message has to say it clearly to be heard again."""
    alarm: Alarm = reading.arguments["alarm"]
    state = replace(state, denied_alarms=tuple(dict.fromkeys((*state.denied_alarms, alarm))), offer=None)
    is_mistake = mistook(reading.message.key) and not _OF_CULPRIT & set(state.danger_facts)
    is_mistake = is_mistake or bool(reading.arguments.get("is_let_go"))
    state = _taken_back(state, alarm, is_taken_back=is_mistake)
    if reading.arguments.get("is_let_go"):
        return _let_go(context, state, reading)
    entry = context.knowledge.care.follow_ups.get(alarm.value, {}).get("stands_down")
    if alarm is Alarm.CRISIS and entry and has_alarm(state, alarm):
        beside = _asked_with_denial(context, state, reading.message, entry.answer)
        if beside:
            return beside
    if reading.arguments.get("is_among_family"):
        # Nothing was said of a danger before, so nothing is taken back.
        helped = _helped_by(context, state, reading)
        return after_digression(context, helped.state, *helped.replies)
    if entry is None or not has_alarm(state, alarm):
        helped = _helped_by(context, state, reading)
        return after_digression(context, helped.state, Reply("utter_alarm_denied"), *helped.replies)
    return Turn(_counted(state, entry.answer), context.replies.care(entry.answer, state))


def _let_go(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Goes on with the ordinary matter that is left of an alarm, or with what was under way."""
    state = replace(state, open_alarm=None)
    matter, message = reading.arguments.get("matter"), reading.message
    opens = matter in context.knowledge.topics and not (state.walk and state.topic == matter)
    name = _OVER if reading.arguments.get("is_over") else _MISHEARD if opens else ""
    said = context.replies.care(name, state) if name else (Reply("utter_alarm_denied"),)
    state = _counted(state, name) if name else state
    if not opens:
        return after_digression(context, state, *said)
    plain = replace(
        message, intent=str(matter), confidence=1.0, band=AnswerBand.ANSWER, choices=(), further_requests=()
    )
    opened = open_topic(context, state, plain)
    return Turn(opened.state, (*said, *opened.replies))


def _taken_back(state: DialogueState, alarm: Alarm, *, is_taken_back: bool) -> DialogueState:
    """Returns the state without an alarm about money that was none: no later handoff is urgent for it.

    What is said to have been a mistake, with nobody in it who cheats, was none. What somebody tells of a life, or of
    money or a secret that is out, stays on record: the human can judge.
    """
    if alarm not in _WALKED or (_OUT & set(state.danger_facts) and not is_taken_back):
        return state
    left = tuple(told for told in state.alarms if told.alarm not in _WALKED)
    if len(left) == len(state.alarms):
        return state
    waiting = state.suspended[-1].topic if state.suspended else None
    denied = tuple(dict.fromkeys((*state.denied_alarms, *_WALKED)))
    return replace(state, alarms=left, denied_alarms=denied, danger_facts=(), last_topic=state.topic or waiting)


def _helped_by(context: Context, state: DialogueState, reading: Reading) -> danger_talk.Said:
    """Says the answer to whoever asks whether somebody near may help (「就问能不能让他帮我登」)."""
    script = context.knowledge.danger
    heard = hear(script, reading.message)
    if heard.question != _ASKS_HELPER and not reading.arguments.get("is_among_family"):
        return danger_talk.Said(state, ())
    heard = replace(heard, questions=(_ASKS_HELPER,), has_form=True)
    return danger_talk.answering(context, script, danger_talk.Said(state, ()), heard)


def _asked_with_denial(context: Context, state: DialogueState, message: UserMessage, denied: str) -> Turn | None:
    """Answers what is asked in the same breath (「没人要自杀，我是说怎么跟孩子说」), and goes back to the theft."""
    heard = hear(context.knowledge.danger, message)
    left = next((kind for kind in _WALKED if has_alarm(state, kind) and kind not in state.denied_alarms), None)
    believed = context.replies.care(denied, state)[:1]
    state = replace(_counted(state, denied), open_alarm=left)
    if left:
        script = context.knowledge.danger
        said = danger_talk.Said(danger_talk.noted(script, state, heard), ())
        if heard.question:
            said = danger_talk.react(context, script, state, said.state, heard, None)
        return Turn(said.state, (*believed, *said.replies))
    if heard.question == _ASKS_HOW:
        return Turn(_counted(state, _HOW), (*believed, *context.replies.care(_HOW, state)))
    return None


def _answer(context: Context, state: DialogueState, alarm: Alarm, reading: Reading) -> tuple[str, bool]:
    """Returns the name of the answer of `safety.yml`, and whether a human is offered with it."""
    care, name = context.knowledge.care, alarm.value
    if reading.arguments.get("is_only_asked"):
        return _ASKED_ONLY, False
    if reading.arguments.get("is_doubtful"):
        return f"{name}_ask", False
    follow_up = str(reading.arguments.get("follow_up"))
    if follow_up == _OTHER_PERSON:
        return _OTHER_PERSON_ANSWER, False
    is_others = alarm is Alarm.CRISIS and bool(state.answered.get(_OTHER_PERSON_ANSWER))
    if "follow_up" not in reading.arguments or (follow_up == "acute" and not is_others):
        case = _case(context, alarm, reading, is_first=not has_alarm(state, alarm))
        if case and alarm is Alarm.CRISIS and case != _OTHER_PERSON_ANSWER and danger_talk.is_of_others(state):
            # 「她上楼顶了」: whoever writes is not the one who has to step back.
            case = _OTHER_PERSON_ACUTE
        if case and not (has_alarm(state, alarm) and _is_used_up(context, state, case)):
            return case, not has_alarm(state, alarm) or alarm is Alarm.COMPLAINT
        if not has_alarm(state, alarm):
            return f"{name}_first", True
    entry = _follow_up(context, state, alarm, follow_up)
    if entry:
        return entry
    again = f"{name}_again" if not is_others else "other_person_again"
    again = _quietly(context, state, again)
    return (again if again in care.answers else f"{name}_first"), alarm is Alarm.COMPLAINT


def _follow_up(context: Context, state: DialogueState, alarm: Alarm, follow_up: str) -> tuple[str, bool] | None:
    """Returns the answer to what is said next, unless all its variants were given, and whether it offers a human."""
    kinds = [alarm.value]
    if alarm is Alarm.BEREAVED and follow_up == "asks":
        follow_up = "asks_bereaved"
    if alarm is Alarm.CRISIS and state.answered.get(_OTHER_PERSON_ANSWER):
        kinds = [_OTHER_PERSON]
    elif alarm is Alarm.CRISIS:
        kinds = [*(hand for hand in _AT_HAND if _is_still(state, hand)), *kinds]
    entries = [context.knowledge.care.follow_ups.get(kind, {}) for kind in kinds]
    for entry in (*(one.get(follow_up) for one in entries), *(one.get(_OTHERWISE) for one in entries)):
        answer = _quietly(context, state, entry.answer) if entry else ""
        if entry and not _is_used_up(context, state, answer):
            return answer, entry.offer_human
    return None


def _is_still(state: DialogueState, hand: str) -> bool:
    """Whether a danger at hand has not been averted since it was told of."""
    if HELP & set(state.danger_facts):
        return False
    averted = ("crisis_means_away", "crisis_better", "crisis_called", "crisis_stood_down")
    return bool(state.answered.get(hand)) and not any(state.answered.get(name) for name in averted)


def _quietly(context: Context, state: DialogueState, name: str) -> str:
    """Returns the name of the answer that urges nobody to call, where there is one and they will not."""
    is_refused = bool(_REFUSED & set(state.danger_facts) or state.answered.get(_LINE_BUSY))
    return f"{name}_quiet" if is_refused and f"{name}_quiet" in context.knowledge.care.answers else name


def _case(context: Context, alarm: Alarm, reading: Reading, *, is_first: bool) -> str | None:
    """Returns the answer of the situation that the message tells; pills and blades may be somebody else's."""
    found = _case_by_words(context, alarm, reading)
    is_quoted = quotes_somebody(reading.message.text)
    if (
        found == _OTHER_PERSON_ANSWER
        and not is_quoted
        and any(despairs(clause[:_OWN_BEGINNING]) for clause in clauses_of(reading.message))
    ):
        # 「他说不给就发出去 我真想死」: a culprit is named, and the user's own life is meant.
        return None
    if found == _OTHER_PERSON_ANSWER and _sounds_own(reading):
        found = None
    return _OTHER_PERSON_ANSWER if is_first and alarm is Alarm.CRISIS and _is_others(context, reading) else found


def _sounds_own(reading: Reading) -> bool:
    """Whether the model hears no other person in what only names one (「老婆要离婚 活着没意思」)."""
    message = reading.message
    is_likely = message.said.get(_OF_OTHER, 0.0) >= _LIKELY_OTHER
    return message.is_listened and not is_likely and not tells_of_somebody(message.key)


def _is_others(context: Context, reading: Reading) -> bool:
    heard = hear(context.knowledge.crisis, reading.message)
    key = reading.message.key
    if quotes_somebody(reading.message.text):
        return True
    if _MINE in heard.facts:
        # 「老伴走了半年 我活着也没意思了」 begins with somebody, and is of oneself.
        return False
    if tells_of_somebody(key):
        return True
    is_his = bool(_HE.search(key)) and reading.message.said.get(_OF_OTHER, 0.0) >= _SURELY_HIS
    is_named = (heard.names_somebody or is_his) and not despairs(key)
    return is_named and heard.whose >= _SURE_OTHER


def _case_by_words(context: Context, alarm: Alarm, reading: Reading) -> str | None:
    for case in context.knowledge.care.cases.get(alarm.value, ()):
        if any(word in reading.message.key for word in case.words):
            return case.answer
        if any(re.search(pattern, reading.message.key) for pattern in case.patterns):
            return case.answer
    return None


def _counted(state: DialogueState, name: str) -> DialogueState:
    """Returns the state that remembers that an answer was given, so that the next time another variant is."""
    return replace(state, answered={**state.answered, name: state.answered.get(name, 0) + 1})


def _is_used_up(context: Context, state: DialogueState, name: str) -> bool:
    """Whether all variants of an answer were given, so that the next would be the same paragraph again."""
    return state.answered.get(name, 0) >= len(context.knowledge.care.answers[name])
