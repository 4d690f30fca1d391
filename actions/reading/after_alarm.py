"""What is said after an alarm: it is heard in its light until the user turns away or denies it."""

from __future__ import annotations

import re

from actions.dialogue.acts import UNCLEAR, Act
from actions.dialogue.answers import CERTAIN, find_answer
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import Alarm, Awaiting, DialogueState, Offer, has_alarm
from actions.dialogue.turn import Context
from actions.reading import place
from actions.reading.hearing import GRAVE_FACTS, Heard, clauses_of, hear
from actions.reading.questions import (
    asks,
    complains_of_us,
    denies_fraud,
    is_fiction,
    mistook,
    names_human,
    refuses_human,
    takes_back,
    wants_human,
)
from actions.reading.reading import Reading, Source
from actions.reading.references import shows_menu
from language.text_normalization import normalize

# A label is believed from here on; where nothing else claims the message, less is needed.
_LIKELY, _POSSIBLE = 0.4, 0.3
# What has another explanation must be surer to be another alarm than the one under way.
_SURE_NEW, _SURE_CRISIS = 0.35, 0.76
# After one about money, another adds little: only what is as sure as this is one.
_SURE_OTHER_LOSS = 0.5
_SURE_ELSEWHERE = 0.5
# Shame and fear after a fraud sound like despair.
_DISTRESS, _SURE_IN_DISTRESS = frozenset({"feels", "tells"}), 0.56
# To believe that it was nothing: after a doubt, and of what was said for sure.
_STANDS_DOWN, _STANDS_DOWN_OF_SURE = 0.45, 0.6
# What somebody says that they have done, and how they are or how they take it.
_SURE_TOLD = 0.6
# What the model of all labels hears counts as so sure.
_SURE_HEARD = 0.8
_MOODS = frozenset({"acknowledges", "believes_them", "blames_you", "doubts_you", "feels", "tells", "thanks", "tired"})
# What is said in the middle of something else must be surer to be about a danger told of before.
_SURE_LATER = 0.6
_CONSENT, _URGING, _ASKS_PLAINLY = 0.3, 0.6, 0.9
# A consent is short: 「转到一个叫李强的卡上」 is none.
_LONGEST_CONSENT = 8
# How to change the password is shown in full.
_PASSWORD, _SURE_TOPIC = "forgot_password", 0.8
# The step that sets a new one; who is there already goes on as ever.
_CHANGED, _SETS_NEW = "password_changed", 4
_IS_CHANGED = re.compile(
    "密码.{0,4}(?:改|换|重设|重置|设)(?:好|完|过|成功)+了|^(?:我)?(?:已经|都|全|刚)?(?:改|换|重设|重置)(?:好|完|成功)+了"
)
_AFFIRMED = 4
# A question of the danger that is so sure stays with it. An ordinary answer goes before what only an expression hears.
_SURE_ASKED, _SURE_ANSWER = 0.6, 0.9
_OFFICE = frozenset({"support_hours", "dispute_outcome", "contact_preparation"})
_CLOSING, _DISPUTE = "account_closure", "transaction_dispute"
# 「拉黑前的聊天记录还在」 is about the proof.
_PRIVACY = "chat_privacy"
_ELSEWHERE = "elsewhere"
_WANTS_NONE = re.compile("(?:不用|不要|别|不想)(?:给|跟|和|再|说|提|打)")
_VOUCHES = re.compile("(?:真的?|确实|就)是.{0,4}(?:警|公安|客服|导师|官方|法院|检察|平台|领导)")
# These need rescue, whatever was warned of before.
# Who was called has come, or is on the way.
HELP = frozenset({"help_arrived", "help_coming"})
_CRY = "speaks_of_dying"
_AWAY, _MEANS = "means_away", "means_at_hand"
_HANDS = ("crisis_taken", "crisis_at_height", "crisis_means_at_hand", "crisis_gas", "crisis_acute")
# Who wants to be shown how, and does not only tell what theirs is (「密码是我生日」).
_WANTS_NEW = re.compile("要|想|帮|带|教|改|换|重设|重置|找回|忘")
_LEAVES_CONTACT = re.compile("留|联系我|打(?:给)?(?:我|这个)|我的?(?:号|电话|手机|邮箱)|用这个")
# 「那快啊」 to the human who is offered.
_HURRIES = re.compile(
    "^(?:那|那就|那你|你们?|就|嗯|好|行)*(?:快|赶紧|赶快|抓紧|麻利|立刻|马上)(?:点|些|的|啊|呀|吧|嘛|转|办|弄|帮我|给我|来人)*$"
)
_REFUSES_NUMBERS = re.compile(
    "(?:别|不要|甭|不用)(?:再|老|总|给我|让我|叫我|跟我)*(?:发|给|打|报|提|说)?.{0,3}(?:电话|号码|热线)"
)
_TALKS = re.compile("(?:说|聊|讲|诉)(?:说|聊|讲|诉|一)|听我|说话|倾诉")
_SAFE = "found_safe"
# Who says one of these may come back to their matter; what is asked of it in a crisis is called so.
_EASED, _MONEY = frozenset({"only_a_phrase", "no_intent_now"}), "money_question"
# What the model of all labels must have an inkling of where a life is in danger now.
_SIGNS_OF_DANGER = ("wants_to_die", "wish_to_vanish", "says_goodbye", "means_at_hand", "already_hurt")
_SIGN = 0.2
_MISTAKEN = ("弄错", "搞错", "误会", "还活着", "没去世", "没死", "没走")
_LOST = frozenset({"lost", "told_secret", "code_told", "password_told", "card_told"})
# In a walkthrough these are asked of a step, or of what comes next there.
_OF_A_STEP = frozenset(
    {
        "asks_change_password",
        "asks_dispute",
        "asks_first",
        "asks_handoff",
        "asks_number",
        "asks_how_long",
        "asks_who_took",
        "asks_you",
        "asks_records",
        "asks_safe_now",
        "asks_pay",
        "asks_pay_more",
        "asks_delete",
        "asks_close",
    }
)
# Topics that whatever is said of a danger sounds like: they must be named.
_LIKE_DANGER = frozenset({"account_security", "chat_privacy", _DISPUTE, "payment_failure", "verification_code_issue"})
# These may be asked of any matter.
_OF_ANYTHING = frozenset({"asks_first", "asks_how_long", "asks_who_took"})
# Who has stepped back, or speaks of a film, is not where the words are.
_OUT_OF_REACH = frozenset({"someone_near", "better", "means_away", "stands_down", "with_them"})
_OF_MONEY = (Alarm.FRAUD, Alarm.VICTIM)
_OF_GRIEF = frozenset({"acute", "alone", "asks_way", "feels", "ties", "tells", "missing_them", "tired", "not_believed"})
_DESPAIRS = frozenset({"acute", "alone", "asks_way", "feels", "ties"})
# Whoever says one of these after a fraud, and sounds like it, is in danger of their life.
_OF_LIFE, _SURE_OF_LIFE, _SOUNDS_LIKE_IT = frozenset({"acute", "asks_way"}), 0.6, 0.09
# In a walkthrough these can hardly be about anything else.
_HEARD_IN_WALK = frozenset(
    {
        "asks_freeze",
        "asks_money_back",
        "asks_real",
        "asks_report",
        "asks_safe_now",
        "believes_them",
        "claims_official",
        "lost",
        "not_believed",
        "others_say",
        "police_called",
        "still_in_touch",
        "watched",
    }
)
# And these with nothing under way: in a walkthrough 「填了密码」 is a step.
_HEARD_AT_REST = frozenset(
    {
        *_HEARD_IN_WALK,
        "asks_first",
        "asks_how_long",
        "asks_number",
        "asks_password",
        "contact_broken",
        "feels",
        "frozen",
        "installed",
        "line_busy",
        "money_returned",
        "told_secret",
    }
)
# Said after a denial, these confirm it.
_ALL_WELL = frozenset({"money_returned", "stands_down"})
_HEARD_OF_LIFE = frozenset({"acute", "asks_way", "means_away"})
_OF_LIFE_AT_REST = frozenset({*_HEARD_AT_REST, "alone", "refuses_line", "ties"})
# A yes to 「是有人让您这么做的吗」.
_CONFIRMS = frozenset({*_LOST, "claims_official", "installed", "still_in_touch", "watched"})
_NO_NEWS = frozenset({"stands_down", "tells", *_DESPAIRS})
# With these known or told nobody is believed who says that it is nothing.
_TOO_GRAVE = GRAVE_FACTS | {*_LOST, "entered", "pressed", "received", "unknown_payment"}
# What explains it after all.
_EXPLAINS = frozenset({"maybe_own", "money_returned", "phone_found", "self_paid", "was_fake"})
# An alarm with nothing else told rests on a suspicion alone.
_NO_EVIDENCE = frozenset(
    {
        "asked_96110",
        "details",
        "mine",
        "nothing_lost",
        "nothing_told",
        "others_say",
        "own_loss",
        "password_changed",
        "records_checked",
        "records_kept",
        "self_paid",
        "stopped",
        "will_do",
    }
)
# What clears it up may be told of a payment.
_CLEARED_UP = frozenset({"cannot_see", "maybe_own", "unknown_payment"})
# What somebody believed who was mistaken.
_MISSED = frozenset({"entered", "lost", "money_gone", "needed"})
# A regulator is named by the culprit.
_OF_A_THREAT = frozenset({"claims_official", "demanded", "pressed", "threatened"})
# Whoever asks for a human beside these only asks for the human.
_OF_THE_HUMAN = frozenset({"asks_handoff", "asks_you", "asks_callback", "asks_wait_human"})
# With these a consent to a human may be meant.
_MAY_CONSENT = frozenset({"acknowledges", "asks_you", "thanks"})


