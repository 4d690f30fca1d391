"""A code or a password in the chat is warned of, not repeated, and no step is lost by it."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.state import Awaiting, DialogueState
from actions.reading.secrets import secret_in
from tests.actions.reading.builders import CONTEXT, KNOWLEDGE, at, read, said
from tests.conftest import PLACEHOLDERS

CODE_STEP = at("forgot_password", 3)
AMOUNT = at("transaction_dispute", 1, awaiting=Awaiting.DETAIL, requested_detail="amount")


@pytest.mark.parametrize(
    ("text", "state", "secret"),
    [
        ("482913", CODE_STEP, "code"),
        ("******", CODE_STEP, "code"),
        ("好了收到了 118822", CODE_STEP, "code"),
        ("验证码是660217", None, "code"),
        ("验证码 6602", None, "code"),
        ("密码是abc12345", None, "password"),
        ("密码改成了******", None, "password"),
        ("482913", None, None),
        ("482913", at("forgot_password", 1), None),
        ("2680", AMOUNT, None),
        ("等了2000秒了", CODE_STEP, None),
        ("验证码要多久", CODE_STEP, None),
        ("密码要几位", None, None),
        ("密码是不是错了", None, None),
    ],
)
def test_what_is_a_secret(text: str, state: DialogueState | None, secret: str | None) -> None:
    assert secret_in(CONTEXT, state or DialogueState(), said(text, "out_of_scope")) == secret


def test_a_code_keeps_the_step_that_asks_for_it() -> None:
    message = said("482913", "out_of_scope")
    assert read(message, CODE_STEP).chosen.act is Act.SECRET
    turn = Dialogue(KNOWLEDGE, PLACEHOLDERS).respond(CODE_STEP, Act.OUT_OF_SCOPE, message)
    assert turn.state.step == 3
    assert [reply.values["answer"] for reply in turn.replies] == [KNOWLEDGE.wording.secrets.code_here]


def test_what_is_told_beside_a_secret_is_heard_as_well() -> None:
    message = said("密码是abc12345 帮我转人工", "human_handoff")
    turn = Dialogue(KNOWLEDGE, PLACEHOLDERS).respond(DialogueState(), Act.HUMAN, message)
    assert turn.replies[0].values == {"answer": KNOWLEDGE.wording.secrets.password}
    assert any(reply.is_handoff for reply in turn.replies)
    assert not any("abc12345" in str(reply.values) for reply in turn.replies)
