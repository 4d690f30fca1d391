"""From any state, whatever the user does: a valid state, a reply, an end or a human within reach, and no step lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from actions.dialogue.acts import SOCIAL, SUPPORT, Act
from actions.dialogue.dialogue import READ
from actions.dialogue.messages import AnswerBand, Operator
from actions.dialogue.state import (
    MAX_ATTEMPTS,
    MAX_DISAMBIGUATIONS,
    MAX_LISTS,
    MAX_REQUESTS,
    MAX_SUSPENDED,
    Alarm,
    Attempt,
    AttemptOutcome,
    Awaiting,
    Choice,
    DialogueState,
    HandoffReason,
    ListedOption,
    Offer,
    Request,
    Told,
    Walk,
    fitted,
)
from actions.knowledge import load_knowledge
from actions.reading.reading import Source
from actions.slots import slots_from_state, state_from_slots
from tests.conftest import Conversation
from tests.extent import examples

KNOWLEDGE = load_knowledge()
TOPICS = sorted(KNOWLEDGE.topics)
WALKTHROUGHS = [name for name in TOPICS if KNOWLEDGE.topics[name].is_walkthrough]
ANSWERS = [name for name in TOPICS if not KNOWLEDGE.topics[name].is_walkthrough and not KNOWLEDGE.topics[name].urgent]
STEPS = max(len(KNOWLEDGE.topics[name].steps) for name in WALKTHROUGHS)
CONTROL_INTENTS = ["next_step", "step_problem", "affirm", "cancel", "out_of_scope", "greet", "human_handoff", "unknown"]
CONTROL_INTENTS += ["leave_queue", "ask_ticket_status"]
# Every walkthrough on the stack to its last step, each step with its questions, and what is offered after.
LONGEST_WAY = (MAX_SUSPENDED + 1) * (STEPS * 2 + 3) + MAX_REQUESTS * 2 + 5

GRAVE = [
    HandoffReason.CRISIS,
    HandoffReason.FRAUD,
    HandoffReason.ACCOUNT_COMPROMISED,
    HandoffReason.BEREAVED,
    HandoffReason.COMPLAINT,
]

ENTITIES = st.dictionaries(
    st.sampled_from(
        [
            "explicit_consent",
            "step_number",
            "payment_cause",
            "security_measure",
            "contact_channel",
            "amount",
            "transaction_time",
            "phone_number",
            "detail",
            "correction",
            "frustration",
            "ruled_out_cause",
            "declined_answer",
            "unsupported_topic",
            "rating",
        ]
    ),
    st.sampled_from(
        [
            ("3",),
            ("all",),
            ("restart",),
            ("99",),
            ("bank",),
            ("hotline",),
            ("in_app",),
            ("password_rules",),
            ("bank", "limit"),
            ("choice",),
            ("detail",),
        ]
    ),
    max_size=3,
)
REQUESTS = st.lists(
    st.builds(
        Request, st.sampled_from([*TOPICS, "human_handoff", "next_step"]), st.sampled_from(["", "还有一件事"]), ENTITIES
    ),
    max_size=3,
).map(tuple)
CHOICES = st.lists(
    st.tuples(st.sampled_from([*TOPICS, *CONTROL_INTENTS]), st.floats(0.01, 1)), max_size=5, unique_by=lambda c: c[0]
).map(lambda choices: tuple(sorted(choices, key=lambda choice: -choice[1])))
TEXTS = st.one_of(
    st.sampled_from(
        [
            "好了",
            "第二个",
            "都不是",
            "5分",
            "200",
            "",
            "。",
            "改一下金额",
            "下一步",
            "我已了解，继续注销",
            "菜单",
            "怎么办",
            "👍",
        ]
    ),
    st.text(max_size=20),
)
# What a sentence says by itself; the other acts come out of what the NLU tells beside the intent.
SAID = sorted(set(Act) - set(READ))
SHARES = st.sampled_from([0.05, 0.35, 0.5, 0.95])
SITUATED = st.dictionaries(
    st.sampled_from(
        [
            "done",
            "waiting",
            "trouble",
            "question",
            "ruled_out",
            "cause_confirmed",
            "tried_everything",
            "consent_human",
            "unknown_detail",
            "arrived",
            "not_checked",
            "solved",
            "read_back",
            "waiting_complaint",
            "leave_wait",
            "correction",
            "other",
        ]
    ),
    SHARES,
    max_size=3,
)
ALARMS = st.dictionaries(st.sampled_from(["none", *Alarm]), SHARES, max_size=2)
OPERATORS = st.lists(
    st.builds(
        Operator,
        st.sampled_from(["named", "negated", "past", "hypothetical", "other_person"]),
        st.sampled_from([*TOPICS, "fraud", "human_handoff", "balance"]),
    ),
    max_size=2,
).map(tuple)
MOVES = st.fixed_dictionaries(
    {
        "act": st.sampled_from(SAID),
        "acts": SITUATED,
        "alarms": ALARMS,
        "operators": OPERATORS,
        "text": TEXTS,
        "intent": st.sampled_from(TOPICS),
        "entities": ENTITIES,
        "payload": st.booleans(),
        "band": st.sampled_from(AnswerBand),
        "choices": CHOICES,
        "further_requests": REQUESTS,
        "pause": st.sampled_from([0, 60, 3000]),
        "is_new_session": st.booleans(),
        "after_agent": st.booleans(),
    }
)
WALKS = st.builds(
    Walk,
    topic=st.sampled_from(WALKTHROUGHS),
    step=st.integers(0, STEPS),
    awaiting=st.sampled_from([None, *Awaiting]),
    interrupted=st.booleans(),
    requested_detail=st.sampled_from([None, "amount", "counterparty"]),
    problem_steps=st.sampled_from([(), ("open_forgot_password",)]),
)
LISTS = st.lists(
    st.sampled_from(
        [
            ListedOption("下一步", "/next_step"),
            ListedOption("转人工", "/human_handoff"),
            ListedOption("我已了解，继续注销", '/affirm{"explicit_consent": "warning"}'),
            ListedOption("忘记密码", "/forgot_password"),
            ListedOption("银行拦下了", '/payment_failure{"payment_cause": "bank"}'),
        ]
    ),
    max_size=3,
    unique=True,
).map(tuple)
STATES = (
    st.builds(
        DialogueState,
        walk=st.none() | WALKS,
        suspended=st.lists(WALKS, max_size=MAX_SUSPENDED, unique_by=lambda walk: walk.topic).map(tuple),
        offer=st.sampled_from([None, *Offer]),
        offer_reason=st.sampled_from([None, *HandoffReason]),
        choice=st.none() | st.just(Choice("那个", "那个", ("forgot_password", "support_hours"))),
        correcting=st.sampled_from([None, "amount", "phone_number", "gone"]),
        requests=REQUESTS,
        collected_details=st.dictionaries(st.sampled_from(["amount", "counterparty", "phone_number"]), st.just("200")),
        skipped_details=st.sampled_from([(), ("amount",)]),
        last_topic=st.sampled_from([None, *TOPICS]),
        attempts=st.sampled_from([(), (Attempt("forgot_password", 2, AttemptOutcome.ABANDONED),)]),
        failures_in_row=st.integers(0, 2),
        frustrated=st.booleans(),
        apologised=st.booleans(),
        rating=st.none() | st.integers(1, 5),
        rating_asked=st.booleans(),
        handed_over=st.booleans(),
        shown=LISTS,
        lists=st.lists(LISTS, max_size=2).map(tuple),
        list_is_fresh=st.booleans(),
        alarms=st.lists(
            st.builds(Told, st.sampled_from(Alarm), st.just("说过")), max_size=2, unique_by=lambda t: t.alarm
        ).map(tuple),
        open_alarm=st.sampled_from([None, *Alarm]),
        denied_alarms=st.sampled_from([(), (Alarm.VICTIM,), (Alarm.FRAUD, Alarm.VICTIM)]),
        answered=st.dictionaries(st.sampled_from(sorted(KNOWLEDGE.care.answers)), st.integers(1, 4), max_size=2),
        misfits=st.integers(0, 2),
        fragment=st.sampled_from([None, "我那个"]),
        unanswered=st.sampled_from([(), ("账单上的绿点是什么",)]),
    )
    .map(lambda state: fitted(state, KNOWLEDGE))
    .filter(lambda state: state.topic not in {walk.topic for walk in state.suspended})
)


def conversation_at(state: DialogueState) -> Conversation:
    conversation = Conversation(KNOWLEDGE)
    conversation.state = state
    return conversation


def assert_valid(state: DialogueState) -> None:
    for walk in (*state.suspended, *((state.walk,) if state.walk else ())):
        topic = KNOWLEDGE.topics[walk.topic]
        assert topic.is_walkthrough
        assert 0 <= walk.step <= len(topic.steps)
        assert (walk.awaiting is Awaiting.DETAIL) == (walk.requested_detail is not None)
    names = [walk.topic for walk in state.suspended] + ([state.topic] if state.topic else [])
    assert len(names) == len(set(names))
    assert len(state.suspended) <= MAX_SUSPENDED
    assert len(state.attempts) <= MAX_ATTEMPTS
    assert len(state.requests) <= MAX_REQUESTS
    assert len(state.disambiguations) <= MAX_DISAMBIGUATIONS
    assert state.failures_in_row < 3
    assert (state.offer is Offer.HUMAN) == (state.offer_reason is not None)
    assert (state.offer is Offer.CHOICE) == (state.choice is not None)
    assert state.offer is not Offer.RESUME or (state.suspended and state.walk is None)
    assert state.offer is not Offer.REQUEST or state.requests
    assert len({told.alarm for told in state.alarms}) == len(state.alarms)
    assert len(state.lists) <= MAX_LISTS
    assert state_from_slots(slots_from_state(state, KNOWLEDGE), KNOWLEDGE) == state


def has_ended(conversation: Conversation) -> bool:
    state = conversation.state
    return state.walk is None and not state.suspended and not state.requests and state.offer in (None, Offer.RATING)


def is_handed_off(conversation: Conversation) -> bool:
    return conversation.turn is not None and any(reply.is_handoff for reply in conversation.turn.replies)


@settings(max_examples=examples(40, 1000), deadline=None)
@given(STATES, st.lists(MOVES, min_size=1, max_size=6))
def test_whatever_the_user_does_the_state_is_valid_and_there_is_a_reply(
    state: DialogueState, moves: list[dict[str, Any]]
) -> None:
    conversation = conversation_at(state)
    for move in moves:
        before = conversation.state
        assert conversation.does(**move)
        assert_valid(conversation.state)
        if conversation.state.topic == "account_closure" and conversation.state.step:
            # The closure has begun before, or has been accepted in so many words just now.
            begun = [walk for walk in (*before.suspended, before.walk) if walk and walk.topic == "account_closure"]
            assert begun
            if not begun[0].step:
                assert before.awaiting is Awaiting.WARNING
                assert is_clear_consent(conversation, move)


def is_clear_consent(conversation: Conversation, move: dict[str, Any]) -> bool:
    """Whether the closure was accepted: by its label, or by a clear yes, in words or with its button."""
    assert conversation.turn
    assert conversation.turn.interpretation
    chosen = conversation.turn.interpretation.chosen
    if chosen.source is Source.OFFERED:
        return "explicit_consent" in chosen.message.text
    has_words = "explicit_consent" in move["entities"]
    is_yes = move["act"] is Act.AFFIRM or has_words
    return is_yes and (has_words or not move["payload"]) and move["band"] is not AnswerBand.CHOICE


def kinds(state: DialogueState) -> set[Alarm]:
    return {told.alarm for told in state.alarms}


def of_the_session(move: dict[str, Any]) -> bool:
    return not move["is_new_session"] or move["after_agent"]


@settings(max_examples=examples(40, 1000), deadline=None)
@given(STATES, st.lists(MOVES.filter(of_the_session), min_size=1, max_size=6))
def test_what_was_given_away_stays_for_the_session(state: DialogueState, moves: list[dict[str, Any]]) -> None:
    conversation = conversation_at(state)
    for move in moves:
        before = conversation.state
        conversation.does(**move)
        assert kinds(before) <= kinds(conversation.state)
        assert conversation.turn
        # A rating is not asked for, and every handoff tells it with the gravest reason.
        asked = [reply for reply in conversation.turn.replies if reply.ask == "rating"]
        assert not (asked and before.alarms)
        for reply in conversation.turn.replies:
            if reply.is_handoff and reply.custom:
                told = [alarm["kind"] for alarm in reply.custom["alarms"]]
                assert kinds(before) <= set(told) == kinds(conversation.state)
                assert not told or reply.custom["reason"] in {reason.value for reason in GRAVE}
                assert "crisis" not in told or (reply.custom["reason"], reply.custom["mood"]) == ("crisis", "in_crisis")


@settings(max_examples=examples(40, 1000), deadline=None)
@given(STATES, MOVES.filter(of_the_session))
def test_a_cry_for_help_is_never_missed(state: DialogueState, move: dict[str, Any]) -> None:
    conversation = conversation_at(replace(state, alarms=(), open_alarm=None))
    conversation.does(**{**move, "text": "我不想活了", "payload": False, "alarms": {"crisis": 0.85}})
    assert conversation.state.alarms[0].alarm is Alarm.CRISIS
    assert is_handed_off(conversation)
    assert conversation.turn
    assert not any(button.payload.startswith("/") for reply in conversation.turn.replies for button in reply.buttons)


def is_doubtful(move: dict[str, Any]) -> bool:
    given_away = [share for name, share in move["alarms"].items() if name != "none"]
    return not move["payload"] and sum(given_away) < 0.2 and all(share < 0.45 for share in move["acts"].values())


@settings(max_examples=examples(40, 1000), deadline=None)
@given(STATES, MOVES.filter(is_doubtful))
def test_nobody_leaves_the_queue_or_is_handed_over_on_a_guess(state: DialogueState, move: dict[str, Any]) -> None:
    state = replace(
        state, handed_over=True, failures_in_row=0, offer=None, offer_reason=None, choice=None, correcting=None
    )
    conversation = conversation_at(state)
    conversation.does(
        **{
            **move,
            "act": Act.NOT_UNDERSTOOD,
            "intent": "",
            "text": "这么长的一句话什么都没说出来",
            "choices": (),
            "further_requests": (),
            "operators": (),
            "after_agent": False,
            "is_new_session": False,
        }
    )
    assert conversation.state.handed_over
    assert not is_handed_off(conversation)


@settings(max_examples=examples(40, 1000), deadline=None)
@given(STATES)
def test_a_human_is_one_turn_away(state: DialogueState) -> None:
    conversation = conversation_at(state)
    told = "utter_handoff_again" if state.handed_over else "utter_handoff"
    assert conversation.does(Act.HUMAN, "转人工", intent="human_handoff")[-2:] == [told, None]
    assert conversation.state.walk is None
    # What was under way can be taken up again while nobody has come.
    if state.walk:
        assert conversation.state.suspended[-1].topic == state.walk.topic


@settings(max_examples=examples(40, 1000), deadline=None)
@given(STATES)
def test_who_goes_on_saying_yes_comes_to_an_end_or_to_a_human(state: DialogueState) -> None:
    conversation = conversation_at(replace(state, offer=None, offer_reason=None, choice=None, correcting=None))
    for _ in range(LONGEST_WAY):
        conversation.does(Act.AFFIRM, "可以的", intent="affirm")
        if has_ended(conversation) or is_handed_off(conversation):
            return
        if conversation.state.handed_over and conversation.state.walk is None:
            return  # A human is on the way; what was put aside is taken up again when it is asked for.
    raise AssertionError(conversation.state)


@settings(max_examples=examples(40, 1000), deadline=None)
@given(STATES.map(lambda state: replace(state, open_alarm=None)))
def test_who_goes_on_stopping_comes_to_an_end(state: DialogueState) -> None:
    conversation = conversation_at(state)
    for _ in range(2 * (MAX_SUSPENDED + MAX_REQUESTS) + 3):
        conversation.does(Act.CANCEL, "算了", intent="cancel")
        if has_ended(conversation):
            return
    raise AssertionError(conversation.state)


@settings(max_examples=examples(40, 1000), deadline=None)
@given(STATES, st.sampled_from([Act.NOT_UNDERSTOOD, Act.PROBLEM]))
def test_who_gets_nowhere_gets_a_human(state: DialogueState, act: Act) -> None:
    conversation = conversation_at(state)
    for _ in range(STEPS + 4):
        conversation.does(act, "怎么都弄不好的样子啊", intent="step_problem")
        if is_handed_off(conversation):
            return
        if conversation.state.alarms and (conversation.state.handed_over or conversation.state.offer is Offer.HUMAN):
            return  # After an alarm a human is offered every time, or is on the way.
        if act is Act.PROBLEM and conversation.state.walk is None:
            assume(False)  # Trouble with nothing is a question back, asked as often as it is said.
        if act is Act.PROBLEM and conversation.state.offer is Offer.HUMAN:
            return
        if act is Act.PROBLEM and conversation.state.awaiting is Awaiting.WARNING:
            return
    raise AssertionError(conversation.state)


DIGRESSIONS = st.one_of(
    st.tuples(st.just(Act.OPEN_TOPIC), st.sampled_from(ANSWERS)),
    st.tuples(st.sampled_from([*SOCIAL - {Act.GOODBYE}, *SUPPORT, Act.OUT_OF_SCOPE, Act.NOT_UNDERSTOOD]), st.just("")),
)


@settings(max_examples=examples(40, 1000), deadline=None)
@given(WALKS.map(lambda walk: replace(walk, requested_detail=None, awaiting=None)), st.lists(DIGRESSIONS, max_size=2))
def test_a_digression_loses_no_step(walk: Walk, digressions: list[tuple[Act, str]]) -> None:
    state = fitted(DialogueState(walk=walk, skipped_details=("transaction_time", "amount")), KNOWLEDGE)
    conversation = conversation_at(state)
    for act, intent in digressions:
        conversation.does(act, "顺便问一句别的事情", intent=intent)
    conversation.does(Act.REPEAT, "继续", intent="repeat_step")
    assert (conversation.state.topic, conversation.state.step) == (state.topic, state.step)


@settings(max_examples=examples(40, 1000), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(WALKTHROUGHS), st.integers(1, STEPS)), unique_by=lambda w: w[0], max_size=4))
def test_nested_walkthroughs_come_back_in_turn_each_at_its_step(walks: list[tuple[str, int]]) -> None:
    conversation = Conversation(KNOWLEDGE)
    for topic, step in walks:
        if topic == "account_closure":
            conversation.opens(topic)
            conversation.does(Act.AFFIRM, "确定")
        elif topic == "contact_in_app":
            conversation.opens("contact_support", contact_channel="in_app")
        else:
            conversation.opens(topic)
        conversation.does(Act.NEXT, entities={"step_number": (str(step),)})
    for topic, step in reversed(walks):
        assert (conversation.state.topic, conversation.state.step) == (topic, step)
        conversation.does(Act.CANCEL, "算了", intent="cancel")
        if conversation.state.offer is Offer.RESUME:
            conversation.does(Act.AFFIRM, "好的", intent="affirm")
    assert conversation.state.walk is None
