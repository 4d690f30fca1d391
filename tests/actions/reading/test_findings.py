"""What a message finds out in a diagnosis, clause by clause."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import Clause
from actions.dialogue.state import Walk
from tests.actions.reading.builders import at, read, said, told

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


def test_what_was_asked_about_and_mended_is_not_it() -> None:
    state = at("payment_failure", 0, asked_about="payment_failure/limit")
    parts = clauses(("改高了", "done"), ("照样付不了", "trouble"))
    chosen = read(said("改高了 照样付不了", "out_of_scope", acts={"trouble": 0.7}, clauses=parts), state).chosen
    assert (chosen.act, dict(chosen.arguments)) == (Act.RULED_OUT, {"causes": ("limit",)})


def test_the_first_so_many_are_counted() -> None:
    chosen = read(said("前头三个都不是", "out_of_scope", acts={"ruled_out": 0.9}), CHECK).chosen
    assert chosen.arguments["causes"] == ("balance", "network", "bank")


def test_what_is_found_out_of_a_diagnosis_that_waits_takes_it_up() -> None:
    waiting = told(suspended=(Walk("payment_failure", 0),))
    chosen = read(said("余额有三千多", "out_of_scope", acts={"ruled_out": 0.9}), waiting).chosen
    assert (chosen.act, chosen.arguments["causes"]) == (Act.RULED_OUT, ("balance",))


def test_a_request_to_check_puts_no_check_off() -> None:
    bank = {"payment_cause": ("bank",)}
    message = said("查银行", "out_of_scope", acts={"not_checked": 0.86}, entities=bank)
    # The check is shown again.
    assert "unchecked" not in read(message, CHECK).chosen.arguments
