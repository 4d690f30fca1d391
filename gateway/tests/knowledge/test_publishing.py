"""From a change to its publication through the desk, in front of an engine that is not there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.helpers.desk import DeskAgent, agent_at
from tests.helpers.fake_engine import FakeEngine, FakeKnowledge
from tests.helpers.gateway import Gateway, running_gateway
from tests.helpers.servers import free_port, serving
from uwallet_gateway.agents.roles import KnowledgeRole
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import DatabaseUnavailableError
from uwallet_gateway.knowledge import checks, plans, regression_check
from uwallet_gateway.settings import load_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAQ: dict[str, Any] = {
    "category": "payment",
    "question": "话费充错号码怎么办",
    "similar": ["话费打错了"],
    "answer": "答",
    "source": "客服手册第3页",
}
TOPIC: dict[str, Any] = {
    "title": "更换手机号",
    "kind": "procedure",
    "intro": "一共{step_count}步。",
    "source": "客服手册第5页",
    "steps": [{"id": "open_settings", "title": "打开设置", "text": "打开设置页面。", "trouble": "更新APP。"}],
}
TAKEN = "抖音号被人举报封了，申诉要多久"
PATH = "/knowledge/draft/entries/faq/wrong_number"
SET = """- id: "1"
  kind: 存档
  turns:
  - {user: 话费打错了, must_any: [收到]}
  - {user: 谢谢}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """One gateway for all: to start it takes longer than a test."""
    folder, engine, port = tmp_path_factory.mktemp("publishing"), FakeEngine(), free_port()
    (folder / "sets").mkdir()
    (folder / "sets" / "stored.yml").write_text(SET, encoding="utf-8")
    settings = load_settings(
        development=True,
        port=free_port(),
        data_dir=folder / "data",
        web_dir=folder / "no web",
        secret_key="0123456789abcdef0123456789abcdef",
        engine_url=f"http://127.0.0.1:{port}",
        conversations_dir=folder / "sets",
        sets_file=folder / "sets" / "none",
        rate_desk_requests_per_agent="",
    )
    async with serving(engine, port), running_gateway(settings, engine) as gateway:
        yield gateway


@pytest_asyncio.fixture(loop_scope="module")
async def gateway(running: Gateway) -> AsyncIterator[Gateway]:
    """The gateway with version 1 published, no draft, and an engine that knows of nothing."""
    running.engine.knowledge = FakeKnowledge()
    yield running
    running.engine.knowledge = FakeKnowledge()
    await running.services.knowledge_store.discard()
    published = await running.services.knowledge_store.published()
    if published is not None and published.number != 1:
        await running.services.knowledge_publisher.roll_back(1, "小王", "")


@pytest_asyncio.fixture(loop_scope="module")
async def publisher(gateway: Gateway) -> DeskAgent:
    return await agent_at(gateway, knowledge=KnowledgeRole.PUBLISHER)


async def changed(publisher: DeskAgent, **fields: Any) -> int:
    """Stores a new question in the draft; returns the draft's revision."""
    await publisher.ok("PUT", PATH, json={"revision": None, "value": FAQ | fields})
    return int((await publisher.ok("GET", "/knowledge"))["draft"]["revision"])


async def checked(publisher: DeskAgent) -> dict[str, Any]:
    view: dict[str, Any] = await publisher.ok("POST", "/knowledge/draft/checks")
    async with asyncio.timeout(60):
        while view["state"] == "running":
            await asyncio.sleep(0.1)
            view = await publisher.ok("GET", "/knowledge/draft/checks")
    return view


def found(view: dict[str, Any], check: str) -> list[dict[str, Any]]:
    return [finding for finding in view["findings"] if finding["check"] == check]