def read(
    context: Context, state: DialogueState, act: Act, message: UserMessage, likeliest: Alarm, total: float
) -> Reading | None:
    """Reads what is said after an alarm; None when it turns to something else.

    Args:
        context: Knowledge and replies.
        state: The state before, with an open alarm.
        act: What the sentence does by itself.
        message: The message.
        likeliest: The danger that the message itself sounds most like.
        total: How much it sounds like danger.
    """
    alarm = state.open_alarm
    if alarm is None or alarm is Alarm.COMPLAINT or (state.walk and has_alarm(state, alarm)):
        return read_later(context, state, act, message, likeliest, total)
    script = context.knowledge.crisis if alarm is Alarm.CRISIS else context.knowledge.danger
    heard = hear(script, message)
    label, certainty = _label(context, state, alarm, message, heard)
    was_sure = has_alarm(state, alarm)
    guided = _wants_guide(context, state, alarm, message)
    if guided:
        return guided
    if _is_new_alarm(alarm, likeliest, total, label, certainty, state, message):
        return None
    is_denied = alarm in _OF_MONEY and (
        _is_plainly_denied(state, message, heard) or _is_cleared(context, state, message, heard)
    )
    if wants_human(clauses_of(message)) and not is_denied and alarm in _OF_MONEY and was_sure and _asks_more(heard):
        # What else is asked is answered, and the human is told.
        following: dict[str, object] = {"alarm": alarm, "follow_up": heard.question, "wants_human": True}
        return Reading(
            Source.DANGER, Act.ALARM, message, f"asks, and wants a human after {alarm.value}", 1.0, following
        )
    if _wants_human(state, act, message, label, certainty, heard):
        return Reading(Source.DANGER, Act.HUMAN, message, f"wants a human after {alarm.value}")
    if alarm in _OF_MONEY and was_sure and complains_of_us(message.key) and not _OF_A_THREAT & set(heard.facts):
        complaint: dict[str, object] = {"alarm": Alarm.COMPLAINT}
        return Reading(Source.DANGER, Act.ALARM, message, "complains after an alarm", 1.0, complaint)
    if is_denied or _stands_down(context, state, act, message, label, certainty, heard):
        arguments: dict[str, object] = {"alarm": alarm, "was_sure": was_sure}
        return Reading(Source.DANGER, Act.ALARM_DENIED, message, f"denies {alarm.value}", certainty, arguments)
    if not was_sure:
        return _answer_to_doubt(context, alarm, act, message, label, certainty)
    if alarm in _OF_MONEY:
        return _after_loss(context, state, act, message, heard)
    return _after_cry(context, state, act, message, label, certainty)


