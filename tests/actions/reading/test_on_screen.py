"""In a step a message reports, waits, has trouble, asks, or rules causes out."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, Clause
from actions.dialogue.state import Awaiting, DialogueState
from actions.reading.on_screen import causes_named
from actions.reading.reading import Reading, Source
from tests.actions.reading.builders import KNOWLEDGE, at, read, said

STEP, CHECK = at("forgot_password", 2), at("payment_failure", 2)


@pytest.mark.parametrize(
    ("label", "act"),
    [
        ("done", Act.DONE),
        ("waiting", Act.WAIT),
        ("trouble", Act.TROUBLE),
        ("question", Act.ASK_STEP),
        ("tried_everything", Act.TRIED_ALL),
    ],
)
@pytest.mark.parametrize("state", [STEP, CHECK])
def test_what_is_said_of_the_step(label: str, act: Act, state: DialogueState) -> None:
    chosen = read(said("这边的情况是这样的", "out_of_scope", acts={label: 0.8}), state).chosen
    assert (chosen.source, chosen.act) == (Source.ON_SCREEN, act)


@pytest.mark.parametrize(("label", "act"), [("ruled_out", Act.RULED_OUT), ("cause_confirmed", Act.CAUSE_FOUND)])
def test_causes_are_those_named_or_the_one_on_the_screen(label: str, act: Act) -> None:
    chosen = read(said("这边的情况是这样的", "out_of_scope", acts={label: 0.8}), CHECK).chosen
    assert (chosen.act, chosen.arguments) == (act, {"causes": ("network",)})
    message = said(
        "余额和网络都没问题", "out_of_scope", acts={label: 0.8}, entities={"payment_cause": ("balance", "network")}
    )
    assert read(message, CHECK).chosen.arguments == {"causes": ("balance", "network")}


def test_where_there_are_no_causes_a_ruled_out_one_is_trouble() -> None:
    message = said("不是这个原因", "out_of_scope", acts={"ruled_out": 0.8})
    assert read(message, STEP).chosen.act is Act.TROUBLE
    tried = at("forgot_password", 2, problem_steps=("enter_bound_account",))
    assert read(message, tried).chosen.act is Act.TRIED_ALL


def test_unknown_causes_are_not_named() -> None:
    topic = KNOWLEDGE.topics["payment_failure"]
    message = said("x", entities={"payment_cause": ("weather", "limit")})
    assert causes_named(topic, CHECK, message) == ("limit",)
    assert causes_named(topic, at("payment_failure", 0), said("x")) == ()


@pytest.mark.parametrize(
    "state",
    [
        DialogueState(),
        at("account_closure", 0, awaiting=Awaiting.WARNING),
    ],
)
@pytest.mark.parametrize("label", ["done", "trouble", "ruled_out"])
def test_without_a_step_nothing_is_said_of_it(state: DialogueState, label: str) -> None:
    message = said("这边的情况就是这个样子的", "out_of_scope", acts={label: 0.9})
    assert read(message, state).chosen.source is not Source.ON_SCREEN


@pytest.mark.parametrize("certainty", [0.1, 0.21])
def test_a_guess_is_no_report(certainty: float) -> None:
    message = said("这边的情况就是这个样子的", "out_of_scope", acts={"done": certainty})
    assert read(message, STEP).chosen.act is not Act.DONE


def test_a_clear_intent_needs_more_than_an_unclear_one() -> None:
    acts = {"trouble": 0.3}
    unclear = said("这边的情况就是这个样子的", "out_of_scope", acts=acts)
    clear = said("客服几点上班呀今天", "support_hours", "named:support_hours", acts=acts)
    assert read(unclear, STEP).chosen.act is Act.TROUBLE
    assert read(clear, STEP).chosen.act is Act.OPEN_TOPIC


def test_another_topic_that_is_named_is_a_switch() -> None:
    message = said("我要申诉一笔交易", "transaction_dispute", "named:transaction_dispute", acts={"trouble": 0.9})
    assert read(message, STEP).chosen.act is Act.OPEN_TOPIC


@pytest.mark.parametrize("band", [AnswerBand.CHOICE, AnswerBand.NOT_UNDERSTOOD])
def test_a_doubtful_topic_is_no_switch(band: AnswerBand) -> None:
    message = said(
        "申诉那里没反应", "transaction_dispute", "named:transaction_dispute", acts={"trouble": 0.9}, band=band
    )
    assert read(message, STEP).chosen.act is Act.TROUBLE


def test_the_wish_for_a_human_is_no_trouble() -> None:
    message = said("不行，转人工", "human_handoff", "named:human_handoff", acts={"trouble": 0.9})
    assert read(message, STEP).chosen.act is Act.HUMAN


def test_the_name_of_the_topic_reports_nothing() -> None:
    message = said("密码啊", "forgot_password", acts={"done": 0.9})
    assert read(message, STEP).chosen.act is Act.OPEN_TOPIC


def test_who_has_come_in_midway_is_not_at_the_end() -> None:
    message = said("进去啦", "problem_solved", confidence=0.99, acts={"done": 0.99})
    assert read(message, at("contact_in_app", 1)).chosen.act is Act.DONE
    assert read(message, at("contact_in_app", 5)).chosen.act is Act.SOLVED
    solved = said("登进去啦", "problem_solved", confidence=0.99, acts={"done": 0.99})
    assert read(solved, at("forgot_password", 3)).chosen.act is Act.SOLVED


def test_a_mistake_found_after_help_is_being_mended() -> None:
    step = KNOWLEDGE.topics["forgot_password"].steps[1].id
    message = said("我输错一个数", "nlu_fallback", acts={"cause_confirmed": 0.9})
    assert read(message, at("forgot_password", 2, problem_steps=(step,))).chosen.act is Act.WAIT
    assert read(message, at("forgot_password", 2)).chosen.act is Act.TROUBLE
    told_by_page = said("页面提示我输错了", "nlu_fallback", acts={"cause_confirmed": 0.9})
    assert read(told_by_page, at("forgot_password", 2, problem_steps=(step,))).chosen.act is Act.TROUBLE


def test_what_is_wrong_at_the_end_is_why_people_come() -> None:
    there = {"forgot_password/log_in/there": 0.81}
    message = said("我密码忘了登不上去", "forgot_password", acts={"trouble": 0.95}, steps=there)
    assert read(message).chosen.act is Act.OPEN_TOPIC


def test_a_trouble_as_like_the_step_shown_is_of_that_step() -> None:
    steps = {"forgot_password/log_in/there": 0.83, "forgot_password/set_new_password/done": 0.78}
    message = said("新密码提交不上去", "forgot_password", acts={"trouble": 0.98}, steps=steps)
    chosen = read(message, at("forgot_password", 4)).chosen
    assert (chosen.act, chosen.arguments["step"]) == (Act.TROUBLE, 4)


def test_the_wish_for_a_procedure_joins_it_at_no_step() -> None:
    parts = (
        Clause("那家店不发货", {"trouble": 0.9}),
        Clause("要申诉", {"other": 0.9}, {"transaction_dispute/if_rejected/there": 0.89}),
    )
    message = said("那家店不发货 要申诉", "transaction_dispute", acts={"trouble": 0.7}, clauses=parts)
    assert read(message).chosen.act is Act.OPEN_TOPIC


@pytest.mark.parametrize(
    "text",
    ["好像填的是旧号", "号码输错了", "填成以前的手机号了", "邮箱写错了", "我写的是原来的号"],
)
def test_a_wrong_number_is_trouble_where_it_was_filled_in(text: str) -> None:
    chosen = read(said(text, "out_of_scope", acts={"done": 0.9}), at("forgot_password", 3)).chosen
    assert (chosen.act, chosen.arguments["step"]) == (Act.TROUBLE, 2)


def test_a_number_put_right_is_done() -> None:
    message = said("号码写错了，重新填好了", "out_of_scope", acts={"done": 0.9})
    assert read(message, at("forgot_password", 2)).chosen.act is Act.DONE


@pytest.mark.parametrize(
    ("likeness", "trouble", "done"),
    [({"forgot_password/sign_in/there": 0.9}, "登录不上 说密码错误", "他早换过手机号")],
)
def test_what_brings_people_here_is_no_step_done(likeness: dict[str, float], trouble: str, done: str) -> None:
    topic = KNOWLEDGE.topics["forgot_password"]
    steps = {f"forgot_password/{topic.steps[-1].id}/there": 0.9}
    parts = (Clause(trouble, {"trouble": 0.9}, steps), Clause(done, {"done": 0.3}))
    message = said(f"{trouble}，{done}", "forgot_password", acts={"other": 0.9}, clauses=parts, steps=steps)
    assert read(message).chosen.act is Act.OPEN_TOPIC


def at_warning(text: str, intent: str = "next_step", **more: Any) -> Reading:
    clauses = tuple(Clause(part, {}) for part in text.split("，"))
    state = at("account_closure", 0, awaiting=Awaiting.WARNING)
    return read(said(text, intent, clauses=clauses, acts={"other": 0.5}, **more), state).chosen


def test_whoever_has_emptied_the_account_and_goes_on_accepts_the_warning() -> None:
    assert at_warning("里面的钱都转出来了，接着弄吧").act is Act.AFFIRM
    assert at_warning("里面的钱都转出来了").act is not Act.AFFIRM
    assert at_warning("里面的钱都转出来了吗，接着弄吧").act is not Act.AFFIRM


def test_a_closure_is_let_be_whatever_the_balance() -> None:
    assert at_warning("那先不销了，等钱取出来", "cancel", confidence=0.6).act is Act.CANCEL


def test_a_balance_that_is_left_is_about_the_closure() -> None:
    chosen = at_warning("里头还有八块钱", "transaction_dispute", confidence=0.4)
    assert chosen.arguments["found"].answer.address == "account_closure/topic/balance"


def test_still_the_same_is_trouble_whatever_it_sounds_like() -> None:
    clauses = (Clause("流量也试了", {"done": 0.9}), Clause("还是转圈", {"solved": 0.9}))
    message = said("流量也试了 还是转圈", "out_of_scope", acts={"solved": 0.8}, clauses=clauses)
    assert read(message, CHECK).chosen.act is not Act.SOLVED


def test_the_hour_alone_completes_what_is_noted() -> None:
    state = at("transaction_dispute", 1, collected_details={"transaction_time": "昨天半夜（11月27日）"})
    now = datetime.datetime(2026, 11, 28, 10, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
    chosen = read(said("0点40", "out_of_scope", acts={"other": 0.5}, said_at=now), state).chosen
    assert chosen.arguments["changes"] == {"transaction_time": "昨天0点40（11月27日）"}


def test_who_sees_a_mistake_of_their_own_is_given_time() -> None:
    state = at("forgot_password", 3, problem_steps=("enter_verification_code",))
    chosen = read(said("我看错了 把6看成8了", "nlu_fallback", acts={"correction": 0.9}), state).chosen
    assert chosen.act is Act.WAIT


def test_whether_a_cause_is_it_asks_for_the_check() -> None:
    chosen = read(said("是不是余额不足", "nlu_fallback", acts={"question": 0.8}), at("payment_failure", 0)).chosen
    assert (chosen.act, chosen.arguments) == (Act.CAUSE_FOUND, {"causes": ("balance",), "is_asked": True})


def test_a_name_told_after_the_story_is_who_was_paid() -> None:
    state = at("transaction_dispute", 1, collected_details={"description": "外卖没送到", "counterparty": "饿了么"})
    chosen = read(said("店名叫老陈家麻辣烫", "nlu_fallback", acts={"correction": 0.5}), state).chosen
    assert chosen.arguments["changes"] == {"counterparty": "老陈家麻辣烫"}


def test_a_word_of_success_beside_what_has_come_ends_nothing() -> None:
    acts = {"done": 0.76, "solved": 0.22}
    message = said("好了收到了", "problem_solved", confidence=0.94, acts=acts)
    assert read(message, at("forgot_password", 3)).chosen.act is Act.DONE


def test_what_a_step_warns_of_and_was_done_is_trouble() -> None:
    message = said("可我之前已经扫过一个了", "problem_solved", confidence=0.79, acts={"solved": 0.8})
    assert read(message, at("account_security", 3)).chosen.act is Act.TROUBLE


def test_trouble_that_names_the_topic_and_its_step_is_heard() -> None:
    acts = {"other": 0.6, "trouble": 0.35}
    message = said("申诉表点提交没动静", "transaction_dispute", confidence=0.92, acts=acts)
    assert read(message, at("transaction_dispute", 3)).chosen.act is Act.TROUBLE


def test_why_they_came_is_no_trouble_with_the_first_step() -> None:
    named = said("好像是密码不对", "forgot_password", "anchor:forgot_password", confidence=0.99, acts={"trouble": 0.99})
    tried = said("试了好几次了", "problem_solved", confidence=0.45, acts={"trouble": 0.34, "done": 0.33})
    for message in (named, tried):
        assert read(message, at("forgot_password", 1)).chosen.arguments["response"] == "utter_steps_are_for_it"
    missing = replace(named, text="找不到忘记密码", key="找不到忘记密码")
    assert read(missing, at("forgot_password", 1)).chosen.act is Act.TROUBLE


def test_a_clause_that_the_whole_does_not_bear_out_goes_on_nowhere() -> None:
    clauses = (Clause("等了10分钟了", {"waiting_complaint": 0.9}), Clause("点了4次", {"done": 0.89}))
    acts = {"waiting_complaint": 0.4, "trouble": 0.3, "done": 0.03}
    message = said("等了10分钟了 点了4次", "nlu_fallback", acts=acts, clauses=clauses)
    assert read(message, at("forgot_password", 3)).chosen.act is not Act.DONE


def test_the_cause_is_wanted_without_the_list() -> None:
    message = said("别给我列一二三四，就说我这个到底什么原因", "payment_failure", confidence=0.6, acts={"other": 0.97})
    assert read(message, at("payment_failure", 2)).chosen.arguments["response"] == "utter_cause_unseen"
    told = said("网我早说了没事 到底啥毛病", "nlu_fallback", acts={"ruled_out": 0.9})
    assert read(told, at("payment_failure", 2)).chosen.act is Act.RULED_OUT


WARNED = at("account_closure", 0, awaiting=Awaiting.WARNING)


@pytest.mark.parametrize(
    ("text", "intent", "response"),
    [
        ("卡住了进不去", "step_problem", "utter_stuck_before_start"),
        ("那我先把钱花掉再注销", "account_closure", "utter_balance_first"),
        ("不怎么用了，现在都用别的", "capabilities", "utter_reason_heard"),
    ],
)
def test_what_is_neither_yes_nor_no_to_the_warning_is_heard(text: str, intent: str, response: str) -> None:
    acts = {"trouble": 0.95} if intent == "step_problem" else {"other": 0.9}
    assert read(said(text, intent, acts=acts), WARNED).chosen.arguments["response"] == response


def test_where_it_is_done_is_told_at_the_warning() -> None:
    message = said("好，在哪里点注销，再说一遍", "account_closure", acts={"other": 0.98})
    assert read(message, WARNED).chosen.act is Act.SHOW_STEPS


def test_a_step_reported_before_what_comes_next_is_no_other_topic() -> None:
    steps = {"forgot_password/enter_verification_code": 0.95}
    told = Clause("验证码收到了", {"done": 0.55, "arrived": 0.4}, steps)
    message = said(
        "验证码收到了，接下来呢",
        "verification_code_issue",
        "anchor:verification_code_issue",
        confidence=0.94,
        acts={"done": 0.99},
        steps=steps,
        clauses=(told, Clause("接下来呢", {"done": 0.6, "question": 0.3})),
    )
    assert read(message, at("forgot_password", 1)).chosen.act is Act.DONE


def test_the_matter_of_a_procedure_is_denied_at_its_first_step() -> None:
    message = said("不是密马的事 密马对的", "forgot_password", confidence=0.6, acts={"ruled_out": 0.86})
    chosen = read(message, at("forgot_password", 1)).chosen
    assert (chosen.act, chosen.arguments) == (Act.NOT_THAT, {"matter": "forgot_password"})


def test_what_is_further_on_is_no_reason_for_the_first_step() -> None:
    steps = {"forgot_password/set_new_password": 0.95}
    message = said(
        "它说我设的密码太简单",
        "forgot_password",
        "anchor:forgot_password",
        confidence=0.99,
        acts={"trouble": 0.9},
        steps=steps,
    )
    assert read(message, at("forgot_password", 1)).chosen.act is Act.TROUBLE


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("那我先提出来吧", "utter_balance_first"),
        ("那我先截个图存着", "utter_prepares_first"),
        ("提完了，现在是0", "utter_balance_done"),
        ("存好了 还要弄啥", "utter_prepared"),
    ],
)
def test_what_is_done_before_a_closure_is_met_with_no_warning(text: str, response: str) -> None:
    chosen = at_warning(text, "out_of_scope")
    assert (chosen.act, chosen.arguments.get("response")) == (Act.LET_BE, response)


def test_who_was_told_where_a_step_is_and_reports_it_has_begun() -> None:
    state = DialogueState(last_topic="transaction_dispute", asked_about="transaction_dispute/open_dispute_form")
    chosen = read(said("那我现在点进去了", "problem_solved", confidence=0.5, acts={"done": 0.97}), state).chosen
    assert (chosen.act, chosen.message.intent) == (Act.JOIN, "transaction_dispute")
    assert read(said("好的", "affirm", acts={"done": 0.97}), state).chosen.act is not Act.JOIN


def test_the_payment_told_in_a_diagnosis_is_heard() -> None:
    chosen = read(said("就是买菜 38块6", "out_of_scope", acts={"correction": 0.8}), at("payment_failure", 0)).chosen
    assert chosen.arguments.get("response") == "utter_payment_heard"


def test_what_comes_next_is_the_next_step_whatever_it_is_like() -> None:
    steps = {"account_closure/after_closing/done": 0.9}
    chosen = read(said("之后呢", "next_step", acts={"done": 0.8}, steps=steps), at("account_closure", 3)).chosen
    assert chosen.arguments.get("step") in (None, 4)


def test_what_was_tried_before_is_no_solution() -> None:
    message = said("我已经换过网了,也重启过了", "problem_solved", acts={"done": 0.97})
    chosen = read(message, at("payment_failure", 0)).chosen
    assert (chosen.act, chosen.arguments["causes"]) == (Act.RULED_OUT, ("network",))
    worked = said("换了个网就好了", "problem_solved", acts={"solved": 0.97})
    assert read(worked, at("payment_failure", 0)).chosen.act is Act.SOLVED


def test_a_check_that_is_not_understood_is_not_crossed_out() -> None:
    message = said("什么限额不限额的 我听不懂", "out_of_scope", acts={"ruled_out": 0.6})
    chosen = read(message, at("payment_failure", 1)).chosen
    assert (chosen.act, chosen.arguments.get("is_asked")) == (Act.CAUSE_FOUND, True)


def test_what_agrees_with_an_answer_is_no_trouble() -> None:
    message = said("哦就是这个卡的号", "out_of_scope", acts={"cause_confirmed": 0.9})
    assert read(message, at("forgot_password", 1)).chosen.act is Act.LET_BE


def test_a_bare_trouble_right_after_an_answer_is_about_what_was_asked() -> None:
    asked = at("account_security", 1, asked_about="account_security/two_step_verification")
    chosen = read(said("没找着", "step_problem", acts={"trouble": 0.95}), asked).chosen
    assert (chosen.act, chosen.arguments["step"]) == (Act.TROUBLE, 2)
    chosen = read(said("没找着", "step_problem", acts={"trouble": 0.95}), at("account_security", 1)).chosen
    assert chosen.arguments["step"] == 1


def test_who_has_yet_to_empty_the_account_is_not_asked_for_the_yes() -> None:
    warned = at("account_closure", 0, awaiting=Awaiting.WARNING)
    assert read(said("那我先提出来呗", "out_of_scope", acts={"other": 0.5}), warned).chosen.act is not Act.REPEAT
    assert read(said("钱都提出来了", "out_of_scope", acts={"other": 0.5}), warned).chosen.act is Act.LET_BE


@pytest.mark.parametrize("text", ["这个过了", "这条也没事", "这一项正常"])
def test_a_check_that_is_passed_solves_nothing(text: str) -> None:
    assert read(said(text, "next_step", acts={"done": 0.95}), CHECK).chosen.act is Act.RULED_OUT


def test_what_tells_of_another_topic_is_no_step_that_is_done() -> None:
    message = said("绑的手机号他都给我换了", "account_compromised", acts={"done": 0.29}, confidence=0.83)
    assert read(message, STEP).chosen.act is not Act.DONE


@pytest.mark.parametrize("text", ["整吧", "嗯 弄吧", "好，那就办吧"])
def test_a_plain_wish_right_after_the_warning_is_a_yes(text: str) -> None:
    warned = at("account_closure", 0, awaiting=Awaiting.WARNING)
    message = said(text, "cancel", acts={"consent_human": 0.5}, confidence=0.73)
    assert read(message, warned).chosen.act is Act.AFFIRM
    assert read(message, at("account_closure", 0, awaiting=Awaiting.WARNING, interrupted=True)).chosen.act is Act.REPEAT


@pytest.mark.parametrize("text", ["算了吧", "不弄吧", "先放着吧"])
def test_what_gives_a_closure_up_does(text: str) -> None:
    warned = at("account_closure", 0, awaiting=Awaiting.WARNING)
    assert read(said(text, "cancel", acts={"other": 0.5}, confidence=0.8), warned).chosen.act is Act.CANCEL


@pytest.mark.parametrize(
    ("text", "intent"), [("它给发到哪去了", "problem_solved"), ("密码搞忘求了", "forgot_password")]
)
def test_what_is_no_report_goes_on_to_no_step(text: str, intent: str) -> None:
    message = said(text, intent, acts={"done": 0.24}, confidence=0.66 if intent == "problem_solved" else 0.99)
    assert read(message, STEP).chosen.act not in (Act.DONE, Act.NEXT)


@pytest.mark.parametrize("text", ["那我先把钱花掉再注销吧", "等我转完了再销了吧"])
def test_who_does_something_else_first_does_not_consent(text: str) -> None:
    words = {"explicit_consent": ("warning",)}
    for interrupted in (False, True):
        warned = at("account_closure", 0, awaiting=Awaiting.WARNING, interrupted=interrupted)
        message = said(text, "account_closure", "named:account_closure", acts={"other": 0.9}, entities=words)
        assert read(message, warned).chosen.act is not Act.AFFIRM


def test_who_only_says_again_why_they_came_has_done_nothing() -> None:
    message = said("密码全忘了", "forgot_password", confidence=0.98, acts={"solved": 0.55})
    chosen = read(message, at("forgot_password", 1)).chosen
    assert (chosen.act, chosen.arguments["response"]) == (Act.LET_BE, "utter_steps_are_for_it")


def test_a_step_that_is_done_before_a_pause_goes_on() -> None:
    parts = (Clause("号填了", {"done": 0.95}), Clause("等一下", {"waiting": 0.9}))
    message = said("号填了 等一下", "next_step", acts={"done": 0.9}, clauses=parts)
    assert read(message, at("forgot_password", 2)).chosen.act is Act.DONE