async def test_a_warning_stops_a_publication_until_it_is_ignored_with_a_reason(
    gateway: Gateway, publisher: DeskAgent
) -> None:
    pair = {
        "text": "话费打错了",
        "entry": "faq/wrong_number",
        "other_text": "付错了",
        "other_entry": "faq/before_paying",
    }
    gateway.engine.knowledge.alike = [pair | {"likeness": 0.95}]
    revision = await changed(publisher)
    refused = await publisher.call("POST", "/knowledge/draft/publication", json={"revision": revision})
    assert (refused.status_code, refused.json()["code"]) == (409, "checks_needed")
    view = await checked(publisher)
    (near,) = found(view, "near")
    assert (near["severity"], near["kind"], near["id"]) == ("warning", "faq", "wrong_number")
    # The stored conversation is answered by the new question now, and meets its criteria as before.
    assert [finding["severity"] for finding in found(view, "regression")] == ["note"]
    assert view["conversations"] == 1
    refused = await publisher.call("POST", "/knowledge/draft/publication", json={"revision": revision})
    assert refused.json()["details"]["findings"] == [near["key"]]

    await publisher.ok("PUT", f"/knowledge/draft/ignored/{near['key']}", json={"reason": "问的是两件事"})
    published = await publisher.ok(
        "POST", "/knowledge/draft/publication", json={"revision": revision, "note": "新问题"}
    )
    assert published["version"]["number"] == 2
    assert gateway.engine.knowledge.served[-1] in gateway.engine.knowledge.bundles
    entry = await gateway.services.audit.last(Action.FINDING_IGNORED)
    assert entry is not None
    assert (entry.target, entry.details["reason"]) == (near["key"], "问的是两件事")
    suggested = gateway.services.questions.index.find("话费充错", 8)
    assert [question.topic for question in suggested] == ["faq/wrong_number"]

    back = await publisher.ok("POST", "/knowledge/versions/1/publication", json={})
    assert back["version"]["published_by"] == publisher.name
    assert (await publisher.call("POST", "/knowledge/versions/1/publication", json={})).status_code == 409
    assert gateway.services.questions.index.find("话费充错", 8) == ()


async def test_a_change_after_the_checks_is_not_published(publisher: DeskAgent) -> None:
    revision = await changed(publisher)
    assert (await checked(publisher))["state"] == "done"
    await publisher.ok("PUT", PATH, json={"revision": revision, "value": FAQ | {"answer": "另一个答"}})
    for asked, code in ((revision, "entry_changed"), (revision + 1, "checks_needed")):
        refused = await publisher.call("POST", "/knowledge/draft/publication", json={"revision": asked})
        assert refused.json()["code"] == code


async def test_what_the_engine_refuses_is_an_error_of_the_entry(gateway: Gateway, publisher: DeskAgent) -> None:
    await changed(publisher)
    entry = await publisher.ok("GET", "/knowledge/entries/faq/wrong_number")
    gateway.engine.knowledge.problems = [f"{entry['file']}:9999: faqs[9].answer: required, but missing"]
    view = await checked(publisher)
    (finding,) = view["findings"]
    assert (finding["check"], finding["severity"], finding["field"]) == ("schema", "error", "faqs[9].answer")
    assert "缺少这一项" in finding["message"]
    await publisher.ok("PUT", f"/knowledge/draft/ignored/{finding['key']}", json={"reason": "不要紧"})
    refused = await publisher.call("POST", "/knowledge/draft/publication", json={"revision": view["revision"]})
    assert refused.json()["code"] == "checks_needed"


async def test_what_is_over_unreachable_or_in_the_model_is_found(publisher: DeskAgent) -> None:
    await changed(publisher, valid_until="2020-01-01")
    topic = await publisher.ok("GET", "/knowledge/entries/topic/forgot_password")
    steps = topic["value"]["steps"]
    value = topic["value"] | {"steps": [steps[0] | {"is_fallback": True}, *steps[1:]]}
    await publisher.ok("PUT", "/knowledge/draft/entries/topic/forgot_password", json={"revision": 0, "value": value})
    words = await publisher.ok("GET", "/knowledge/entries/lexicon/words")
    value = {"text": words["value"]["text"] + "新词\n"}
    await publisher.ok("PUT", "/knowledge/draft/entries/lexicon/words", json={"revision": 0, "value": value})
    brand = await publisher.ok("GET", "/knowledge/entries/organisation/organisation")
    value = brand["value"] | {"brand_name": "新钱包"}
    path = "/knowledge/draft/entries/organisation/organisation"
    await publisher.ok("PUT", path, json={"revision": 0, "value": value})
    view = await checked(publisher)
    assert [(it["severity"], it["field"]) for it in found(view, "organisation")] == [("note", "brand_name")]
    assert [(it["severity"], it["id"]) for it in found(view, "expired")] == [("warning", "wrong_number")]
    assert [it["id"] for it in found(view, "unreachable")] == ["forgot_password"]
    assert [(it["severity"], it["id"]) for it in found(view, "training")] == [("error", "words")]


