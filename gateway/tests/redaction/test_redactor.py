"""What users type is masked, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.redaction.strategies import CASES, INVISIBLE, SENTENCES, cards, mobiles, resident_ids, written
from uwallet_gateway.redaction import Kind, redact, secret_named_in
from uwallet_gateway.redaction.digits import as_digits
from uwallet_gateway.redaction.folding import fold
from uwallet_gateway.redaction.patterns import patterns

ROOT = Path(__file__).parents[3]

TEXT = st.one_of(
    st.text(),
    st.text(alphabet="0123456789一三八〇零 -.*:：，,()+@abcx密码验证是我的手机银行卡号或者和位元\n\u200b"),
    st.lists(
        st.one_of(
            SENTENCES,
            cards().flatmap(written),
            resident_ids().flatmap(written),
            mobiles().flatmap(written),
            st.sampled_from([case["text"] for case in CASES["masked"]]),
            st.sampled_from(
                ["密码", "验证码", "是", "：", "或者", "****", "******", "138****8000", "@qq.com", " ", "+86"]
            ),
            st.text(alphabet="0123456789abcX*", min_size=1, max_size=8),
        ),
        max_size=6,
    ).map("".join),
)


def digits_left(text: str) -> str:
    return as_digits(fold(text).text)


@pytest.mark.parametrize("case", CASES["masked"], ids=lambda case: case["text"])
def test_masks(case: dict[str, Any]) -> None:
    redacted = redact(case["text"])
    assert redacted.text == case["becomes"]
    assert sorted(redacted.kinds) == case["kinds"]


@pytest.mark.parametrize("text", CASES["kept"])
def test_leaves_alone(text: str) -> None:
    assert redact(text).text == text


def test_leaves_alone_what_users_say_to_the_bot() -> None:
    """The bot's 10,000 training examples and all that it knows hold no secret but one made-up password.

    What else is changed are telephone numbers and e-mail addresses that people leave for a human.
    """
    files = [*(ROOT / "data" / "nlu").glob("*.yml"), *(ROOT / "data" / "knowledge").glob("*.yml"), ROOT / "domain.yml"]
    assert len(files) > 20
    lines = [
        line.strip().removeprefix("- ") for file in files for line in file.read_text(encoding="utf-8").splitlines()
    ]
    # Keys of the files, which nobody says, are left out: 「asks_password: {answer: …}」.
    lines = [line for line in lines if not re.fullmatch(r"[a-z_]+: (\{[ -~]*\}|\[[ -~]*\]|[a-z_]+)", line)]
    changed = [line for line in lines if redact(line).text != line]
    contacts = [line for line in changed if redact(line).kinds <= {Kind.PHONE, Kind.EMAIL}]
    assert [line for line in changed if line not in contacts] == ["登录密吗设成123456有没有为险"]
    assert all(re.search(r"1\d{10}|@", line) for line in contacts)


@given(before=SENTENCES, number=cards(), after=SENTENCES, data=st.data())
def test_no_card_survives(before: str, number: str, after: str, data: st.DataObject) -> None:
    redacted = redact(before + data.draw(written(number)) + after)
    assert redacted.kinds & {Kind.BANK_CARD, Kind.ID_NUMBER}
    assert len(digits_left(redacted.text)) <= 4


@given(before=SENTENCES, number=resident_ids(), after=SENTENCES, data=st.data())
def test_no_resident_id_survives(before: str, number: str, after: str, data: st.DataObject) -> None:
    redacted = redact(before + data.draw(written(number)) + after)
    assert Kind.ID_NUMBER in redacted.kinds
    assert digits_left(redacted.text) == (number[0] + number[-1]).rstrip("X")


@given(before=SENTENCES, number=resident_ids(), after=SENTENCES, data=st.data())
def test_no_old_resident_id_survives(before: str, number: str, after: str, data: st.DataObject) -> None:
    old = number[:6] + number[8:17]
    redacted = redact(before + data.draw(written(old)) + after)
    assert Kind.ID_NUMBER in redacted.kinds
    assert digits_left(redacted.text) == old[0] + old[-1]


@given(before=SENTENCES, number=mobiles(), after=SENTENCES, data=st.data())
def test_no_mobile_number_survives(before: str, number: str, after: str, data: st.DataObject) -> None:
    prefix = data.draw(st.sampled_from(["", "+86", "+86 ", "86-", "0086 "]))
    redacted = redact(before + prefix + data.draw(written(number)) + after)
    assert Kind.PHONE in redacted.kinds
    left = digits_left(redacted.text).removeprefix("00").removeprefix("86")
    assert left == number[:3] + number[-4:]


@given(number=mobiles(), data=st.data())
def test_contacts_stay_where_one_was_asked_for(number: str, data: st.DataObject) -> None:
    text = f"我的号是{number}，邮箱abc@example.com"
    assert redact(text, keep_contact=True).text == text
    card = data.draw(cards().flatmap(written))
    assert card not in redact(f"{number} {card}", keep_contact=True).text


@given(
    st.text(alphabet=st.characters(exclude_categories=["Nd", "Nl", "No", "Cs"], exclude_characters="@"), max_size=200)
)
def test_text_without_digits_or_secrets_is_never_changed(text: str) -> None:
    folded = fold(text).text
    if any(character.isdigit() for character in folded) or digits_left(text):
        return
    # Without digits only a password can be told, and only where one is announced: 「密码是iloveyou」.
    announced = any(name in folded for secret in patterns().secrets for name in (*secret.words, *secret.ambiguous))
    redacted = redact(text)
    assert redacted.text == text or announced


@given(TEXT, st.booleans(), st.sampled_from([None, Kind.CODE, Kind.PASSWORD]))
@example("护照000000A1010000011113293", False, None)
@example("密码是abc123或者abc456 200000", False, None)
@example("密码: abc@qq.com", False, None)
@example("密码五0000000000001二四", False, None)
@example("11000020000101000X4000000000006", False, None)
@example('1300000000"00@0.AA', False, None)
@example("1300000010零0000000", False, None)
@example("6222021234567890128 4567 8901 2345 6789", False, None)
def test_redacting_twice_is_redacting_once(text: str, keep_contact: bool, asked: Kind | None) -> None:
    once = redact(text, keep_contact=keep_contact, asked=asked)
    twice = redact(once.text, keep_contact=keep_contact, asked=asked)
    assert twice.text == once.text
    assert not twice.kinds


@given(TEXT)
def test_says_what_it_has_changed(text: str) -> None:
    redacted = redact(text)
    assert (redacted.text != text) == bool(redacted.kinds)


@given(secret=st.from_regex(r"[a-z]{2}[0-9]{3}[A-Z]{2}[!@#$%]", fullmatch=True), invisible=st.sampled_from(INVISIBLE))
@example(secret="no000AA@", invisible="\u200b")
def test_no_password_survives_invisible_characters(secret: str, invisible: str) -> None:
    for name in ("密码", "密碼", "密" + invisible + "码", "ＰＷＤ", "支付密码"):
        redacted = redact(f"我的{name}是{invisible.join(secret)}，登不上")
        assert redacted.text == f"我的{name}是******，登不上"


def test_what_stands_around_a_find_stays_to_the_letter() -> None:
    text = "\u200b 卡\u0301 62220212\u200b34567890128\u200d。\n\n尾 巴\t"
    assert redact(text).text == "\u200b 卡\u0301 ****0128\u200d。\n\n尾 巴\t"


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("482913", "******"),
        ("是482913", "******"),
        ("4829", "******"),
        ("４８２９１３ 对吗", "****** 对吗"),
        ("482 913", "******"),
        ("四八二九一三", "******"),
        ("还是收不到", "还是收不到"),
        ("等了60秒", "等了60秒"),
        ("1", "1"),
        ("2000元没到账", "2000元没到账"),
        ("13800138000", "138****8000"),
    ],
)
def test_a_code_that_stands_alone_is_known_from_what_the_bot_said(text: str, becomes: str) -> None:
    asked = secret_named_in("第3步（共5步）填验证码：把收到的数字填进去。")
    assert asked is Kind.CODE
    assert redact(text, asked=asked).text.removeprefix("是") == becomes


@pytest.mark.parametrize("text", ["abc12345", "是abc12345", "Zhang@1990", "888888", "1234"])
def test_a_password_that_stands_alone_is_known_from_what_the_bot_said(text: str) -> None:
    asked = secret_named_in("第4步（共5步）设新密码")
    assert redact(text, asked=asked).text.removeprefix("是") == "******"
    assert redact(text).text == text


@pytest.mark.parametrize("text", ["ok", "haole", "xiayibu", "app在哪里", "下一步", "8", "不行"])
def test_an_answer_to_the_bot_is_no_password(text: str) -> None:
    assert redact(text, asked=Kind.PASSWORD).text == text


@pytest.mark.parametrize("text", ["5000块转错了", "5000转错了", "abc12 是什么", "iphone15pro卡住了"])
def test_what_is_said_instead_of_a_password_stays(text: str) -> None:
    assert redact(text, asked=Kind.PASSWORD).text == text


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("第1步（共5步）打开APP。", None),
        ("第1步（共5步）点“忘记密码”：打开u钱包APP，停在登录界面，点一下“忘记密码”。", None),
        ("您好，忘记密码、付不了款、账户安全这些事，我都能一步一步陪您办。", None),
        ("验证码还是收不到的话，先看看手机信号。", None),
        ("第3步（共5步）填验证码：系统会给您发一个验证码，把它填进去，接着页面就会带您去重设密码。", Kind.CODE),
        ("第4步（共5步）设一个新密码：照着提示设新密码。", Kind.PASSWORD),
    ],
)
def test_only_a_message_that_has_a_secret_entered_asks_for_it(text: str, asked: Kind | None) -> None:
    assert secret_named_in(text) is asked


def test_only_some_kinds_warrant_a_word_to_the_user() -> None:
    assert redact("打13800138000或发abc@qq.com").noticed == ()
    assert redact("卡6222021234567890128密码是abc123").noticed == (Kind.BANK_CARD, Kind.PASSWORD)
