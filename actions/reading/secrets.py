"""A code or a password that is typed into the chat: nobody here needs it, and it is not repeated."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.messages import UserMessage, folded
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context
from actions.reading.questions import asks
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

CODE, PASSWORD = "code", "password"
# The gateway has masked what it knows to be a secret.
_MASKED = r"\*{3,}"
_CODE = re.compile(
    r"(?:验证码|校验码|动态码|短信码)(?:也|都|已经|刚|终于)*(?:收到|来|到|发来|发过来|有|填|输)?了?(?:吗|的)?(?:就?是|为|:|：)?\s*"
    rf"(?:\d{{4,8}}|{_MASKED})(?!\d|[元块毛天号秒位分个点年月])"
    rf"|(?<!\d)\d{{4,8}}\s*(?:是|就是|这是)(?:我的|这个)?(?:验证码|校验码)"
)
_NUMBER = re.compile(
    rf"(?<![\da-z.])(?:\d{{4,8}}|\d{{3}} \d{{3}}|{_MASKED})(?![\d.]|\s*[元块毛天号秒位分个点年月])", re.IGNORECASE
)
_ALONE = re.compile(
    rf"(?:就?是|收到(?:了)?|来了|发来的是)?\s*(?:\d{{4,8}}|\d{{3}} \d{{3}}|{_MASKED})\s*(?:这个|吧|啊)?"
)
_PASSWORD = re.compile(
    r"(?:密码)(?:就?是|为|:|：|用的是|设成了?|改成了?|设置成了?|换成了?|设的是|设为|填的是|填的|输的是?)\s*"
    rf"(?:[a-z0-9][a-z0-9@#$%^&_.+!-]{{5,31}}|{_MASKED})(?![a-z0-9])",
    re.IGNORECASE,
)
CODE_WORD = "验证码"
# So much beside the secret says nothing of its own.
_LITTLE = 4


def secret_in(context: Context, state: DialogueState, message: UserMessage) -> str | None:
    """Returns what kind of secret a message gives away; None when it gives away none."""
    text = normalize(message.text)
    if message.is_payload:
        return None
    if _CODE.search(text) or (_NUMBER.search(text) and _is_code_wanted(context, state)):
        return CODE
    return PASSWORD if _PASSWORD.search(text) else None


def _is_code_wanted(context: Context, state: DialogueState) -> bool:
    """Whether a code is what the step on the screen asks for."""
    topic = context.topic(state)
    if topic is None or state.walk is None or not state.step or state.awaiting is not None:
        return False
    return CODE_WORD in topic.steps[state.step - 1].title


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads a message that is nothing but a secret; beside something else it is warned of in passing."""
    kind = secret_in(context, state, message)
    if kind is None or act is Act.HUMAN or asks(normalize(message.text)):
        return None
    text = normalize(message.text)
    rest = folded(_PASSWORD.sub("", _CODE.sub("", text)))
    if not _ALONE.fullmatch(text.strip()) and len(rest) > _LITTLE:
        return None
    return Reading(Source.ASKED, Act.SECRET, message, f"gives away a {kind}", arguments={"secret": kind})