async def test_an_engine_that_has_lost_what_is_published_is_told_again(gateway: Gateway, publisher: DeskAgent) -> None:
    revision = await changed(publisher)
    await checked(publisher)
    await publisher.ok("POST", "/knowledge/draft/publication", json={"revision": revision})
    wanted = gateway.engine.knowledge.served[-1]
    gateway.engine.knowledge.served.append(None)
    await gateway.services.knowledge_publisher.follow()
    assert gateway.engine.knowledge.served[-1] == wanted
    await gateway.services.knowledge_publisher.follow()
    (engine,) = (await publisher.ok("GET", "/knowledge"))["engines"]
    assert engine["is_current"]


async def test_an_engine_that_refuses_what_is_published_is_told_at_the_desk(
    gateway: Gateway, publisher: DeskAgent
) -> None:
    revision = await changed(publisher)
    await checked(publisher)
    await publisher.ok("POST", "/knowledge/draft/publication", json={"revision": revision})
    gateway.engine.knowledge.served.append(None)
    gateway.engine.knowledge.problems = ["data/knowledge/x.yml:1: unknown field"]
    await gateway.services.knowledge_publisher.follow()
    assert (await publisher.ok("GET", "/knowledge"))["problem"] == "data/knowledge/x.yml:1: unknown field"
    assert gateway.engine.knowledge.served[-1] is None


async def test_a_failed_engine_changes_nothing(gateway: Gateway, publisher: DeskAgent) -> None:
    await changed(publisher)
    gateway.engine.knowledge.is_down = True
    view = await checked(publisher)
    assert view["state"] == "failed"
    refused = await publisher.call("POST", "/knowledge/draft/publication", json={"revision": view["revision"]})
    assert refused.json()["code"] == "checks_needed"
    assert (
        await publisher.call("POST", "/knowledge/draft/trial", json={"messages": [{"text": "你好"}]})
    ).status_code == 503


async def test_the_largest_file_can_be_sent(publisher: DeskAgent) -> None:
    entry = await publisher.ok("GET", "/knowledge/entries/wording/danger")
    body = {"revision": 0, "value": {"text": entry["value"]["text"] + "# Changed.\n"}}
    changed = await publisher.ok("PUT", "/knowledge/draft/entries/wording/danger", json=body)
    assert changed["change"] == "changed"


async def test_an_export_is_a_bundle_and_is_recorded(gateway: Gateway, publisher: DeskAgent) -> None:
    response = await publisher.call("GET", "/knowledge/versions/1/bundle.zip")
    assert response.content[:2] == b"PK"
    assert (await gateway.services.audit.last(Action.KNOWLEDGE_EXPORTED)) is not None


