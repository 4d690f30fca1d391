"""From any state, whatever the user does: a valid state, a reply, and a human in one turn."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from actions.dialogue.dialogue import Act
from actions.dialogue.state import Awaiting
from actions.knowledge import load_knowledge
from tests.conftest import Conversation

KNOWLEDGE = load_knowledge()
INTENTS = sorted(KNOWLEDGE.topics)
ENTITIES = st.dictionaries(
    st.sampled_from(
        ["explicit_consent", "step_number", "payment_cause", "security_measure", "contact_channel", "amount", "detail"]
    ),
    st.sampled_from(
        [("3",), ("all",), ("99",), ("bank",), ("hotline",), ("in_app",), ("password_rules",), ("bank", "limit")]
    ),
    max_size=2,
)
MOVES = st.lists(
    st.tuples(st.sampled_from(list(Act)), st.sampled_from(INTENTS), ENTITIES, st.booleans(), st.text(max_size=20)),
    max_size=25,
)


@settings(max_examples=400, deadline=None)
@given(MOVES)
def test_any_conversation_stays_valid(moves: list[tuple[Act, str, dict[str, tuple[str, ...]], bool, str]]) -> None:
    conversation = Conversation(KNOWLEDGE)
    for act, intent, entities, payload, text in moves:
        was_at_warning = conversation.state.topic == "account_closure" and conversation.state.step == 0
        replies = conversation.does(act, text, intent=intent, payload=payload, entities=entities)
        state = conversation.state
        assert replies
        topic = KNOWLEDGE.topics.get(state.topic or "")
        assert 0 <= state.step <= (len(topic.steps) if topic else 0)
        assert (state.awaiting is Awaiting.DETAIL) == (state.requested_detail is not None)
        assert (state.awaiting is Awaiting.HUMAN_OFFER) == (state.offer_reason is not None)
        if was_at_warning and state.topic == "account_closure" and state.step:
            assert act is Act.AFFIRM or "explicit_consent" in entities
    assert conversation.does(Act.HUMAN) == ["utter_handoff", None]
