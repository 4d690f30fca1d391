"""What follows a cry for help is a conversation with a memory."""

from __future__ import annotations

from typing import Any

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.state import Alarm, has_alarm
from tests.actions.reading.builders import KNOWLEDGE
from tests.conftest import PLACEHOLDERS, Conversation

LONGEST_BUBBLE = 60


def says(conversation: Conversation, text: str, *labels: str, **more: Any) -> str:
    """Says something that the model hears labels of, and returns the texts of the answer."""
    said = dict.fromkeys(labels, 0.9)
    conversation.does(Act.OUT_OF_SCOPE, text, intent="out_of_scope", is_listened=True, said=said, **more)
    assert conversation.turn
    return "\n".join(str(reply.values.get("answer", reply.response)) for reply in conversation.turn.replies)


def cries(conversation: Conversation, text: str = "真不想活了", *labels: str) -> str:
    return says(conversation, text, *labels, alarms={"crisis": 0.95})


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("我不打那个号", "refuses_line"),
        ("人家会数落我的", "refuses_line_scolded"),
        ("怕传到家里", "refuses_line_told_home"),
        ("讲了白讲", "refuses_line_useless"),
    ],
)
def test_a_line_that_is_refused_is_not_named_again(conversation: Conversation, text: str, label: str) -> None:
    cries(conversation)
    said = [says(conversation, text, label)]
    for later in ("worn_out", "lonely", "self_blame", "debts", "asks", "wants_to_die"):
        said.append(says(conversation, f"后来说的话{later}", later))
    assert not any("12356" in answer for answer in said)
    assert len(set(said)) == len(said)


def test_who_asks_what_to_write_is_given_a_sentence(conversation: Conversation) -> None:
    cries(conversation)
    assert "就发这一句" in says(conversation, "给她打什么字", "asks_what_to_write")


def test_who_fears_to_be_scolded_is_answered_that(conversation: Conversation) -> None:
    cries(conversation)
    assert "挨" in says(conversation, "人家训我咋整", "refuses_line_scolded", "asks_first")


def test_somebody_elses_danger_is_answered_by_where_they_are(conversation: Conversation) -> None:
    first = cries(conversation, "我同学说要跳江 电话没人接", "of_other", "no_answer_yet")
    assert "先找人" in first
    says(conversation, "我在另一个省 够不着", "far_away")
    found = says(conversation, "人找到了 平安", "found_safe")
    assert "您在，" not in found
    assert "陪着" in found


def test_the_model_hears_whose_danger_it_is(conversation: Conversation) -> None:
    assert "先找人" in cries(conversation, "小区里一户人家的孙女寻短见 敲门不应", "of_other", "door_locked")


def test_he_is_who_the_model_surely_hears_it_of(conversation: Conversation) -> None:
    text = "他这两天说话不对劲 说活着没意思"
    said = {"of_other": 0.97, "wants_to_die": 0.9}
    conversation.does(
        Act.OUT_OF_SCOPE, text, intent="out_of_scope", is_listened=True, said=said, alarms={"crisis": 0.9}
    )
    assert conversation.state.answered.get("crisis_other_person")


@pytest.mark.parametrize(
    ("text", "is_others"),
    [
        ("老伴走了半年了，我活着也没啥意思了", False),
        ("孩子一直哭我想抱着他一起跳下去", False),
        ("我输了四十万，老婆要离婚，我在江边坐着", False),
        ("她发朋友圈：我不想活了", True),
    ],
)
def test_who_is_named_first_is_not_always_in_danger(conversation: Conversation, text: str, is_others: bool) -> None:
    cries(conversation, text)
    assert bool(conversation.state.answered.get("crisis_other_person")) is is_others


def test_who_was_misheard_is_apologised_to_once(conversation: Conversation) -> None:
    cries(conversation, "我室友说要跳楼", "of_other")
    says(conversation, "人在我旁边", "beside_them")
    assert says(conversation, "哪有 我在外地", "far_away").startswith("对不起")
    assert not says(conversation, "我说了我在外地", "far_away").startswith("对不起")


def test_police_called_is_not_told_again(conversation: Conversation) -> None:
    cries(conversation, "我同学说要跳江", "of_other")
    says(conversation, "110打过了", "police_called")
    for text, label in (("没回音", "no_answer_yet"), ("不知道在哪", "does_not_know_where"), ("我好怕", "feels")):
        assert "现在就打 110" not in says(conversation, text, label)


