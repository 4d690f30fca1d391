"""The function words of dialects are read as standard ones, and ordinary words stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.dialects import DialectError, dialects_of, to_standard
from language.text_normalization import normalize


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("使唔使填舊嗰個", "要不要填旧那个"),
        ("系咪要等好耐先得㗎", "是否要等好久才行 "),
        ("點解我喺超市畀唔到錢", "为啥我在超市付不了钱"),
        ("唔係忘記，係想換新嘅", "不是忘记,是想换新的"),
        ("仲有冇其他方法", "还有没其他方法"),
        ("佢部機喺我度", "他部机在我度"),
        ("邊度填", "哪里填"),
        ("三百蚊", "三百元"),
        ("俾人呃咗", "被人骗了"),
        ("咋个弄", "怎么弄"),
        ("网络莫得问题", "网络没有问题"),
        ("啥子意思", "什么意思"),
        ("要得", "好的"),
        ("俺的号", "我的号"),
        ("我用緊嘅電郵", "我在用的邮箱"),
        ("碼搞忘了", "码忘记了"),
        ("号码填起了", "号码填好了"),
        ("没瞅见搁哪儿", "没看见在哪儿"),
        ("入面啲錢用晒未", "里面些钱用完没"),
        ("這筆錢遭扣了", "这笔钱被扣了"),
    ],
)
def test_dialect_is_read_as_standard(typed: str, expected: str) -> None:
    assert normalize(typed) == expected


@pytest.mark.parametrize(
    "text",
    [
        "系统里联系不上客服没关系",
        "调整好了上限 完整填完了",
        "目前日限额",
        "有点急,早点解决",
        "12点整付的",
        "点开一边看一边填",
        "立即系统升级",
        "钱要得回来吗",
        "没得到退款",
        "在阿拉伯餐厅付的",
        "绑定系统邮箱",
        "唔,好吧",
        "对面商家话很难听",
        "不用紧张",
    ],
)
def test_standard_words_stay(text: str) -> None:
    assert normalize(text) == text


@pytest.mark.parametrize("text", ["系统话我嘅账户有关系", "呢单仲喺查紧,点击咗都冇用"])
def test_words_of_both_stay_beside_a_mark(text: str) -> None:
    assert normalize(text)[:2] in ("系统", "这单")
    assert "点击" in normalize(text) or "关系" in normalize(text)


@given(st.text(alphabet="系咪使唔点解先得嘅咗冇佢喺边度个钱嗰呢仲有俾畀人咁乜嘢啥子莫得要俺12,。 蚊"))
def test_length_is_kept_and_twice_is_once(text: str) -> None:
    once = to_standard(text)
    assert len(once) == len(text)
    assert len(to_standard(once)) == len(once)


@pytest.mark.parametrize("always", [{"冇": "没有"}, {"^$": "没"}])
def test_what_cannot_be_done_is_refused(always: dict[str, str]) -> None:
    content = {"always": always, "beside_marks": {}, "marks": ["冇"], "kept": []}
    with pytest.raises(DialectError):
        dialects_of(content)


@pytest.mark.parametrize("missing", ["always", "beside_marks", "marks", "kept"])
def test_each_part_is_needed(missing: str) -> None:
    content = {"always": {}, "beside_marks": {}, "marks": ["冇"], "kept": []}
    del content[missing]
    with pytest.raises(DialectError, match=missing):
        dialects_of(content)
