"""The codes are those of the protocol."""

from __future__ import annotations

import re
from pathlib import Path

from uwallet_gateway.errors import ErrorCode, InputError

DOCS = Path(__file__).parents[2] / "docs"


def test_the_codes_are_those_of_the_protocol_and_of_the_desk() -> None:
    section = (DOCS / "protocol.md").read_text(encoding="utf-8").split("## Errors")[1].split("\n## ")[0]
    listed = re.findall(r"`([a-z_]+)`", section.split("The codes:")[1])
    desk = (DOCS / "support" / "desk-api.md").read_text(encoding="utf-8").split("further codes:")[1].split("\n\n")[0]
    listed += re.findall(r"`([a-z_]+)`", desk.replace("`retry_after`", ""))
    assert set(listed) == set(ErrorCode)


def test_an_error_says_its_code_where_it_is_logged() -> None:
    error = InputError(ErrorCode.RATE_LIMITED, retry_after=3)
    assert (str(error), error.retry_after) == ("rate_limited", 3)
