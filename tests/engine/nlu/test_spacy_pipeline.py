"""The spaCy pipeline: built once, kept on disk, rebuilt when the lexicon changes; its words and entities."""

from __future__ import annotations

import shutil
from pathlib import Path

import jieba
import pytest
from spacy.language import Language

from engine.nlu.entity_values import canonical_value
from engine.nlu.lexicon import read_lexicon
from engine.nlu.spacy_components import BLOCKING_LABEL, ENTITIES_KEY
from engine.nlu.spacy_pipeline import build_pipeline, load_pipeline
from engine.paths import LEXICON
from language.text_normalization import normalize


@pytest.fixture(scope="module")
def nlp(tmp_path_factory: pytest.TempPathFactory) -> Language:
    return load_pipeline(tmp_path_factory.mktemp("build") / "pipeline", LEXICON)


def entities(nlp: Language, text: str) -> list[tuple[str, str]]:
    doc = nlp(normalize(text))
    return [
        (label, value or canonical_value(label, doc.text[start:end]))
        for label, value, start, end in doc.user_data[ENTITIES_KEY]
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("是不是银行的问题", [("payment_cause", "bank")]),
        ("是钱不够吗", [("payment_cause", "balance")]),
        ("我这边没网了", [("payment_cause", "network")]),
        ("超出限制設置了吧", [("payment_cause", "limit")]),
        ("提示被冻结", [("payment_cause", "account_hold")]),
        ("网络正常的呀", [("ruled_out_cause", "any")]),
        ("银行卡付不了款", [("unsupported_topic", "wallet_other")]),
        ("两步验证在哪开", [("security_measure", "two_step_verification")]),
        ("别人发我一个链接", [("security_measure", "strangers_links")]),
        ("要定期换密码吗", [("security_measure", "password")]),
        ("要不要更新APP", [("security_measure", "update_app")]),
        ("客服热线多少", [("contact_channel", "hotline")]),
        ("官網是哪個", [("contact_channel", "website")]),
        ("有微信公众号吗", [("contact_channel", "social_media")]),
        ("客服在APP哪里", [("contact_channel", "in_app")]),
        ("想在线聊天", [("contact_channel", "online_chat")]),
        ("付了200块钱", [("amount", "200")]),
        ("扣了1,200.5元", [("amount", "1200.5")]),
        ("¥35.80没退", [("amount", "35.8")]),
        ("两百五十块", [("amount", "250")]),
        ("一万二千元", [("amount", "12000")]),
        ("12块5", [("amount", "12.5")]),
        ("3万块", [("amount", "30000")]),
        ("第三步怎么弄", [("step_number", "3")]),
        ("第10步", [("step_number", "10")]),
        ("第99999999步", [("step_number", "99999999")]),
        ("第〇步", [("step_number", "0")]),
        ("步骤2看不懂", [("step_number", "2")]),
        ("全部步骤发我", [("step_number", "all")]),
        ("我的号是13812345678", [("phone_number", "13812345678")]),
        ("我的号是138123456789012", []),
        ("发我邮箱 Zhang.San+1@Mail.example.com 吧", [("email", "zhang.san+1@mail.example.com")]),
        ("昨天下午3点扣的", [("transaction_time", "昨天下午3点")]),
        ("10月3号买的", [("transaction_time", "10月3号")]),
        ("2026-11-02那笔", [("transaction_time", "2026-11-02")]),
        ("昨晚20:15付的", [("transaction_time", "昨晚20:15")]),
        ("三天前转的", [("transaction_time", "三天前")]),
        ("密码有什么要求", [("detail", "password_rules")]),
        ("怎么充值", [("unsupported_topic", "top_up")]),
        ("我確定要註銷", [("explicit_consent", "warning")]),
        ("不要继续注销", []),
        ("你好", []),
        ("", []),
    ],
)
def test_entities(nlp: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert entities(nlp, text) == expected


def test_offsets_hold_in_what_was_typed(nlp: Language) -> None:
    typed = "我在超市ＰＡＹ了２００元　被扣兩次"
    (entity,) = nlp(normalize(typed)).user_data[ENTITIES_KEY]
    assert typed[entity[2] : entity[3]] == "２００元"


def test_every_phrase_is_found_in_a_sentence(nlp: Language) -> None:
    missed = [
        (pattern["label"], pattern["pattern"])
        for pattern in read_lexicon(LEXICON).entity_patterns
        if isinstance(pattern["pattern"], str)
        and pattern["label"] != BLOCKING_LABEL
        and (pattern["label"], pattern.get("id", ""))
        not in [found[:2] for found in nlp(f"啊{pattern['pattern']}啊").user_data[ENTITIES_KEY]]
    ]
    assert missed == []


def test_words_of_the_dictionary_stay_whole(nlp: Language) -> None:
    assert [token.text for token in nlp("u钱包付款码打不开")] == ["u钱包", "付款码", "打不开"]
    assert "u钱包" not in jieba.lcut("u钱包付款码打不开"), "the dictionary must not leak into jieba's own segmenter"


def test_pipeline_is_kept_and_rebuilt_when_the_lexicon_changes(tmp_path: Path) -> None:
    lexicon, target = Path(shutil.copytree(LEXICON, tmp_path / "lexicon")), tmp_path / "build" / "pipeline"
    load_pipeline(target, lexicon)
    built = (target / "meta.json").stat().st_mtime_ns
    load_pipeline(target, lexicon)
    assert (target / "meta.json").stat().st_mtime_ns == built
    with (lexicon / "words.txt").open("a", encoding="utf-8") as file:
        file.write("打不开付款码\n")
    assert [token.text for token in load_pipeline(target, lexicon)("打不开付款码")] == ["打不开付款码"]


def test_half_a_pipeline_is_built_anew(tmp_path: Path) -> None:
    target = tmp_path / "pipeline"
    build_pipeline(LEXICON, target)
    (target / "meta.json").unlink()
    assert len(load_pipeline(target, LEXICON)("你好")) == 1