def test_no_bubble_is_long_and_nobody_is_guessed_to_be_he_or_she() -> None:
    crisis = KNOWLEDGE.crisis
    texts = [text for reactions in crisis.reactions.values() for reaction in reactions for text in reaction.says]
    texts += [text for measure in crisis.measures for text in measure.says]
    for text in texts:
        filled = text.format(**PLACEHOLDERS, person=crisis.person)
        assert len(filled) <= LONGEST_BUBBLE, filled
        assert not set("他她") & set(filled.replace("他们", "").replace("其他", "")), filled


def test_no_text_urges_to_a_line_that_was_refused() -> None:
    """Whether what fits once the line was refused names it only to whoever asks about it, or about somebody else."""
    for name, reactions in KNOWLEDGE.crisis.reactions.items():
        if name in ("asks_about_line", "asks_number"):
            continue
        for reaction in reactions:
            is_own = "of_other" not in reaction.needs and "refuses_line" not in reaction.unless
            assert not (is_own and any("{psychological_aid}" in text for text in reaction.says)), name


def test_somebody_elses_wound_is_not_taken_for_the_users(conversation: Conversation) -> None:
    first = cries(conversation, "我室友割腕了 流了好多血", "of_other", "already_hurt")
    assert "人在身边就别走开" in first
    assert "按住" in says(conversation, "120打了 我现在干嘛", "asks_first")


def test_a_busy_line_is_no_question_about_it(conversation: Conversation) -> None:
    conversation.does(Act.OUT_OF_SCOPE, "真不想活了", intent="out_of_scope", alarms={"crisis": 0.95})
    heard = {"line_busy": 0.99, "asks_about_line": 0.88}
    conversation.does(Act.OUT_OF_SCOPE, "打了占线", intent="out_of_scope", said=heard, is_listened=True)
    assert conversation.turn
    text = str(conversation.turn.replies[0].values["answer"])
    assert "再拨" in text


def test_who_is_on_the_way_is_waited_for(conversation: Conversation) -> None:
    conversation.does(Act.OUT_OF_SCOPE, "真不想活了", intent="out_of_scope", alarms={"crisis": 0.95})
    conversation.does(Act.OUT_OF_SCOPE, "我姐已经在路上了", intent="out_of_scope")
    assert conversation.turn
    assert "来的路上" in str(conversation.turn.replies[0].values["answer"])


def test_a_wife_who_was_said_goodbye_to_is_not_taken_for_the_one_in_danger(conversation: Conversation) -> None:
    text = "我老公昨晚没回来 给我转了全部的钱 说以后你带好孩子"
    conversation.does(Act.OUT_OF_SCOPE, text, intent="out_of_scope", alarms={"crisis": 0.6})
    assert conversation.turn
    assert "crisis_other_person" in conversation.state.answered


def test_a_phrase_that_sounds_like_coming_ashore_is_no_rescue(conversation: Conversation) -> None:
    conversation.does(Act.OUT_OF_SCOPE, "真不想活了", intent="out_of_scope", alarms={"crisis": 0.95})
    conversation.does(Act.OUT_OF_SCOPE, "别人都上岸了", intent="out_of_scope")
    assert conversation.turn
    assert "离开" not in str(conversation.turn.replies[0].values["answer"])


def test_who_does_not_deny_after_the_question_is_heard(conversation: Conversation) -> None:
    conversation.does(Act.OUT_OF_SCOPE, "不知道活着图啥", intent="out_of_scope", alarms={"crisis": 0.13})
    assert conversation.state.open_alarm is Alarm.CRISIS
    conversation.does(Act.OPEN_TOPIC, "不用给我电话号码 没意思", intent="contact_support")
    assert has_alarm(conversation.state, Alarm.CRISIS)


def test_who_names_a_relative_cries_for_themselves(conversation: Conversation) -> None:
    answer = cries(conversation, "欠了一屁股债 老公要散伙 活着没劲", "wants_to_die")
    assert "谢谢您肯说出来" in answer


@pytest.mark.parametrize("text", ["那我给我哥打个电话吧 离得近", "我这就去叫我妈", "我现在就打给我姐"])
def test_nothing_keeps_a_user_from_calling_somebody(conversation: Conversation, text: str) -> None:
    cries(conversation)
    assert "现在就打" in says(conversation, text)


@pytest.mark.parametrize("text", ["我不敢给我哥打电话", "我给我妈打了电话", "我要不要叫我妈来"])
def test_who_has_called_or_does_not_call_is_not_told_to_go_on(conversation: Conversation, text: str) -> None:
    cries(conversation)
    says(conversation, text)
    assert "will_call" not in conversation.state.danger_facts