# 「我要走申诉」, 「先办申诉」
_SETS_OUT = re.compile("(?:我)?(?:就|只|还是|先|现在)?(?:要|想|来)(?:走|办|做|弄|提|去|填)|^先(?:走|办|做|弄|提|填)")


def _is_plain_wish(message: UserMessage) -> bool:
    """Whether the intent is sure, and nothing is asked."""
    return message.band is AnswerBand.ANSWER and not asks(normalize(message.text))


def _wants_guide(context: Context, state: DialogueState, alarm: Alarm, message: UserMessage) -> Reading | None:
    """Reads a wish to be led through a procedure, or the yes to one that was offered (「好 带我改吧」)."""
    danger = context.knowledge.danger
    if alarm not in _OF_MONEY or not has_alarm(state, alarm):
        return None
    wanted = next(
        (topic for topic, words in danger.guides.items() if any(re.search(word, message.key) for word in words)), None
    )
    is_named = message.intent in danger.guides and message.intent in message.matters("named")
    if wanted is None and is_named and _is_plain_wish(message) and _SETS_OUT.search(message.key):
        wanted = message.intent
    if wanted is None and state.danger_offer and re.fullmatch(danger.consents, message.key):
        wanted = state.danger_offer
    if wanted is None or wanted not in context.knowledge.topics:
        return None
    plain = replace(message, intent=wanted, confidence=1.0, band=AnswerBand.ANSWER, choices=(), further_requests=())
    return Reading(Source.DANGER, Act.OPEN_TOPIC, plain, f"wants to be led through {wanted}", 1.0)


def _after_loss(context: Context, state: DialogueState, act: Act, message: UserMessage, heard: Heard) -> Reading | None:
    """Reads what follows a fraud or a theft: all is about it but what plainly names another matter."""
    alarm = state.open_alarm
    assert alarm is not None, "there is something that it follows"
    label, certainty = _said_of_money(heard, message)
    if _endangers_life(context, alarm, message, label, certainty):
        return Reading(Source.DANGER, Act.ALARM, message, f"{label} after {alarm.value}", 1.0, {"alarm": Alarm.CRISIS})
    has_happened = label in _LOST and certainty >= _LIKELY and "demanded" not in heard.facts
    if alarm is Alarm.FRAUD and (has_happened or _LOST & set(heard.facts)):
        return _lost_by_now(message, label, certainty)
    # 「还有别的吗」 asks what else to do about it.
    if place.wants_back(context, state, act, message):
        return None
    wants_menu = shows_menu(context, message) and not asks(normalize(message.text))
    if wants_menu or _asks_ordinary(context, state, message, heard):
        return None
    if act is Act.DENY and state.offer is Offer.HUMAN and certainty < _LIKELY and not heard.has_form:
        # 「先不用」 says no to the human, and not that it is not so.
        return None
    is_left = heard.question is None or _LEAVES_CONTACT.search(message.key)
    if {"phone_number", "email"} & set(message.entities) and is_left:
        # A contact is noted as ever.
        return None
    # 「付款失败怎么办」 asks what to do, but about something else.
    turning = likeliest_label(message)[1] if label in _OF_ANYTHING else certainty
    if _turns_away(context, state, act, message, turning):
        return None
    if certainty < _LIKELY and asks(normalize(message.text)):
        label = "asks"
    # What is only likely to be told gets no answer of its own: 「他们打给我姐了」 is no call to the police.
    needed = _LIKELY if label.startswith("asks") or label in _MOODS else _SURE_TOLD
    arguments = {"alarm": alarm, "follow_up": label if label == "asks" or certainty >= needed else None}
    return Reading(Source.DANGER, Act.ALARM, message, f"{label} after {alarm.value}", certainty, arguments)


