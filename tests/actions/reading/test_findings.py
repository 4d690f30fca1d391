"""What a message finds out in a diagnosis, clause by clause."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import Clause
from tests.actions.reading.builders import at, read, said

CHECK = at("payment_failure", 1)


def clauses(*parts: tuple[str, str]) -> tuple[Clause, ...]:
    return tuple(Clause(text, {label: 0.9}) for text, label in parts)


@pytest.mark.parametrize(
    ("parts", "act", "arguments"),
    [
        (
            (("余额够", "ruled_out"), ("网也换过了", "ruled_out"), ("还是不行", "trouble")),
            Act.RULED_OUT,
            {"causes": ("balance", "network")},
        ),
        (
            (("余额够", "ruled_out"), ("银行没问过", "not_checked")),
            Act.RULED_OUT,
            {"causes": ("balance",), "unchecked": ("bank",)},
        ),
        ((("银行", "other"), ("我没问", "not_checked")), Act.NOT_CHECKED, {"unchecked": ("bank",)}),
        ((("刚才余额没够", "cause_confirmed"), ("好了", "solved")), Act.SOLVED, {}),
        # What was mended was not the cause.
        (
            (("是没钱了", "cause_confirmed"), ("余额充了", "done"), ("还是付不了", "trouble")),
            Act.RULED_OUT,
            {"causes": ("balance",)},
        ),
        ((("流量和wifi都试了", "tried_everything"), ("都不行", "trouble")), Act.RULED_OUT, {"causes": ("network",)}),
    ],
)
def test_findings(parts: tuple[tuple[str, str], ...], act: Act, arguments: dict[str, tuple[str, ...]]) -> None:
    text = " ".join(part for part, _ in parts)
    whole = {parts[0][1]: 0.6}
    chosen = read(said(text, "out_of_scope", acts=whole, clauses=clauses(*parts)), CHECK).chosen
    assert (chosen.act, dict(chosen.arguments)) == (act, arguments)


def test_all_tried_without_a_name_is_for_a_human() -> None:
    chosen = read(said("全都弄过一遍了", "out_of_scope", acts={"tried_everything": 0.9}), CHECK).chosen
    assert chosen.act is Act.TRIED_ALL
