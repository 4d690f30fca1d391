"""What answers a question is noted, and nothing else."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from actions.dialogue.acts import Act
from actions.dialogue.messages import Clause, UserMessage, folded
from actions.dialogue.state import Awaiting, DialogueState, ListedOption
from actions.knowledge import Knowledge
from actions.reading.names import name_in, name_in_story
from actions.reading.questions import asks
from actions.reading.times import changed_time
from actions.reading.values import accepted, details_said, joined, values_for
from language.text_normalization import normalize
from tests.actions.reading.builders import CONTEXT, KNOWLEDGE, at, read, said

NOW = datetime.datetime(2026, 11, 28, 10, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
ANSWERS = YAML(typ="base").load((Path(__file__).parent / "answers.yml").read_text(encoding="utf-8"))


def noted(knowledge: Knowledge, kind: str, text: str) -> str:
    """Returns what the words alone give for the detail; "none" when they are no answer."""
    detail = next(d for d in knowledge.topics["transaction_dispute"].collected_details if d.accepts == kind)
    if asks(normalize(text), tuple(knowledge.wording.question_words)):
        return "none"
    message = UserMessage(text=text, key=folded(normalize(text)), said_at=NOW)
    values = accepted(values_for(detail, message, knowledge.wording.rejections, is_asked=True))
    return joined(detail, values) if values else "none"


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_is_noted(knowledge: Knowledge, kind: str) -> None:
    answers = ANSWERS[kind]["noted"]
    wrong = {text: got for text, want in answers.items() if (got := noted(knowledge, kind, text)) != want}
    assert not wrong


@pytest.mark.parametrize("kind", ["time", "amount"])
def test_what_is_no_answer_is_not_noted(knowledge: Knowledge, kind: str) -> None:
    texts = [text for text in ANSWERS[kind]["not_noted"].split("\n") if text]
    wrong = {text: got for text in texts if (got := noted(knowledge, kind, text)) != "none"}
    assert not wrong


def test_a_correction_keeps_what_it_does_not_speak_of() -> None:
    assert changed_time("昨天上午（11月27日）", "下午", ["上午"], NOW) == "昨天下午（11月27日）"
    assert (
        changed_time("昨天下午3点（11月27日）", "前天（11月26日）", ["昨天（11月27日）"], NOW)
        == "前天下午3点（11月26日）"
    )
    assert changed_time("昨天（11月27日）", "前天（11月26日）", [], NOW) == "前天（11月26日）"


@pytest.mark.parametrize(
    ("story", "name"),
    [
        ("星巴克昨天扣了我两次36", "星巴克"),
        ("在海底捞吃饭被扣了两次", "海底捞"),
        ("我昨天被扣了两次", None),
        ("美团多扣了我50", "美团"),
    ],
)
def test_a_name_is_found_in_a_story(story: str, name: str | None) -> None:
    assert name_in_story(story) == name


@pytest.mark.parametrize(
    ("text", "details"),
    [
        (
            "上周四跟一个叫赵国庆的买坐垫 付了350 人家不发货了",
            {"amount": "350", "counterparty": "赵国庆"},
        ),
        ("付给同城搬家200 没来人", {"amount": "200", "counterparty": "同城搬家"}),
        ("转给刘芳五百", {"amount": "500", "counterparty": "刘芳"}),
        ("金额两千 对方李秀梅", {"amount": "2000", "counterparty": "李秀梅"}),
        ("昨晚滴滴打车扣了48", {"amount": "48", "counterparty": "滴滴"}),
        ("有家叫云岭山货的收了我215 我压根没订过", {"amount": "215", "counterparty": "云岭山货"}),
        ("商户那边写的是海桐数码 刷了600块", {"amount": "600", "counterparty": "海桐数码"}),
    ],
)
def test_a_story_tells_several_details(text: str, details: dict[str, str]) -> None:
    told = details_said(CONTEXT, KNOWLEDGE.topics["transaction_dispute"], said(text))
    assert details.items() <= told.items()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("那就写 小周五金店吧", "小周五金店"),
        ('收款的写的是"*明"啥的', "*明"),
        ("收钱的是个人 叫王桂芬", "王桂芬"),
        ("店名看不清 就一串英文 BXT", "BXT"),
    ],
)
def test_a_name_is_read_off(text: str, name: str) -> None:
    assert name_in(text) == name


def asked_for(detail: str, **known: str) -> DialogueState:
    return at("transaction_dispute", 1, awaiting=Awaiting.DETAIL, requested_detail=detail, collected_details=known)


def test_several_details_in_one_answer_are_all_noted() -> None:
    message = said("前天傍晚六点多 64 店名叫阿梅粥铺 点了三碗只给两碗", "nlu_fallback", said_at=NOW)
    values = read(message, asked_for("transaction_time")).chosen.arguments["values"]
    assert values == {
        "transaction_time": "前天傍晚六点多（11月26日）",
        "amount": "64",
        "counterparty": "阿梅粥铺",
        "description": "点了三碗只给两碗",
    }


def test_a_correction_at_the_end_of_an_answer_is_no_part_of_it() -> None:
    known = {"transaction_time": "前天晚上九点（11月26日）", "amount": "75", "counterparty": "阿梅粥铺"}
    message = said("饭没送到 电话也不接 啊金额也错了 是57", "nlu_fallback", said_at=NOW)
    arguments = read(message, asked_for("description", **known)).chosen.arguments
    assert arguments["values"] == {"description": "饭没送到 电话也不接"}
    assert arguments["changes"] == {"amount": "57"}


def test_an_answer_and_a_correction_beside_it_are_both_taken() -> None:
    known = {"transaction_time": "昨天晚上八点（11月27日）", "amount": "1300"}
    message = said("李建军 哦不对 金额是1360", "nlu_fallback", said_at=NOW)
    arguments = read(message, asked_for("counterparty", **known)).chosen.arguments
    assert arguments["values"] == {"counterparty": "李建军"}
    assert arguments["changes"] == {"amount": "1360"}


def test_a_remark_on_the_first_value_does_not_reject_the_new_one() -> None:
    known = {"transaction_time": "昨天下午（11月27日）", "amount": "475"}
    message = said("哦不对 是457 我看错了 对方叫啥不晓得", "nlu_fallback", said_at=NOW)
    assert read(message, asked_for("counterparty", **known)).chosen.arguments["changes"] == {"amount": "457"}


def test_what_is_said_to_be_wrong_is_no_name() -> None:
    known = {"transaction_time": "昨天下午（11月27日）", "amount": "475"}
    message = said("时间也不对 应该是前天晚上 不是昨天", "nlu_fallback", said_at=NOW, acts={"correction": 0.9})
    assert read(message, asked_for("counterparty", **known)).chosen.arguments["changes"] == {
        "transaction_time": "前天晚上（11月26日）"
    }


def test_what_a_story_still_has_is_no_new_value() -> None:
    known = {"transaction_time": "前天晚上（11月26日）", "amount": "457", "description": "前天晚上被扣了457"}
    message = said("说明里还是旧的啊 昨天下午475 都改了呀", "nlu_fallback", said_at=NOW, acts={"correction": 0.9})
    chosen = read(message, at("transaction_dispute", 1, collected_details=known)).chosen
    assert chosen.act is Act.READ_BACK


@pytest.mark.parametrize("text", ["我刚不是说了李建军吗", "算了 李建军 就这个"])
def test_a_name_said_once_more_is_noted(text: str) -> None:
    message = said(text, "nlu_fallback", said_at=NOW)
    values = read(message, asked_for("counterparty", transaction_time="昨天", amount="75")).chosen.arguments["values"]
    assert values == {"counterparty": "李建军"}


def test_a_detail_named_with_its_value_is_corrected() -> None:
    known = {"transaction_time": "昨天晚上九点（11月27日）", "amount": "75"}
    message = said("时间是前天 你还没改呢", "nlu_fallback", said_at=NOW)
    changes = read(message, asked_for("counterparty", **known)).chosen.arguments["changes"]
    assert changes == {"transaction_time": "前天晚上九点（11月26日）"}


def test_a_number_is_no_name() -> None:
    state = asked_for("amount", transaction_time="昨天（11月27日）", counterparty="阿梅粥铺")
    assert read(said("不对是57", "deny"), state).chosen.arguments.get("changes") is None


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("不叫这个 叫 小满的花店", {"counterparty": "小满的花店"}),
        ("不是90 是80，也不是小满花店，是小曼花店", {"amount": "80", "counterparty": "小曼花店"}),
        ("呃不 还是周二", {"transaction_time": "上周二（11月17日）"}),
        ("是周二不是周三", {"transaction_time": "上周二（11月17日）"}),
        ("不对是80", {"amount": "80"}),
    ],
)
def test_a_correction_is_heard_however_it_is_said(text: str, changes: dict[str, str]) -> None:
    known = {
        "transaction_time": "上周三（11月18日）",
        "amount": "90",
        "counterparty": "小满花店",
        "description": "没发货",
    }
    state = at("transaction_dispute", 1, collected_details=known)
    assert read(said(text, "deny", said_at=NOW), state).chosen.arguments["changes"] == changes


def test_a_firm_is_told_from_what_was_done_there() -> None:
    message = said("前天中午 飞马出行 叫了辆车 收我41", "nlu_fallback", said_at=NOW)
    values = read(message, asked_for("transaction_time")).chosen.arguments["values"]
    assert values["counterparty"] == "飞马出行"


def test_of_two_amounts_what_should_have_been_paid_is_not_meant(knowledge: Knowledge) -> None:
    detail = next(d for d in knowledge.topics["transaction_dispute"].collected_details if d.accepts == "amount")
    for text, amount in (("应该扣39 扣了93", ["93"]), ("12块一次", ["12"]), ("12块5", ["12.5"])):
        assert accepted(values_for(detail, said(text), (), is_asked=True)) == amount


@pytest.mark.parametrize(
    ("detail", "text", "acts", "values"),
    [
        # What answers another question is no answer to this one, and is not lost.
        ("transaction_time", "2680", {"other": 0.6}, {"amount": "2680"}),
        ("amount", "300多 美团的", {}, {"amount": "300多", "counterparty": "美团"}),
    ],
)
def test_what_is_told_is_noted_whatever_was_asked(
    detail: str, text: str, acts: dict[str, float], values: dict[str, str]
) -> None:
    state = at("transaction_dispute", 1, awaiting=Awaiting.DETAIL, requested_detail=detail)
    assert read(said(text, "nlu_fallback", acts=acts), state).chosen.arguments["values"] == values


def test_a_name_that_cannot_be_read_is_not_asked_for_again() -> None:
    state = at("transaction_dispute", 1, awaiting=Awaiting.DETAIL, requested_detail="transaction_time")
    chosen = read(said("商家名字是乱码", "nlu_fallback", acts={"trouble": 0.9}), state).chosen
    assert chosen.arguments == {"values": {}, "skipped": "counterparty"}


def test_the_day_that_is_corrected_may_be_named_twice() -> None:
    noted = {"transaction_time": "昨天（11月28日）", "description": "多扣了钱"}
    state = at("transaction_dispute", 1, collected_details=noted)
    now = datetime.datetime(2026, 11, 29, 9, 0, tzinfo=datetime.UTC)
    message = said("不对 是前天 前天晚上九点", "nlu_fallback", acts={"correction": 0.9}, said_at=now)
    assert read(message, state).chosen.arguments["changes"] == {"transaction_time": "前天晚上九点（11月27日）"}


def in_form(detail: str, **more: Any) -> DialogueState:
    return at("transaction_dispute", 1, awaiting=Awaiting.DETAIL, requested_detail=detail, **more)


@pytest.mark.parametrize("text", ["谢谢", "明白了，谢谢"])
def test_thanks_press_no_question(text: str) -> None:
    chosen = read(said(text, "thank"), in_form("amount")).chosen
    assert (chosen.act, chosen.arguments.get("response")) == (Act.LET_BE, "utter_thank_in_form")


def test_what_happened_is_noted_where_a_name_is_asked_for() -> None:
    text = "司机绕路了 而且高速费也算我头上"
    clauses = tuple(Clause(part, {}) for part in text.split())
    chosen = read(said(text, "out_of_scope", clauses=clauses, acts={"other": 0.9}), in_form("counterparty")).chosen
    assert chosen.act is Act.NOTE
    assert chosen.arguments["values"] == {"description": text}


def test_an_aside_is_no_story() -> None:
    text = "你们这家的芋圆其实挺好吃的哈哈,扯远了"
    clauses = tuple(Clause(part, {}) for part in text.split(","))
    chosen = read(said(text, "out_of_scope", clauses=clauses, acts={"other": 0.9}), in_form("counterparty")).chosen
    assert chosen.act is not Act.NOTE


def test_a_missing_screenshot_is_no_unknown_name() -> None:
    chosen = read(said("我没有截图诶", "step_problem", acts={"unknown_detail": 0.99}), in_form("counterparty")).chosen
    assert chosen.act is Act.ASK_STEP


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("我要申诉 曹操出行多收我钱", "曹操出行"),
        ("前天在永辉超市,扣了我126", "永辉超市"),
        ("滴滴的,本来说32,扣了47", "滴滴"),
        ("腾讯的吧应该 页面上没写全", "腾讯"),
    ],
)
def test_who_was_paid_is_heard_beside_other_things(text: str, noted: str) -> None:
    topic = KNOWLEDGE.topics["transaction_dispute"]
    wanted = next(detail for detail in topic.collected_details if detail.accepts == "name")
    assert details_said(CONTEXT, topic, said(text), wanted)["counterparty"] == noted


@pytest.mark.parametrize(
    ("text", "noted"),
    [("滴滴的,本来说32,扣了47", "47"), ("二十几块 反正不到三十", "二十几"), ("800蚊,打错咗一个数字", "800")],
)
def test_the_amount_that_was_paid_counts(text: str, noted: str) -> None:
    topic = KNOWLEDGE.topics["transaction_dispute"]
    wanted = next(detail for detail in topic.collected_details if detail.accepts == "amount")
    assert details_said(CONTEXT, topic, said(text), wanted)["amount"] == noted


def test_a_wrong_part_of_a_name_corrects_it() -> None:
    noted = {"counterparty": "永辉超市", "transaction_time": "前天（11月27日）"}
    state = in_form("description", collected_details=noted)
    chosen = read(said("哎不对,不是永辉,是盒马", "bot_challenge", acts={"correction": 0.6}), state).chosen
    assert chosen.arguments["changes"] == {"counterparty": "盒马"}


def test_the_day_of_something_else_corrects_no_time() -> None:
    state = in_form("counterparty", collected_details={"transaction_time": "前天（11月27日）"})
    chosen = read(said("退的那天是上周六", "out_of_scope", acts={"correction": 0.9}), state).chosen
    assert "transaction_time" not in (chosen.arguments.get("changes") or {})


def test_a_yes_to_going_on_calls_no_human() -> None:
    """The answer in between had a button for a human, and then the step was offered again."""
    shown = (ListedOption("转人工", "/human_handoff"), ListedOption("继续", "/next_step"))
    state = at("forgot_password", 3, interrupted=True, shown=shown)
    message = said("恩继续吧", "affirm", acts={"done": 0.88, "consent_human": 0.08}, confidence=0.73)
    assert read(message, state).chosen.act is not Act.HUMAN


@pytest.mark.parametrize("text", ["哎刷新了一下 就一笔", "没事了 是我看错了", "钱已经退回来了"])
def test_who_finds_nothing_wrong_after_all_leaves_the_form(text: str) -> None:
    state = at("transaction_dispute", awaiting=Awaiting.DETAIL, requested_detail="transaction_time")
    message = said(text, "out_of_scope", clauses=tuple(Clause(part) for part in text.split()))
    assert read(message, state).chosen.act is Act.CANCEL
