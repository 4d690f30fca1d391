"""What a message finds out in a diagnosis, clause by clause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.messages import Clause
from actions.dialogue.state import Walk
from tests.actions.reading.builders import KNOWLEDGE, at, read, said, told
from tests.conftest import PLACEHOLDERS, Conversation

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


@pytest.mark.parametrize(
    ("text", "label", "act"),
    [
        ("卡的银行弹了一条拦截提醒", "ruled_out", Act.CAUSE_FOUND),
        ("银行回电话说确实拦下了", "ruled_out", Act.CAUSE_FOUND),
        ("银行说没有拦", "cause_confirmed", Act.RULED_OUT),
        ("银行那头有条消息", "ruled_out", Act.NOT_CHECKED),
        ("银行给我来了个电话", "cause_confirmed", Act.NOT_CHECKED),
    ],
)
def test_words_decide_which_way_evidence_points(text: str, label: str, act: Act) -> None:
    certainty = 0.55
    chosen = read(said(text, "out_of_scope", acts={label: certainty}), at("payment_failure", 3)).chosen
    assert (chosen.act, chosen.arguments.get("unchecked")) == (act, ("bank",) if act is Act.NOT_CHECKED else None)


def test_a_tick_is_taken_back(conversation: Conversation) -> None:
    conversation.opens("payment_failure")
    conversation.does(Act.NEXT)
    conversation.does(Act.OUT_OF_SCOPE, "余额够，网好，银行也没拦", acts={"ruled_out": 0.9})
    assert conversation.state.walk
    assert "bank" in conversation.state.walk.problem_steps
    assert conversation.does(Act.OUT_OF_SCOPE, "你划错了吧", acts={"other": 0.9}) == ["utter_cause_unclear"]
    assert (conversation.state.step, "bank" in conversation.state.walk.problem_steps) == (3, False)
    assert conversation.does(Act.OUT_OF_SCOPE, "银行拦了的", acts={"trouble": 0.9}) == ["utter_treatment"]


def test_who_says_that_it_is_there_has_the_tick_taken_back(conversation: Conversation) -> None:
    conversation.opens("payment_failure")
    conversation.does(Act.NEXT)
    conversation.does(Act.OUT_OF_SCOPE, "余额够，网好，银行也没拦", acts={"ruled_out": 0.9})
    parts = clauses(("我说的是银行拦了", "cause_confirmed"), ("不是没拦", "ruled_out"))
    heard = {"ruled_out": 0.9}
    replies = conversation.does(Act.OUT_OF_SCOPE, "我说的是银行拦了，不是没拦", acts=heard, clauses=parts)
    assert replies == ["utter_treatment"]
    assert conversation.state.walk
    assert "bank" not in conversation.state.walk.problem_steps


def test_the_tick_that_is_named_is_taken_back(conversation: Conversation) -> None:
    conversation.opens("payment_failure")
    conversation.does(Act.NEXT)
    conversation.does(Act.OUT_OF_SCOPE, "余额够，网好，银行也没拦", acts={"ruled_out": 0.9})
    assert conversation.does(Act.OUT_OF_SCOPE, "网络那个划错了", acts={"other": 0.9}) == ["utter_cause_unclear"]
    assert conversation.state.step == 2


def test_a_mistake_of_their_own_takes_no_tick_back() -> None:
    heard = {"ruled_out": 0.9}
    chosen = read(said("他们没拦，是我看错了", "out_of_scope", acts=heard), at("payment_failure", 3)).chosen
    assert (chosen.act, chosen.arguments["causes"]) == (Act.RULED_OUT, ("bank",))


def test_what_the_page_says_and_the_user_sees_otherwise_rules_nothing_out() -> None:
    clauses = (
        Clause("页面提示余额不足", {"cause_confirmed": 0.8}),
        Clause("我钱包里有钱的", {"ruled_out": 0.9}),
    )
    message = said("页面提示余额不足，我钱包里有钱的", "payment_failure", acts={"ruled_out": 0.9}, clauses=clauses)
    reading = read(message, at("payment_failure", 0)).chosen
    assert (reading.act, reading.arguments["causes"]) == (Act.CAUSE_FOUND, ("balance",))
    turn = Dialogue(KNOWLEDGE, PLACEHOLDERS).respond(at("payment_failure", 0), Act.OPEN_TOPIC, message)
    assert [reply.response for reply in turn.replies] == ["utter_cause_disputed"]
    assert turn.state.walk is not None
    assert turn.state.walk.page_says == ("balance",)
    # Said once more, it is neither confirmed nor ruled out.
    again = said("就是有钱", "nlu_fallback", acts={"cause_confirmed": 0.9})
    assert read(again, replace(turn.state, offer=None)).chosen.arguments.get("is_disputed")


@pytest.mark.parametrize(
    ("text", "parts", "act"),
    [
        # What is told further of a cause does not turn it round.
        ("钱够的，有一百来块", (("钱够的", "ruled_out"), ("有一百来块", "cause_confirmed")), Act.RULED_OUT),
        ("看了 有58块 我要付45", (("有58块", "cause_confirmed"), ("我要付45", "cause_confirmed")), Act.RULED_OUT),
        # Supposing why it works again rules nothing out.
        ("好了 可能网卡了一下", (("好了", "solved"), ("可能网卡了一下", "ruled_out")), Act.SOLVED),
    ],
)
def test_what_is_told_in_so_many_words_stays(text: str, parts: tuple[tuple[str, str], ...], act: Act) -> None:
    message = said(text, "nlu_fallback", acts={parts[0][1]: 0.9}, clauses=clauses(*parts))
    assert read(message, CHECK).chosen.act is act


def test_what_was_changed_is_tried_before_the_next_check() -> None:
    state = at("payment_failure", 4, problem_steps=("balance", "network", "bank"))
    message = said("找到了 改成500了", "nlu_fallback", acts={"done": 0.9}, clauses=clauses(("改成500了", "done")))
    turn = Dialogue(KNOWLEDGE, PLACEHOLDERS).respond(state, Act.NOT_UNDERSTOOD, message)
    assert [reply.response for reply in turn.replies] == ["utter_try_now"]
    assert turn.state.step == 4


def test_a_network_that_is_bad_is_not_ruled_out() -> None:
    message = said(
        "校园网 挺慢的", "nlu_fallback", acts={"ruled_out": 0.9}, clauses=clauses(("校园网挺慢的", "ruled_out"))
    )
    chosen = read(message, at("payment_failure", 2)).chosen
    assert (chosen.act, chosen.arguments["causes"]) == (Act.CAUSE_FOUND, ("network",))


def test_more_or_less_is_no_lack() -> None:
    clauses = (Clause("有钱", {"ruled_out": 0.9}), Clause("差不多还有二百几元", {"cause_confirmed": 0.6}))
    message = said("有钱,差不多还有二百几元", "transaction_dispute", clauses=clauses, acts={"ruled_out": 0.5})
    chosen = read(message, at("payment_failure", 0)).chosen
    assert (chosen.act, chosen.arguments["causes"]) == (Act.RULED_OUT, ("balance",))


@pytest.mark.parametrize("text", ["切流量了", "换wifi了", "充了五百了"])
def test_what_was_only_changed_is_to_be_tried(text: str) -> None:
    chosen = read(said(text, "problem_solved", acts={"solved": 0.9}), CHECK).chosen
    assert (chosen.act, chosen.arguments["response"]) == (Act.LET_BE, "utter_try_now")


def test_what_was_changed_and_works_is_settled() -> None:
    message = said("切流量了 付上了", "problem_solved", acts={"solved": 0.9}, clauses=clauses(("付上了", "solved")))
    assert read(message, CHECK).chosen.act is Act.SOLVED


def test_enough_is_said_of_the_balance_where_no_cause_is_chosen() -> None:
    message = said("够 有两千", "out_of_scope", acts={"ruled_out": 0.9}, clauses=clauses(("够", "ruled_out")))
    chosen = read(message, at("payment_failure", 0)).chosen
    assert (chosen.act, chosen.arguments["causes"]) == (Act.RULED_OUT, ("balance",))
