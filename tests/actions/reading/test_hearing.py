"""What messages tell and ask after a fraud or a theft."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.dialogue.messages import Clause
from actions.knowledge.danger import Danger, InClause
from actions.reading.hearing import hear, known_after, question_asked
from tests.actions.reading.builders import KNOWLEDGE, said

DANGER = KNOWLEDGE.danger


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("刚刚转了六千给他", "lost"),
        ("我把短信上的码报给人家了", "code_told"),
        ("俺娘正跟一个自称法官的打电话", "others"),
        ("手机在菜场叫人掏走了", "phone_lost"),
        ("电话卡我找移动停了", "sim_blocked"),
        ("银行那边已经挂失了", "bank_called"),
        ("我报过警了", "police_called"),
        ("软件卸载了", "uninstalled"),
        ("已经关机了", "disconnected"),
        ("密码刚改好了", "password_changed"),
        ("他叫我别告诉家里", "secrecy"),
        ("他让我把码念给他", "demanded"),
        ("我才15岁", "minor"),
        ("卡里一分都没少", "nothing_lost"),
        ("什么都没给", "nothing_told"),
        ("不敢报警", "refuses_police"),
        ("网页上填了姓名和支付密码", "password_told"),
        ("刚发现平白少了三百", "unknown_payment"),
        ("司机给我送回来了", "phone_found"),
    ],
)
def test_what_is_told_is_known(text: str, fact: str) -> None:
    assert fact in hear(DANGER, said(text)).facts


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("我还没转给他两千", "lost"),
        ("他让我转两千给他", "lost"),
        ("要是转了两千怎么办", "lost"),
        ("钱会不会没了", "lost"),
        ("验证码没给他", "code_told"),
        ("要不要报警", "police_called"),
        ("不想报警", "police_called"),
        ("我妈住院要用的钱", "others"),
        ("跟我妈说了", "others"),
        ("怎么改密码", "password_changed"),
    ],
)
def test_what_is_denied_demanded_or_supposed_is_not(text: str, fact: str) -> None:
    assert fact not in hear(DANGER, said(text)).facts


def test_the_classifier_tells_a_loss_only_of_what_is_past() -> None:
    labels = {"lost": 0.9}
    assert "lost" in hear(DANGER, said("他把我的都弄走了", after_alarm=labels)).facts
    assert "lost" not in hear(DANGER, said("他要我马上打款", after_alarm=labels)).facts


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("我该不该报警", "asks_should_report"),
        ("报警要怎么说啊", "asks_tell_police"),
        ("那点钱还追得回来吗", "asks_money_back"),
        ("还要不要再给他", "asks_pay"),
        ("能把账户先锁了吗", "asks_freeze"),
        ("手机卡要不要停", "asks_sim"),
        ("我能替我妈报警吗", "asks_report_for"),
        ("跟银行怎么说", "asks_bank_say"),
        ("会不会真的来抓我", "asks_arrest"),
        ("可以把他拉黑吗", "asks_delete"),
        ("密码用不用改", "asks_whether_password"),
        ("要紧不", "asks_safe_now"),
        ("人工怎么还不来", "asks_handoff"),
        ("现在怎么办", "asks_first"),
        ("怎么跟孩子说", "asks_comfort"),
    ],
)
def test_what_is_asked_is_heard(text: str, question: str) -> None:
    assert hear(DANGER, said(text)).question == question


@pytest.mark.parametrize(
    "text", ["支付密码跟锁屏是一样的", "停了 那u钱包里头的零钱也在", "昨天下午四点多", "他还在打电话"]
)
def test_a_report_asks_nothing(text: str) -> None:
    assert hear(DANGER, said(text)).question is None


def test_a_later_fact_takes_an_earlier_one_back() -> None:
    assert known_after(DANGER, ("watched", "lost"), ("disconnected",)) == ("lost", "disconnected")
    assert known_after(DANGER, (), ("phone_lost", "phone_found")) == ("phone_found",)


def test_of_two_that_exclude_each_other_the_graver_counts() -> None:
    assert known_after(DANGER, (), ("on_phone", "contact_broken")) == ("on_phone",)


def test_the_model_hears_several_things_at_once() -> None:
    heard = hear(DANGER, said("挂啦 可他瞅见我卡了", said={"contact_broken": 0.9, "card_told": 0.7, "lost": 0.2}))
    assert {"contact_broken", "card_told"} <= set(heard.facts)
    assert "lost" not in heard.facts


def test_a_question_by_its_form_is_the_likeliest_one() -> None:
    shares = {"asks_card": 0.2, "asks_move": 0.16}
    assert hear(DANGER, said("银行那头用不用去个电话", said=shares)).question == "asks_card"
    assert hear(DANGER, said("他要我把存款弄走", said={"asks_move": 0.4})).question is None


@pytest.mark.parametrize(("share", "is_told"), [({"demanded": 0.25}, True), ({"lost": 0.9}, False)])
def test_an_expression_that_hears_too_much_needs_the_model(share: dict[str, float], is_told: bool) -> None:
    heard = hear(DANGER, said("他让我把码念给他", said=share, is_listened=True))
    assert ("demanded" in heard.facts) == is_told


def test_where_somebody_is_can_be_corrected() -> None:
    assert known_after(DANGER, ("about_to",), hear(DANGER, said("我没在银行")).facts) == ("not_at_bank",)


def test_how_somebody_near_is_called_is_heard() -> None:
    assert hear(DANGER, said("我妈在老家被骗")).person == "您妈妈"
    assert hear(DANGER, said("跟她爸妈讲不讲")).person is None


def test_whose_it_is_is_weighed_and_no_message_weighs_much() -> None:
    def whose(share: float) -> float:
        return hear(DANGER, said("在屋里待着呢", said={"of_other": share}, is_listened=True)).whose

    assert whose(0.99) == -whose(0.01) == 1.0
    assert whose(0.01) < whose(0.35) < 0 < whose(0.5) < whose(0.99)


@pytest.mark.parametrize("text", ["不是家里人 是我自己", "他刚转走我2800", "就是我本人", "我刚转给他了"])
def test_who_says_so_is_the_victim(text: str) -> None:
    assert {"mine", "own_loss"} & set(hear(DANGER, said(text)).facts)


@pytest.mark.parametrize("text", ["是我妈转的", "他转走我妈两万", "是我平时管太严", "不是我老公付的", "我替她报了警"])
def test_who_speaks_of_somebody_else_is_not(text: str) -> None:
    assert not {"mine", "own_loss"} & set(hear(DANGER, said(text)).facts)


def test_each_question_of_a_message_is_heard() -> None:
    clauses = (
        Clause("这种电话要不要存证据", said={"asks_records": 0.6}),
        Clause("打哪个号问", said={"asks_number": 0.5}),
    )
    heard = hear(
        DANGER, said("这种电话要不要存证据 打哪个号问", said={"asks_records": 0.6, "asks_number": 0.5}, clauses=clauses)
    )
    assert heard.questions == ("asks_records", "asks_number")


def test_a_question_that_nothing_is_known_of_is_not_passed_over() -> None:
    clauses = (Clause("码要不要给", said={"asks_real": 0.6}), Clause("那个紫色的东西怎么用"))
    assert hear(DANGER, said("码要不要给 那个紫色的东西怎么用", said={"asks_real": 0.6}, clauses=clauses)).asks_more


def test_the_model_hears_a_loss_only_of_what_is_past() -> None:
    assert "lost" in hear(DANGER, said("他弄走了我的", said={"lost": 0.9})).facts
    assert "lost" not in hear(DANGER, said("才两千多", said={"lost": 0.9})).facts


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("喊我装个远程软件 我没照做", "installed"),
        ("喊我装个远程软件 怎么弄", "watched"),
        ("来电说我开了会员 喊我装个远程软件", "installed"),
        ("卡号我背不下来", "card_told"),
        ("叫我把验证码告诉他 我不肯", "code_told"),
        ("密码从来没输过 光打开了一下余额", "password_told"),
        ("贷了一万出来 还没转给他", "lost"),
        ("96110她死活不肯打", "asked_96110"),
    ],
)
def test_what_is_only_demanded_or_denied_is_not_done_whatever_the_model_hears(text: str, fact: str) -> None:
    assert fact not in hear(DANGER, said(text, said={fact: 0.8})).facts


def test_of_two_that_exclude_each_other_the_surer_counts() -> None:
    heard = hear(DANGER, said("码已经来了 没跟他讲", said={"nothing_told": 0.8, "code_told": 0.55}))
    assert "nothing_told" in heard.facts
    assert "code_told" not in heard.facts


@pytest.mark.parametrize("text", ["啥都没写进去", "谁也没说"])
def test_what_denies_everything_asks_nothing(text: str) -> None:
    assert not hear(DANGER, said(text)).has_form


def test_what_was_done_as_demanded_is_heard() -> None:
    assert "installed" in hear(DANGER, said("他喊我装软件 我装好了", said={"installed": 0.8})).facts


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("群主催我续单 这两千要不要垫", "asks_pay"),
        ("就说一句 交还是不交", "asks_pay"),
        ("解冻费该不该先汇过去啊", "asks_pay"),
        ("存下来的截图该交给谁", "asks_give_whom"),
        ("那先打哪边", "asks_which_first"),
        ("可以让我儿子帮我弄吗", "asks_helper"),
    ],
)
def test_plain_words_decide_a_question_whatever_the_model_hears(text: str, question: str) -> None:
    heard = hear(DANGER, said(text, said={"asks_callback": 0.9, "asks_who_took": 0.8, "asks_line_real": 0.9}))
    assert heard.question == question


@pytest.mark.parametrize("text", ["要不要转人工", "能不能给我个电话", "要不要给银行打电话"])
def test_a_question_about_help_is_none_about_paying(text: str) -> None:
    assert hear(DANGER, said(text)).question != "asks_pay"


def test_a_question_needs_a_word_of_what_it_is_about() -> None:
    assert hear(DANGER, said("任务单是真的吗", said={"asks_line_real": 0.9, "asks_real": 0.2})).question == "asks_real"


def test_of_several_clauses_the_first_expression_counts_and_what_was_found_is_found_again() -> None:
    labels = DANGER.asked
    clauses = ["密码要不要改", "要不要报警", "能追回来吗", "今天天气不错"]
    alone = [question_asked(DANGER, [clause]) for clause in clauses]
    assert alone == ["asks_whether_password", "asks_should_report", "asks_money_back", None]
    first = min((label for label in alone if label), key=labels.index)
    assert question_asked(DANGER, clauses) == question_asked(DANGER, reversed(clauses)) == first
    assert question_asked(DANGER, ()) is None


def test_what_was_heard_is_remembered_by_all_that_it_was_heard_by() -> None:
    message = said("钱转给骗子了", said={"lost": 0.9})
    heard = hear(DANGER, message)
    # Another intent changes nothing; what the model hears does.
    assert hear(DANGER, replace(message, intent="affirm")) is heard
    assert hear(DANGER, replace(message, said={"lost": 0.0})).facts != heard.facts
    assert hear(KNOWLEDGE.crisis, message) is not heard


def test_few_clauses_are_remembered() -> None:
    found = InClause[int](DANGER)
    looked: list[str] = []

    def look(_: Danger, clause: str) -> int:
        looked.append(clause)
        return len(looked)

    assert [found.of("甲", look), found.of("甲", look)] == [1, 1]
    for number in range(1000):
        found.of(str(number), look)
    assert found.of("甲", look) == 1002


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("里面六千多 会不会已经没了", "lost"),
        ("那边是不是把视频发出去了", "published"),
        ("他看得见我的屏幕吗", "watched"),
    ],
)
def test_what_is_only_asked_is_not_told(text: str, fact: str) -> None:
    message = replace(said(text), said={fact: 0.95}, is_listened=True)
    *before, asking = text.split()
    clauses = (*(Clause(part) for part in before), Clause(asking, said={fact: 0.95}))
    message = replace(message, clauses=clauses)
    assert fact not in hear(DANGER, message).facts


def test_what_is_told_beside_a_question_is_told() -> None:
    message = replace(said("转了三千能追回吗"), said={"lost": 0.95}, is_listened=True)
    assert "lost" in hear(DANGER, message).facts


def test_money_that_is_demanded_is_not_gone() -> None:
    text = "贷款批了五万 要先交三千才解冻"
    message = replace(said(text), said={"lost": 0.85, "demanded": 0.98}, is_listened=True)
    assert "lost" not in hear(DANGER, message).facts
    message = replace(said("他要我交三千 我交了"), said={"lost": 0.85, "demanded": 0.98}, is_listened=True)
    assert "lost" in hear(DANGER, message).facts


def test_who_was_named_is_who_is_spoken_of_afterwards() -> None:
    heard = hear(DANGER, said("我儿子在外地 要不要跟他讲一声"))
    assert heard.question == "asks_tell_family"


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("我就把手机关了", "disconnected"),
        ("聊天记录都还在", "records_kept"),
        ("我人在清迈 手机被偷了", "abroad"),
        ("钱包在巴黎地铁上被偷的", "abroad"),
        ("货我还没寄出去", "goods_kept"),
        ("相机前天就寄给他了", "goods_sent"),
        ("我妈好像已经出门了", "left_home"),
        ("楼下阿姨有个电话", "knows_somebody"),
        ("孙子打电话说打伤了人要赔钱", "impersonated"),
        ("老板说没发过这个 他好好的", "was_fake"),
        ("是我闺女拿手机充的", "self_paid"),
    ],
)
def test_what_is_told_in_other_words_is_known(text: str, fact: str) -> None:
    assert fact in hear(DANGER, said(text)).facts


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("骗子说他人在缅甸", "abroad"),
        ("手机没电了", "phone_lost"),
        ("我打了96110", "police_called"),
        ("奶奶打电话说要给警察转钱", "impersonated"),
        ("我妈打电话说她被骗了两万", "impersonated"),
    ],
)
def test_what_only_sounds_so_is_not_known(text: str, fact: str) -> None:
    assert fact not in hear(DANGER, said(text)).facts


def test_who_got_through_to_nobody_is_not_urged_to_call() -> None:
    message = replace(said("银行我打过了 占线"), said={"line_busy": 0.95}, is_listened=True)
    assert hear(DANGER, message).questions == ()


def test_a_report_is_taken_back_with_all_that_it_named() -> None:
    assert "asked_96110" not in hear(DANGER, said("96110我打了 一直没人接")).facts


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("他在跟我吵 要动手", "violent"),
        ("我先躲到同事家里了", "safe_place"),
        ("她明天一早就去转钱", "will_pay"),
        ("有人拿我的微信找我同学借钱", "contacts_misused"),
        ("我没填银行卡", "nothing_filled"),
        ("还有好几个业主也付了", "more_victims"),
        ("说不和好就把照片发出去", "wants_back"),
    ],
)
def test_what_becomes_of_it_is_known(text: str, fact: str) -> None:
    assert fact in hear(DANGER, said(text)).facts


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("我老公没有打我", "violent"),
        ("我明天去银行取钱", "will_pay"),
        ("是我自己开的会员", "mine"),
        ("那张卡也是我自己的名字", "mine"),
    ],
)
def test_what_is_somebody_elses_or_not_so_is_not_known(text: str, fact: str) -> None:
    assert fact not in hear(DANGER, said(text)).facts


def test_whoever_is_back_is_not_therefore_well() -> None:
    facts = hear(KNOWLEDGE.crisis, said("她回宿舍了 身上是湿的")).facts
    assert "came_back" in facts
    assert "found_safe" not in facts


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("说我开了会员 不取消每个月自动扣八百", "lost"),
        ("建行客服让我先报警", "demanded"),
        ("现在平台登不上了", "entered"),
        ("视频过 就是有点糊", "exposure"),
    ],
)
def test_what_the_model_takes_for_something_else_is_not_told(text: str, fact: str) -> None:
    message = replace(said(text), said={fact: 0.8}, is_listened=True)
    assert fact not in hear(DANGER, message).facts


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("那我借她五千总行吧", "asks_pay"),
        ("脸刷过了有事吗", "asks_face"),
        ("这个卡号能查到人吗", "asks_locate"),
        ("我能打给银行让他们拦住吗", "asks_stop_other"),
        ("那台手机什么时候能开机呀", "asks_reconnect"),
        ("他们再打来咋弄", "asks_ignore"),
    ],
)
def test_what_is_asked_in_other_words_is_heard(text: str, question: str) -> None:
    assert hear(DANGER, said(text)).question == question


@pytest.mark.parametrize(
    ("text", "question"),
    [("这钱我要不要给", "asks_pay_more"), ("分不清他是真的还是骗我", "asks_overreact")],
)
def test_what_is_asked_in_a_crisis_is_heard(text: str, question: str) -> None:
    assert hear(KNOWLEDGE.crisis, said(text)).question == question