async def test_a_new_procedure_is_learnt_before_it_is_tried_and_published(
    gateway: Gateway, publisher: DeskAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_TRAINING_LOOK", 0.0)
    body = {"revision": None, "value": TOPIC, "examples": ["怎么更换手机号", TAKEN]}
    stored = await publisher.ok("PUT", "/knowledge/draft/entries/topic/change_phone", json=body)
    assert stored["examples"] == body["examples"]
    # The same words cannot mean two things.
    assert stored["moved"] == [{"text": TAKEN, "intent": "out_of_scope"}]
    gateway.engine.knowledge.trainings = [{"state": "untrained"}] * 3
    assert (await publisher.ok("GET", "/knowledge/draft/training"))["state"] == "untrained"
    refused = await publisher.call("POST", "/knowledge/draft/trial", json={"messages": [{"text": TAKEN}]})
    assert (refused.status_code, refused.json()["code"]) == (409, "training_needed")
    assert (await publisher.ok("POST", "/knowledge/draft/training"))["progress"] == 0.5
    view = await checked(publisher)
    assert view["state"] == "done"
    assert [finding["id"] for finding in found(view, "few")] == ["change_phone"]
    # Each wording is asked: here nobody answers with the procedure.
    assert len(found(view, "taken")) == 2
    gateway.engine.knowledge.trainings = [{"state": "failed", "problems": ["the disk is full"]}] * 2
    view = await checked(publisher)
    (failed,) = found(view, "training")
    assert failed["severity"] == "error"
    assert "the disk is full" in failed["message"]
    # What was taken goes back with the topic.
    revision = (await publisher.ok("GET", "/knowledge/entries/topic/change_phone"))["revision"]
    await publisher.ok("DELETE", f"/knowledge/draft/entries/topic/change_phone?revision={revision}")
    assert (await publisher.ok("GET", "/knowledge"))["draft"]["changes"] == 0


async def test_going_back_to_a_version_whose_model_is_gone_trains_it(gateway: Gateway, publisher: DeskAgent) -> None:
    revision = await changed(publisher)
    await checked(publisher)
    for finding in (await publisher.ok("GET", "/knowledge/draft/checks"))["findings"]:
        if finding["severity"] == "warning":
            await publisher.ok("PUT", f"/knowledge/draft/ignored/{finding['key']}", json={"reason": "试"})
    await publisher.ok("POST", "/knowledge/draft/publication", json={"revision": revision})
    gateway.engine.knowledge.trainings = [{"state": "untrained"}]
    refused = await publisher.call("POST", "/knowledge/versions/1/publication", json={"note": ""})
    assert refused.json()["code"] == "training_needed"
    # It was begun.
    assert gateway.engine.knowledge.trainings == []
    await publisher.ok("POST", "/knowledge/versions/1/publication", json={"note": ""})


async def test_what_is_changed_and_names_no_source_is_told(gateway: Gateway, publisher: DeskAgent) -> None:
    await changed(publisher, source=None)
    (missing,) = found(await checked(publisher), "source")
    assert (missing["severity"], missing["id"], missing["field"]) == ("warning", "wrong_number", "source")


async def test_a_draft_is_published_at_its_time_unless_it_has_changed(
    gateway: Gateway, publisher: DeskAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = gateway.services.knowledge_publisher

    async def planned(revision: int) -> dict[str, Any]:
        body = {"revision": revision, "note": "活动", "at": (now() + timedelta(hours=1)).isoformat()}
        return dict((await publisher.ok("POST", "/knowledge/draft/publication", json=body))["plan"])

    revision = await changed(publisher)
    for finding in (await checked(publisher))["findings"]:
        if finding["severity"] == "warning":
            await publisher.ok("PUT", f"/knowledge/draft/ignored/{finding['key']}", json={"reason": "试试"})
    over = {"revision": revision, "at": (now() - timedelta(hours=1)).isoformat()}
    assert (await publisher.call("POST", "/knowledge/draft/publication", json=over)).json()["code"] == "malformed"
    assert (await planned(revision))["is_current"]
    await keeper.carry_out()
    assert (await publisher.ok("GET", "/knowledge"))["plan"]["note"] == "活动"
    await publisher.ok("DELETE", "/knowledge/draft/publication")
    assert (await publisher.ok("GET", "/knowledge"))["plan"] is None

    await planned(revision)
    moment = now() + timedelta(hours=2)
    monkeypatch.setattr(plans, "now", lambda: moment)
    gateway.engine.knowledge.is_down = True
    await keeper.carry_out()
    # An engine that is away is waited for.
    assert (await publisher.ok("GET", "/knowledge"))["plan"]["refused"] is None
    gateway.engine.knowledge.is_down = False
    entry = await publisher.ok("PUT", PATH, json={"revision": revision, "value": FAQ | {"answer": "别的"}})
    await keeper.carry_out()
    view = await publisher.ok("GET", "/knowledge")
    assert (view["plan"]["is_current"], view["plan"]["refused"]) == (False, "entry_changed")
    monkeypatch.undo()

    for finding in (await checked(publisher))["findings"]:
        if finding["severity"] == "warning":
            await publisher.ok("PUT", f"/knowledge/draft/ignored/{finding['key']}", json={"reason": "试试"})
    await planned(entry["revision"])
    monkeypatch.setattr(plans, "now", lambda: moment)
    await keeper.carry_out()
    view = await publisher.ok("GET", "/knowledge")
    assert (view["draft"], view["plan"], view["published"]["note"]) == (None, None, "活动")


async def test_what_was_published_before_its_time_is_not_told_as_refused(
    gateway: Gateway, publisher: DeskAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = gateway.services
    revision = await changed(publisher)
    draft = await services.knowledge_store.draft()
    assert draft is not None
    before = await services.audit.last(Action.PUBLICATION_REFUSED)
    await plans.KnowledgePlans(services.database).set(draft.number, revision, now() + timedelta(hours=1), "小王", "")
    # By another gateway, which was stopped before it could end the plan.
    await services.knowledge_store.publish(draft.number, revision, "小王", "")
    moment = now() + timedelta(hours=2)
    monkeypatch.setattr(plans, "now", lambda: moment)
    await services.knowledge_publisher.carry_out()
    assert await plans.KnowledgePlans(services.database).due() is None
    after = await services.audit.last(Action.PUBLICATION_REFUSED)
    assert (after and after.id) == (before and before.id)


async def test_a_draft_that_is_discarded_at_the_same_moment_is_not_checked(
    gateway: Gateway, publisher: DeskAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    await changed(publisher)
    store = gateway.services.knowledge_store
    look = store.revision

    async def revision(number: int) -> int:
        found = await look(number)
        await store.discard()
        return found

    monkeypatch.setattr(store, "revision", revision)
    refused = await publisher.call("POST", "/knowledge/draft/checks")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


async def test_checks_that_could_not_be_stored_do_not_run(
    gateway: Gateway, publisher: DeskAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    await changed(publisher)
    services = gateway.services

    def fail(_: object) -> None:
        raise DatabaseUnavailableError

    with monkeypatch.context() as disk:
        disk.setattr(services.database, "before_commit", [fail])
        assert (await publisher.call("POST", "/knowledge/draft/checks")).status_code == 503
    assert services.knowledge_checks._running == set()
    assert (await publisher.ok("GET", "/knowledge/draft/checks"))["state"] == "none"


async def test_a_question_that_takes_over_another_one_is_a_regression(
    gateway: Gateway, publisher: DeskAgent, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # The engine that is not there answers with the question that has the words first.
    (tmp_path / "own.tsv").write_text("话费打错了\techo\n", encoding="utf-8")
    (tmp_path / "sets.yml").write_text("sets: [{name: own, path: own.tsv}]\n", encoding="utf-8")
    monkeypatch.setattr(gateway.services.knowledge_checks._regression, "_sets", tmp_path / "sets.yml")
    await changed(publisher)
    view = await checked(publisher)
    (worse,) = [finding for finding in found(view, "regression") if finding["severity"] == "warning"]
    assert worse["worse"][0]["text"] == "话费打错了"
    assert FAQ["question"] in worse["message"]
    played = len(gateway.engine.knowledge.played)
    await publisher.ok("PUT", PATH, json={"revision": view["revision"], "value": FAQ | {"answer": "另一个答"}})
    again = await checked(publisher)
    # What is published was played before; the finding is the same, so that it stays ignored.
    assert len(gateway.engine.knowledge.played) == played + 3
    assert worse["key"] in {finding["key"] for finding in found(again, "regression")}


async def test_a_check_is_cancelled_and_what_it_plays_is_stopped(gateway: Gateway, publisher: DeskAgent) -> None:
    await changed(publisher)
    gateway.engine.knowledge.is_slow = True
    assert (await publisher.ok("POST", "/knowledge/draft/checks"))["state"] == "running"
    async with asyncio.timeout(60):
        while not gateway.engine.knowledge.played:
            await asyncio.sleep(0.05)
        view = await publisher.ok("DELETE", "/knowledge/draft/checks")
        assert view["state"] == "cancelled"
        while not gateway.engine.knowledge.stopped:
            await asyncio.sleep(0.05)
    refused = await publisher.call("POST", "/knowledge/draft/publication", json={"revision": view["revision"]})
    assert refused.json()["code"] == "checks_needed"
    assert (await gateway.services.audit.last(Action.KNOWLEDGE_CHECK_CANCELLED)) is not None
    gateway.engine.knowledge.is_slow = False
    assert (await checked(publisher))["state"] == "done"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check looks at once again, and gives plays up after two looks in vain."""
    monkeypatch.setattr(regression_check, "_LOOK", 0.0)
    monkeypatch.setattr(regression_check, "_PATIENCE", 2)


@pytest.mark.usefixtures("impatient")
async def test_what_was_played_when_the_engine_ended_is_begun_again(gateway: Gateway, publisher: DeskAgent) -> None:
    await changed(publisher)
    engine = gateway.engine.knowledge
    engine.states = ["running", "stopped", "stopped", "stopped"]
    begun = len(engine.begun)
    assert (await checked(publisher))["state"] == "done"
    assert engine.begun[begun] in engine.begun[begun + 1 :]


@pytest.mark.usefixtures("impatient")
async def test_an_engine_that_is_not_heard_of_for_a_moment_is_asked_again(
    gateway: Gateway, publisher: DeskAgent
) -> None:
    await changed(publisher)
    gateway.engine.knowledge.states = ["stopped", "stopped", "running", "stopped"]
    assert (await checked(publisher))["state"] == "done"
    gateway.engine.knowledge.states = ["stopped"] * 9
    assert (await checked(publisher))["state"] == "failed"
    gateway.engine.knowledge.states = ["failed"]
    assert (await checked(publisher))["state"] == "failed"
