"""Every answer that the engine tells of has a name for people, and a place where it is edited."""

from __future__ import annotations

from uwallet_gateway.knowledge.bundles import read_folder
from uwallet_gateway.knowledge.entries import entries_of
from uwallet_gateway.knowledge.known_answers import known_answers
from uwallet_gateway.settings import REPOSITORY

TOPIC = """title: 换手机号
kind: diagnosis
intro: 一起找原因
answers:
- {id: cost, text: 不收费。}
steps:
- {id: no_signal, title: 没有信号, text: 看看信号, treatment: 换个地方再试, answers: [{id: where, text: 右上角。}]}
collected_details:
- {id: number, label: 号码, ask: 号码是多少, answers: [{id: why, text: 用来核对。}]}
items:
- {value: online, label: 网上办, text: 在网上办。}
details:
- {value: fee, text: 手续费没有。}
"""
QUESTIONS = """no_signal:
  where: [信号在哪看, 哪里看信号]
  unanswered: [没信号扣钱吗]
"""
FAQ = """category: 付款
faqs:
- {id: limit, question: 限额是多少, similar: [额度], answer: 一天五百。}
"""
FILES = {
    "data/knowledge/phone.yml": TOPIC,
    "data/questions/phone.yml": QUESTIONS,
    "data/knowledge/faq/pay.yml": FAQ,
}


def test_all_that_a_topic_can_answer_has_an_address() -> None:
    known = known_answers(FILES)
    told = {address: (answer.kind, answer.title, answer.text) for address, answer in known.items()}
    assert told == {
        ("faq/limit", None): ("faq", "限额是多少", "一天五百。"),
        ("phone", None): ("diagnosis", "换手机号", "一起找原因"),
        ("phone", "topic/cost"): ("follow_up", "不收费。", "不收费。"),
        ("phone", "no_signal"): ("cause", "没有信号", "换个地方再试"),
        # As users ask for it.
        ("phone", "no_signal/where"): ("follow_up", "信号在哪看", "右上角。"),
        ("phone", "number/why"): ("follow_up", "用来核对。", "用来核对。"),
        ("phone", "online/text"): ("part", "网上办", "在网上办。"),
        ("phone", "fee/text"): ("part", "手续费没有。", "手续费没有。"),
    }


def test_each_leads_to_its_entry() -> None:
    known = known_answers(FILES)
    assert {(it.entry_kind, it.entry_id) for it in known.values()} == {("faq", "limit"), ("topic", "phone")}
    assert known["faq/limit", None].category == "pay"
    assert known["phone", None].topic_title is None
    assert known["phone", "no_signal"].topic_title == "换手机号"


def test_the_knowledge_of_the_project_is_known() -> None:
    files = read_folder(REPOSITORY / "data" / "knowledge")
    known = known_answers(files)
    assert {answer.kind for answer in known.values()} == {
        "faq",
        "procedure",
        "diagnosis",
        "answer",
        "step",
        "cause",
        "part",
        "follow_up",
    }
    assert all(answer.title and answer.text for answer in known.values())
    assert {(it.entry_kind, it.entry_id) for it in known.values()} <= set(entries_of(files))


def test_what_cannot_be_read_is_left_out() -> None:
    broken = {"data/knowledge/bad.yml": "title: [", "data/knowledge/odd.yml": "title: 奇怪\nsteps: no\nitems: [1]\n"}
    known = known_answers(broken)
    assert all(place is None for _, place in known)