def test_no_text_takes_the_line_back() -> None:
    texts = [
        text for reactions in KNOWLEDGE.crisis.reactions.values() for reaction in reactions for text in reaction.says
    ]
    texts += [bubble for answer in KNOWLEDGE.care.answers.values() for bubbles in answer for bubble in bubbles]
    for text in texts:
        assert not any(words in text for words in ("那就不打", "先不打了", "不提电话", "不打就不打")), text


@pytest.mark.parametrize("text", ["楼下有个老邻居 天天叫我下棋", "同事都晓得了", "我朋友在国外"])
def test_who_only_names_somebody_goes_on_to_speak_of_themselves(conversation: Conversation, text: str) -> None:
    cries(conversation)
    says(conversation, text, "of_other")
    assert "crisis_other_person" not in conversation.state.answered


@pytest.mark.parametrize(
    "text", ["老伴走了半年了 我活着也没啥意思了", "孩子一直哭 我想抱着孩子一起跳下去", "我媳妇查出癌 我真想一头撞死"]
)
def test_who_begins_with_somebody_is_soon_heard_to_mean_themselves(conversation: Conversation, text: str) -> None:
    cries(conversation, text)
    assert "crisis_other_person" not in conversation.state.answered


@pytest.mark.parametrize(
    "text", ["他开店亏了三十多万 这两天说话就不对劲 说活着没意思", "我闺蜜又划手了", "我提分手 他说我敢走他就死给我看"]
)
def test_who_tells_of_somebody_is_not_taken_for_them(conversation: Conversation, text: str) -> None:
    cries(conversation, text, "of_other")
    assert "crisis_other_person" in conversation.state.answered


def test_a_farewell_in_the_middle_of_a_fraud_is_heard(conversation: Conversation) -> None:
    conversation.does(Act.OUT_OF_SCOPE, "我室友刷单被骗了两万", intent="out_of_scope", alarms={"victim": 0.95})
    says(conversation, "刚才发来一条 对不起 东西都留给你", "of_other")
    assert has_alarm(conversation.state, Alarm.CRISIS)


def test_who_asks_whether_to_ask_denies_nothing(conversation: Conversation) -> None:
    cries(conversation, "我班上一个女生作文里写不想活了", "of_other")
    assert "问" in says(conversation, "我能直接问她是不是想死吗", "asks_ask_directly", "of_other")
    assert has_alarm(conversation.state, Alarm.CRISIS)
    assert Alarm.CRISIS not in conversation.state.denied_alarms


def test_who_despairs_too_is_heard_for_themselves(conversation: Conversation) -> None:
    cries(conversation, "我妹妹说她不想活了", "of_other")
    assert conversation.state.answered.get("crisis_other_person")
    answer = says(conversation, "说真的我也撑不住了 我自己也想一了百了", "wants_to_die")
    assert not conversation.state.answered.get("crisis_other_person")
    assert "您" in answer
    assert "人在跟前" not in answer


def test_who_was_taken_for_the_one_in_danger_is_heard(conversation: Conversation) -> None:
    cries(conversation, "真不想活了 咋办")
    answer = says(conversation, "不是我 是我妹妹发的朋友圈", "of_other")
    assert conversation.state.answered.get("crisis_other_person")
    assert "担心" in answer


def test_after_somebody_was_found_a_loss_is_a_danger_of_its_own(conversation: Conversation) -> None:
    cries(conversation, "我同学说要跳江 电话没人接", "of_other", "no_answer_yet")
    says(conversation, "人找到了 平安", "found_safe", "of_other")
    answer = says(conversation, "对了我自己刚被骗子骗了三千块", "lost", alarms={"victim": 0.9})
    assert has_alarm(conversation.state, Alarm.VICTIM)
    assert "报警" in answer


def test_who_did_nothing_rash_is_not_asked_whether_they_want_to_die(conversation: Conversation) -> None:
    cries(conversation)
    answer = says(conversation, "我没做傻事 就是撑不动", "wish_to_vanish")
    assert "有没有想过死" not in answer


def test_at_an_edge_only_words_take_it_back(conversation: Conversation) -> None:
    cries(conversation, "我站在天台栏杆外面")
    answer = says(conversation, "我就是这样的人", after_alarm={"stands_down": 0.9})
    assert "不是就好" not in answer
    assert not conversation.state.denied_alarms