def _after_cry(
    context: Context, state: DialogueState, act: Act, message: UserMessage, label: str, certainty: float
) -> Reading | None:
    """Reads what follows a cry for help, or grief."""
    alarm = state.open_alarm
    assert alarm is not None, "there is something that it follows"
    if act is Act.DENY and state.offer is Offer.HUMAN and certainty < _LIKELY:
        return None
    if _turns_away(context, state, act, message, certainty) or _goes_on(context, state, message):
        return None
    sounds_alike = message.alarms.get(alarm.value, 0.0) >= _SURE_NEW and not is_no_sign(message)
    if certainty < _LIKELY and (sounds_alike or _case(context, alarm, message)):
        return Reading(Source.DANGER, Act.ALARM, message, f"a case of {alarm.value}", 0.9, {"alarm": alarm})
    if alarm is Alarm.CRISIS and act is Act.DENY and (certainty < _LIKELY or label == "stands_down"):
        # 「没有」 to 「您身边有人吗」
        label, certainty = "alone", 1.0
    if certainty < _LIKELY and asks(normalize(message.text)):
        label = "asks"
    elif alarm is Alarm.CRISIS and certainty < _POSSIBLE:
        # Whatever it is, it is told to be heard.
        label, certainty = "tells", _POSSIBLE
    arguments = {"alarm": alarm, "follow_up": label if label == "asks" or certainty >= _POSSIBLE else None}
    return Reading(Source.DANGER, Act.ALARM, message, f"{label} after {alarm.value}", certainty, arguments)


def _goes_on(context: Context, state: DialogueState, message: UserMessage) -> bool:
    """Whether somebody who has said that they are in no danger comes back to their matter of the wallet.

    It is answered: 「我没事 我问的是密码」 wants no comfort again.
    """
    heard = hear(context.knowledge.crisis, message)
    is_eased = bool(_EASED & {*state.danger_facts, *heard.facts})
    if state.open_alarm is not Alarm.CRISIS or not is_eased or message.alarms.get(Alarm.CRISIS.value, 0.0) >= _SURE_NEW:
        return False
    is_felt = bool((heard.learnt | set(heard.moods)) - _EASED - {_MONEY})
    return not is_felt and _is_of_wallet(context, message)


def _is_of_wallet(context: Context, message: UserMessage) -> bool:
    """Whether it names or surely opens a topic."""
    named = message.matters("named", "anchor")
    is_surely = message.confidence >= _SURE_TOPIC and message.intent in context.knowledge.topics
    return is_surely or any(matter in context.knowledge.topics for matter in named)


def read_later(
    context: Context, state: DialogueState, act: Act, message: UserMessage, likeliest: Alarm, total: float
) -> Reading | None:
    """Reads what is said about a danger on record after something else was talked of; None when it is not about it.

    Args:
        context: Knowledge and replies.
        state: The state before.
        act: What the sentence does by itself.
        message: The message.
        likeliest: The danger that the message itself sounds most like.
        total: How much it sounds like danger.
    """
    alarm = _on_record(state)
    heard = hear(context.knowledge.danger, message)
    label, certainty = likeliest_label(message)
    if alarm in _OF_MONEY and not (state.walk and heard.question in _OF_A_STEP):
        label, certainty = _said_of_money(heard, message)
    if alarm is None and state.denied_alarms and label in _ALL_WELL and certainty >= _SURE_LATER and not state.walk:
        denied: dict[str, object] = {"alarm": state.denied_alarms[-1], "was_sure": False}
        return Reading(Source.DANGER, Act.ALARM_DENIED, message, f"{label} after a denial", certainty, denied)
    if alarm is None or act is Act.HUMAN:
        return None
    if alarm in _OF_MONEY and state.walk and state.topic == _PASSWORD and _is_changed(state, message):
        changed: dict[str, object] = {"alarm": alarm, "follow_up": _CHANGED, "ends_walk": True}
        return Reading(Source.DANGER, Act.ALARM, message, "the password is changed", 1.0, changed)
    if total >= _SURE_NEW and not has_alarm(state, likeliest):
        return None
    if alarm in _OF_MONEY and _asks_ordinary(context, state, message, heard):
        return None
    if _endangers_life(context, alarm, message, label, certainty):
        return Reading(Source.DANGER, Act.ALARM, message, f"{label} after {alarm.value}", 1.0, {"alarm": Alarm.CRISIS})
    # The story of a payment tells of losses, and what is noted down is no report.
    is_asked = state.awaiting is Awaiting.DETAIL and alarm is not Alarm.CRISIS
    at_rest = _OF_LIFE_AT_REST if alarm is Alarm.CRISIS else _HEARD_AT_REST
    is_of_life = alarm is Alarm.CRISIS and label in _HEARD_OF_LIFE
    is_heard = is_of_life or label in (_HEARD_IN_WALK if state.walk else at_rest)
    if alarm in _OF_MONEY and not is_asked:
        is_heard = is_heard or (heard.question is not None and heard.question not in _OF_A_STEP)
        is_heard = is_heard or (state.walk is None and bool(heard.facts))
    is_lost = act in UNCLEAR and state.walk is None and certainty >= _POSSIBLE
    is_about = alarm in _OF_MONEY and state.walk is None and _names_danger(context, message)
    if is_asked or not ((is_heard and certainty >= _SURE_LATER) or (is_lost and is_heard) or is_about):
        return None
    if alarm is Alarm.FRAUD and label in _LOST:
        return _lost_by_now(message, label, certainty)
    arguments: dict[str, object] = {"alarm": alarm, "follow_up": label if certainty >= _POSSIBLE else "asks"}
    return Reading(Source.DANGER, Act.ALARM, message, f"{label} after {alarm.value}", certainty, arguments)


