"""What agents are suggested is not what the user has just read."""

from __future__ import annotations

import pytest

from uwallet_gateway.transport.desk.conversation import was_said

SAID = "先别慌，请马上做这几件事：\n1. 能登录就马上改密码。\n2. 翻一遍交易记录，截好图。还有什么想问的？"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("能登录就马上改密码。", True),
        ("1. 翻一遍交易记录，截好图。\n2. 能登录就马上改密码。\n3. 打开两步验证。", True),
        ("打开两步验证，再退出其他设备。能登录就马上改密码。", False),
        ("好的", False),
        ("", False),
    ],
)
def test_what_was_said(text: str, expected: bool) -> None:
    assert was_said(text, SAID) is expected
