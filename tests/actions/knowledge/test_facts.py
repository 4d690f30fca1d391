"""The knowledge holds what the source document says: every step, cause, measure and channel, in its order."""

from __future__ import annotations

import pytest

from actions.knowledge import Knowledge

STEPS = {
    "forgot_password": [
        ["登录界面", "忘记密码"],
        ["绑定", "手机号", "邮箱"],
        ["验证码", "重设"],
        ["数字", "字母"],
        ["新密码登录"],
    ],
    "payment_failure": [["余额"], ["网络"], ["银行", "风险监测"], ["消费限制"], ["异常使用", "拒绝"]],
    "account_security": [
        ["换一次", "简单"],
        ["两步验证"],
        ["链接", "二维码", "钓鱼"],
        ["最新版"],
        ["交易记录", "联系客服"],
    ],
    "account_closure": [
        ["设置", "账户管理"],
        ["注销账户", "删除账户"],
        ["为什么", "不能恢复"],
        ["核对", "注销流程"],
        ["交易记录和余额"],
    ],
    "transaction_dispute": [
        ["时间", "金额", "对方"],
        ["帮助中心", "交易申诉", "投诉"],
        ["申诉表", "附件"],
        ["规定的时间", "审核"],
        ["没通过", "客服"],
    ],
    "contact_in_app": [
        ["我的", "设置"],
        ["客服", "帮助中心"],
        ["常见问题"],
        ["在线客服", "联系客服", "聊天窗口"],
        ["热线", "社交"],
    ],
}
ANSWERS = {
    "contact_support": ["官网", "APP内客服", "热线", "社交媒体", "在线聊天"],
    "support_hours": ["工作日", "9:00", "24小时", "先确认"],
    "contact_preparation": ["账号", "什么时候", "操作", "截图", "联系方式"],
    "chat_privacy": ["{privacy_notice}"],
    "verification_code_issue": ["绑定", "网络", "人工客服"],
    "closure_consequences": ["恢复不了", "交易记录", "余额"],
    "dispute_outcome": ["规定的时间", "没通过", "客服"],
    "account_compromised": ["立刻联系人工客服", "改密码", "交易记录"],
}


@pytest.mark.parametrize("topic", STEPS)
def test_steps(knowledge: Knowledge, topic: str) -> None:
    steps = knowledge.topics[topic].steps
    assert len(steps) == len(STEPS[topic])
    for step, words in zip(steps, STEPS[topic], strict=True):
        assert [word for word in words if word not in step.text + step.title] == []


@pytest.mark.parametrize("topic", ANSWERS)
def test_answers(knowledge: Knowledge, topic: str) -> None:
    text = knowledge.topics[topic].text or ""
    assert [word for word in ANSWERS[topic] if word not in text] == []


def test_closure_warning_says_what_is_lost(knowledge: Knowledge) -> None:
    warning = knowledge.topics["account_closure"].warning
    assert warning
    assert all(word in warning.text for word in ("恢复不了", "交易记录", "余额", "确定"))


def test_channels_and_causes_have_their_canonical_values(knowledge: Knowledge) -> None:
    channels = [item.value for item in knowledge.topics["contact_support"].items]
    assert channels == ["website", "in_app", "hotline", "social_media", "online_chat"]
    causes = [step.value for step in knowledge.topics["payment_failure"].steps]
    assert causes == ["balance", "network", "bank", "limit", "account_hold"]


def test_every_step_has_its_own_trouble_text(knowledge: Knowledge) -> None:
    troubles = [step.trouble for topic in knowledge.topics.values() for step in topic.steps]
    assert len(troubles) == len(set(troubles))