def _is_changed(state: DialogueState, message: UserMessage) -> bool:
    """Whether the password is changed already, wherever in the walkthrough it is said (「用忘记密码改完了」)."""
    is_early = 0 < state.step < _SETS_NEW
    return is_early and bool(_IS_CHANGED.search(message.key)) and not asks(normalize(message.text))


def _lost_by_now(message: UserMessage, label: str, certainty: float) -> Reading:
    arguments = {"alarm": Alarm.VICTIM, "lost": label}
    return Reading(Source.DANGER, Act.ALARM, message, "has lost it by now", certainty, arguments)


def _on_record(state: DialogueState) -> Alarm | None:
    """Returns the gravest danger that was told of and not taken back."""
    kinds = (Alarm.CRISIS, Alarm.VICTIM, Alarm.FRAUD)
    return next((kind for kind in kinds if has_alarm(state, kind) and kind not in state.denied_alarms), None)


def _endangers_life(context: Context, alarm: Alarm, message: UserMessage, label: str, certainty: float) -> bool:
    signs = context.knowledge.care.signs.get(Alarm.CRISIS.value, ())
    if alarm is Alarm.CRISIS or label not in _OF_LIFE or not any(re.search(sign, message.key) for sign in signs):
        return False
    return certainty >= _SURE_OF_LIFE and message.alarms.get(Alarm.CRISIS.value, 0.0) >= _SOUNDS_LIKE_IT


def likeliest_label(message: UserMessage) -> tuple[str, float]:
    """Returns what the message says if it is said after an alarm, and how sure that is."""
    if not message.after_alarm:
        return "", 0.0
    following = {name: share for name, share in message.after_alarm.items() if name != _ELSEWHERE}
    label = max(following, key=lambda name: following[name], default="")
    return label, following.get(label, 0.0)


def _is_new_alarm(
    alarm: Alarm,
    likeliest: Alarm,
    total: float,
    label: str,
    certainty: float,
    state: DialogueState,
    message: UserMessage,
) -> bool:
    """Whether it gives away another danger than the one that is talked of.

    After a fraud 「完了，我念给他了」 sounds like despair, and in a crisis 「钱都没了」 like a theft: what the talk
    explains has to be surer.
    """
    if likeliest is alarm or has_alarm(state, likeliest):
        return False
    if alarm is Alarm.CRISIS and likeliest in _OF_MONEY:
        # Debts and losses are a part of the despair: nobody is sent to change a password now. With whoever was looked
        # for found, something else may have happened.
        return _SAFE in state.danger_facts and total >= _SURE_OTHER_LOSS
    is_explained = certainty >= _LIKELY and label not in _NO_NEWS
    if alarm in _OF_MONEY and likeliest in _OF_MONEY and has_alarm(state, alarm):
        return total >= _SURE_OTHER_LOSS and not is_explained
    if likeliest is Alarm.CRISIS:
        # What is known already adds nothing to it.
        share = message.alarms.get(Alarm.CRISIS.value, 0.0)
        is_distress = certainty >= _LIKELY and label in _DISTRESS
        return share >= (_SURE_CRISIS if is_explained else _SURE_IN_DISTRESS if is_distress else _SURE_NEW)
    if alarm in (Alarm.CRISIS, Alarm.BEREAVED):
        return total >= _SURE_CRISIS and not is_explained
    return total >= _SURE_NEW and not is_explained


