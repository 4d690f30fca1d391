"""Every kind of broken knowledge file is refused with file, line, field and what is expected."""

from __future__ import annotations

from pathlib import Path

import pytest
import rasa.shared.utils.io

from actions.knowledge import KnowledgeError, load_knowledge
from actions.knowledge.loader import _load


def problems_after(folder: Path, name: str, old: str, new: str) -> list[str]:
    """Breaks one file by a replacement and returns what the loader says."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    return caught.value.problems


def line_of(folder: Path, name: str, text: str) -> int:
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


@pytest.mark.parametrize(
    ("name", "old", "new", "field", "reason"),
    [
        ("forgot_password.yml", "  title: 点", "  titel: 点\n  title: 点", "steps[0].titel", "unknown field"),
        ("forgot_password.yml", "  title: 点“忘记密码”\n", "", "steps[0].title", "required, but missing"),
        ("forgot_password.yml", "title: 找回登录密码", "title: ' '", "title", "not empty"),
        ("forgot_password.yml", "title: 找回登录密码", "title: 7", "title", "expected a text, found int"),
        ("forgot_password.yml", "kind: procedure", "kind: recipe", "kind", "Input should be 'procedure'"),
        ("forgot_password.yml", "kind: procedure", "kind: answer", "", "text: required when kind is answer"),
        ("forgot_password.yml", "position: 1", "position: first", "menu.position", "integer"),
        ("forgot_password.yml", "{step_count}", "{steps}", "intro", "unknown placeholder {steps}"),
        ("forgot_password.yml", "{step_count}", "{step_count", "intro", "unbalanced braces"),
        ("forgot_password.yml", "id: log_in", "id: set_new_password", "steps", "'set_new_password' occurs twice"),
        ("forgot_password.yml", "[verification_code_issue", "[no_such_topic", "related[0]", "'no_such_topic'"),
        ("payment_failure.yml", "position: 2", "position: 1", "menu.position", "is taken by forgot_password"),
        ("transaction_dispute.yml", "collect: [transaction_time", "collect: [weather", "", "'weather' is not among"),
        ("payment_failure.yml", "  value: balance\n", "", "", "each step of a diagnosis needs a value"),
        ("account_security.yml", "entity: security_measure\n", "", "", "entity: required"),
        (
            "forgot_password.yml",
            "- id: open_forgot_password",
            "- id: open_forgot_password\n  picture: {url: http://example.com/1.png, alt: 登录界面}",
            "steps[0].picture.url",
            "begins with https://",
        ),
        (
            "forgot_password.yml",
            "- id: open_forgot_password",
            "- id: open_forgot_password\n  link: {url: 'javascript:alert(1)', title: 打开}",
            "steps[0].link.url",
            "the address of a screen of the app",
        ),
        (
            "contact_support.yml",
            "opens: contact_in_app",
            "opens: support_hours",
            "items[1].opens",
            "no topic with steps",
        ),
        (
            "contact_support.yml",
            "name: site_url",
            "name: fax",
            "items[0].settings[0].name",
            "Input should be 'site_url'",
        ),
        ("organisation.yml", "time_zone: Asia/Shanghai", "time_zone: Mars/Base", "time_zone", "IANA time zone"),
        ("organisation.yml", "site_url: null", "site_url: example.com", "site_url", "https://"),
        ("organisation.yml", "opening_hours: null", "opening_hours: {mon: []}", "opening_hours", "tue is missing"),
        (
            "organisation.yml",
            "holidays: []",
            "holidays: [{date: soon, name: 元旦, hours: []}]",
            "holidays[0].date",
            "date",
        ),
        (
            "organisation.yml",
            "kept_for: null",
            "kept_for: 180",
            "privacy_notice.kept_for",
            "expected a text, found int",
        ),
        ("organisation.yml", "kept_for: null", "kept_for: ' '", "privacy_notice.kept_for", "not empty"),
        ("organisation.yml", "brand_name: u钱包", "brand_name: null", "brand_name", "expected a text, found nothing"),
    ],
)
def test_broken_field(knowledge_folder: Path, name: str, old: str, new: str, field: str, reason: str) -> None:
    problems = problems_after(knowledge_folder, name, old, new)
    assert len(problems) == 1
    assert problems[0].startswith(f"{knowledge_folder / name}:")
    assert f": {field}: " in problems[0] if field else True
    assert reason in problems[0]


def test_line_is_where_the_mistake_stands(knowledge_folder: Path) -> None:
    (problem,) = problems_after(
        knowledge_folder, "forgot_password.yml", "trouble: 新密码通不过", "truble: 新密码通不过"
    )[1:]
    line = line_of(knowledge_folder, "forgot_password.yml", "truble:")
    assert problem.startswith(f"{knowledge_folder / 'forgot_password.yml'}:{line}: steps[3].truble: unknown field")


def test_hours_that_are_no_span(knowledge_folder: Path) -> None:
    week = "{mon: ['9-21'], tue: ['21:00-21:00'], wed: [], thu: [], fri: [], sat: [], sun: []}"
    problems = problems_after(knowledge_folder, "organisation.yml", "opening_hours: null", f"opening_hours: {week}")
    assert "expected a span such as 09:00-21:00" in problems[0]
    assert "a start and another end" in problems[1]


def test_every_mistake_is_told_at_once(knowledge_folder: Path) -> None:
    (knowledge_folder / "support_hours.yml").write_text("title: 时间\nkind: answer\n", encoding="utf-8")
    problems = problems_after(knowledge_folder, "forgot_password.yml", "kind: procedure", "kind: recipe")
    assert [Path(problem.split(":", 1)[0]).name for problem in problems] == ["forgot_password.yml", "support_hours.yml"]


def test_not_yaml(knowledge_folder: Path) -> None:
    (problem,) = problems_after(knowledge_folder, "support_hours.yml", "kind: answer", "kind: [answer")
    assert "support_hours.yml:" in problem
    assert "not valid YAML" in problem


def test_repeated_key(knowledge_folder: Path) -> None:
    (problem,) = problems_after(knowledge_folder, "support_hours.yml", "kind: answer", "kind: answer\nkind: answer")
    assert "support_hours.yml:3: not valid YAML" in problem


def test_not_utf8(knowledge_folder: Path) -> None:
    (knowledge_folder / "support_hours.yml").write_bytes("title: 时间".encode("gbk"))
    with pytest.raises(KnowledgeError, match=r"support_hours\.yml:1: not valid UTF-8"):
        load_knowledge(knowledge_folder)


@pytest.mark.parametrize("content", ["", "- a list", "text"])
def test_not_a_mapping(knowledge_folder: Path, content: str) -> None:
    (knowledge_folder / "support_hours.yml").write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"support_hours\.yml:1: expected a mapping of fields"):
        load_knowledge(knowledge_folder)


def test_id_comes_from_the_name_of_the_file(knowledge_folder: Path) -> None:
    (problem,) = problems_after(knowledge_folder, "support_hours.yml", "kind: answer", "kind: answer\nid: hours")
    assert "support_hours.yml:3: id: not allowed" in problem


def test_missing_organisation_and_missing_folder(knowledge_folder: Path, tmp_path: Path) -> None:
    (knowledge_folder / "organisation.yml").unlink()
    with pytest.raises(KnowledgeError, match=r"organisation\.yml: the file is missing"):
        load_knowledge(knowledge_folder)
    with pytest.raises(KnowledgeError, match="does not exist"):
        load_knowledge(tmp_path / "nowhere")


def test_empty_details_are_no_mistake(knowledge_folder: Path) -> None:
    knowledge = load_knowledge(knowledge_folder)
    assert [topic.menu.position for topic in knowledge.main_topics if topic.menu] == [1, 2, 3, 4, 5, 6]


def test_both_readers_read_the_same(knowledge_folder: Path) -> None:
    every_file = {str(path.with_suffix("")) for path in knowledge_folder.glob("*.yml")}
    assert _load(knowledge_folder, with_lines=set()) == _load(knowledge_folder, with_lines=every_file)


def test_the_environment_is_not_put_into_what_the_bot_says(
    knowledge_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What Rasa teaches ruamel.yaml when it is imported.
    assert rasa.shared.utils.io.read_yaml("${HOME}")
    monkeypatch.setenv("HOME", "/somewhere")
    title = load_knowledge(knowledge_folder).topics["forgot_password"].title
    problems = problems_after(knowledge_folder, "forgot_password.yml", title, title + "${HOME}")
    assert "forgot_password.yml:1: title: expected a text" in problems[0]
