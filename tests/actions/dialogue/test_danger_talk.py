"""What follows a fraud or a theft is a conversation: it reacts, goes on, and says nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.danger_talk import reactions_to
from actions.dialogue.messages import Clause
from actions.dialogue.state import Alarm, DialogueState, Offer, Request, has_alarm
from actions.knowledge.danger import Condition
from actions.reading.hearing import Heard
from tests.actions.reading.builders import KNOWLEDGE
from tests.conftest import Conversation


def says(conversation: Conversation, text: str, **more: Any) -> str:
    """Says something and returns the texts of the answer."""
    conversation.does(Act.OUT_OF_SCOPE, text, intent="out_of_scope", **more)
    assert conversation.turn
    return "\n".join(str(reply.values.get("answer", reply.response)) for reply in conversation.turn.replies)


def fraud(conversation: Conversation, text: str) -> str:
    return says(conversation, text, alarms={"fraud_underway": 0.95})


def test_the_first_answer_fits_what_is_told_already(conversation: Conversation) -> None:
    first = fraud(conversation, "我给骗子转了四千块")
    assert "110" in first
    assert "先别转钱" not in first


def test_a_childs_payment_is_answered_as_one(conversation: Conversation) -> None:
    first = fraud(conversation, "我女儿拿我手机扫码 被扫走了2600")
    assert "家长" in first
    assert "挂断" not in first


def test_a_relative_is_the_victim(conversation: Conversation) -> None:
    first = fraud(conversation, "我奶奶正跟一个自称公安的打电话要转钱")
    assert "替您奶奶报警" in first
    assert "现在就挂" not in says(conversation, "她不听我的")


def test_a_question_in_the_first_message_is_answered_first(conversation: Conversation) -> None:
    first = fraud(conversation, "有人说我涉嫌洗钱要我转钱 会不会真的来抓我")
    assert first.startswith(("电话、聊天里说的", "真有案子"))


def test_nothing_is_told_twice_and_nothing_that_is_done(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    said = [
        says(conversation, text)
        for text in ("报过警了", "银行那边也挂失了", "截图都存好了", "是昨天晚上八点多转的", "姓孙", "好难受")
    ]
    bubbles = [bubble for answer in said for bubble in answer.split("\n")]
    assert len(set(bubbles)) == len(bubbles)
    assert not any("打 110" in answer or "那家银行" in answer for answer in said)


def test_what_is_known_decides_the_answer(conversation: Conversation) -> None:
    fraud(conversation, "手机让人偷了")
    assert "停" in says(conversation, "那他会不会收我验证码")
    says(conversation, "电话卡已经挂失了")
    assert "收不到" in says(conversation, "那他会不会收我验证码")


def test_a_loss_makes_a_fraud_a_theft(conversation: Conversation) -> None:
    fraud(conversation, "有人叫我做任务返钱")
    assert not has_alarm(conversation.state, Alarm.VICTIM)
    says(conversation, "我已经交了三百块")
    assert has_alarm(conversation.state, Alarm.VICTIM)


def test_who_asks_what_to_do_hears_what_is_left(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    says(conversation, "报过警了")
    left = says(conversation, "现在怎么办")
    assert "银行" in left
    assert "打 110 报警" not in left


def test_an_unclear_message_stays_with_the_danger(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    answer = says(conversation, "嗡嗡的那个什么")
    assert "utter_not_understood" not in answer
    assert conversation.state.open_alarm is Alarm.VICTIM


def test_a_complaint_is_taken_as_one(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    says(conversation, "我要投诉")
    assert has_alarm(conversation.state, Alarm.COMPLAINT)


def test_who_denies_a_crisis_is_answered_what_they_asked(conversation: Conversation) -> None:
    fraud(conversation, "我儿子扫码被骗了3000")
    says(conversation, "真不想活了", alarms={"crisis": 0.95})
    answer = says(conversation, "没有没有 没人要自杀 我是说怎么跟孩子说", alarms={"crisis": 0.9})
    assert "不怪你" in answer
    assert conversation.state.open_alarm in (Alarm.VICTIM, Alarm.FRAUD)


def test_pills_taken_need_help_until_it_is_called(conversation: Conversation) -> None:
    says(conversation, "我吃了一瓶药", alarms={"crisis": 0.99})
    assert "120" in says(conversation, "就我一个人", after_alarm={"alone": 0.9})
    assert "120" in says(conversation, "有点困", after_alarm={"feels": 0.9})
    says(conversation, "打了", after_alarm={"police_called": 0.9})
    assert "120" not in says(conversation, "好累", after_alarm={"feels": 0.9})


def test_in_a_crisis_debts_are_no_theft(conversation: Conversation) -> None:
    says(conversation, "真不想活了", alarms={"crisis": 0.95})
    assert "密码" not in says(conversation, "欠了十几万网贷", alarms={"victim": 0.95})


@pytest.mark.parametrize("text", ["好冷啊 笑死我了", "被发现我妈会打死我"])
def test_an_idiom_is_no_crisis(conversation: Conversation, text: str) -> None:
    says(conversation, text, alarms={"crisis": 0.95})
    assert not has_alarm(conversation.state, Alarm.CRISIS)


def test_a_denial_needs_a_word_that_takes_it_back(conversation: Conversation) -> None:
    fraud(conversation, "钱包里的钱被转走了两千")
    says(conversation, "隔壁老王说不是他", after_alarm={"stands_down": 0.9})
    assert conversation.state.open_alarm is Alarm.VICTIM
    says(conversation, "我弄错了", after_alarm={"stands_down": 0.9})
    assert conversation.state.open_alarm is None


def test_what_is_hardly_told_is_no_report(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    assert "报了警" not in says(conversation, "他们打给我姐了", after_alarm={"police_called": 0.5})


def test_not_wanting_to_live_is_asked_about_however_it_sounds(conversation: Conversation) -> None:
    assert "不想活下去" in says(conversation, "加班加到不想活")


def test_money_that_came_in_is_no_loss(conversation: Conversation) -> None:
    first = fraud(conversation, "有人往我钱包转了六百 让我退到别的号")
    assert "先别动这笔钱" in first


def test_every_text_can_be_reached() -> None:
    """Whether no entry stands behind one that always fits before it."""
    danger = KNOWLEDGE.danger
    groups: dict[str, Sequence[Condition]] = {"openings": danger.openings, **danger.reactions}
    for name, entries in groups.items():
        for number, entry in enumerate(entries):
            assert not any(_covers(before, entry) for before in entries[:number]), f"{name}[{number}]"
            assert not set(entry.unless) & {*entry.needs}, f"{name}[{number}]"


def _covers(before: Condition, entry: Condition) -> bool:
    """Whether whatever `entry` fits is fit by what stands before it."""
    has_one = (
        not before.one_of
        or set(before.one_of) & set(entry.needs)
        or (entry.one_of and set(entry.one_of) <= set(before.one_of))
    )
    return set(before.needs) <= set(entry.needs) and bool(has_one) and set(before.unless) <= set(entry.unless)


def test_a_procedure_that_was_offered_is_begun_by_a_yes(conversation: Conversation) -> None:
    fraud(conversation, "我把短信上的码报给人家了")
    assert "带您" in says(conversation, "密码用不用改")
    says(conversation, "好 你带我改吧")
    assert conversation.state.topic == "forgot_password"


@pytest.mark.parametrize("text", ["那走申诉吧", "交易申诉"])
def test_the_dispute_begins_by_its_name(conversation: Conversation, text: str) -> None:
    fraud(conversation, "有一笔238块的不是我买的")
    assert "交易申诉" in says(conversation, "申诉怎么说", said={"asks_dispute": 0.9})
    says(conversation, text, said={"asks_dispute": 0.95})
    assert conversation.state.topic == "transaction_dispute"


def test_nothing_is_said_to_be_safe_that_was_seen_or_given(conversation: Conversation) -> None:
    fraud(conversation, "有个自称客服的让我开屏幕共享 我开了")
    says(conversation, "已经断开了 刚才他看到我的卡号和短信了", said={"disconnected": 0.9, "card_told": 0.9})
    assert "最稳" not in says(conversation, "余额还保得住吗", said={"asks_safe_now": 0.3})


def test_who_is_far_away_is_not_told_to_stay_beside(conversation: Conversation) -> None:
    reactions = KNOWLEDGE.crisis.reactions["help_coming"]
    known = {"of_other", "far_away"}
    says_first = next(reaction for reaction in reactions if reaction.fits(known)).says
    assert not any("守着别走开" in text or "跟前" in text for text in says_first)


def test_a_yes_without_an_offer_begins_nothing(conversation: Conversation) -> None:
    fraud(conversation, "我把短信上的码报给人家了")
    says(conversation, "好的好的")
    assert conversation.state.walk is None


def test_who_asks_to_be_led_is_led(conversation: Conversation) -> None:
    fraud(conversation, "我把短信上的码报给人家了")
    says(conversation, "你领我改一下密码")
    assert conversation.state.topic == "forgot_password"


def test_a_relative_is_called_as_the_user_does(conversation: Conversation) -> None:
    fraud(conversation, "我奶奶正跟一个自称公安的打电话要转钱")
    assert "您奶奶" in says(conversation, "她不听我的", said={"not_believed": 0.9, "others": 0.9})


def test_who_cannot_reach_them_is_told_how_to_stop_it(conversation: Conversation) -> None:
    fraud(conversation, "我奶奶正跟一个自称公安的打电话要转钱")
    answer = says(conversation, "隔这么远我怎么截住", said={"asks_stop_other": 0.9, "cannot_reach": 0.9})
    assert "110" in answer
    assert "银行" in answer


def test_who_was_misheard_is_apologised_to(conversation: Conversation) -> None:
    fraud(conversation, "有人叫我做任务返钱")
    says(conversation, "我在银行排队呢")
    assert says(conversation, "我没在银行").startswith("抱歉")


def test_a_payment_of_somebody_else_leads_to_a_dispute_and_a_human(conversation: Conversation) -> None:
    fraud(conversation, "手机让人偷了")
    says(conversation, "查到一笔不是我付的")
    assert "交易申诉" in says(conversation, "那能退不", said={"asks_money_back": 0.9})
    assert conversation.state.offer is Offer.HUMAN


def test_an_unknown_question_is_not_passed_over(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    answer = says(conversation, "那个什么什么怎么弄啊")
    assert not answer.startswith(("好，我记下了", "嗯，我在听"))


def test_when_everything_was_told_it_ends_with_a_human(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    answers = [says(conversation, f"现在怎么办{'啊' * number}") for number in range(6)]
    assert any("要紧的我都说过了" in answer for answer in answers)
    assert len(set(answers[:3])) == 3


def test_who_asks_whether_to_pay_is_told_not_to(conversation: Conversation) -> None:
    fraud(conversation, "接单垫了三千二，说要再垫才给结")
    answer = says(conversation, "没人打电话 群主催的 剩下四千垫不垫", said={"asks_callback": 0.9, "details": 0.9})
    assert answer.startswith(("别给", "还是别转", "不给", "明白，不是电话里的。别给"))
    pressed = says(conversation, "说不交的话本金全作废", said={"details": 0.8})
    assert pressed.startswith(("别给", "不管他"))
    assert "柜员" not in says(conversation, "我这就准备打给他了", said={"about_to": 0.8})


def test_no_telephone_is_presumed(conversation: Conversation) -> None:
    first = fraud(conversation, "我爸在群里跟着老师炒币 投了五万")
    assert "电话挂掉" not in first
    assert "放下电话" not in first
    answer = says(conversation, "他后天要去银行取三万", said={"others": 0.9, "about_to": 0.9})
    assert "在银行就好拦" not in answer


def test_who_believes_it_is_not_comforted_as_one_who_does_not(conversation: Conversation) -> None:
    fraud(conversation, "我爸在群里跟着老师炒币 投了五万")
    answer = says(conversation, "他死活不承认 我要怎么劝他", said={"others": 0.9})
    assert "不怪你" not in answer
    assert "越说越顶" in answer


def test_a_call_that_goes_on_is_to_be_ended(conversation: Conversation) -> None:
    fraud(conversation, "有人自称客服让我退会员")
    assert "电话现在就挂" in says(conversation, "他那头电话没挂 一直催")


def test_a_human_asked_for_beside_a_question_comes(conversation: Conversation) -> None:
    fraud(conversation, "手机让人偷了")
    answer = says(conversation, "卡号不记得银行能停吗 转人工吧")
    assert "没有卡号" in answer
    assert "还没有转" not in answer
    assert conversation.state.handed_over
    news = says(conversation, "到底转没转 刚发现又少了八百块")
    assert "还没有转" not in news
    assert "lost" in conversation.state.danger_facts


@pytest.mark.parametrize("text", ["哪来的诈骗 她就坐我旁边", "你弄错了 没人被骗", "我们自己在弄 我俩夫妻"])
def test_a_plain_denial_ends_the_talk_of_fraud(conversation: Conversation, text: str) -> None:
    fraud(conversation, "我老婆要我把密码给她登一下")
    said_now = says(conversation, text, said={"others": 0.5})
    assert "110" not in said_now
    assert conversation.state.open_alarm is None


@pytest.mark.parametrize("text", ["没人骗我 他真是警察", "没骗我 我都转了五千给他了"])
def test_what_a_culprit_may_have_said_denies_nothing(conversation: Conversation, text: str) -> None:
    fraud(conversation, "有人让我转钱到安全账户")
    says(conversation, text)
    assert conversation.state.open_alarm is not None


def test_people_who_sit_together_raise_no_alarm(conversation: Conversation) -> None:
    fraud(conversation, "我媳妇坐我边上 让我把码报给她 她帮我登")
    assert not has_alarm(conversation.state, Alarm.FRAUD, Alarm.VICTIM)


@pytest.mark.parametrize("text", ["我走了以后多少给爸妈留些", "能把余额都转给我姐不", "猫托付给邻居了"])
def test_a_farewell_is_asked_about_each_time(conversation: Conversation, text: str) -> None:
    says(conversation, "真不想活了", alarms={"crisis": 0.95})
    for _ in range(2):
        answer = says(conversation, text, said={"lonely": 0.9})
        assert "120" in answer
        assert "12356" in answer


def test_who_was_found_is_spoken_of_as_near(conversation: Conversation) -> None:
    says(conversation, "我表妹发消息说永别了 电话也不接", alarms={"crisis": 0.95}, said={"of_other": 0.9})
    says(conversation, "110打了 门锁着", said={"door_locked": 0.9, "police_called": 0.9})
    assert "door_locked" in conversation.state.danger_facts
    answer = says(conversation, "人没事 喝醉了在睡 我接下来怎么跟她说", said={"asks_how_to_talk": 0.9})
    assert "隔着门" not in answer
    assert "侧躺" in answer


def test_who_has_called_is_not_sent_to_call(conversation: Conversation) -> None:
    says(conversation, "我表妹发消息说永别了 电话也不接", alarms={"crisis": 0.95}, said={"of_other": 0.9})
    says(conversation, "110打了 房东也在赶过去的路上", said={"police_called": 0.9})
    answer = says(conversation, "房东说敲门没人应 锁着", said={"door_locked": 0.9})
    assert "打 110" not in answer
    assert "再打给离得最近" not in answer


def clauses(text: str, **said: dict[str, float]) -> dict[str, Any]:
    """Returns what the model hears in each clause of a text, and in the whole."""
    parts = tuple(Clause(part, said=said.get(f"part_{number}", {})) for number, part in enumerate(text.split()))
    whole: dict[str, float] = {}
    for part in parts:
        whole.update(part.said)
    return {"said": whole, "clauses": parts, "is_listened": True}


def test_each_question_is_answered(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    text = "要不要存证据 打哪个号问"
    answer = says(conversation, text, **clauses(text, part_0={"asks_records": 0.7}, part_1={"asks_number": 0.7}))
    assert "截" in answer
    assert "96110" in answer


def test_what_nobody_knows_is_said_to_be_so(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    text = "要不要存证据 那个紫色的东西怎么用"
    answer = says(conversation, text, **clauses(text, part_0={"asks_records": 0.7}))
    # What helps most is said with it.
    assert answer.count("\n") == 2
    assert "打 110" in answer
    assert "我答不准" in answer


def test_what_must_be_done_at_once_goes_before_the_answer(conversation: Conversation) -> None:
    fraud(conversation, "有人叫我做任务返钱")
    text = "屏幕共享还开着 他看到的要紧吗"
    answer = says(conversation, text, **clauses(text, part_0={"watched": 0.8}, part_1={"asks_seen": 0.8}))
    assert answer.startswith("还连着就马上断开")


def test_whose_it_is_is_weighed_and_corrected(conversation: Conversation) -> None:
    heard = {"said": {"of_other": 0.99}, "is_listened": True}
    fraud_text = "小区的老人正跟自称公安的通话 要转钱"
    says(conversation, fraud_text, alarms={"fraud_underway": 0.95}, **heard)
    assert "others" in conversation.state.danger_facts
    answer = says(conversation, "不是别人 是我自己", said={}, is_listened=True)
    assert "others" not in conversation.state.danger_facts
    assert "您自己" in answer


def test_one_message_without_a_name_makes_nobody_elses_misfortune(conversation: Conversation) -> None:
    says(
        conversation,
        "有人打电话要转钱到安全账户",
        alarms={"fraud_underway": 0.95},
        said={"of_other": 0.99},
        is_listened=True,
    )
    assert "others" not in conversation.state.danger_facts


def test_whoever_has_come_round_is_to_call_themselves(conversation: Conversation) -> None:
    fraud(conversation, "我奶奶正跟一个自称公安的打电话要转钱")
    assert "您奶奶本人" in says(conversation, "她知道上当了")
    assert "拦一下" not in says(conversation, "现在怎么办")


@pytest.mark.parametrize(
    "text",
    [
        "派出所去过了 他又把截图发我同事了 活着真没脸 不想活了",
        "哪天我不在了 保单能不能抵这些债",
        "银行打了 遗书我都写好了",
        "钱的事先不管 猫以后谁来喂",
        "还不如死了算了 要不要报警",
    ],
)
def test_a_cry_for_help_in_any_clause_goes_before_the_money(conversation: Conversation, text: str) -> None:
    fraud(conversation, "她录了我视频 说不给五千就发给通讯录")
    answer = says(conversation, text)
    assert has_alarm(conversation.state, Alarm.CRISIS)
    assert "12356" in answer
    assert conversation.turn
    assert any(reply.custom for reply in conversation.turn.replies)


@pytest.mark.parametrize("text", ["急死我了", "骗子说要弄死我", "他死活不承认", "孩子今天谁来接", "我走了 先去报警"])
def test_fear_and_idioms_are_no_cry_for_help(conversation: Conversation, text: str) -> None:
    fraud(conversation, "我给骗子转了四千块")
    says(conversation, text)
    assert not has_alarm(conversation.state, Alarm.CRISIS)


def test_plans_for_afterwards_are_asked_about_in_a_crisis(conversation: Conversation) -> None:
    says(conversation, "真不想活了", alarms={"crisis": 0.95})
    answer = says(conversation, "不敢跟家里讲 哪天我不在了 保单能不能抵这些债", said={"refuses_line_told_home": 0.9})
    assert "结束自己的生命" in answer


def test_nobody_is_sent_to_call_who_has_come(conversation: Conversation) -> None:
    says(conversation, "药我都买好了 不想活了", alarms={"crisis": 0.95})
    for text in ("打了120了 说十分钟", "救护车来了 药瓶交给大夫了 谢谢"):
        assert "打 120" not in says(conversation, text)


def test_what_was_only_asked_about_is_still_to_be_done(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    assert "现在就打 110" in says(conversation, "110现在打吗", said={"police_called": 0.8})
    assert "报过" not in says(conversation, "我没报!!!一直没报!!", said={"nothing_told": 0.8, "police_called": 0.5})
    assert "要打" in says(conversation, "银行还没打呢！问你该不该打", said={"bank_called": 0.8})
    assert not {"police_called", "bank_called", "nothing_told"} & set(conversation.state.danger_facts)


@pytest.mark.parametrize(
    ("text", "first"), [("你就说能不能扫", "别扫"), ("可以挂吗", "可以挂"), ("银行要不要打", "要打")]
)
def test_a_plain_question_gets_a_plain_first_word(conversation: Conversation, text: str, first: str) -> None:
    fraud(conversation, "我给骗子转了四千块")
    assert says(conversation, text).startswith(first)


def test_who_is_watched_is_told_to_cut_it_off_before_anything_else(conversation: Conversation) -> None:
    fraud(conversation, "有人让我开了屏幕共享 现在还连着 我转了两万")
    for text in ("屏幕共享怎么关 他还看着我", "密码要不要改"):
        answer = says(conversation, text)
        assert "关机" in answer
        assert "现在就改" not in answer


def test_the_screen_is_cut_off_before_a_question_of_the_first_message(conversation: Conversation) -> None:
    first = fraud(conversation, "有个自称公安的让我开屏幕共享 现在还连着呢 说的是真的吗")
    assert first.startswith("现在就断开")


def test_what_nobody_knows_comes_with_what_helps_most(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    says(conversation, "报过警了")
    answer = says(conversation, "对方那个平台备案了吗")
    assert "警方" in answer
    assert "银行" in answer


@pytest.mark.parametrize(
    "text",
    ["我跟一个女的视频聊天 她录了我 说不给五千就发通讯录", "前两单返了我 现在垫进去一万二了 我老公还不知道"],
)
def test_who_only_names_a_relative_is_the_victim(conversation: Conversation, text: str) -> None:
    fraud(conversation, text)
    assert "others" not in conversation.state.danger_facts


def test_who_has_come_is_not_called_and_the_bank_still_is(conversation: Conversation) -> None:
    fraud(conversation, "我妈被假公安骗了 转走五万")
    answer = says(conversation, "警察到了 工行要不要打 转的是她工行卡")
    assert "警察到了就好" in answer
    assert "要打" in answer
    assert "打 110" not in answer


@pytest.mark.parametrize("text", ["再扫一次就退回来 能退吗", "给了他是不是就没事了", "再做一单就能提"])
def test_what_is_promised_for_one_more_time_is_refused(conversation: Conversation, text: str) -> None:
    fraud(conversation, "我给骗子转了四千块")
    assert says(conversation, text).startswith("别")


def test_what_is_left_is_kept_where_it_is(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    assert "先别动" in says(conversation, "剩下的八千放哪安全")


def test_a_culprit_who_is_named_makes_a_cry_for_help_nobody_elses(conversation: Conversation) -> None:
    fraud(conversation, "网恋对象要我给五千")
    answer = says(conversation, "他说不给就把我照片发出去 我真想死")
    assert "crisis_first" in conversation.state.answered, answer


def test_nobody_is_told_that_nothing_is_lost_after_a_loss(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    for text, fact in (("那我先看看余额", "nothing_lost"), ("码我念给他了", "nothing_told")):
        said = {fact: 0.9, **({"code_told": 0.9} if fact == "nothing_told" else {})}
        answer = says(conversation, text, said=said)
        assert "钱没少就好" not in answer
        assert "没给出去就好" not in answer
        assert fact not in conversation.state.danger_facts


def hears(conversation: Conversation, text: str, **said: float) -> str:
    return says(conversation, text, said=said, is_listened=True)


def test_the_users_own_words_are_taken_up_where_no_answer_is_known(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    answer = hears(conversation, "那个公司的楼还在不在呢")
    assert "“那个公司的楼还在不在呢”" in answer
    assert "答不准" in answer


def test_how_somebody_feels_is_taken_up_once_before_the_answer(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    assert hears(conversation, "我太蠢了 能追回来吗", blames_self=0.9, asks_money_back=0.9).startswith("先别怪自己")
    assert "不是您笨" not in hears(conversation, "我太蠢了 能追回来吗", blames_self=0.9, asks_money_back=0.9)


def test_only_what_is_sure_is_said_to_have_been_heard(conversation: Conversation) -> None:
    fraud(conversation, "有人叫我转钱")
    assert "停住了" not in hears(conversation, "他说账户会冻结 是真的吗", frozen=0.6, asks_real=0.9)


def test_what_can_wait_waits_until_it_is_asked_for(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    for text in ("报过警了", "银行那边也挂失了"):
        says(conversation, text)
    assert "追回" not in says(conversation, "截图都存好了")


def test_a_suspicion_that_is_cleared_up_ends(conversation: Conversation) -> None:
    says(conversation, "是不是我账户被盗了啊", alarms={"victim": 0.6})
    assert conversation.state.open_alarm is Alarm.VICTIM
    says(conversation, "记录都是我自己花的 没少钱")
    assert not has_alarm(conversation.state, Alarm.VICTIM)


def test_a_loss_after_the_password_was_changed_is_no_comfort(conversation: Conversation) -> None:
    fraud(conversation, "我账户被人登录了 钱少了两千")
    answer = says(conversation, "密码改了 又扣了五百 是不是他还在里面", said={"asks_still_trying": 0.9})
    assert "进不来" not in answer
    assert "银行" in answer


def test_who_wants_money_to_get_it_back_is_one_more(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    assert "也是骗" in says(conversation, "有个律师找我 说能帮追 先收两千")


def test_a_regulator_named_by_the_culprit_is_no_complaint(conversation: Conversation) -> None:
    fraud(conversation, "有人让我交钱解冻")
    says(conversation, "他发了银保监的红头文件 说不交就告我")
    assert not has_alarm(conversation.state, Alarm.COMPLAINT)


def test_a_decision_asks_for_no_yes(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    assert "别去" not in says(conversation, "那我还是去跟老师说吧")


def test_what_is_found_out_to_be_ones_own_is_no_theft(conversation: Conversation) -> None:
    says(conversation, "有一笔扣款不认识 我是不是被盗了", alarms={"victim": 0.6})
    says(conversation, "问了 是他开的会员 自动续费")
    assert not has_alarm(conversation.state, Alarm.VICTIM)


def test_what_is_told_as_done_in_so_many_words_is_done_whatever_the_model_hears(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    hears(conversation, "我打咗110", takes_step=0.6)
    assert "police_called" in conversation.state.danger_facts


def test_who_begins_with_a_relative_speaks_of_them(conversation: Conversation) -> None:
    heard: dict[str, Any] = {"alarms": {"victim": 0.9}, "said": {"lost": 0.9}, "is_listened": True}
    assert "替您爸爸报" in says(conversation, "我爹昨天被人喊去刷了脸 今天卡里被转走两万三", **heard)


def test_what_cannot_be_changed_is_not_told_to_be_changed(conversation: Conversation) -> None:
    fraud(conversation, "我把支付密码发给别人了")
    assert not hears(conversation, "改不了", cannot_change=0.99).startswith("要改")


def test_chat_records_are_no_question_of_privacy(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    conversation.does(Act.OPEN_TOPIC, "拉黑前的聊天记录还在", intent="chat_privacy", confidence=0.85)
    assert conversation.state.open_alarm is Alarm.VICTIM


def test_what_one_label_hears_beyond_doubt_is_answered_itself(conversation: Conversation) -> None:
    fraud(conversation, "有人叫我点链接")
    heard = {"after_alarm": {"asks_real": 0.96}, "said": {"asks_pay": 0.1}, "is_listened": True}
    assert "没法替您查" in says(conversation, "是你们发的吗", **heard)


def test_who_has_reported_it_is_not_told_to(conversation: Conversation) -> None:
    first = fraud(conversation, "让人骗走四千块 我报过警了")
    assert "马上打 110" not in first


def test_somebody_known_who_took_the_money_is_no_victim(conversation: Conversation) -> None:
    first = fraud(conversation, "室友趁我睡着拿我手机给他自己转了三百")
    assert "认识的人" in first
    assert "您室友" not in first


def test_the_payment_password_is_not_the_other_one(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    assert "支付密码怎么改，我这里没有资料" in says(conversation, "支付密码从哪儿换")


def test_a_question_that_may_have_been_meant_is_offered(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    says(conversation, "柜台那边要我咋弄呢", said={"asks_unbind": 0.3, "asks_bank_say": 0.35}, is_listened=True)
    assert conversation.turn
    titles = [button.title for reply in conversation.turn.replies for button in reply.buttons]
    assert titles[:2] == [KNOWLEDGE.danger.titles["asks_bank_say"], KNOWLEDGE.danger.titles["asks_unbind"]]
    assert "先把卡停住" in says(conversation, titles[0], is_listened=True)
    assert "解绑" not in says(conversation, "好的", said={"acknowledges": 0.9}, is_listened=True)


def test_nothing_is_offered_after_a_report(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    says(conversation, "报过警了", said={"police_called": 0.95, "asks_take_along": 0.2}, is_listened=True)
    assert conversation.turn
    assert not any(reply.is_list for reply in conversation.turn.replies)


def test_a_child_who_had_the_phone_is_not_said_to_have_paid(conversation: Conversation) -> None:
    says(conversation, "钱包里少了两千块", said={"lost": 0.95}, alarms={"victim": 0.95}, is_listened=True)
    answer = hears(conversation, "前天孙子拿我手机打游戏来着", child=0.6)
    assert "是孩子付的" not in answer
    assert "问清" in answer
    answer = hears(conversation, "娃说没动过 他才八岁", minor=0.8)
    assert "你" not in answer.replace("您", "")


def test_whoever_has_found_the_phone_gets_no_money_first(conversation: Conversation) -> None:
    says(conversation, "手机丢了", said={"phone_lost": 0.95}, alarms={"victim": 0.95}, is_listened=True)
    assert "派出所" in hears(conversation, "有人接了 要我先转500才还", demanded=0.7)


def test_a_link_that_was_opened_is_not_forgotten_over_what_was_not_told(conversation: Conversation) -> None:
    payment = "有三笔不是我付的"
    says(conversation, payment, said={"unknown_payment": 0.95}, alarms={"victim": 0.95}, is_listened=True)
    answer = hears(conversation, "密码没给过人 倒是点过一个链接", nothing_told=0.95, link=0.5)
    assert "链接" in answer
    assert "就换" in answer


def test_who_is_abroad_is_not_sent_to_a_line_of_home_alone(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    assert "当地警方" in hears(conversation, "我在加拿大 报警要报哪里的", asks_where_report=0.9)


def test_whether_to_tell_the_family_is_no_question_about_an_order(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    assert "缓一缓" in hears(conversation, "老伴心脏不好 我先不给她说行不行", asks_tell_family=0.3)
    assert "别" in hears(conversation, "他让我把验证码给他 能给他说吗", demanded=0.6)


def test_money_is_not_reported_gone_because_it_was_asked(conversation: Conversation) -> None:
    fraud(conversation, "有人说是客服 让我点链接")
    answer = hears(conversation, "里面六千多 会不会已经没了", lost=0.85, asks_safe_now=0.8)
    assert "记下了，钱" not in answer
    assert "看不到您的账户" in answer
    assert "lost" not in conversation.state.danger_facts


def test_a_call_that_the_police_owe_is_no_call_of_a_swindler(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块 报过警了")
    answer = hears(conversation, "到现在警察也没给我打电话")
    assert "挂掉就行" not in answer
    assert "民警" in answer


def test_a_subject_says_more_than_that_something_is_asked() -> None:
    heard = Heard(questions=("about_bank",), is_question=True, has_form=True, is_listened=True)
    assert reactions_to(KNOWLEDGE.danger, DialogueState(), heard, "asks") == ["about_bank"]
    assert reactions_to(KNOWLEDGE.danger, DialogueState(), heard, "asks_real") == ["asks_real"]


def test_thanks_end_no_danger_that_goes_on(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    answer = says(conversation, "没事了 谢谢", after_alarm={"stands_down": 0.9})
    assert "多心" not in answer
    assert has_alarm(conversation.state, Alarm.VICTIM)
    assert not conversation.state.denied_alarms


def test_who_was_mistaken_is_believed(conversation: Conversation) -> None:
    fraud(conversation, "我的钱没了")
    says(conversation, "哎我看错了 是另外一个账户")
    assert not has_alarm(conversation.state, Alarm.VICTIM, Alarm.FRAUD)


def test_with_a_swindler_in_it_nothing_was_a_mistake(conversation: Conversation) -> None:
    fraud(conversation, "客服让我下载软件 我转了四千块")
    says(conversation, "我搞错了 没事")
    assert has_alarm(conversation.state, Alarm.VICTIM, Alarm.FRAUD)


def test_a_long_message_points_into_no_list(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    hears(conversation, "那里面的会不会有啥", asks_safe_now=0.3, asks_charge=0.2, asks_seen=0.2)
    said = hears(conversation, "明天补好卡以后第一件要干啥", asks_prevent=0.2)
    assert conversation.turn
    assert conversation.turn.interpretation
    assert "picked" not in str(conversation.turn.interpretation.chosen.evidence), said


def test_what_a_danger_is_told_with_is_no_further_request(conversation: Conversation) -> None:
    further = (Request("verification_code_issue", "还有验证码", {}),)
    says(conversation, "填了卡号 还有验证码", alarms={"victim": 0.9}, further_requests=further)
    assert not conversation.state.requests
    further = (Request("contact_support", "客服电话是多少", {}),)
    says(conversation, "我被骗了两千 客服电话是多少", alarms={"victim": 0.9}, further_requests=further)
    assert conversation.state.requests


def test_a_doubt_about_money_is_not_asked_about_while_a_loss_is_talked_of(conversation: Conversation) -> None:
    fraud(conversation, "我给骗子转了四千块")
    answer = says(conversation, "她倒还没把我删掉", alarms={"fraud_underway": 0.38, "none": 0.6})
    assert "是有人让您这么做的吗" not in answer


def test_what_the_classifier_of_one_label_hears_alone_is_not_answered(conversation: Conversation) -> None:
    fraud(conversation, "我奶奶正跟一个自称公安的打电话要转钱")
    answer = says(
        conversation,
        "门口有个卖菜的",
        is_listened=True,
        said={"of_other": 0.9},
        after_alarm={"alone": 0.6, "tells": 0.2},
    )
    assert "委屈" not in answer


def test_a_caller_who_sounds_like_a_son_has_deceived_the_user(conversation: Conversation) -> None:
    first = fraud(conversation, "我儿子打电话说出了车祸要两万 声音一模一样")
    assert "替您儿子" not in first
    assert "本人" in first


def test_not_mine_is_no_mistake(conversation: Conversation) -> None:
    fraud(conversation, "我的钱没了")
    says(conversation, "不是我花的")
    assert has_alarm(conversation.state, Alarm.VICTIM, Alarm.FRAUD)
    assert not conversation.state.denied_alarms