def _wants_human(
    state: DialogueState, act: Act, message: UserMessage, label: str, certainty: float, heard: Heard
) -> bool:
    if message.matters("negated") or refuses_human(message.key):
        return False
    if state.open_alarm is Alarm.CRISIS and _TALKS.search(message.key) and not wants_human(clauses_of(message)):
        # 「就是想找个人说说」
        return False
    is_named = names_human(message.key)
    if heard.question not in (None, "asks_handoff", "asks_you") or (heard.facts and not is_named):
        return act is Act.HUMAN and is_named
    if act is Act.HUMAN and message.acts.get("consent_human", 0.0) >= _ASKS_PLAINLY:
        # 「转人工」 is made of the same words as 「不转人工」.
        return True
    if state.offer is Offer.HUMAN and _HURRIES.search(message.key):
        return True
    if label.startswith("refuses") and certainty >= _LIKELY:
        return False
    if act is Act.HUMAN:
        # 「他叫我不要告诉任何人」 names nobody who could come.
        return is_named and label != "asks_handoff"
    if state.handed_over or (label not in _MAY_CONSENT and certainty >= _LIKELY):
        return False
    if act is Act.AFFIRM and state.offer is Offer.HUMAN and message.band is AnswerBand.ANSWER:
        # 「好啦我知道了」 says that it is heard, and 「好的」 that somebody may come.
        return len(message.key) <= _AFFIRMED or not message.after_alarm
    consents = message.acts.get("consent_human", 0.0) >= _CONSENT and len(message.key) <= _LONGEST_CONSENT
    if consents and state.offer is Offer.HUMAN:
        return True
    return message.acts.get("waiting_complaint", 0.0) >= _URGING


def _asks_more(heard: Heard) -> bool:
    """Whether something is asked that is not about the human."""
    return heard.question is not None and heard.question not in _OF_THE_HUMAN


def _is_plainly_denied(state: DialogueState, message: UserMessage, heard: Heard) -> bool:
    """Whether a fraud is denied in so many words, and nothing that was told speaks against it."""
    if not denies_fraud(message.key) or (asks(normalize(message.text)) and heard.question == "asks_real"):
        return False
    return not _TOO_GRAVE & {*state.danger_facts, *heard.facts}


def _is_cleared(context: Context, state: DialogueState, message: UserMessage, heard: Heard) -> bool:
    """Whether a suspicion for which nothing speaks is cleared up (「记录都是我自己花的 没少钱」)."""
    harmless = _NO_EVIDENCE | _CLEARED_UP
    if asks(normalize(message.text)) or not set(heard.facts) <= harmless:
        return False
    if mistook(message.key) and set(state.danger_facts) <= harmless | _MISSED:
        # 「看错了 是另一个账户」
        return True
    if not set(state.danger_facts) <= harmless:
        return False
    return any(word in message.key for word in context.knowledge.care.stand_down)


def _stands_down(
    context: Context, state: DialogueState, act: Act, message: UserMessage, label: str, certainty: float, heard: Heard
) -> bool:
    alarm = state.open_alarm
    was_sure = alarm is not None and has_alarm(state, alarm)
    if alarm is Alarm.BEREAVED:
        # 「我没事，就是问问手续」 says how the user is.
        return any(word in message.key for word in _MISTAKEN)
    if alarm is Alarm.CRISIS and (_CRY in heard.facts or HELP & set(heard.facts)):
        return False
    if alarm is Alarm.CRISIS and (heard.learnt or _was_at_hand(state)) and not takes_back(message.key):
        # 「找到了 人没事」 is news, and takes nothing back. At an edge only words of it are believed.
        return False
    if "self_paid" in heard.facts and {"child", "minor"} & set(state.danger_facts):
        # A child has paid, and nobody has cheated: it is still to be mended.
        return False
    is_grave = bool(_TOO_GRAVE & set(state.danger_facts)) and not _EXPLAINS & set(heard.facts)
    is_unproved = label == "stands_down" and not takes_back(message.key)
    if was_sure and alarm in _OF_MONEY and (is_unproved or (is_grave and not mistook(message.key))):
        # 「没事了 谢谢」 ends no danger that goes on: money is gone, or somebody is still connected. 「店老板说不是他」
        # takes nothing back.
        return False
    if label == "stands_down" and certainty >= (_STANDS_DOWN_OF_SURE if was_sure else _STANDS_DOWN):
        # 「没有」 to 「您身边有人吗」 denies no crisis.
        return alarm is not Alarm.CRISIS or act is not Act.DENY or not was_sure
    if alarm is Alarm.CRISIS:
        return (act is Act.DENY and not was_sure) or is_fiction(message.key)
    if was_sure and label != "stands_down" and certainty >= _LIKELY:
        # 「钱还没少」 reports, 「没事了吧」 asks: neither takes back what was told.
        return False
    if alarm in _OF_MONEY and _VOUCHES.search(message.key):
        # 「没人骗我 他真是警察」 is what a culprit wants to be said.
        return False
    if any(word in message.key for word in context.knowledge.care.stand_down) and not asks(normalize(message.text)):
        return True
    if {"fraud", "account_compromised"} & set(message.matters("negated")):
        return True
    if not was_sure and alarm in _OF_MONEY and _confirms(heard):
        # 「我不会关啊」 says how it is.
        return False
    return act is Act.DENY and state.offer is not Offer.HUMAN


def _confirms(heard: Heard) -> bool:
    """Whether the answer to the question whether it is a fraud tells of one, and does not clear it up."""
    return bool(heard.learnt - _NO_EVIDENCE - _CLEARED_UP) and not {"self_paid", "was_fake"} & heard.learnt


def _answer_to_doubt(
    context: Context, alarm: Alarm, act: Act, message: UserMessage, label: str, certainty: float
) -> Reading | None:
    """Reads the answer to the question whether it is so; None when it says neither."""
    confirms = (label in _DESPAIRS) if alarm is Alarm.CRISIS else (label in _CONFIRMS)
    is_told = alarm in _OF_MONEY and _confirms(hear(context.knowledge.danger, message))
    is_yes = act is Act.AFFIRM and (message.band is AnswerBand.ANSWER or len(message.key) <= _AFFIRMED)
    if is_yes or (confirms and certainty >= _LIKELY) or is_told:
        heard = Alarm.VICTIM if label in _LOST and alarm is Alarm.FRAUD else alarm
        return Reading(Source.DANGER, Act.ALARM, message, f"says that it is {alarm.value}", 1.0, {"alarm": heard})
    if alarm is Alarm.CRISIS and not _names_another(context, message) and not _tells_of_loss(message):
        # Whoever was asked whether they want to live, and says neither, is not left with a form.
        signs = context.knowledge.care.signs.get(Alarm.CRISIS.value, ())
        is_signed = any(re.search(sign, message.key) for sign in signs)
        is_alike = is_signed or message.alarms.get(Alarm.CRISIS.value, 0.0) >= _SOUNDS_LIKE_IT
        # 「昨晚八点来钟」 goes on with the ordinary matter.
        is_plain = label == "tells" and is_no_sign(message)
        if is_alike or (label in _OF_GRIEF and certainty >= _POSSIBLE and not is_plain):
            return Reading(Source.DANGER, Act.ALARM, message, "does not deny a crisis", 0.5, {"alarm": Alarm.CRISIS})
    return None


def _tells_of_loss(message: UserMessage) -> bool:
    """Whether it rather tells of a fraud or a theft."""
    return any(message.alarms.get(kind.value, 0.0) >= _SURE_NEW for kind in _OF_MONEY)


def _names_another(context: Context, message: UserMessage) -> bool:
    """Whether the message plainly names a matter of the wallet, and does not say that it is not wanted."""
    if _WANTS_NONE.search(message.key):
        return False
    named = [context.knowledge.topics.get(matter) for matter in message.matters("named", "anchor")]
    return any(topic is not None and topic.id not in (_CLOSING, _DISPUTE) for topic in named)


def _turns_away(context: Context, state: DialogueState, act: Act, message: UserMessage, certainty: float) -> bool:
    """Whether the message turns to a matter of its own, by a word of it; closing an account is none now."""
    label, _ = likeliest_label(message)
    is_whether = hear(context.knowledge.danger, message).question in ("asks_whether_password", "asks_pay_password")
    shows_how = (
        not is_whether
        and message.intent == _PASSWORD
        and message.confidence >= _SURE_TOPIC
        and label == "asks_password"
        and (asks(normalize(message.text)) or bool(_WANTS_NEW.search(message.key)))
    )
    if shows_how and state.open_alarm in (Alarm.FRAUD, Alarm.VICTIM):
        return True
    if message.intent == _CLOSING or certainty >= _LIKELY:
        return False
    is_elsewhere = message.after_alarm.get(_ELSEWHERE, 0.0) >= _SURE_ELSEWHERE
    named = [context.knowledge.topics.get(matter) for matter in message.matters("named", "anchor")]
    names_other = any(
        topic is not None and topic.id not in (_CLOSING, _PRIVACY) and not topic.urgent for topic in named
    )
    is_plain = act is Act.OPEN_TOPIC and message.band is AnswerBand.ANSWER
    topic = context.knowledge.topics.get(message.intent)
    if state.open_alarm is Alarm.CRISIS and _REFUSES_NUMBERS.search(message.key):
        return False
    if state.open_alarm in (Alarm.CRISIS, Alarm.BEREAVED):
        return is_plain and is_elsewhere and names_other and state.open_alarm is Alarm.CRISIS
    if (topic is not None and topic.urgent) or _names_danger(context, message):
        return False
    if message.confidence < _SURE_TOPIC or (message.intent in _LIKE_DANGER and not names_other):
        # Another matter has to be named plainly: what else is said is about the danger.
        return False
    may_be_elsewhere = not message.after_alarm or message.after_alarm.get(_ELSEWHERE, 0.0) >= _POSSIBLE
    return (act is Act.OPEN_TOPIC and names_other and may_be_elsewhere) or (is_plain and is_elsewhere)


def _asks_ordinary(context: Context, state: DialogueState, message: UserMessage, heard: Heard) -> bool:
    """Whether it asks what the knowledge surely answers, while nothing of the danger is surely heard in it.

    Whoever was warned asks on about their own matter (「热线几点上班」, 「电脑上能弄吗」).
    """
    if heard.learnt or heard.moods or message.further_requests or _names_danger(context, message):
        return False
    if _is_of_office(message):
        return True
    if any(heard.shares.get(name, 0.0) >= _SURE_ASKED for name in heard.questions):
        return False
    if _on_record(state) in _OF_MONEY and set(heard.questions) & set(context.knowledge.danger.certain):
        # 「银行电话多少」 is asked of the card that has to be stopped.
        return False
    # What an expression alone hears is doubted only by a certain answer.
    is_expressed = any(name not in heard.shares and name.startswith("asks") for name in heard.questions)
    is_question = asks(normalize(message.text)) or message.acts.get("question", 0.0) >= _LIKELY
    found = find_answer(context, state, message, _SURE_ANSWER if is_expressed or not is_question else CERTAIN)
    return found is not None and not context.knowledge.topics[found.topic].urgent


def _is_of_office(message: UserMessage) -> bool:
    """Whether it surely asks when humans are there, or what becomes of a dispute, whatever is talked of."""
    is_sure = message.band is AnswerBand.ANSWER and message.confidence >= _SURE_ANSWER
    return message.intent in _OFFICE and is_sure and message.intent in message.matters("named", "anchor")


def _names_danger(context: Context, message: UserMessage) -> bool:
    """Whether it is about whoever cheats them, or what they may lose, whatever topic it sounds like."""
    return any(word in message.key for word in context.knowledge.care.about_danger)


def _case(context: Context, alarm: Alarm, message: UserMessage) -> bool:
    return any(word in message.key for case in context.knowledge.care.cases.get(alarm.value, ()) for word in case.words)


def _said_of_money(heard: Heard, message: UserMessage) -> tuple[str, float]:
    """Returns what is said of a fraud or theft: what it asks or tells in so many words, or what it sounds like."""
    label, certainty = likeliest_label(message)
    if heard.question:
        return heard.question, 1.0
    if heard.facts and not (label in _DISTRESS and certainty >= _SURE_LATER and not heard.learnt):
        return heard.facts[0], 1.0
    if heard.moods and certainty < _SURE_TOLD:
        return heard.moods[0], _SURE_HEARD
    return label, certainty


def _label(
    context: Context, state: DialogueState, alarm: Alarm, message: UserMessage, heard: Heard
) -> tuple[str, float]:
    """Returns what is said: where somebody stands and what they hold goes before how they feel."""
    if alarm in _OF_MONEY:
        return _said_of_money(heard, message)
    label, certainty = likeliest_label(message)
    is_others = alarm is Alarm.CRISIS and bool(state.answered.get("crisis_other_person"))
    arrived = next((fact for fact in heard.facts if fact in HELP), None) if alarm is Alarm.CRISIS else None
    if arrived:
        # Nobody is told again to call who is there.
        return arrived, 1.0
    if alarm is Alarm.CRISIS and heard.question and not _is_at_hand(context, message):
        return heard.question, 1.0
    if (label == "acute" and is_no_sign(message)) or _is_guessed_away(state, alarm, label, message):
        # 「今天下雨 我坐在车里」
        label, certainty = "tells", _POSSIBLE
    if is_others:
        is_at_hand = {_MEANS, _AWAY} & set(heard.facts)
        if label == "acute" and is_at_hand:
            return next(iter(is_at_hand)), _SURE_HEARD
        is_hurt = any(re.search(pattern, message.key) for pattern in context.knowledge.care.hurt)
        return ("acute", 1.0) if is_hurt and label not in _OUT_OF_REACH else (label, certainty)
    if alarm is Alarm.CRISIS and not asks(normalize(message.text)):
        for name, patterns in context.knowledge.care.said.items():
            is_meant = name != _AWAY or _was_at_hand(state)
            if is_meant and any(re.search(pattern, message.key) for pattern in patterns):
                return name, 1.0
    if alarm is Alarm.CRISIS and label not in _OUT_OF_REACH and _is_at_hand(context, message):
        return "acute", 1.0
    if alarm is Alarm.CRISIS and any(re.fullmatch(p, message.key) for p in context.knowledge.care.asks_handoff):
        # 「人来了吗」: whoever waits for a human hears how it stands, and keeps the talk.
        return "asks_you", 1.0
    if alarm is Alarm.CRISIS and certainty < _SURE_TOLD and (heard.learnt or heard.moods):
        return next(iter(heard.moods or [fact for fact in heard.facts if fact in heard.learnt])), _SURE_HEARD
    return label, certainty


def _is_guessed_away(state: DialogueState, alarm: Alarm, label: str, message: UserMessage) -> bool:
    """Whether a cry for help at an edge is taken back by a guess, and by no word."""
    is_guess = label == "stands_down" and not takes_back(message.key)
    return is_guess and alarm is Alarm.CRISIS and _was_at_hand(state)


def is_no_sign(message: UserMessage) -> bool:
    """Whether the model of all labels has listened, and hears nothing of a danger to life."""
    return message.is_listened and max(message.said.get(name, 0.0) for name in _SIGNS_OF_DANGER) < _SIGN


def _was_at_hand(state: DialogueState) -> bool:
    """Whether there is something to get away from: 「别人都上岸了」 is not said at a river."""
    return _MEANS in state.danger_facts or any(state.answered.get(name) for name in _HANDS)


def _is_at_hand(context: Context, message: UserMessage) -> bool:
    cases = (case for case in context.knowledge.care.cases.get(Alarm.CRISIS.value, ()) if case.is_at_hand)
    return any(re.search(pattern, message.key) for case in cases for pattern in case.patterns)
